"""Announcements: every one that callers or agents may hear is there in each language, in a form that can be played."""

import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from agi_scripts import agent_aux, agent_desk, agent_login, agent_logout, agent_ready, fallback, inbound, outbound
from centre.model import Centre
from ivr.core.flow import Node
from ivr.core.nodes import KINDS
from ivr.core.settings import references_of
from ivr.core.specs import ReferenceKind
from kernel.ids import PromptId
from sambut.announcements import SOUND_ENDINGS
from sambut.doctor.findings import Finding, fine, wrong
from telephony import spoken_wait

BUILT_IN: Final = frozenset(
    {
        agent_aux.AUX,
        agent_aux.CHOOSE_REASON,
        agent_aux.ENTER_REASON,
        agent_desk.ERROR_TRY_LATER,
        agent_desk.NOT_LOGGED_IN,
        agent_desk.TOO_MANY_AWAY,
        agent_login.ENTER_LOGIN,
        agent_login.ENTER_PIN,
        agent_login.LOGIN_FAILED,
        agent_login.LOGIN_OK,
        agent_logout.LOGGED_OUT,
        agent_ready.READY,
        inbound.NUMBER_NOT_IN_USE,
        outbound.LIMIT_REACHED,
        outbound.NOT_ALLOWED,
        *(PromptId(f"digit-{digit}") for digit in "0123456789"),
    }
)
"""What the scripts say by themselves, whatever the centre is like."""

LENGTH_S_MIN: Final = 0.1
LENGTH_S_MAX: Final = 600.0
BYTES_PER_S: Final[Mapping[str, int]] = {
    ".alaw": 8_000,
    ".ulaw": 8_000,
    ".g722": 8_000,
    ".gsm": 1_650,
    ".sln": 16_000,
    ".sln16": 32_000,
}
"""Forms without a header: their length follows from their size."""
RATES_HZ: Final[Mapping[str, int]] = {".wav": 8_000, ".wav16": 16_000}
_MEND: Final = "save it as WAV: 8 kHz, one channel, 16 bit PCM"


def look_at_sounds(folder: Path, centre: Centre | None) -> list[Finding]:
    """Everything missing or broken, by file; one finding when all is well."""
    if not folder.is_dir():
        return [wrong("asterisk.sounds", f"{folder} is not a folder", "name the folder that holds id/, en/ and so on")]
    wanted = wanted_sounds(centre)
    found = [
        finding for (language, prompt), whose in wanted.items() for finding in _look(folder, language, prompt, whose)
    ]
    return found or [fine(str(folder), f"all {len(wanted)} announcements are there and can be played")]


def wanted_sounds(centre: Centre | None) -> dict[tuple[str, PromptId], str]:
    """Language and name of every announcement -> whose it is."""
    languages = centre.languages if centre else fallback.LANGUAGES
    whose = dict.fromkeys(BUILT_IN, "the program")
    if centre is not None:
        whose |= {queue.announcement: f"queue {queue.id}" for queue in centre.queues if queue.announcement}
        if any(queue.tells_wait for queue in centre.queues):
            whose |= dict.fromkeys(spoken_wait.SAID - BUILT_IN, "the queues that tell the wait")
        for flow in centre.flows:
            whose |= {prompt: f"flow {flow.id}" for node in flow.nodes for prompt in _prompts_of(node)}
    wanted = {(language, prompt): whose[prompt] for language in languages for prompt in sorted(whose)}
    # The emergency announcement is played in its own languages, whatever the centre speaks.
    return wanted | {(language, PromptId(fallback.PROMPT)): "the emergency script" for language in fallback.LANGUAGES}


def _prompts_of(node: Node) -> Iterator[PromptId]:
    kind = KINDS.get(node.kind)
    if kind is not None:
        for _, (reference, name) in references_of(kind.settings, node.settings):
            if reference is ReferenceKind.PROMPT:
                yield PromptId(name)


def _look(folder: Path, language: str, prompt: PromptId, whose: str) -> Iterator[Finding]:
    files = [path for ending in sorted(SOUND_ENDINGS) if (path := folder / language / f"{prompt}{ending}").exists()]
    if not files:
        place = folder / language / f"{prompt}.wav"
        yield wrong(
            str(place), f"the announcement {prompt} of {whose} is missing in {language}", "record it and put it there"
        )
    for path in files:
        problem = problem_of(path)
        if problem is not None:
            yield wrong(str(path), f"the announcement {prompt} of {whose} {problem}", _MEND)


def problem_of(path: Path) -> str | None:
    """Why Asterisk cannot play a file, or nobody would hear it; None when it is well."""
    try:
        if path.suffix in RATES_HZ:
            return _problem_of_wav(path, RATES_HZ[path.suffix])
        return _problem_of_length(path.stat().st_size / BYTES_PER_S[path.suffix])
    except OSError as problem:
        return f"cannot be read ({problem.strerror})"


def _problem_of_wav(path: Path, rate_hz: int) -> str | None:
    with path.open("rb") as file:
        head = file.read(22)
    # Python knows more forms of WAV than Asterisk, which wants the format first and plain (format_wav.c of 22).
    if head[12:16] != b"fmt " or head[20:22] != b"\x01\x00":
        return "is no PCM WAV file"
    try:
        with wave.open(str(path), "rb") as sound:
            form = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth() * 8)
            # The header may promise more than there is.
            frames = len(sound.readframes(sound.getnframes())) // (sound.getsampwidth() * sound.getnchannels())
    except (wave.Error, EOFError):
        return "is no PCM WAV file"
    if form != (rate_hz, 1, 16):
        rate, channels, bits = form
        return f"has {rate} Hz, {channels} channels, {bits} bit, and Asterisk plays {rate_hz} Hz, 1 channel, 16 bit"
    return _problem_of_length(frames / rate_hz)


def _problem_of_length(length_s: float) -> str | None:
    if LENGTH_S_MIN <= length_s <= LENGTH_S_MAX:
        return None
    return f"is {length_s:.2f} s long, and {LENGTH_S_MIN:g} to {LENGTH_S_MAX:g} s make sense"
