"""The engine's heartbeat in the dialplan: while it is fresh, callers wait in peace, and our epoch may join calls."""

import asyncio
from collections.abc import Callable

import structlog

from kernel.instants import Instant, elapsed_ms
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink
from telephony.ami.failures import AmiFailure

log = structlog.get_logger(__name__)

BEAT = "ACD_BEAT"
EPOCH = "ACD_EPOCH"
ASTERISKS_CLOCK = "EPOCH"
"""A variable that Asterisk computes: its time of day in seconds."""


class Superseded(Exception):
    """A younger program serves this Asterisk. Two may not: this one must end, and its calls go on without it."""


class Heartbeat:
    """Sets the global variables ``ACD_BEAT`` (seconds by Asterisk's clock) and ``ACD_EPOCH``.

    A beat is a lease: so long after it (``lease_ms``) Asterisk serves callers by itself. A program that finds that it has
    not beaten for so long, frozen or cut off, does not simply go on: it calls ``on_lapse``, decides nothing and beats no
    more until all has been compared and ``renew`` was called.

    ``epoch``: ``<instant of the start>-<chance>``; of two programs the one that started later is in force.
    """

    def __init__(
        self,
        commands: AmiLink,
        *,
        every_ms: int,
        lease_ms: int,
        now: Callable[[], Instant],
        epoch: str,
        on_lapse: Callable[[], None] = lambda: None,
    ) -> None:
        self._commands = commands
        self._every_ms = every_ms
        self._now = now
        self._epoch = epoch
        self._lease_ms = lease_ms
        self._on_lapse = on_lapse
        self._beaten_at: Instant | None = None
        self._in_force = False
        self._link_up = asyncio.Event()
        self._found_new = False
        self.superseded = False

    def link_up(self) -> None:
        """Asterisk may be a new one that has never heard of us: beat at once."""
        self._link_up.set()

    @property
    def in_force(self) -> bool:
        """Whether Asterisk still counts on us: compared, and beaten in time ever since."""
        if self._in_force and (self._beaten_at is None or elapsed_ms(self._beaten_at, self._now()) > self._lease_ms):
            self._in_force = False
        return self._in_force

    def renew(self) -> None:
        """All that may have happened without us is known."""
        self._in_force = True

    def take_found_new(self) -> bool:
        """Whether Asterisk had never heard of any program, since this was last asked: it was started anew."""
        found, self._found_new = self._found_new, False
        return found

    async def beat(self) -> None:
        """Beat once. Nothing happens while the link is down. Raises Superseded."""
        if not self._commands.is_up:
            return
        begun_at = self._now()
        try:
            clock = self._commands.send(Action(name="Getvar", fields={"Variable": ASTERISKS_CLOCK}))
            asked = Action(name="Getvar", fields={"Variable": EPOCH})
            in_force = (await self._commands.perform(asked)).fields.get("Value", "")
            self._found_new = self._found_new or not in_force
            if began_at(in_force) > began_at(self._epoch):
                self.superseded = True
                raise Superseded(f"a program that started later serves this Asterisk: {in_force}")
            # By Asterisk's own clock, which its dialplan holds the beat against: ours goes on evenly when that one jumps.
            beat = (await clock).fields.get("Value", "")
            self._commands.send(global_variable(BEAT, beat if beat.isdigit() else str(self._now() // 1000)))
            await self._commands.perform(global_variable(EPOCH, self._epoch))
            # Counted from its beginning: frozen in the middle of it, we know nothing of what came after.
            self._beaten_at = begun_at
        except AmiFailure as failure:
            # A lost beat is simply followed by the next.
            log.warning("beat lost", failure=type(failure).__name__)

    async def run(self) -> None:
        """Beat for ever, and at once whenever the link has come up. Raises Superseded."""
        while True:
            if self._beaten_at is not None and elapsed_ms(self._beaten_at, self._now()) > self._lease_ms:
                self._in_force = False
                if self._commands.is_up:
                    self._on_lapse()
            else:
                await self.beat()
            try:
                async with asyncio.timeout(self._every_ms / 1000):
                    await self._link_up.wait()
            except TimeoutError:
                continue
            self._link_up.clear()


def began_at(epoch: str) -> int:
    """When the program of an epoch began, in milliseconds; -1 for what is no epoch."""
    digits, _, _ = epoch.partition("-")
    return int(digits) if digits.isascii() and digits.isdigit() else -1


def global_variable(name: str, value: str) -> Action:
    """Set one of the dialplan's global variables."""
    return Action(name="Setvar", fields={"Variable": name, "Value": value})
