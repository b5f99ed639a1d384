"""A crowd of phones, from the side of a test or of the demo: start the process, ask, wait for what happens, stop it.

    async with AgentPhones() as phones:
        await phones.register("1001", password="...", server="127.0.0.1", port=5060, tone_hz=1000, record_folder=folder)
        await phones.behave("1001", PicksUp(after_ms=500))
        ringing = await phones.wait_for(Ringing, device="1001", within_ms=2000)
        ended = await phones.wait_for(Ended, call=ringing.call, within_ms=60_000)
        assert ended.heard.has(400)

`wait_for` gives each event once: asking twice for `Ringing` waits for two calls. `seen` gives all there were.
"""

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec
import structlog

import sambut
from sambut.phones.wire import (
    AnyCommand,
    AnyEvent,
    AnyPlan,
    Behave,
    Dial,
    Done,
    Event,
    Finish,
    HangUp,
    Hold,
    KeyPress,
    PickUp,
    PressKeys,
    Record,
    Refuse,
    Refused,
    Register,
    RegisterAgain,
    Registered,
    RegistrationFailed,
    Resume,
    Started,
    Talk,
    Transfer,
    Transport,
    Unregister,
    Unregistered,
    event_of,
    line_of,
)

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
    """The phone process did not do a command; `code` is one of `wire.Refused`'s."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


class PhonesGone(Exception):
    """The phone process ended by itself; the text has its exit code and its last errors."""


class NotSeen(Exception):
    """What was waited for did not happen in time; the text lists what happened instead."""


class Phones:
    """One phone process. Use `AgentPhones` or `PjsuaPhones`, or give the command line of another."""

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

    async def register(
        self,
        device: str,
        *,
        server: str,
        port: int,
        password: str = "",
        user: str | None = None,
        transport: Transport = "udp",
        display_name: str = "",
        tone_hz: int = 440,
        record_folder: Path | None = None,
        within_ms: int = 10_000,
    ) -> None:
        """Make a phone and wait until it is registered. Raises ConnectionRefusedError when the server refuses it."""
        await self.ask(
            Register(
                ask=self.next_ask(),
                device=device,
                user=device if user is None else user,
                password=password,
                server=server,
                port=port,
                transport=transport,
                display_name=display_name,
                tone_hz=tone_hz,
                record_folder=None if record_folder is None else str(record_folder),
            )
        )
        await self._wait_until_registered(device, within_ms)

    async def _wait_until_registered(self, device: str, within_ms: int) -> None:
        def is_outcome(event: Event) -> bool:
            return isinstance(event, Registered | RegistrationFailed)

        outcome = await self.wait_for(Event, device=device, within_ms=within_ms, where=is_outcome)
        if isinstance(outcome, RegistrationFailed):
            raise ConnectionRefusedError(f"{device} was not registered: {outcome.status} {outcome.reason}")

    async def make_caller(
        self,
        device: str,
        *,
        server: str,
        port: int,
        number: str,
        display_name: str = "",
        transport: Transport = "udp",
        tone_hz: int = 440,
        record_folder: Path | None = None,
    ) -> None:
        """Make a phone that does not register and calls as this number."""
        await self.ask(
            Register(
                ask=self.next_ask(),
                device=device,
                user=number,
                server=server,
                port=port,
                transport=transport,
                registers=False,
                display_name=display_name,
                tone_hz=tone_hz,
                record_folder=None if record_folder is None else str(record_folder),
            )
        )

    async def unregister(self, device: str, *, within_ms: int = 5000) -> None:
        """Take the registration back, and wait for it."""
        await self.ask(Unregister(ask=self.next_ask(), device=device))
        await self.wait_for(Unregistered, device=device, within_ms=within_ms)

    async def register_again(self, device: str, *, within_ms: int = 10_000) -> None:
        """Register a phone that had unregistered. Raises ConnectionRefusedError when the server refuses it."""
        await self.ask(RegisterAgain(ask=self.next_ask(), device=device))
        await self._wait_until_registered(device, within_ms)

    async def behave(self, device: str, plan: AnyPlan) -> None:
        """Give it a plan for calls to come."""
        await self.ask(Behave(ask=self.next_ask(), device=device, plan=plan))

    async def talk(self, device: str, *, tone_hz: int) -> None:
        """Change the tone it sends; 0 is silence."""
        await self.ask(Talk(ask=self.next_ask(), device=device, tone_hz=tone_hz))

    async def record(self, device: str, folder: Path | None) -> None:
        """Keep what it hears in calls answered from now on, or not any more."""
        await self.ask(Record(ask=self.next_ask(), device=device, folder=None if folder is None else str(folder)))

    async def dial(
        self,
        device: str,
        target: str,
        *,
        press: Sequence[KeyPress] = (),
        headers: dict[str, str] | None = None,
        hang_up_after_ms: int | None = None,
    ) -> None:
        """Place a call; keys are pressed once it is answered."""
        await self.ask(
            Dial(
                ask=self.next_ask(),
                device=device,
                target=target,
                press=tuple(press),
                headers=headers or {},
                hang_up_after_ms=hang_up_after_ms,
            )
        )

    async def pick_up(self, device: str, call: str = "") -> None:
        """Answer a ringing call; the newest, if none is named (here and below)."""
        await self.ask(PickUp(ask=self.next_ask(), device=device, call=call))

    async def decline(self, device: str, call: str = "") -> None:
        """Refuse a ringing call with 603."""
        await self.ask(Refuse(ask=self.next_ask(), device=device, call=call, status=603))

    async def be_busy(self, device: str, call: str = "") -> None:
        """Refuse a ringing call with 486."""
        await self.ask(Refuse(ask=self.next_ask(), device=device, call=call, status=486))

    async def hang_up(self, device: str, call: str = "") -> None:
        """End a call."""
        await self.ask(HangUp(ask=self.next_ask(), device=device, call=call))

    async def hold(self, device: str, call: str = "") -> None:
        """Put the far end on hold."""
        await self.ask(Hold(ask=self.next_ask(), device=device, call=call))

    async def resume(self, device: str, call: str = "") -> None:
        """Take the far end off hold."""
        await self.ask(Resume(ask=self.next_ask(), device=device, call=call))

    async def press(self, device: str, *press: KeyPress, call: str = "") -> None:
        """Press keys; told as keys_pressed when all were."""
        await self.ask(PressKeys(ask=self.next_ask(), device=device, call=call, press=press))

    async def transfer(self, device: str, target: str, call: str = "") -> None:
        """Blind transfer; told as transferred or transfer_failed."""
        await self.ask(Transfer(ask=self.next_ask(), device=device, call=call, target=target))


class AgentPhones(Phones):
    """Many phones in one process, on baresip; with a SIP port of its own it can be the callers of a trunk."""

    def __init__(
        self, *, address: str = "127.0.0.1", sip_port: int = 0, sip_trace: bool = False, errors_path: Path | None = None
    ) -> None:
        command = [sys.executable, "-m", "sambut.phones.agents", "--address", address, "--sip-port", str(sip_port)]
        super().__init__([*command, *(["--sip-trace"] if sip_trace else [])], errors_path=errors_path)


class PjsuaPhones(Phones):
    """One to three phones in one process, on pjsua2."""

    def __init__(self, *, address: str = "127.0.0.1", sip_port: int = 0, errors_path: Path | None = None) -> None:
        command = [sys.executable, "-m", "sambut.phones.pjsua", "--address", address, "--sip-port", str(sip_port)]
        super().__init__(command, errors_path=errors_path)


def _is_about(event: Event, device: str | None, call: str | None) -> bool:
    return (device is None or getattr(event, "device", None) == device) and (
        call is None or getattr(event, "call", None) == call
    )


def _import_path() -> str:
    root = str(Path(sambut.__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
