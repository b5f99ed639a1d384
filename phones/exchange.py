"""The front of a phone process: reads commands, gives each to its phone, answers it, and ends everything at the end.

Knows nothing of SIP: an engine (baresip, pjsua2) brings its phones as `Phone` and a way to make one.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Protocol, assert_never

import msgspec
import structlog

from phones.commands import (
    AnyCommand,
    Behave,
    Dial,
    Finish,
    HangUp,
    Hold,
    PickUp,
    PressKeys,
    Record,
    Refuse,
    Register,
    RegisterAgain,
    Resume,
    Talk,
    Transfer,
    Unregister,
)
from phones.events import Done, Event, Refused, Started
from phones.lines import LineDoor, now_ms
from phones.plans import AnyPlan, KeyPress
from phones.wire import command_of

log = structlog.get_logger()

CLOSING_S_MAX = 4.0


class NotDone(Exception):
    """A command that could not be done: a code of `events.Refused` and why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


class Phone(Protocol):
    """One phone, of whatever engine. Every method returns at once; outcomes are told as events.

    Each raises NotDone when it cannot begin. `call` is empty for the newest call.
    """

    async def register(self) -> None:
        """Begin to register."""

    async def unregister(self) -> None:
        """Begin to take the registration back."""

    def behave(self, plan: AnyPlan) -> None:
        """Set the plan for calls to come."""

    def talk(self, tone_hz: int) -> None:
        """Change the tone sent."""

    def record(self, folder: str | None) -> None:
        """Set where to keep what is heard."""

    async def dial(
        self, target: str, press: tuple[KeyPress, ...], headers: dict[str, str], hang_up_after_ms: int | None
    ) -> None:
        """Place a call."""

    async def pick_up(self, call: str) -> None:
        """Answer a ringing call."""

    async def refuse(self, call: str, status: int) -> None:
        """Refuse a ringing call with a SIP status."""

    async def hang_up(self, call: str) -> None:
        """End a call."""

    async def hold(self, call: str) -> None:
        """Hold the far end."""

    async def resume(self, call: str) -> None:
        """Take the far end off hold."""

    async def press(self, call: str, press: tuple[KeyPress, ...]) -> None:
        """Begin to press keys."""

    async def transfer(self, call: str, target: str) -> None:
        """Begin a blind transfer."""

    async def close(self) -> None:
        """End its calls and its registration, and release it. Never raises NotDone."""


PhoneMaker = Callable[[Register], Awaitable[Phone]]


class Exchange:
    """All phones of one process, by device."""

    def __init__(self, door: LineDoor, make_phone: PhoneMaker, *, engine: str) -> None:
        self._door = door
        self._make_phone = make_phone
        self._engine = engine
        self._phones: dict[str, Phone] = {}

    async def serve(self) -> None:
        """Work until told to finish, signalled, or left alone; then close every phone, within a bound."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        self._door.tell(Started(at_ms=now_ms(), pid=os.getpid(), engine=self._engine))
        ends = [
            asyncio.create_task(self._read_commands()),
            asyncio.create_task(stop.wait()),
            asyncio.create_task(self._door.reader_is_gone.wait()),
        ]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            await self._close_phones()
            await self._door.close()

    async def _close_phones(self) -> None:
        closing = [asyncio.create_task(phone.close()) for phone in self._phones.values()]
        if closing:
            _, late = await asyncio.wait(closing, timeout=CLOSING_S_MAX)
            for task in late:
                task.cancel()
            await asyncio.gather(*closing, return_exceptions=True)
            if late:
                log.warning("phones did not close in time", phones=len(late))

    async def _read_commands(self) -> None:
        while True:
            try:
                line = await self._door.reader.readline()
            except ValueError:
                # Longer than the limit; asyncio has thrown the buffer away, the next line may be read again.
                self._refuse(-1, NotDone("unreadable", "the line is too long"))
                continue
            if not line:
                return
            try:
                command = command_of(line)
            except msgspec.DecodeError as error:
                self._refuse(-1, NotDone("unreadable", str(error)))
                continue
            if isinstance(command, Finish):
                self._door.tell(Done(at_ms=now_ms(), ask=command.ask))
                return
            await self._carry_out(command)

    async def _carry_out(self, command: AnyCommand) -> None:
        try:
            await self._perform(command)
        except NotDone as refusal:
            self._refuse(command.ask, refusal)
        else:
            self._door.tell(Done(at_ms=now_ms(), ask=command.ask))

    def _refuse(self, ask: int, refusal: NotDone) -> None:
        self._door.tell(Refused(at_ms=now_ms(), ask=ask, code=refusal.code, why=refusal.why))

    def _phone(self, device: str) -> Phone:
        phone = self._phones.get(device)
        if phone is None:
            raise NotDone("unknown_device", "register it first")
        return phone

    async def _perform(self, command: AnyCommand) -> None:
        match command:
            case Register():
                await self._add(command)
            case Unregister():
                await self._phone(command.device).unregister()
            case RegisterAgain():
                await self._phone(command.device).register()
            case Behave():
                self._phone(command.device).behave(command.plan)
            case Talk():
                self._phone(command.device).talk(command.tone_hz)
            case Record():
                self._phone(command.device).record(command.folder)
            case Dial():
                phone = self._phone(command.device)
                await phone.dial(command.target, command.press, command.headers, command.hang_up_after_ms)
            case PickUp() | Refuse() | HangUp() | Hold() | Resume() | PressKeys() | Transfer():
                await self._perform_on_call(command)
            case Finish():
                return
            case _:
                assert_never(command)

    async def _perform_on_call(self, command: PickUp | Refuse | HangUp | Hold | Resume | PressKeys | Transfer) -> None:
        phone = self._phone(command.device)
        match command:
            case PickUp():
                await phone.pick_up(command.call)
            case Refuse():
                await phone.refuse(command.call, command.status)
            case HangUp():
                await phone.hang_up(command.call)
            case Hold():
                await phone.hold(command.call)
            case Resume():
                await phone.resume(command.call)
            case PressKeys():
                await phone.press(command.call, command.press)
            case Transfer():
                await phone.transfer(command.call, command.target)
            case _:
                assert_never(command)

    async def _add(self, command: Register) -> None:
        if command.device in self._phones:
            raise NotDone("device_exists", "each device is registered once; unregister and register_again")
        phone = await self._make_phone(command)
        self._phones[command.device] = phone
        if command.registers:
            try:
                await phone.register()
            except NotDone:
                del self._phones[command.device]
                with contextlib.suppress(NotDone):
                    await phone.close()
                raise


Tell = Callable[[Event], None]
