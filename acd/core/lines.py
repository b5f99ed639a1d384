"""The lines: who waits and who is ready, kept in order and grouped so that a newcomer is matched without a search.

Waiting interactions with equal demands form a class, ready agents with equal profiles stand together. Which profiles may
take which classes, and in which order, is worked out once, when a class or a profile is new. Then the best caller for an
agent is the first of the heads of some classes, and the best agent for a caller the first of the heads of some profiles,
however long the lines are. Ready agents stand in one row for each way of weighing them that some class asks for.
"""

from typing import Generic, TypeVar

from sortedcontainers import SortedList

from acd.core.demand import (
    AgentKey,
    Demand,
    Profile,
    Standing,
    Weights,
    agent_bonus_ms,
    agent_key,
    agent_rank,
)
from acd.core.rows import Rows
from acd.core.strategies import CallerKey
from acd.core.tiers import Tiers
from kernel.ids import AgentId, InteractionId, QueueId

GROUPS_MAX = 4096
"""Above this, classes and profiles that have nobody are forgotten before a new one is added."""


class _Class:
    """Waiting interactions with one demand: the profiles that may take them, and how their agents are weighed."""

    __slots__ = ("demand", "number", "rows", "size", "tiers")

    def __init__(self, demand: Demand, number: int, rows: Rows[AgentKey]) -> None:
        self.demand = demand
        self.number = number
        self.rows = rows
        self.size = 0
        self.tiers = Tiers()


class _Peers:
    """Ready agents with one profile, and the bits of the classes that they may take."""

    __slots__ = ("number", "partners", "profile", "size")

    def __init__(self, profile: Profile, number: int) -> None:
        self.profile = profile
        self.number = number
        self.size = 0
        self.partners = 0


Kind = TypeVar("Kind", Demand, Profile)
Group = TypeVar("Group", _Class, _Peers)


class _Groups(Generic[Kind, Group]):
    """All classes by demand, or all peers by profile; each has a number, which is free again when it is forgotten."""

    __slots__ = ("_free", "by_kind")

    def __init__(self) -> None:
        self.by_kind: dict[Kind, Group] = {}
        self._free: list[int] = []

    def number(self) -> int:
        """A number that no group has."""
        return self._free.pop() if self._free else len(self.by_kind)

    def forget_empty(self) -> list[int]:
        """Forget the groups that have nobody; their numbers."""
        gone = {kind: group.number for kind, group in self.by_kind.items() if not group.size}
        for kind in gone:
            del self.by_kind[kind]
        self._free += gone.values()
        return list(gone.values())


