"""What applying a file would do: for the API and the command alike. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from centre.difference import RecordChange, difference, lines_of
from centre.model import Centre
from centre.problems import Problem
from centre.reader import Announcements, CentreInvalid, read_centre
from ivr.core.flow import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Either ``problems`` and no ``centre``, or a ``centre`` and what it changes; no changes: nothing is to be done."""

    problems: tuple[Problem, ...]
    changes: tuple[RecordChange, ...]
    centre: Centre | None


def plan(
    current: Centre | None,
    text: str | bytes,
    announcements: Announcements | None = None,
    transports: Collection[str] | None = None,
) -> Plan:
    """What the file would do to the current centre.

    ``current`` None: there is none yet. ``announcements`` and ``transports`` as of ``read_centre``. Flows of the new
    centre have their versions: as they were when nothing changed, one more when something did, 1 when new.
    """
    try:
        written = read_centre(text, announcements=announcements, transports=transports)
    except CentreInvalid as wrong:
        return Plan(problems=wrong.problems, changes=(), centre=None)
    earlier = {} if current is None else {flow.id: flow for flow in current.flows}
    centre = replace(written, flows=tuple(_with_version(flow, earlier.get(flow.id)) for flow in written.flows))
    return Plan(problems=(), changes=difference(current, centre), centre=centre)


def change_lines(made: Plan) -> list[str]:
    """What the plan changes, for people."""
    return lines_of(made.changes)


def _with_version(flow: Flow, earlier: Flow | None) -> Flow:
    if earlier is None:
        return flow
    is_same = replace(earlier, version=flow.version) == flow
    return replace(flow, version=earlier.version if is_same else earlier.version + 1)
