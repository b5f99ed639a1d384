"""Patience: how long callers would have waited, estimated from those who gave up and those who did not need to.

Of a caller who was answered only is known that they would have waited longer than they did. The estimate of Kaplan and
Meier uses both kinds; from it a caller's further patience is drawn, always the same for the same caller.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from kernel.ids import InteractionId, QueueId
from simulator.rerun.record import Stay


class Survival:
    """The share of callers who still wait after so long, as steps down at each wait at which somebody gave up."""

    def __init__(self, stays: Iterable[Stay]) -> None:
        ordered = sorted(stays, key=lambda stay: (stay.waited_ms, not stay.gave_up))
        left, share = len(ordered), 1.0
        self._waits: list[int] = []
        self._shares: list[float] = []
        for stay in ordered:
            if stay.gave_up:
                share *= 1.0 - 1.0 / left
                if self._waits and self._waits[-1] == stay.waited_ms:
                    self._shares[-1] = share
                else:
                    self._waits.append(stay.waited_ms)
                    self._shares.append(share)
            left -= 1

    @property
    def is_known(self) -> bool:
        """Whether anybody gave up at all."""
        return bool(self._waits)

    def drawn(self, beyond_ms: int, chance: float) -> int | None:
        """The patience of one who has waited ``beyond_ms``: longer than that; None: nobody knows an end of it.

        ``chance``: from 0 to below 1, the share of the like of them who are more patient.
        """
        place = bisect_right(self._waits, beyond_ms)
        still = self._shares[place - 1] if place else 1.0
        for wait_ms, share in zip(self._waits[place:], self._shares[place:], strict=True):
            if share <= chance * still:
                return wait_ms
        return None


class Patience:
    """Everybody's patience, by queue; where nobody gave up in a queue, that of all queues together."""

    def __init__(self, stays: Sequence[Stay]) -> None:
        by_queue: dict[QueueId, list[Stay]] = {}
        for stay in stays:
            by_queue.setdefault(stay.queue_id, []).append(stay)
        self._of_all = Survival(stays)
        self._of_queue: Mapping[QueueId, Survival] = {
            queue_id: survival for queue_id, of_queue in by_queue.items() if (survival := Survival(of_queue)).is_known
        }

    def of(self, interaction_id: InteractionId, ordinal: int, queue_id: QueueId, beyond_ms: int) -> int | None:
        """How long one caller waits in their how many-th stay, known to be longer than ``beyond_ms``; None: for ever."""
        survival = self._of_queue.get(queue_id, self._of_all)
        return survival.drawn(beyond_ms, chance_of(f"{interaction_id}/{ordinal}"))


def chance_of(name: str) -> float:
    """A number from 0 to below 1 that is always the same for a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:6]) / 2**48
