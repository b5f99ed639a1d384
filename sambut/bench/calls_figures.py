"""What the logs of callers and phones say: failures and times. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sambut.bench.call_records import CallerRecord, PhoneRecord
from sambut.bench.figures import quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What one run of calls came to. Times in ms."""

    placed: int
    failed: int
    calls_per_s: float
    answer_to_ring_ms: tuple[float, ...]
    free_to_ring_ms: tuple[float, ...]


def judge(callers: Sequence[CallerRecord], phones: Sequence[PhoneRecord], *, placed: int) -> Trip:
    """Hold the two logs against each other.

    A call has failed unless the caller was answered, an agent's phone was joined with it, and the caller saw the end.
    Time from free to ring is only counted when somebody was waiting as the agent hung up.
    """
    joined = {record.number for record in phones if record.what == "joined"}
    good = sum(1 for caller in callers if caller.done_us is not None and caller.number in joined)
    rang = _first_rings(phones)
    answer_to_ring = tuple(
        (rang[caller.number] - caller.answered_us) / 1000
        for caller in callers
        if caller.answered_us is not None and caller.number in rang
    )
    return Trip(
        placed=placed,
        failed=placed - good,
        calls_per_s=_rate(callers),
        answer_to_ring_ms=tuple(sorted(answer_to_ring)),
        free_to_ring_ms=tuple(sorted(_free_to_ring(callers, phones))),
    )


def _first_rings(phones: Sequence[PhoneRecord]) -> dict[str, int]:
    rang: dict[str, int] = {}
    for record in phones:
        if record.what == "invite":
            rang.setdefault(record.number, record.at_us)
    return rang


def _rate(callers: Sequence[CallerRecord]) -> float:
    placed = sorted(caller.placed_us for caller in callers)
    if len(placed) < 2 or placed[-1] == placed[0]:
        return 0.0
    return (len(placed) - 1) * 1_000_000 / (placed[-1] - placed[0])


def _free_to_ring(callers: Sequence[CallerRecord], phones: Sequence[PhoneRecord]) -> list[float]:
    """For each hang-up of an agent while somebody waited unrung: until the same agent's phone rings next."""
    changes = [(caller.answered_us, 1) for caller in callers if caller.answered_us is not None]
    rang = _first_rings(phones)
    changes += [(rang[caller.number], -1) for caller in callers if caller.number in rang]
    changes.sort()
    freed: dict[str, int] = {}
    found: list[float] = []
    waiting, place = 0, 0
    for record in sorted(phones, key=lambda each: each.at_us):
        while place < len(changes) and changes[place][0] <= record.at_us:
            waiting += changes[place][1]
            place += 1
        if record.what == "invite" and record.phone in freed:
            found.append((record.at_us - freed.pop(record.phone)) / 1000)
        elif record.what in ("bye", "left"):
            freed.pop(record.phone, None)
            if waiting > 0:
                freed[record.phone] = record.at_us
    return found


def mean(values: Sequence[float]) -> float | None:
    """None of nothing."""
    return sum(values) / len(values) if values else None


def quantile_or_none(values: Sequence[float], share: float) -> float | None:
    """As ``quantile`` of sorted values; None of nothing."""
    return quantile(values, share) if values else None
