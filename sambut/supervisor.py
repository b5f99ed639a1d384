"""The supervisor: a process that does nothing but see to it that the program lives, and starts it again when not.

It forks before anything is opened and any thread is begun, so a new life begins with everything imported. The program
beats into a pipe from its event loop: a pipe that is closed is a death, one that is silent a freeze. Whoever kills the
supervisor ends the program with it.
"""

import contextlib
import ctypes
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

import structlog

log = structlog.get_logger(__name__)

EXIT_GIVEN_WAY = 75
"""The program's own word that it must not be started again: one that started later has taken over."""

BEAT_S = 0.5
WATCHDOG_S = 5.0
_LOOK_S = 0.25
_PAUSE_S_MIN = 0.1
_PAUSE_S_MAX = 10.0
"""Between lives that never came up."""
_PAUSE_S_UP_MAX = 0.5
"""Between lives that did: callers wait, and however often it dies, it is to be there again within seconds."""
_LONG_LIFE_S = 60.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the program may be silent: once it is up, while it starts, and after it was told to stop."""

    silent_s_max: float = 2.5
    start_s_max: float = 300.0
    stop_s_max: float = 30.0


@dataclass(frozen=True, slots=True)
class Lifeline:
    """The program's end of the pipe."""

    pipe: int

    def beat(self) -> None:
        """Say that the program is up and lives. Never waits: a full pipe is news enough."""
        with contextlib.suppress(BlockingIOError):
            os.write(self.pipe, b".")


@dataclass(slots=True)
class _Life:
    """One life of the program."""

    pid: int
    pipe: int
    began_s: float
    heard_s: float
    came_up: bool = False
    code: int | None = None


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """``engine``: the program, which runs until it is told to stop and returns its exit code; called in a child."""

    engine: Callable[[Lifeline], int]
    patience: Patience = field(default_factory=Patience)
    _life: _Life | None = None
    _told_s: float | None = None
    _said_s: float = 0.0

    def run(self) -> int:
        """Keep the program alive until it has stopped as it was told, could not be started at all, or has given way.

        SIGTERM and SIGINT are passed on. Returns the exit code: 0 stopped as asked, else what the program said.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._pass_on)
        pause_s, was_up = _PAUSE_S_MIN, False
        while True:
            life = self._begin()
            code = self._watch(life)
            was_up = was_up or life.came_up
            if code in (0, EXIT_GIVEN_WAY) or self._is_told() or not was_up:
                _tell_systemd("STOPPING=1")
                return self._last_word(code)
            lived_s = time.monotonic() - life.began_s
            pause_s = _PAUSE_S_MIN if lived_s > _LONG_LIFE_S else pause_s * 2
            pause_s = min(pause_s, _PAUSE_S_UP_MAX if life.came_up else _PAUSE_S_MAX)
            log.error("the program is dead, starting it again", code=code, lived_s=round(lived_s, 1))
            self._rest(pause_s)
            if self._is_told():
                return 0

    def _is_told(self) -> bool:
        return self._told_s is not None

    def _last_word(self, code: int) -> int:
        if self._told_s is not None and code == -signal.SIGTERM:
            return 0  # told before it could listen: nothing had begun
        return 1 if code == EXIT_GIVEN_WAY or code < 0 else code

    def _begin(self) -> _Life:
        ours, theirs = os.pipe()
        os.set_blocking(theirs, False)
        sys.stdout.flush()
        sys.stderr.flush()
        supervisor = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            self._be_the_program(Lifeline(theirs), supervisor)
        os.close(theirs)
        now = time.monotonic()
        self._life = _Life(pid=pid, pipe=ours, began_s=now, heard_s=now)
        if self._told_s is not None:  # told between two lives
            os.kill(pid, signal.SIGTERM)
        return self._life

    def _be_the_program(self, lifeline: Lifeline, supervisor: int) -> NoReturn:
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == supervisor:  # else it died before we asked to die with it
                code = self.engine(lifeline)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _watch(self, life: _Life) -> int:
        """Until this life is over; its exit code, below 0 the number of the signal that ended it."""
        looked_s = time.monotonic()
        while life.code is None:
            readable, _, _ = select.select([life.pipe], [], [], _LOOK_S)
            now = time.monotonic()
            if now - looked_s > _LOOK_S + 1:
                life.heard_s = now  # it was we who stood still
            looked_s = now
            self._say_we_live(now)
            said = os.read(life.pipe, 4096) if readable else b""
            if said:
                self._heard(life, now)
            if self._is_overdue(life, now):
                log.error("the program is frozen", silent_s=round(now - life.heard_s, 1))
                os.kill(life.pid, signal.SIGKILL)
            self._reap(life)
            if readable and not said and life.code is None:
                time.sleep(0.01)  # the pipe is closed, and the end of the process a moment away
        os.close(life.pipe)
        self._life = None
        return life.code

    def _heard(self, life: _Life, now: float) -> None:
        life.heard_s = now
        if not life.came_up:
            life.came_up = True
            _tell_systemd("READY=1")

    def _say_we_live(self, now: float) -> None:
        """The service manager looks after us alone: the program is our own affair, and may take long to start."""
        if now - self._said_s > WATCHDOG_S:
            self._said_s = now
            _tell_systemd("WATCHDOG=1")

    def _is_overdue(self, life: _Life, now: float) -> bool:
        if self._told_s is not None:
            return now - self._told_s > self.patience.stop_s_max
        return now - life.heard_s > (self.patience.silent_s_max if life.came_up else self.patience.start_s_max)

    def _reap(self, life: _Life) -> None:
        """Take away whoever has ended: the program, and as the first process of a container what it left behind."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == life.pid:
                life.code = os.waitstatus_to_exitcode(status)

    def _rest(self, pause_s: float) -> None:
        until = time.monotonic() + pause_s
        while not self._is_told() and (left_s := until - time.monotonic()) > 0:
            time.sleep(min(left_s, _LOOK_S))

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        self._told_s = time.monotonic()
        if self._life is not None and self._life.code is None:
            os.kill(self._life.pid, signal.SIGTERM)


def _tell_systemd(words: str) -> None:
    """Tell the service manager, where there is one (sd_notify)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.sendto(words.encode(), address)
    except OSError as failure:
        log.warning("service manager not told", failure=type(failure).__name__)
