"""The lines: who waits and who is ready, kept in order and grouped so that a newcomer is matched without a search.

Waiting interactions with equal requirements form a class, ready agents with equal skills a profile. Which profiles may
take which classes is worked out once, when a class or a profile is new. Then the best caller for an agent is the least
of the heads of a few classes, and the best agent for a caller the least of the heads of a few profiles, however long
the lines are.
"""

from bisect import bisect_left, insort
from typing import TypeVar

from acd.core.skills import Profile, Requirements, may_take
from acd.core.strategies import AgentKey, CallerKey
from kernel.ids import QueueId

Key = TypeVar("Key", CallerKey, AgentKey)

GROUPS_MAX = 4096
"""Above this, groups that are empty are forgotten before a new one is added."""


class Lines:
    """Three kinds of line: by queue (offered ones too: it gives the position), by class, and by profile."""

    __slots__ = ("_classes_of", "_groups_max", "_profiles_of", "queues", "ready", "waiting")

    def __init__(self, *, groups_max: int = GROUPS_MAX) -> None:
        self._groups_max = groups_max
        self.queues: dict[QueueId, list[CallerKey]] = {}
        self.waiting: dict[Requirements, list[CallerKey]] = {}
        self.ready: dict[Profile, list[AgentKey]] = {}
        self._classes_of: dict[Profile, list[Requirements]] = {}
        self._profiles_of: dict[Requirements, list[Profile]] = {}

    # --- queues ----------------------------------------------------------------------------------------------------

    def queue_up(self, queue_id: QueueId, key: CallerKey) -> None:
        """Put into the queue's line."""
        insort(self.queues.setdefault(queue_id, []), key)

    def leave_queue(self, queue_id: QueueId, key: CallerKey) -> None:
        """Take out of the queue's line."""
        _take_out(self.queues[queue_id], key)

    def length(self, queue_id: QueueId) -> int:
        """How many are in the queue's line, those who are being offered included."""
        return len(self.queues.get(queue_id, ()))

    def position(self, queue_id: QueueId, key: CallerKey) -> int:
        """1 for the next to be served; ``key`` need not be in the line yet."""
        return bisect_left(self.queues.get(queue_id, []), key) + 1

    # --- callers ---------------------------------------------------------------------------------------------------

    def wait(self, requirements: Requirements, key: CallerKey) -> None:
        """An interaction may be offered from now on."""
        if requirements not in self.waiting:
            self._forget_empty_classes()
            profiles = [profile for profile in self.ready if may_take(profile, requirements)]
            self.waiting[requirements] = []
            self._profiles_of[requirements] = profiles
            for profile in profiles:
                self._classes_of[profile].append(requirements)
        insort(self.waiting[requirements], key)

    def stop_waiting(self, requirements: Requirements, key: CallerKey) -> None:
        """An interaction may not be offered any more."""
        _take_out(self.waiting[requirements], key)

    def first_caller(self, profile: Profile) -> CallerKey | None:
        """The interaction that an agent of this profile takes next."""
        heads = [line[0] for line in map(self.waiting.__getitem__, self._classes_of.get(profile, ())) if line]
        return min(heads, default=None)

    # --- agents ----------------------------------------------------------------------------------------------------

    def stand_ready(self, profile: Profile, key: AgentKey) -> None:
        """An agent may be offered interactions from now on."""
        if profile not in self.ready:
            self._forget_empty_profiles()
            classes = [requirements for requirements in self.waiting if may_take(profile, requirements)]
            self.ready[profile] = []
            self._classes_of[profile] = classes
            for requirements in classes:
                self._profiles_of[requirements].append(profile)
        insort(self.ready[profile], key)

    def stop_standing(self, profile: Profile, key: AgentKey) -> None:
        """An agent may not be offered interactions any more."""
        _take_out(self.ready[profile], key)

    def first_agent(self, requirements: Requirements) -> AgentKey | None:
        """The agent who is offered an interaction of this class next."""
        heads = [line[0] for line in map(self.ready.__getitem__, self._profiles_of.get(requirements, ())) if line]
        return min(heads, default=None)

    # --- keeping it small ------------------------------------------------------------------------------------------

    def _forget_empty_classes(self) -> None:
        if len(self.waiting) < self._groups_max:
            return
        self.waiting = {requirements: line for requirements, line in self.waiting.items() if line}
        self._profiles_of = {requirements: self._profiles_of[requirements] for requirements in self.waiting}
        for profile, classes in self._classes_of.items():
            self._classes_of[profile] = [requirements for requirements in classes if requirements in self.waiting]

    def _forget_empty_profiles(self) -> None:
        if len(self.ready) < self._groups_max:
            return
        self.ready = {profile: line for profile, line in self.ready.items() if line}
        self._classes_of = {profile: self._classes_of[profile] for profile in self.ready}
        for requirements, profiles in self._profiles_of.items():
            self._profiles_of[requirements] = [profile for profile in profiles if profile in self.ready]

    def __eq__(self, other: object) -> bool:
        """Equal when the same ones stand in the same lines; groups that are empty do not count."""
        return isinstance(other, Lines) and all(
            {group: line for group, line in mine.items() if line}
            == {group: line for group, line in theirs.items() if line}
            for mine, theirs in (
                (self.queues, other.queues),
                (self.waiting, other.waiting),
                (self.ready, other.ready),
            )
        )


def _take_out(line: list[Key], key: Key) -> None:
    """Remove ``key``, which must be there: a line that lost somebody is a bug."""
    place = bisect_left(line, key)
    assert line[place] == key, "not in the line"
    del line[place]
