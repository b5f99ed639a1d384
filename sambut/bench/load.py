"""The two sides of the load: SIPp's callers, and the process of agents' phones. Their processor time is not the product's."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sambut.bench.call_records import CallerRecord, PhoneRecord, read_callers, read_phones
from sambut.bench.caller_stream import STEPS_FILE, ok, stamp, stream_words, until_answered, write_stream
from sambut.bench.cpu import cpu_ms_of

ALAW_SILENCE = b"\xd5" * 160
STAY_MS_MAX = 60_000
SPARE_S = 90
CALLS_AT_ONCE_MAX = 4000

_STEPS = f"""{until_answered()}
<nop><action><exec rtp_stream="SOUND,TIMES,8,PCMA/8000"/></action></nop>
<recv request="BYE" timeout="{STAY_MS_MAX}">{stamp("done")}</recv>
{ok()}"""


class SippCallers:
    """Callers of the trunk, placed at an even rate by one SIPp. ``speaks``: all through the call, not one packet only."""

    def __init__(
        self, words: Sequence[str], *, folder: Path, server_port: int, rtp_port_min: int, speaks: bool = False
    ) -> None:
        self._speaks = speaks
        self._words = tuple(words)
        self._folder = folder
        self._server_port = server_port
        self._rtp_port_min = rtp_port_min
        self._placed = 0
        self._runs = 0
        self.cpu_ms = 0.0

    async def call(self, dids: Sequence[str], *, calls: int, rate: float) -> list[CallerRecord]:
        """Place so many calls, at ``rate`` a second, over the ``dids`` in turn; returns when the last has ended."""
        self._runs += 1
        folder = self._folder / f"sipp-{self._runs}"
        numbers = [f"+62811{self._placed + number:08d}" for number in range(calls)]
        self._placed += calls
        write_stream(
            folder,
            _STEPS.replace("TIMES", "-1" if self._speaks else "1"),
            ((number, dids[place % len(dids)]) for place, number in enumerate(numbers)),
            sound=ALAW_SILENCE * (50 if self._speaks else 1),
        )
        await self._run(folder, calls, rate)
        return read_callers((folder / STEPS_FILE).read_text(encoding="utf-8"))

    async def _run(self, folder: Path, calls: int, rate: float) -> None:
        command = stream_words(
            self._words,
            server_port=self._server_port,
            rtp_port_min=self._rtp_port_min,
            rate=rate,
            calls=calls,
            at_once_max=CALLS_AT_ONCE_MAX,
        )
        command += ["-timeout", str(int(calls / rate) + SPARE_S)]
        with (folder / "screen.txt").open("wb") as screen:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=screen, stderr=screen, cwd=folder
            )
        try:
            await self._watch(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Until it ends; its processor time can only be read while it lives."""
        last = 0.0
        while process.returncode is None:
            with contextlib.suppress(OSError, ValueError, IndexError):
                last = cpu_ms_of(process.pid)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await process.wait()
        self.cpu_ms += last


class PhonesProcess:
    """The agents' phones, in a process of their own."""

    def __init__(self, log_path: Path) -> None:
        self._log_path = log_path
        self._read_to = 0

    async def __aenter__(self) -> "PhonesProcess":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sambut.bench.sip_phones", "--log", str(self._log_path),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    @property
    def cpu_ms(self) -> float:
        """Processor time so far."""
        return cpu_ms_of(self._process.pid)

    async def register(self, secrets: dict[str, str], port: int, *, at_once: int = 50) -> None:
        """Register phones, so many at a time. Raises ConnectionError."""
        await self._ask({"do": "register", "secrets": secrets, "port": port, "at_once": at_once})

    async def die(self, how: str) -> None:
        """Let those that were registered last be ``silent`` from now on, or their port ``closed``. Raises ConnectionError."""
        await self._ask({"do": "die", "how": how})

    async def speak(self) -> None:
        """Send sound in calls of phones that are registered from now on."""
        await self._ask({"do": "speak"})

    async def plan(
        self, talk_ms_min: int, talk_ms_max: int, *, ring_ms: tuple[int, int] = (0, 0), hold_share: float = 0.0
    ) -> None:
        """How long agents talk, and let it ring before that, from now on; evenly spread. ``hold_share``: of the talks."""
        times = {"talk_ms": [talk_ms_min, talk_ms_max], "ring_ms": ring_ms}
        await self._ask({"do": "plan", **times, "hold_share": hold_share})

    async def news(self) -> list[PhoneRecord]:
        """What has happened since the last look."""
        await self._ask({"do": "flush"})
        with self._log_path.open(encoding="utf-8") as log:
            log.seek(self._read_to)
            text = log.read()
            self._read_to = log.tell()
        return read_phones(text)

    async def _ask(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write((json.dumps(order) + "\n").encode())
        await self._process.stdin.drain()
        if not await self._process.stdout.readline():
            raise ConnectionError(f"the phones' process ended while it was asked to {order['do']}")
