"""The ports of sound: room for every call, and nobody else's."""

from pathlib import Path
from typing import Final

from centre.model import Centre
from sambut.doctor.findings import Finding, fine, warning, wrong
from sambut.settings import Settings

SETTING: Final = "asterisk.rtp_port_min"
EPHEMERAL: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The ports that the system gives to whoever asks for any."""


def look_at_rtp(settings: Settings, centre: Centre | None, ephemeral: Path = EPHEMERAL) -> list[Finding]:
    """Is the range of sound's ports free of other uses, and wide enough for the centre's lines and phones?"""
    low, high = settings.asterisk.rtp_port_min, settings.asterisk.rtp_port_max
    legs = (high - low + 1) // 2
    found = [*_signalling_inside(settings, low, high), *_shared_with_the_system(low, high, ephemeral)]
    if centre is not None:
        needed = sum(trunk.lines_max for trunk in centre.trunks) + len(centre.devices)
        if legs < needed:
            what = f"{legs} legs have room, and the trunks' lines and the phones together are {needed}"
            found.append(warning(SETTING, what, f"widen the range to {2 * needed} ports or more"))
    return found or [fine(SETTING, f"ports {low}-{high} have room for {legs} legs")]


def _signalling_inside(settings: Settings, low: int, high: int) -> list[Finding]:
    port = settings.asterisk.sip_udp_port
    if not low <= port <= high:
        return []
    what = f"ports {low}-{high} hold {port}, the port of SIP over UDP"
    return [wrong(SETTING, what, "move one of them, so that no sound is sent there")]


def _shared_with_the_system(low: int, high: int, ephemeral: Path) -> list[Finding]:
    try:
        first, last = map(int, ephemeral.read_text("ascii").split())
    except (OSError, ValueError):
        return []
    if high < first or low > last:
        return []
    what = f"ports {low}-{high} overlap with {first}-{last}, which the system gives to any program"
    return [warning(SETTING, what, "choose a range outside of it")]
