"""Phones that fell silent in a talk: for as long as Asterisk is finding out, it is not believed that they are there. Pure."""

from collections.abc import Mapping
from typing import Final

from acd.core.inputs import DevicePresenceSeen, Input
from acd.ports import DeviceSeen
from kernel.ids import DeviceId
from kernel.instants import Instant, elapsed_ms

DOUBTED_MS: Final = 4_000
"""A phone that is asked whether it lives has three seconds to answer (qualify_timeout)."""


class SilentPhones:
    """Which phones are in doubt, and since when."""

    def __init__(self) -> None:
        self._since: dict[DeviceId, Instant] = {}

    def fell_silent(self, device_id: DeviceId, now: Instant) -> None:
        """Nothing came from it any more, and it is being asked."""
        self._since[device_id] = now

    def believes(self, given: Input, now: Instant) -> bool:
        """Whether an input may be handed in: not that a phone in doubt is there."""
        if not isinstance(given, DevicePresenceSeen) or not given.reachable:
            return True
        return not self._is_in_doubt(given.device_id, now)

    def believable(self, devices: Mapping[DeviceId, DeviceSeen], now: Instant) -> dict[DeviceId, DeviceSeen]:
        """A picture's phones without those in doubt that it holds to be there."""
        return {
            device_id: seen
            for device_id, seen in devices.items()
            if not seen.reachable or not self._is_in_doubt(device_id, now)
        }

    def _is_in_doubt(self, device_id: DeviceId, now: Instant) -> bool:
        since = self._since.get(device_id)
        if since is None:
            return False
        if elapsed_ms(since, now) < DOUBTED_MS:
            return True
        del self._since[device_id]
        return False
