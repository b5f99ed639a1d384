"""An agent at the keypad of a phone: feature codes dialled, digits keyed, and what was said in answer."""

from sambut.phones.events import Ended
from sambut.phones.plans import KeyPress
from tests.e2e.floor import PIN, CallFloor
from tests.e2e.heard import SOUNDS, plays

LOGIN, LOGOUT, READY, AUX = "*10", "*11", "*12", "*13"


def keyed(login: str, pin: str = PIN, *, after_ms: int = 700) -> tuple[KeyPress, ...]:
    """Login and PIN, each when it is asked for; nobody waits for the end of a question."""
    gap_ms = 40
    return (
        KeyPress(keys=f"{login}#", after_ms=after_ms, gap_ms=gap_ms),
        KeyPress(keys=f"{pin}#", after_ms=700, gap_ms=gap_ms),
    )


async def dial(floor: CallFloor, phone: str, code: str, *press: KeyPress) -> list[str]:
    """Dial a code, key what is asked for, listen to the end: the announcements heard whole."""
    await floor.phones.dial(phone, code, press=press)
    return announcements_in(await floor.phones.wait_for(Ended, device=phone, within_ms=40_000))


def announcements_in(ended: Ended) -> list[str]:
    """The announcements in the centre's first language that a phone heard whole, in order."""
    assert ended.heard is not None, "the call was answered and recorded"
    prompts = [path.stem for path in (SOUNDS / "id").iterdir()]
    found = [(play, prompt) for prompt in prompts for play in plays(ended.heard.file, "id", prompt) if play.whole]
    # A digit that sounds like a part of a sentence is that part.
    alone = [
        (play.start_ms, prompt)
        for play, prompt in found
        if not any(other.start_ms < play.start_ms and play.end_ms < other.end_ms for other, _ in found)
    ]
    return [prompt for _, prompt in sorted(alone)]
