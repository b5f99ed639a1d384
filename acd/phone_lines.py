"""One call at a time to each phone: the next one of ours rings when the one before has left it.

The engine offers an agent the next caller in the very step in which the last one hung up, and the phone may still ring
for that one. Rung for both it would show two calls, or answer the second with busy, and its agent would be left alone as
if the phone were broken. So whoever rings phones, rings each through here.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from kernel.ids import DeviceId, ReservationId

LEFT_MS_MAX = 500
"""How long a leg that was told to end may take; its end may also have gone unheard."""

REMEMBERED_MAX = 4096


class PhoneLines:
    """Which leg of ours is at which phone."""

    def __init__(self) -> None:
        self._phones: OrderedDict[ReservationId, DeviceId] = OrderedDict()
        self._latest: dict[DeviceId, ReservationId] = {}
        self._left: dict[ReservationId, asyncio.Event] = {}

    def reserved(self, reservation_id: ReservationId, device_id: DeviceId) -> None:
        """A reservation is for this phone; told of old ones too, whose legs may still be found."""
        self._phones[reservation_id] = device_id
        while len(self._phones) > REMEMBERED_MAX:
            self._phones.popitem(last=False)

    def phone_of(self, reservation_id: ReservationId) -> DeviceId | None:
        """The phone that a reservation is for; None when it is forgotten."""
        return self._phones.get(reservation_id)

    def found(self, reservation_id: ReservationId) -> None:
        """A leg is there that somebody else rang: a former program."""
        if reservation_id not in self._left and reservation_id in self._phones:
            self._take(reservation_id)

    def left(self, reservation_id: ReservationId) -> None:
        """A leg is gone, or will never be."""
        gone = self._left.pop(reservation_id, None)
        if gone is not None:
            gone.set()

    def next_in_line(self, reservation_id: ReservationId) -> ReservationId | None:
        """Ring for a reservation next: None when the phone is free, else whose leg has to leave it first."""
        former = self._latest.get(self._phones[reservation_id])
        self._take(reservation_id)
        return former if former != reservation_id and former in self._left else None

    async def wait_for(self, former: ReservationId, talks: Callable[[ReservationId], bool]) -> None:
        """Until a leg has left its phone, or should have. One that ``talks`` (by its reservation) may take its time."""
        left = self._left.get(former)
        while left is not None and not left.is_set():
            try:
                async with asyncio.timeout(LEFT_MS_MAX / 1000):
                    await left.wait()
            except TimeoutError:
                if not talks(former):
                    return

    def _take(self, reservation_id: ReservationId) -> None:
        self._left[reservation_id] = asyncio.Event()
        self._latest[self._phones[reservation_id]] = reservation_id
