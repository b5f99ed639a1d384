"""An agent at the keypad of a phone: feature codes dialled, digits keyed, and what was said in answer."""

from phones.events import Ended
from phones.plans import KeyPress
from tests.e2e.floor import PIN, CallFloor
from tests.e2e.heard import SOUNDS, likeness, plays

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
    file = ended.heard.file
    prompts = [path.stem for path in (SOUNDS / "id").iterdir()]
    found = [(play, prompt) for prompt in prompts for play in plays(file, "id", prompt) if play.whole]
    alike = {prompt: likeness(file, "id", prompt) for _, prompt in found}
    # Sentences share words, and a digit may sound like a part of one: of two at one place, it is the one more alike.
    told = [
        (play.start_ms, prompt)
        for play, prompt in found
        if not any(
            play.start_ms < other.end_ms and other.start_ms < play.end_ms and alike[prompt] < alike[other_prompt]
            for other, other_prompt in found
        )
    ]
    return [prompt for _, prompt in sorted(told)]
