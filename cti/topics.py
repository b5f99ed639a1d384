"""Topics: what a client asks to hear, and whether an event is of it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kernel.logged_event import LoggedEvent

TOPICS_MAX = 1_000
_KINDS = ("agent", "queue", "call")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}|\*")
OWN_AGENT = "agent:"


class TopicError(Exception):
    """A topic cannot be read; the text says which and why."""


class TopicForbidden(Exception):
    """The token does not reach so far."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What one client hears. ``"*"`` in a set: all of that kind. ``types`` empty: every type."""

    agents: frozenset[str]
    queues: frozenset[str]
    calls: frozenset[str]
    types: frozenset[str]

    def wants(self, event: LoggedEvent) -> bool:
        """Is the event of a topic, and of a type, that was asked for?"""
        if self.types and event.type not in self.types:
            return False
        return self.hears_agent(event.agent_id) or self.hears_queue(event.queue_id) or self.hears_call(event.call_id)

    def hears_agent(self, agent_id: str) -> bool:
        """Is the agent of a topic asked for? "" is nobody."""
        return _reaches(self.agents, agent_id)

    def hears_queue(self, queue_id: str) -> bool:
        """Is the queue of a topic asked for?"""
        return _reaches(self.queues, queue_id)

    def hears_call(self, call_id: str) -> bool:
        """Is the call of a topic asked for?"""
        return _reaches(self.calls, call_id)


def _reaches(asked: frozenset[str], subject_id: str) -> bool:
    return bool(subject_id) and ("*" in asked or subject_id in asked)


def interest(topics: Iterable[str], types: Iterable[str], scopes: frozenset[str]) -> Interest:
    """Read what a client asked for. No topics: everything the token reaches.

    Raises:
        TopicError: too many, or one that is not ``agent:``, ``queue:`` or ``call:`` with an id or ``*``.
        TopicForbidden: the token lacks ``read`` and the topic is not its own agent's.
    """
    asked = list(topics) or _everything(scopes)
    if len(asked) > TOPICS_MAX:
        raise TopicError(f"at most {TOPICS_MAX} topics")
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for topic in asked:
        kind, _, subject_id = topic.partition(":")
        if kind not in found or not _ID.fullmatch(subject_id):
            raise TopicError("a topic is agent:<id>, queue:<id> or call:<id>, or one of these with *")
        if "read" not in scopes and topic not in scopes:
            raise TopicForbidden("this token does not reach a topic that was asked for")
        found[kind].add(subject_id)
    return Interest(
        agents=frozenset(found["agent"]),
        queues=frozenset(found["queue"]),
        calls=frozenset(found["call"]),
        types=frozenset(types),
    )


def _everything(scopes: frozenset[str]) -> list[str]:
    if "read" in scopes:
        return ["agent:*", "queue:*", "call:*"]
    return sorted(scope for scope in scopes if scope.startswith(OWN_AGENT))
