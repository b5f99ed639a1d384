"""Callers to 169 from a trunk: one SIPp process a call for the signalling, and a voice of our own for the sound.

    async with TrunkCallers(sipp=sipp_words(), server="127.0.0.1", port=5060, ports=range(5080, 5090), folder=tmp) as callers:
        outcome = await callers.call(CallerScript(number="08123456789", did="169", press=(KeyPress(keys="1"),),
                                                  hang_up_after_ms=8000, records=True))
        assert outcome.ending == "hung_up_here" and outcome.heard.has(1000)

A call holds one of the trunk's ports while it lasts; more calls than ports wait for a free one. The caller talks
from the answer on (a tone or a WAV file, over and over), so that Asterisk's Answer() does not wait for its sound.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from sambut.phones import g711, tones
from sambut.phones.ears import heard_in
from sambut.phones.rtp_voice import RtpVoice
from sambut.phones.sipp_scenario import write_poke, write_scenario
from sambut.phones.wire import Heard, KeyPress

POLL_S = 0.02
BOUND_SPARE_MS = 10_000
STOP_S_MAX = 6.0
ERRORS_SHOWN_CHARS = 2000

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
    law: g711.Law = "alaw"

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
    if "cancelling" in words:
        return "cancelled"
    return "refused" if "refused" in words else "hung_up_here"


class LiveCall:
    """A call that was begun. Await `outcome`; `hang_up` ends it early, whatever its script says."""

    def __init__(self, script: CallerScript, *, address: str, local_port: int, folder: Path, voice: RtpVoice) -> None:
        self.script = script
        self._address = address
        self._local_port = local_port
        self._folder = folder
        self._voice = voice
        self._task: asyncio.Task[CallOutcome] | None = None

    async def outcome(self) -> CallOutcome:
        """Wait for its end."""
        if self._task is None:
            raise ValueError("the call was not begun")
        return await asyncio.shield(self._task)

    def steps(self) -> list[Step]:
        """What has happened so far."""
        return read_steps(_text_of(self._folder / "steps.log"))

    async def wait_for(self, word: str, *, within_ms: int = 5000) -> Step:
        """Wait for a step: ringing, answered, far_bye, ... Raises TimeoutError."""
        async with asyncio.timeout(within_ms / 1000):
            while True:
                found = next((step for step in self.steps() if step.word == word), None)
                if found is not None:
                    return found
                await asyncio.sleep(POLL_S)

    def hang_up(self) -> None:
        """End the call now: CANCEL before the answer, BYE after it. Harmless when it is over."""
        began = next((step for step in self.steps() if step.word == "inviting"), None)
        if began is None:
            return
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as beside:
            beside.setblocking(False)
            beside.sendto(write_poke(began.more[0]), (self._address, self._local_port))

    def begin(self, command: Sequence[str]) -> asyncio.Task[CallOutcome]:
        """Start SIPp with this command line. Only TrunkCallers does this."""
        self._task = asyncio.create_task(self._run(command))
        return self._task

    async def _run(self, command: Sequence[str]) -> CallOutcome:
        try:
            exit_code = await self._run_sipp(command)
        finally:
            recorded = await self._voice.close()
        return outcome_of(
            self.script,
            self.steps(),
            exit_code=exit_code,
            errors=_text_of(self._folder / "errors.log")[-ERRORS_SHOWN_CHARS:],
            heard=await heard_in(recorded) if recorded is not None else None,
            keys_are_pressed=self._voice.keys_are_pressed,
        )

    async def _run_sipp(self, command: Sequence[str]) -> int:
        with (self._folder / "screen.txt").open("wb") as screen:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                cwd=self._folder,
                start_new_session=True,
            )
        try:
            await self._follow(process)
        finally:
            await self._end(process)
        return await process.wait()

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Live the script: speak once answered, give up or hang up when it is time."""
        script = self.script
        talk_ms_max = script.stay_ms_max if script.hang_up_after_ms is None else script.hang_up_after_ms
        leave_s = time.monotonic() + script.give_up_after_ms / 1000
        is_answered = False
        while process.returncode is None:
            if not is_answered:
                answered = next((step for step in self.steps() if step.word == "answered"), None)
                if answered is not None:
                    self._voice.begin((answered.more[0], int(answered.more[1])))
                    is_answered = True
                    leave_s = time.monotonic() + talk_ms_max / 1000
            if time.monotonic() >= leave_s:
                return
            await _wait_for_end(process, POLL_S)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Hang up, and end SIPp too if that does not."""
        for harder in (self.hang_up, process.terminate, process.kill):
            if process.returncode is not None:
                return
            with contextlib.suppress(ProcessLookupError, OSError):
                harder()
            await _wait_for_end(process, STOP_S_MAX)


class TrunkCallers:
    """Callers of one trunk. All calls still up are ended with it."""

    def __init__(
        self,
        *,
        sipp: Sequence[str],
        server: str,
        port: int,
        ports: Iterable[int],
        folder: Path,
        address: str = "127.0.0.1",
    ) -> None:
        """How and from where to call.

        sipp: the words that start it, see `sipp_program`; ports: the local SIP ports (UDP) to call from; folder: where
        each call's scenario, log and WAV are kept.
        """
        self._sipp = list(sipp)
        self._server = server
        self._port = port
        self._address = address
        self._folder = folder
        self._free_ports: asyncio.Queue[int] = asyncio.Queue()
        for one in ports:
            self._free_ports.put_nowait(one)
        self._calls: set[asyncio.Task[CallOutcome]] = set()
        self._calls_made = 0

    async def __aenter__(self) -> Self:
        """Make the folder. Raises OSError when that cannot be."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the calls that are still up."""
        calls = list(self._calls)
        for task in calls:
            task.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def call(self, script: CallerScript) -> CallOutcome:
        """Make one call and give its outcome; see `start` for what it raises."""
        live = await self.start(script)
        return await live.outcome()

    async def start(self, script: CallerScript) -> LiveCall:
        """Begin a call, once one of the trunk's ports is free.

        Raises ValueError for line breaks or an unusable sound file, OSError when no socket can be had.
        """
        _refuse_line_breaks(script)
        sound = _sound_of(script)
        local_port = await self._free_ports.get()
        try:
            self._calls_made += 1
            folder = self._folder / f"call-{self._calls_made:05d}"
            folder.mkdir()
            record_path = folder / "heard.wav" if script.records else None
            voice = RtpVoice(sound=sound, press=script.press, law=script.law, record_path=record_path)
            await voice.open(self._address)
        except BaseException:
            self._free_ports.put_nowait(local_port)
            raise
        live = LiveCall(script, address=self._address, local_port=local_port, folder=folder, voice=voice)
        task = live.begin(self._command(script, folder, local_port=local_port, rtp_port=voice.port))
        self._calls.add(task)

        def forget(task: asyncio.Task[CallOutcome]) -> None:
            self._calls.discard(task)
            self._free_ports.put_nowait(local_port)

        task.add_done_callback(forget)
        return live

    def _command(self, script: CallerScript, folder: Path, *, local_port: int, rtp_port: int) -> list[str]:
        scenario = folder / "scenario.xml"
        scenario.write_text(
            write_scenario(
                header_names=[name for name, _ in script.headers],
                law=script.law,
                bound_ms=script.give_up_after_ms + (script.hang_up_after_ms or script.stay_ms_max) + BOUND_SPARE_MS,
            )
        )
        keys = {
            "did": script.did,
            "from_address": script.from_address(self._address),
            "contact_user": "caller",
            "rtp_port": str(rtp_port),
        } | {f"header_{number}": value for number, (_, value) in enumerate(script.headers)}
        command = [*self._sipp, f"{self._server}:{self._port}", "-sf", str(scenario), "-m", "1", "-l", "1"]
        command += ["-i", self._address, "-p", str(local_port), "-nostdin"]
        command += ["-trace_logs", "-log_file", str(folder / "steps.log")]
        command += ["-trace_err", "-error_file", str(folder / "errors.log")]
        for name, value in keys.items():
            command += ["-key", name, value]
        return command


async def _wait_for_end(process: asyncio.subprocess.Process, within_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await process.wait()


def _refuse_line_breaks(script: CallerScript) -> None:
    texts = [script.number, script.did, script.display_name, script.raw_from or ""]
    texts += [text for header in script.headers for text in header]
    if any(character in text for text in texts for character in "\r\n\0"):
        raise ValueError("a caller's script has a line break or NUL, which would end its header")


def _sound_of(script: CallerScript) -> g711.Octets:
    if script.sound is None:
        pcm = tones.tone(script.tone_hz, duration_ms=1000) if script.tone_hz else tones.silence(duration_ms=1000)
        return g711.encode(pcm, script.law)
    sound = tones.read_wav(script.sound)
    if sound.rate_hz != 8000 or sound.samples.shape[1] != 1:
        raise ValueError(f"{script.sound.name} is not 8 kHz mono")
    return g711.encode(np.ascontiguousarray(sound.channel(0)), script.law)


def _text_of(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""
