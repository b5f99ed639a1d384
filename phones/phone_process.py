"""One phone process, from the side of who drives it: start it, ask it, wait for what it sees, end it.

A process that does not finish is ended by force, so that no phone is left ringing.
"""

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec
import structlog

import phones
from phones.commands import AnyCommand, Finish
from phones.events import AnyEvent, Done, Event, Refused, Started
from phones.wire import event_of, line_of

log = structlog.get_logger()

E = TypeVar("E", bound=Event)

ANSWER_S_MAX = 10.0
START_S_MAX = 20.0
FINISH_S_MAX = 8.0
KILL_S_MAX = 2.0
EVENTS_KEPT_MAX = 50_000
EVENT_BYTES_MAX = 1024 * 1024
ERRORS_SHOWN_BYTES = 4096


class PhoneRefused(Exception):
    """The phone process did not do a command; `code` is one of `events.Refused`'s."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


class PhonesGone(Exception):
    """The phone process ended by itself; the text has its exit code and its last errors."""


class NotSeen(Exception):
    """What was waited for did not happen in time; the text lists what happened instead."""


class PhoneProcess:
    """One phone process: started with its context, asked, listened to, and ended with it."""

    def __init__(
        self, command: Sequence[str], *, errors_path: Path | None = None, finish_s_max: float = FINISH_S_MAX
    ) -> None:
        """What to start, and how long it may take to finish before it is made to.

        errors_path: where the process's standard error goes; without it it goes where ours goes.
        """
        self.command = tuple(command)
        self._finish_s_max = finish_s_max
        self._errors_path = errors_path
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._asked = 0
        self._answers: dict[int, asyncio.Future[None]] = {}
        self._events: deque[AnyEvent] = deque(maxlen=EVENTS_KEPT_MAX)
        self._unclaimed: deque[AnyEvent] = deque(maxlen=EVENTS_KEPT_MAX)
        self._news = asyncio.Condition()
        self._ended = False
        self._subscribers: list[Callable[[AnyEvent], None]] = []

    async def __aenter__(self) -> Self:
        """Start the process. Raises PhonesGone or NotSeen when it does not come up."""
        environment = os.environ | {"PYTHONPATH": _import_path()}
        with contextlib.ExitStack() as opened:
            errors = opened.enter_context(self._errors_path.open("wb")) if self._errors_path else None
            # A session of its own: Ctrl-C at the terminal reaches the one who drives, who then ends the phones.
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=environment,
                limit=EVENT_BYTES_MAX,
                start_new_session=True,
            )
        self._listening = asyncio.create_task(self._listen(self._process))
        try:
            await self.wait_for(Started, within_ms=int(START_S_MAX * 1000))
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the process."""
        await self.stop()

    @property
    def pid(self) -> int:
        """The process's id. Raises PhonesGone when it was never started."""
        if self._process is None:
            raise PhonesGone("the phone process was not started")
        return self._process.pid

    async def stop(self) -> None:
        """End all calls and the process: by `finish`, then SIGTERM, then SIGKILL. Harmless when it has ended."""
        process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.write(line_of(Finish(ask=0)))
            process.stdin.close()
        for patience_s, harder in ((self._finish_s_max, process.terminate), (KILL_S_MAX, process.kill)):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await process.wait()
            if process.returncode is not None:
                break
            log.warning("phone process does not end by itself", pid=process.pid)
            with contextlib.suppress(ProcessLookupError):
                harder()
        await process.wait()
        if self._listening is not None:
            await self._listening

    def subscribe(self, listener: Callable[[AnyEvent], None]) -> None:
        """Call listener with every event from now on, in order."""
        self._subscribers.append(listener)

    # -- what happens ----------------------------------------------------------

    async def wait_for(
        self,
        kind: type[E],
        *,
        device: str | None = None,
        call: str | None = None,
        within_ms: int = 5000,
        where: Callable[[E], bool] | None = None,
    ) -> E:
        """The earliest event of this kind that nobody has waited for before, now or within the time.

        Raises NotSeen when the time is over, PhonesGone when the process has ended.
        """
        deadline = time.monotonic() + within_ms / 1000
        async with self._news:
            while True:
                for event in self._unclaimed:
                    if isinstance(event, kind) and _is_about(event, device, call) and (where is None or where(event)):
                        self._unclaimed.remove(event)
                        return event
                if self._ended:
                    raise PhonesGone(self._how_it_ended())
                remaining_s = deadline - time.monotonic()
                if remaining_s <= 0:
                    raise NotSeen(self._what_happened(kind, device, call, within_ms))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(remaining_s):
                        await self._news.wait()

    def seen(self, kind: type[E], *, device: str | None = None, call: str | None = None) -> list[E]:
        """All events of a kind so far, oldest first (the newest 50,000 are kept)."""
        return [event for event in self._events if isinstance(event, kind) and _is_about(event, device, call)]

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            try:
                event = event_of(line)
            except msgspec.DecodeError:
                log.error("phone process said something unreadable", pid=process.pid)
                continue
            await self._take(event)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(KILL_S_MAX):
                await process.wait()
        async with self._news:
            self._ended = True
            self._news.notify_all()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(PhonesGone(self._how_it_ended()))

    async def _take(self, event: AnyEvent) -> None:
        if isinstance(event, Done | Refused):
            future = self._answers.pop(event.ask, None)
            if future is None or future.done():
                return
            if isinstance(event, Refused):
                future.set_exception(PhoneRefused(event.code, event.why))
            else:
                future.set_result(None)
            return
        async with self._news:
            self._events.append(event)
            self._unclaimed.append(event)
            self._news.notify_all()
        for subscriber in self._subscribers:
            subscriber(event)

    def _how_it_ended(self) -> str:
        code = self._process.returncode if self._process is not None else None
        errors = b""
        if self._errors_path is not None and self._errors_path.exists():
            errors = self._errors_path.read_bytes()[-ERRORS_SHOWN_BYTES:]
        return f"the phone process has ended (exit code {code}) {errors.decode(errors='replace')}".strip()

    def _what_happened(self, kind: type[Event], device: str | None, call: str | None, within_ms: int) -> str:
        about = [event for event in self._events if _is_about(event, device, call)]
        names = ", ".join(type(event).__name__ for event in about[-12:]) or "nothing"
        return f"no {kind.__name__} of {call or device or 'any phone'} within {within_ms} ms; seen: {names}"

    # -- what is asked ---------------------------------------------------------

    def next_ask(self) -> int:
        """A number for a command's `ask` that was not used yet."""
        self._asked += 1
        return self._asked

    async def ask(self, command: AnyCommand) -> None:
        """Send a command and wait until it was begun. Raises PhoneRefused, PhonesGone, or NotSeen without an answer."""
        process = self._process
        if process is None or process.stdin is None or self._ended:
            raise PhonesGone(self._how_it_ended())
        future = asyncio.get_running_loop().create_future()
        self._answers[command.ask] = future
        try:
            process.stdin.write(line_of(command))
            async with asyncio.timeout(ANSWER_S_MAX):
                await process.stdin.drain()
                await future
        except TimeoutError:
            raise NotSeen(f"no answer to {type(command).__name__} within {ANSWER_S_MAX:g} s") from None
        except OSError as error:
            raise PhonesGone(self._how_it_ended()) from error
        finally:
            self._answers.pop(command.ask, None)


def _is_about(event: Event, device: str | None, call: str | None) -> bool:
    return (device is None or getattr(event, "device", None) == device) and (
        call is None or getattr(event, "call", None) == call
    )


def _import_path() -> str:
    root = str(Path(phones.__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
