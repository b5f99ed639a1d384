"""What the centre needs of the outside: a shelf where the applied centre lies."""

from typing import Protocol

from centre.model import Centre
from kernel.instants import Instant


class CentreShelf(Protocol):
    """Where the applied centre lies, with every earlier one behind it."""

    async def load(self) -> Centre | None:
        """The centre that was saved last; None when there never was one."""

    async def save(self, centre: Centre, published_at: Instant) -> None:
        """Keep a centre, durably, as the newest. Earlier ones stay."""
