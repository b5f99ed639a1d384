"""Tiers: the profiles that may take one class of interactions, in the order in which their agents are offered it.

All of one tier have the same rank. Within it they differ by the bonus of their proficiency at most; those with the same
bonus are one part, whose first agent the heads tell at once.
"""

from acd.core.demand import AgentKey, AgentRank
from acd.core.heads import Heads


class Tier:
    """Profiles of one rank: their bits, and the parts of them from the highest bonus down."""

    __slots__ = ("bits", "parts", "rank")

    def __init__(self, rank: AgentRank) -> None:
        self.rank = rank
        self.bits = 0
        self.parts: list[tuple[int, int]] = []

    def add(self, bonus_ms: int, bit: int) -> None:
        """One more profile."""
        parts = dict(self.parts)
        parts[bonus_ms] = parts.get(bonus_ms, 0) | bit
        self.parts = sorted(parts.items(), reverse=True)
        self.bits |= bit

    def without(self, gone: int) -> None:
        """Those profiles are no more."""
        self.parts = [(bonus_ms, bits & ~gone) for bonus_ms, bits in self.parts if bits & ~gone]
        self.bits &= ~gone

    def first(self, heads: Heads[AgentKey]) -> AgentKey | None:
        """The first agent of this tier."""
        if len(self.parts) == 1:
            return heads.first(self.bits)
        least = heads.least()
        best: tuple[AgentKey, AgentKey] | None = None
        for bonus_ms, bits in self.parts:
            if best is not None and least is not None and least[0] - bonus_ms > best[0][0]:
                break  # not even the first of all would be sooner with a bonus as small as this
            key = heads.first(bits)
            if key is not None:
                weighed = (key[0] - bonus_ms, key[1], key[2])
                if best is None or weighed < best[0]:
                    best = weighed, key
        return None if best is None else best[1]


class Tiers:
    """All tiers of a class, the first to be offered first."""

    __slots__ = ("_tiers",)

    def __init__(self) -> None:
        self._tiers: list[Tier] = []

    def add(self, rank: AgentRank, bonus_ms: int, bit: int) -> None:
        """One more profile may take it."""
        tier = next((tier for tier in self._tiers if tier.rank == rank), None)
        if tier is None:
            tier = Tier(rank)
            self._tiers.append(tier)
            self._tiers.sort(key=lambda one: one.rank)
        tier.add(bonus_ms, bit)

    def without(self, gone: int) -> None:
        """Those profiles are no more."""
        for tier in self._tiers:
            tier.without(gone)
        self._tiers = [tier for tier in self._tiers if tier.bits]

    def first(self, heads: Heads[AgentKey]) -> AgentKey | None:
        """The first agent of the first tier that has any."""
        present = heads.present
        for tier in self._tiers:
            if tier.bits & present:
                return tier.first(heads)
        return None
