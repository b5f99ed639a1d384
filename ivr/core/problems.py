"""What is wrong with a flow, said so that an editor can point at it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing wrong with one flow.

    ``node`` is the node's id, "" when the flow as a whole is meant. ``field`` is the path inside it
    (``settings.queue``, ``exits.timeout``, ``kind``), "" when the node as a whole is meant. ``code`` is one word from
    the list in docs/flows.md; ``message`` is for people.
    """

    node: str
    field: str
    code: str
    message: str


class FlowUnreadable(Exception):
    """A flow cannot be taken as it stands; ``problems`` says everything that is wrong, sorted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("; ".join(f"{p.node}.{p.field}: {p.message}" for p in self.problems))
