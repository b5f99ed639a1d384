"""Asterisk as a process of our own: started apart from us, found again after our restart, restarted when it dies.

It runs in a session of its own, so that the end of the program cuts no call: the next program finds it by its pid file
and takes it over.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from telephony.config.site import AsteriskSite

log = structlog.get_logger(__name__)

LOOK_UP_OPTIONS = "timeout:1 attempts:2"
"""How the C library asks for names (resolv.conf(5)), unless the environment says otherwise. Asterisk looks its own machine's
name up while it starts, and stands still meanwhile: 20 s with a name server that is silent, by the library's own defaults."""

_LOOK_S = 0.2
_PAUSE_S_MIN = 0.2
_PAUSE_S_MAX = 10.0


class AsteriskDied(Exception):
    """Asterisk ended while it was starting. The text holds the last lines it said."""


class AsteriskProcess:
    """One managed Asterisk.

    ``program``: the words that start it (a loader and library path may come first). ``on_death``: called each time it
    was found dead, before it is started again.
    """

    def __init__(
        self, *, program: Sequence[str], site: AsteriskSite, on_death: Callable[[], None] = lambda: None
    ) -> None:
        self._words = [*program, "-C", str(site.etc_dir / "asterisk.conf")]
        self._run_dir = Path(site.run_dir)
        self._output = Path(site.log_dir) / "console.log"
        self._on_death = on_death
        self._child: int | None = None
        self._stopping = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The running Asterisk's pid, ours or one that an earlier program left running; None when there is none."""
        if self._child is not None and not self._reaped(self._child):
            return self._child
        try:
            pid = int((self._run_dir / "asterisk.pid").read_text().strip())
        except (OSError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    async def start(self) -> bool:
        """Start Asterisk, or take over the one that runs. Returns True when one was taken over.

        Does not wait until it is booted: the AMI links say so. Raises OSError when the program cannot be run.
        """
        if self.pid is not None:
            log.info("Asterisk taken over", pid=self.pid)
            return True
        self._launch()
        return False

    async def watch(self) -> None:
        """Start Asterisk again whenever it is found dead, until ``stop``; runs for ever."""
        pause_s = _PAUSE_S_MIN
        alive_since = asyncio.get_running_loop().time()
        while not self._stopping:
            if self.pid is not None:
                await asyncio.sleep(_LOOK_S)
                continue
            now = asyncio.get_running_loop().time()
            pause_s = _PAUSE_S_MIN if now - alive_since > 60 else min(pause_s * 2, _PAUSE_S_MAX)
            log.error("Asterisk is dead, starting it again", last_words=self.last_words())
            self._on_death()
            self.restarts += 1
            self._launch()
            alive_since = asyncio.get_running_loop().time()
            await asyncio.sleep(pause_s)

    async def stop(self, *, within_s: float = 10.0) -> None:
        """End it now, calls and all; killed when it does not end in time."""
        self._stopping = True
        pid = self.pid
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        if not await self._gone(within_s):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await self._gone(within_s)

    def release(self) -> None:
        """Stop looking after it and leave it running: its calls go on."""
        self._stopping = True

    async def command(self, words: str) -> str:
        """What Asterisk's own console answers to one command. For set-up and the doctor, never for calls."""
        process = await asyncio.create_subprocess_exec(
            *self._words, "-rx", words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            async with asyncio.timeout(10):
                said, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            raise
        return said.decode("utf-8", "replace")

    def last_words(self, lines: int = 5) -> list[str]:
        """The last lines that Asterisk wrote on its output."""
        try:
            return self._output.read_text("utf-8", "replace").splitlines()[-lines:]
        except OSError:
            return []

    def _launch(self) -> None:
        self._run_dir.mkdir(parents=True, exist_ok=True)
        self._output.parent.mkdir(parents=True, exist_ok=True)
        # Not by asyncio: its subprocesses are killed when their event loop is forgotten, and this one is to outlive us.
        self._child = os.posix_spawn(
            self._words[0],
            [*self._words, "-f", "-n"],
            {"RES_OPTIONS": LOOK_UP_OPTIONS} | dict(os.environ),
            file_actions=(
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self._output), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ),
            setsid=True,
        )
        log.info("Asterisk started", pid=self._child)

    def _reaped(self, child: int) -> bool:
        """Whether our own child has ended; its remains are taken away then."""
        try:
            found, _ = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            found = child
        if found == child:
            self._child = None
        return found == child

    async def _gone(self, within_s: float) -> bool:
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        # It may be no child of ours but one that an earlier program started: that can only be looked at.
        while self.pid is not None and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return self.pid is None

    def _is_ours(self, pid: int) -> bool:
        """Whether that pid is alive and runs with our configuration: pids are reused."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return self._words[-1].encode() in words
