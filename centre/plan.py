"""What applying a file would do: for the API and the command alike. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from centre.difference import RecordChange, difference, lines_of
from centre.model import Centre
from centre.problems import Problem
from centre.reader import CentreInvalid, read_centre
from centre.writer import write_centre
from ivr.core.flow import Flow
from kernel.ids import PromptId

NO_CENTRE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Either ``problems`` and no ``centre``, or a ``centre`` and what it changes. ``basis``: what it was made against."""

    basis: str
    problems: tuple[Problem, ...]
    changes: tuple[RecordChange, ...]
    centre: Centre | None


def plan(current: Centre | None, text: str | bytes, prompts: Collection[PromptId] | None = None) -> Plan:
    """What the file would do to the current centre.

    ``current`` None: there is none yet. ``prompts``: the announcements that exist; None: not looked at. Flows of the
    new centre have their versions: as they were when nothing changed, one more when something did, 1 when new.
    """
    basis = fingerprint(current)
    try:
        written = read_centre(text, prompts=prompts)
    except CentreInvalid as wrong:
        return Plan(basis=basis, problems=wrong.problems, changes=(), centre=None)
    earlier = {} if current is None else {flow.id: flow for flow in current.flows}
    centre = replace(written, flows=tuple(_with_version(flow, earlier.get(flow.id)) for flow in written.flows))
    return Plan(basis=basis, problems=(), changes=difference(current, centre), centre=centre)


def fingerprint(centre: Centre | None) -> str:
    """The same for the same centre: whoever applies a plan can tell whether somebody was faster."""
    return NO_CENTRE if centre is None else sha256(write_centre(centre).encode()).hexdigest()


def as_json(made: Plan, *, applied: bool) -> dict[str, Any]:
    """A plan as the API says it: ``applied``, ``basis``, ``problems`` and ``changes``, each with what people read."""
    return {
        "applied": applied,
        "basis": made.basis,
        "problems": [{"line": one.line, "what": one.what, "mend": one.mend} for one in made.problems],
        "changes": [
            {"change": one.change.name.lower(), "table": one.table, "id": one.name, "lines": list(one.lines())}
            for one in made.changes
        ],
    }


def change_lines(made: Plan) -> list[str]:
    """What the plan changes, for people."""
    return lines_of(made.changes)


def _with_version(flow: Flow, earlier: Flow | None) -> Flow:
    if earlier is None:
        return flow
    is_same = replace(earlier, version=flow.version) == flow
    return replace(flow, version=earlier.version if is_same else earlier.version + 1)
