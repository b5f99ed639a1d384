"""What the demo's callers do, and how each of their calls is meant to end."""

from dataclasses import dataclass

from kernel.result_codes import Disposition
from sambut.phones.caller_script import CallerScript
from sambut.phones.plans import KeyPress

MENU_AFTER_MS = 4_500
VIP_NUMBER = "+628119690169"
BLOCKED_NUMBER = "08111690666"
TONE_HZ = 440


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCall:
    """One caller. ``meant``: the ways this call may rightly end; ``kind`` is for people."""

    kind: str
    script: CallerScript
    meant: tuple[Disposition, ...]


def demo_call(ordinal: int) -> DemoCall:
    """The caller of that ordinal, from 1; every tenth round brings the same kinds again, with numbers of their own."""
    number = f"0812{10_000_000 + ordinal}"
    match ordinal % 10:
        case 3:
            return _call("english", number, key="2")
        case 5:
            return _call("gives up", number, key="", hang_up_after_ms=3_000, meant=(Disposition.ABANDONED_IN_FLOW,))
        case 7:
            return _call("blocked", BLOCKED_NUMBER, key="", meant=(Disposition.BLOCKED,))
        case 9:
            return _call("vip", VIP_NUMBER, key="1")
        case _:
            return _call("indonesian", number, key="1")


def _call(
    kind: str,
    number: str,
    *,
    key: str,
    hang_up_after_ms: int | None = None,
    meant: tuple[Disposition, ...] = (Disposition.ANSWERED,),
) -> DemoCall:
    press = (KeyPress(keys=key, after_ms=MENU_AFTER_MS),) if key else ()
    script = CallerScript(
        number=number, did="169", tone_hz=TONE_HZ, press=press, hang_up_after_ms=hang_up_after_ms, stay_ms_max=120_000
    )
    return DemoCall(kind=kind, script=script, meant=meant)
