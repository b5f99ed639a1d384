"""The machine's clock: kept by a time server, never before what is already written down; and the centre's time zones."""

import ctypes
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from centre.model import Centre
from kernel.instants import Instant, from_datetime, to_datetime
from sambut.doctor.findings import Finding, fine, warning, wrong

WHERE: Final = "clock"
EARLIEST: Final = from_datetime(datetime(2026, 11, 1, tzinfo=UTC))
"""No machine that runs this program can rightly be earlier."""
AHEAD_MS_MAX: Final = 5_000
_TIME_ERROR: Final = 5
_TIMEX_BYTES: Final = 1024
"""More than the kernel's struct timex has on any machine."""


def look_at_clock(
    now: Instant, last_at: Instant | None, centre: Centre | None, is_kept: "Callable[[], bool | None] | None" = None
) -> list[Finding]:
    """``last_at``: when the journal's newest entry was written. ``is_kept``: see ``kept_by_a_server``."""
    mend = "set the clock (timedatectl), and keep it by a time server"
    shown = f"{to_datetime(now):%Y-%m-%d %H:%M:%S} UTC"
    found: list[Finding] = []
    if now < EARLIEST:
        found.append(wrong(WHERE, f"it shows {shown}, before this program was made", mend))
    if last_at is not None and last_at > now + AHEAD_MS_MAX:
        later = f"{to_datetime(last_at):%Y-%m-%d %H:%M:%S} UTC"
        found.append(wrong(WHERE, f"it shows {shown}, and the journal was last written at {later}", mend))
    kept = (is_kept or kept_by_a_server)()
    if kept is False:
        found.append(warning(WHERE, "it is not kept by a time server", "turn NTP on (timedatectl set-ntp true)"))
    if not found:
        found.append(fine(WHERE, f"{shown}{', kept by a time server' if kept else ''}"))
    return [*found, *_unknown_zones(centre)]


def kept_by_a_server() -> bool | None:
    """Whether the kernel's clock is disciplined by NTP or the like; None when it cannot be told."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    # All zeroes asks for nothing to be changed; the answer is the clock's state.
    state = adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else state != _TIME_ERROR


def _unknown_zones(centre: Centre | None) -> list[Finding]:
    if centre is None:
        return []
    named = {"the centre": centre.timezone} | {f"hours {each.id}": each.timezone for each in centre.hours}
    mend = "install the package tzdata, or name another zone in the centre file"
    unknown = [
        wrong("time zone", f"{zone} of {whose} is not known here", mend)
        for whose, zone in named.items()
        if not _is_known(zone)
    ]
    return unknown or [fine("time zone", f"known: {', '.join(sorted(set(named.values())))}")]


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
