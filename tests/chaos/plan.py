"""Which faults come, in which order and after which pauses: all from one seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.chaos.outages import Kind

FREEZE_S = (1.0, 5.0, 30.0)
AWAY_S = (4.0, 10.0)
PAUSE_S = (2.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. ``pause_s``: since the last return, or the start. ``frozen_s``: for a freeze or an absence, else 0."""

    kind: Kind
    pause_s: float
    frozen_s: float = 0.0


def faults(*, seed: int, kills: int, freezes: int, away: int, asterisk: int) -> Sequence[Fault]:
    """So many of each, mixed; the first is none of Asterisk, so that calls have begun by then."""
    chance = Random(seed)
    kinds = [Kind.KILL] * kills + [Kind.FREEZE] * freezes + [Kind.AWAY] * away + [Kind.ASTERISK] * asterisk
    chance.shuffle(kinds)
    first = next((place for place, kind in enumerate(kinds) if kind is not Kind.ASTERISK), 0)
    if kinds:
        kinds.insert(0, kinds.pop(first))
    return [Fault(kind=kind, pause_s=chance.uniform(*PAUSE_S), frozen_s=_frozen_s(chance, kind)) for kind in kinds]


def _frozen_s(chance: Random, kind: Kind) -> float:
    if kind is Kind.FREEZE:
        return chance.choice(FREEZE_S)
    return chance.uniform(*AWAY_S) if kind is Kind.AWAY else 0.0
