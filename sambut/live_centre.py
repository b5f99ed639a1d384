"""The centre in force: shown, and changed while calls go on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from acd.core.inputs import Input
from acd.ports import Clock, DoorClosed, FrontDoor
from centre.model import Centre
from centre.plan import change_lines, plan
from centre.ports import CentreShelf
from centre.reader import Announcements
from centre.to_inputs import Configured, configured, inputs_between
from centre.writer import write_centre
from cti.ports import CentreProblem, CentreResult
from sambut.secrets_file import SecretsUnusable
from store.database import StoreFailed
from telephony.ami.failures import AmiFailure
from telephony.config.deploy import ConfigMismatch


class LiveCentre:
    """Implements ``cti.ports.CentreOffice``.

    A change goes to Asterisk first, which may refuse it; only then is it kept, and told to the engine and the scripts.
    ``change_switch`` raises ConfigMismatch, AmiFailure or SecretsUnusable. ``known``: what the engine knows now. What is taken away while
    somebody is at it goes when they have left: ``freed`` is set by whoever sees that, and ``run`` waits for it.
    """

    def __init__(
        self,
        *,
        centre: Centre,
        shelf: CentreShelf,
        clock: Clock,
        door: FrontDoor,
        announcements: Announcements | None,
        transports: frozenset[str],
        known: Callable[[], Configured],
        freed: asyncio.Event,
        change_switch: Callable[[Centre], Awaitable[None]],
        shown_to: Sequence[Callable[[Centre], None]],
    ) -> None:
        self._centre = centre
        self._shelf = shelf
        self._clock = clock
        self._door = door
        self._announcements = announcements
        self._transports = transports
        self._known = known
        self._freed = freed
        self._change_switch = change_switch
        self._shown_to = shown_to
        self._turn = asyncio.Lock()
        self._something_is_left = True

    def in_force(self) -> Centre:
        """The centre in force."""
        return self._centre

    async def current(self) -> str:
        """The description in force."""
        return write_centre(self._centre)

    async def apply(self, text: str, dry_run: bool) -> CentreResult:
        """Put a description in force, or with ``dry_run`` tell what that would change. One change at a time."""
        async with self._turn:
            made = plan(self._centre, text, self._announcements, self._transports)
            if made.centre is None:
                problems = tuple(
                    CentreProblem(line=one.line, where="", what=one.what, how=one.mend) for one in made.problems
                )
                return CentreResult(applied=False, difference=(), problems=problems)
            lines = tuple(change_lines(made))
            if dry_run or not made.changes:
                return CentreResult(applied=False, difference=lines, problems=())
            try:
                await self._change_switch(made.centre)
            except (ConfigMismatch, AmiFailure) as wrong:
                return _refused(lines, "Asterisk", str(wrong), "`sambut check` tells the state of Asterisk")
            except SecretsUnusable as wrong:
                return _refused(lines, "secrets", str(wrong), "apply it again when that is mended")
            try:
                await self._shelf.save(made.centre, self._clock.now())
            except StoreFailed as wrong:
                with contextlib.suppress(ConfigMismatch, AmiFailure):
                    await self._change_switch(self._centre)
                return _refused(lines, "database", str(wrong), "look at its disk and at the program's log")
            self._centre = made.centre
            for show in self._shown_to:
                show(made.centre)
            await self.tell_engine()
            return CentreResult(applied=True, difference=lines, problems=())

    async def tell_engine(self) -> None:
        """Bring the engine to what the centre says. What it refuses (somebody sits there) is left to ``run``."""
        for given in self._untold():
            await self._door.submit(given)
        self._something_is_left = bool(self._untold())

    async def run(self) -> None:
        """Tell the engine again what it had refused, whenever that may have become possible, until cancelled."""
        while True:
            await self._freed.wait()
            self._freed.clear()
            # Somebody leaves a queue with every call; to compare the whole centre each time would be dear.
            if not self._something_is_left:
                continue
            async with self._turn:
                with contextlib.suppress(DoorClosed):  # full or stopping: there is a next time for both
                    await self.tell_engine()

    def _untold(self) -> tuple[Input, ...]:
        return inputs_between(self._known(), configured(self._centre))


def _refused(lines: tuple[str, ...], where: str, what: str, how: str) -> CentreResult:
    problem = CentreProblem(line=0, where=where, what=what, how=f"nothing was changed; {how}")
    return CentreResult(applied=False, difference=lines, problems=(problem,))
