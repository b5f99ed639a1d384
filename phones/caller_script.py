"""What one caller does, and what became of it. Pure but for the name of a sound file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from phones.events import Heard
from phones.g711 import Law
from phones.plans import KeyPress

CallEnding = Literal["hung_up_here", "hung_up_far", "cancelled", "refused", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CallerScript:
    """What one caller does.

    It cancels when nobody answers for give_up_after_ms; answered, it hangs up hang_up_after_ms later, or without that
    stays until the far end hangs up, or stay_ms_max have passed. Keys are pressed at their times after the answer.

    number and display_name are sent as they are, whatever stands in them; a number of "" calls anonymously
    (RFC 3323). A display name is put in quotes with `"` and `\\` escaped; `raw_from` replaces the whole address.
    Line breaks are refused by `call`, for they would end the header and be another test's subject.
    """

    number: str
    did: str
    display_name: str = ""
    raw_from: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    tone_hz: int = 400
    sound: Path | None = None
    press: tuple[KeyPress, ...] = ()
    give_up_after_ms: int = 20_000
    hang_up_after_ms: int | None = None
    stay_ms_max: int = 600_000
    records: bool = False
    law: Law = "alaw"

    def from_address(self, host: str) -> str:
        """The From header's address, without tag."""
        if self.raw_from is not None:
            return self.raw_from
        if not self.number:
            return '"Anonymous" <sip:anonymous@anonymous.invalid>'
        quoted = self.display_name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{quoted}" ' if self.display_name else ""
        return f"{name}<sip:{self.number}@{host}>"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOutcome:
    """How a call went. Times are milliseconds since the INVITE left, None for what did not happen.

    status is the SIP status that ended an unanswered call. `errors` is SIPp's own complaint when the call failed.
    """

    script: CallerScript
    ending: CallEnding
    status: int | None
    rang_after_ms: int | None
    answered_after_ms: int | None
    ended_after_ms: int | None
    keys_are_pressed: bool
    heard: Heard | None
    exit_code: int
    errors: str

    @property
    def talk_ms(self) -> int:
        """How long it was connected, 0 if it was not."""
        if self.answered_after_ms is None or self.ended_after_ms is None:
            return 0
        return self.ended_after_ms - self.answered_after_ms


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of a scenario's log: what happened, when by SIPp's clock, and details."""

    word: str
    at_ms: int
    more: tuple[str, ...] = ()


def read_steps(text: str) -> list[Step]:
    """Read the scenario's log; lines that are no steps, and a last line still being written, are left out."""
    steps = []
    for line in text.splitlines(keepends=True):
        words = line.split()
        if line.endswith("\n") and len(words) >= 3 and words[0] == "step" and words[2].isdigit():
            steps.append(Step(word=words[1], at_ms=int(words[2]), more=tuple(words[3:])))
    return steps


def outcome_of(
    script: CallerScript,
    steps: Sequence[Step],
    *,
    exit_code: int,
    errors: str,
    heard: Heard | None,
    keys_are_pressed: bool,
) -> CallOutcome:
    """What a call's steps amount to. SIPp's exit code alone says failed; it has no word for how a call ended."""
    at = {step.word: step for step in reversed(steps)}
    began = at["inviting"].at_ms if "inviting" in at else 0

    def after_ms(*words: str) -> int | None:
        return next((at[word].at_ms - began for word in words if word in at), None)

    status = int(at["refused"].more[0]) if "refused" in at and at["refused"].more else None
    return CallOutcome(
        script=script,
        ending=_ending(set(at), exit_code),
        status=status,
        rang_after_ms=after_ms("ringing"),
        answered_after_ms=after_ms("answered"),
        ended_after_ms=after_ms("far_bye", "hanging_up", "cancelling", "refused"),
        keys_are_pressed=keys_are_pressed,
        heard=heard,
        exit_code=exit_code,
        errors=errors,
    )


def _ending(words: set[str], exit_code: int) -> CallEnding:
    if exit_code != 0 or "done" not in words or "lost" in words:
        return "failed"
    if "far_bye" in words:
        return "hung_up_far"
    # A CANCEL that the answer has crossed ends with a BYE: the call was up.
    if "hanging_up" in words:
        return "hung_up_here"
    if "cancelling" in words:
        return "cancelled"
    return "refused" if "refused" in words else "failed"


def refuse_line_breaks(script: CallerScript) -> None:
    """Raises ValueError for a text that would end its header: a line break or NUL."""
    texts = [script.number, script.did, script.display_name, script.raw_from or ""]
    texts += [text for header in script.headers for text in header]
    if any(character in text for text in texts for character in "\r\n\0"):
        raise ValueError("a caller's script has a line break or NUL, which would end its header")
