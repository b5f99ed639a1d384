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
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from phones import g711, tones
from phones.caller_script import CallerScript, CallOutcome, Step, outcome_of, read_steps, refuse_line_breaks
from phones.ears import heard_in
from phones.rtp_voice import RtpVoice
from phones.sipp_scenario import write_poke, write_scenario

POLL_S = 0.02
BOUND_SPARE_MS = 10_000
STOP_S_MAX = 6.0
ERRORS_SHOWN_CHARS = 2000


class LiveCall:
    """A call that was begun. Await `outcome`; `hang_up` ends it early, whatever its script says."""

    def __init__(self, script: CallerScript, *, address: str, local_port: int, folder: Path, voice: RtpVoice) -> None:
        self.script = script
        self._address = address
        self._local_port = local_port
        self._folder = folder
        self._voice = voice
        self._task: asyncio.Task[CallOutcome] | None = None
        self._answered_s: float | None = None
        self._process: asyncio.subprocess.Process | None = None

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

    def answered_ms_ago(self) -> int:
        """How long ago the call was answered, by this machine's clock. Raises ValueError when it was not."""
        if self._answered_s is None:
            raise ValueError("the call was not answered")
        return round((time.monotonic() - self._answered_s) * 1000)

    def hang_up(self) -> None:
        """End the call now: CANCEL before the answer, BYE after it. Harmless when it is over."""
        began = next((step for step in self.steps() if step.word == "inviting"), None)
        if began is None:
            return
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as beside:
            beside.setblocking(False)
            beside.sendto(write_poke(began.more[0]), (self._address, self._local_port))

    def cut_off(self) -> None:
        """Go dark, as when the line is cut: no word and no sound from now on. Harmless when it is over."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

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
        self._process = process
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
                    self._answered_s = time.monotonic()
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
        refuse_line_breaks(script)
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
