"""The lines: who waits and who is ready, kept in order and grouped so that a newcomer is matched without a search.

Waiting interactions with equal requirements form a class, ready agents with equal skills a profile. Which profiles may
take which classes is worked out once, when a class or a profile is new. Then the best caller for an agent is the first
of the heads of some classes, and the best agent for a caller the first of the heads of some profiles, however long the
lines are.
"""

from typing import Any, Generic, TypeVar

from sortedcontainers import SortedList

from acd.core.heads import Heads, Key
from acd.core.skills import Profile, Requirements, may_take
from acd.core.strategies import AgentKey, CallerKey
from kernel.ids import QueueId

GROUPS_MAX = 4096
"""Above this, groups that are empty are forgotten before a new one is added."""

Group = TypeVar("Group", Requirements, Profile)
OtherKey = TypeVar("OtherKey", CallerKey, AgentKey)


class Line(Generic[Key]):
    """One group's line: its keys in order, its bit, and the bits of the groups over there that it goes with."""

    __slots__ = ("bit", "keys", "partners")

    def __init__(self, bit: int) -> None:
        self.keys: SortedList[Key] = SortedList()
        self.bit = bit
        self.partners = 0


class Groups(Generic[Group, Key]):
    """All lines of one kind, by group."""

    __slots__ = ("_free_bits", "heads", "lines")

    def __init__(self) -> None:
        self.lines: dict[Group, Line[Key]] = {}
        self.heads: Heads[Key] = Heads()
        self._free_bits: list[int] = []

    def open(self, group: Group) -> Line[Key]:
        """The line of a group that had none."""
        line: Line[Key] = Line(self._free_bits.pop() if self._free_bits else 1 << len(self.lines))
        self.lines[group] = line
        return line

    def add(self, group: Group, key: Key) -> None:
        """Stand in the group's line, which is open."""
        line = self.lines[group]
        keys = line.keys
        if not keys:
            self.heads.put(key, line.bit)
        elif key < (head := keys[0]):
            self.heads.drop(head, line.bit)
            self.heads.put(key, line.bit)
        keys.add(key)

    def remove(self, group: Group, key: Key) -> None:
        """Leave the group's line. Raises ValueError, a bug, when ``key`` is not in it."""
        line = self.lines[group]
        keys = line.keys
        was_head = bool(keys) and keys[0] == key
        keys.remove(key)
        if was_head:
            self.heads.drop(key, line.bit)
            if keys:
                self.heads.put(keys[0], line.bit)

    def first(self, group: Group, there: "Groups[Any, OtherKey]") -> "OtherKey | None":
        """The first over there whom somebody of this group goes with."""
        line = self.lines.get(group)
        return None if line is None else there.heads.first(line.partners)

    def forget_empty(self, there: "Groups[Any, Any]") -> None:
        """Close the lines of those groups that have nobody."""
        gone = 0
        for group in [group for group, line in self.lines.items() if not line.keys]:
            bit = self.lines.pop(group).bit
            self._free_bits.append(bit)
            gone |= bit
        for line in there.lines.values():
            line.partners &= ~gone

    def by_group(self) -> "dict[Group, list[Key]]":
        """Those lines that have somebody."""
        return {group: list(line.keys) for group, line in self.lines.items() if line.keys}


class Lines:
    """Three kinds of line: by queue (offered ones too: it gives the position), by class, and by profile."""

    __slots__ = ("_groups_max", "_queues", "_ready", "_waiting")

    def __init__(self, *, groups_max: int = GROUPS_MAX) -> None:
        self._groups_max = groups_max
        self._queues: dict[QueueId, SortedList[CallerKey]] = {}
        self._waiting: Groups[Requirements, CallerKey] = Groups()
        self._ready: Groups[Profile, AgentKey] = Groups()

    @property
    def waiting(self) -> dict[Requirements, list[CallerKey]]:
        """Who may be offered, by class."""
        return self._waiting.by_group()

    @property
    def ready(self) -> dict[Profile, list[AgentKey]]:
        """Who may be offered to, by profile."""
        return self._ready.by_group()

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
        return len(self.queues.get(queue_id, ()))

    def position(self, queue_id: QueueId, key: CallerKey) -> int:
        """1 for the next to be served; ``key`` need not be in the line yet."""
        keys = self._queues.get(queue_id)
        return 1 if keys is None else int(keys.bisect_left(key)) + 1

    # --- callers ---------------------------------------------------------------------------------------------------

    def wait(self, requirements: Requirements, key: CallerKey) -> None:
        """An interaction may be offered from now on."""
        if requirements not in self._waiting.lines:
            if len(self._waiting.lines) >= self._groups_max:
                self._waiting.forget_empty(self._ready)
            line = self._waiting.open(requirements)
            for profile, other in self._ready.lines.items():
                if may_take(profile, requirements):
                    _pair(line, other)
        self._waiting.add(requirements, key)

    def stop_waiting(self, requirements: Requirements, key: CallerKey) -> None:
        """An interaction may not be offered any more. Raises ValueError, a bug, when it does not wait there."""
        self._waiting.remove(requirements, key)

    def first_caller(self, profile: Profile) -> CallerKey | None:
        """The interaction that an agent of this profile takes next."""
        return self._ready.first(profile, self._waiting)

    # --- agents ----------------------------------------------------------------------------------------------------

    def stand_ready(self, profile: Profile, key: AgentKey) -> None:
        """An agent may be offered interactions from now on."""
        if profile not in self._ready.lines:
            if len(self._ready.lines) >= self._groups_max:
                self._ready.forget_empty(self._waiting)
            line = self._ready.open(profile)
            for requirements, other in self._waiting.lines.items():
                if may_take(profile, requirements):
                    _pair(line, other)
        self._ready.add(profile, key)

    def stop_standing(self, profile: Profile, key: AgentKey) -> None:
        """An agent may not be offered interactions any more. Raises ValueError, a bug, when they do not stand there."""
        self._ready.remove(profile, key)

    def first_agent(self, requirements: Requirements) -> AgentKey | None:
        """The agent who is offered an interaction of this class next."""
        return self._waiting.first(requirements, self._ready)

    def __eq__(self, other: object) -> bool:
        """Equal when the same ones stand in the same lines; groups that are empty do not count."""
        return isinstance(other, Lines) and (self.queues, self.waiting, self.ready) == (
            other.queues,
            other.waiting,
            other.ready,
        )


def _pair(one: Line[Any], other: Line[Any]) -> None:
    one.partners |= other.bit
    other.partners |= one.bit
