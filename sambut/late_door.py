"""A front door that is hung in later: the switch needs the door, and the distributor behind it needs the switch."""

from collections.abc import Sequence

from acd.core.facts import Fact
from acd.core.inputs import Input
from acd.ports import DoorClosed, FrontDoor


class LateDoor:
    """Implements ``acd.ports.FrontDoor``; closed until ``hang_in``."""

    def __init__(self) -> None:
        self._door: FrontDoor | None = None

    def hang_in(self, door: FrontDoor) -> None:
        """From now on, this is the door."""
        self._door = door

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        """See FrontDoor."""
        return await self._open().submit(given)

    def post(self, given: Input) -> None:
        """See FrontDoor."""
        self._open().post(given)

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        """See FrontDoor."""
        return await self._open().note(stream, facts)

    def post_note(self, stream: str, facts: Sequence[object]) -> None:
        """See FrontDoor."""
        self._open().post_note(stream, facts)

    def _open(self) -> FrontDoor:
        if self._door is None:
            raise DoorClosed("the program is starting")
        return self._door