class Lines:
    """Three kinds of line: by queue (offered ones too: it gives the position), by class, and by profile."""

    __slots__ = ("_classes", "_groups_max", "_profiles", "_queues", "_ready", "_standing", "_waiting", "_waits")

    def __init__(self, *, groups_max: int = GROUPS_MAX) -> None:
        self._groups_max = groups_max
        self._queues: dict[QueueId, SortedList[CallerKey]] = {}
        self._classes: _Groups[Demand, _Class] = _Groups()
        self._waiting: Rows[CallerKey] = Rows()
        self._waits: dict[InteractionId, tuple[CallerKey, _Class]] = {}
        self._profiles: _Groups[Profile, _Peers] = _Groups()
        self._ready: dict[Weights, Rows[AgentKey]] = {}
        self._standing: dict[AgentId, tuple[Standing, _Peers]] = {}

    @property
    def waiting(self) -> dict[Demand, list[CallerKey]]:
        """Who may be offered, by class."""
        classes = self._classes.by_kind.items()
        return {demand: self._waiting.of(group.number) for demand, group in classes if group.size}

    @property
    def ready(self) -> dict[Profile, dict[AgentId, Standing]]:
        """Who may be offered to, by profile."""
        found: dict[Profile, dict[AgentId, Standing]] = {}
        for agent_id, (standing, peers) in self._standing.items():
            found.setdefault(peers.profile, {})[agent_id] = standing
        return found

    def rows(self) -> dict[Weights, dict[Profile, list[AgentKey]]]:
        """Who may be offered to, in each order that is kept, by profile."""
        everybody = self._profiles.by_kind.items()
        return {
            weights: {profile: rows.of(peers.number) for profile, peers in everybody if peers.size}
            for weights, rows in self._ready.items()
        }

    @property
    def queues(self) -> dict[QueueId, list[CallerKey]]:
        """Who is in a queue, by queue."""
        return {queue_id: list(keys) for queue_id, keys in self._queues.items() if keys}

    # --- queues ----------------------------------------------------------------------------------------------------

    def queue_up(self, queue_id: QueueId, key: CallerKey) -> None:
        """Put into the queue's line."""
        keys = self._queues.get(queue_id)
        if keys is None:
            keys = self._queues[queue_id] = SortedList()
        keys.add(key)

    def leave_queue(self, queue_id: QueueId, key: CallerKey) -> None:
        """Take out of the queue's line. Raises ValueError, a bug, when ``key`` is not in it."""
        self._queues[queue_id].remove(key)

    def close_queue(self, queue_id: QueueId) -> None:
        """The queue is no more."""
        self._queues.pop(queue_id, None)

    def in_queue(self, queue_id: QueueId) -> tuple[CallerKey, ...]:
        """Everybody in a queue, the next to be served first."""
        return tuple(self._queues.get(queue_id, ()))

    def length(self, queue_id: QueueId) -> int:
        """How many are in the queue's line, those who are being offered included."""
        return len(self._queues.get(queue_id, ()))

    def position(self, queue_id: QueueId, key: CallerKey) -> int:
        """1 for the next to be served; ``key`` need not be in the line yet."""
        keys = self._queues.get(queue_id)
        return 1 if keys is None else int(keys.bisect_left(key)) + 1

    # --- callers ---------------------------------------------------------------------------------------------------

    def wait(self, demand: Demand, key: CallerKey) -> None:
        """An interaction may be offered from now on."""
        group = self._classes.by_kind.get(demand) or self._open_class(demand)
        group.size += 1
        self._waiting.add(group.number, key)
        self._waits[key[-1]] = key, group

    def stop_waiting(self, interaction_id: InteractionId) -> None:
        """An interaction may not be offered any more. Raises KeyError, a bug, when it does not wait."""
        key, group = self._waits.pop(interaction_id)
        group.size -= 1
        self._waiting.remove(group.number, key)

    def first_agent(self, interaction_id: InteractionId) -> AgentId | None:
        """The agent who is offered a waiting interaction next."""
        _, group = self._waits[interaction_id]
        first = group.tiers.first(group.rows.heads)
        return None if first is None else first[-1]

    def _open_class(self, demand: Demand) -> _Class:
        if len(self._classes.by_kind) >= self._groups_max:
            self._forget_empty_classes()
        opened = _Class(demand, self._classes.number(), self._rows_by(demand.ordering.weights))
        self._classes.by_kind[demand] = opened
        for peers in self._profiles.by_kind.values():
            _pair(opened, peers)
        return opened

    def _rows_by(self, weights: Weights) -> Rows[AgentKey]:
        """The agents in this order, which is kept from the first class on that asks for it."""
        rows = self._ready.get(weights)
        if rows is None:
            rows = self._ready[weights] = Rows()
            for agent_id, (standing, peers) in self._standing.items():
                rows.add(peers.number, agent_key(weights, standing, agent_id))
        return rows

    def _forget_empty_classes(self) -> None:
        numbers = self._classes.forget_empty()
        gone = sum(1 << number for number in numbers)
        for number in numbers:
            self._waiting.close(number)
        for peers in self._profiles.by_kind.values():
            peers.partners &= ~gone
        asked_for = {demand.ordering.weights for demand in self._classes.by_kind}
        self._ready = {weights: rows for weights, rows in self._ready.items() if weights in asked_for}

    # --- agents ----------------------------------------------------------------------------------------------------

    def stand_ready(self, profile: Profile, standing: Standing, agent_id: AgentId) -> None:
        """An agent may be offered interactions from now on."""
        peers = self._profiles.by_kind.get(profile) or self._open_profile(profile)
        peers.size += 1
        self._standing[agent_id] = standing, peers
        for weights, rows in self._ready.items():
            rows.add(peers.number, agent_key(weights, standing, agent_id))

    def stop_standing(self, agent_id: AgentId) -> None:
        """An agent may not be offered interactions any more. Raises KeyError, a bug, when they do not stand there."""
        standing, peers = self._standing.pop(agent_id)
        peers.size -= 1
        for weights, rows in self._ready.items():
            rows.remove(peers.number, agent_key(weights, standing, agent_id))

    def first_caller(self, agent_id: AgentId) -> CallerKey | None:
        """The interaction that a ready agent takes next."""
        _, peers = self._standing[agent_id]
        return self._waiting.heads.first(peers.partners)

    def _open_profile(self, profile: Profile) -> _Peers:
        if len(self._profiles.by_kind) >= self._groups_max:
            self._forget_empty_profiles()
        opened = self._profiles.by_kind[profile] = _Peers(profile, self._profiles.number())
        for one in self._classes.by_kind.values():
            _pair(one, opened)
        return opened

    def _forget_empty_profiles(self) -> None:
        numbers = self._profiles.forget_empty()
        gone = sum(1 << number for number in numbers)
        for rows in self._ready.values():
            for number in numbers:
                rows.close(number)
        for one in self._classes.by_kind.values():
            one.tiers.without(gone)

    def __eq__(self, other: object) -> bool:
        """Equal when the same ones stand in the same lines; groups that are empty do not count."""
        return isinstance(other, Lines) and (self.queues, self.waiting, self.ready) == (
            other.queues,
            other.waiting,
            other.ready,
        )


def _pair(one: _Class, peers: _Peers) -> None:
    """Let them go with each other, if such an agent may take such a caller."""
    rank = agent_rank(one.demand, peers.profile)
    if rank is not None:
        one.tiers.add(rank, agent_bonus_ms(one.demand, peers.profile), 1 << peers.number)
        peers.partners |= 1 << one.number
