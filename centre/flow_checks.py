"""Flows as the interpreter's own validation sees them, turned into faults of the file. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from centre.crosschecks import missing, nearest_of
from centre.drafts import Draft, Drafts
from centre.problems import Fault, Place
from ivr.core.caller_lists import ListAction
from ivr.core.flow import Flow, JsonValue, Node
from ivr.core.nodes.caller_list import CALLER_LIST
from ivr.core.nodes.kind import LANGUAGE
from ivr.core.problems import Problem
from ivr.core.validate import KnownIds, problems_of
from kernel.ids import PromptId

UNKNOWN_PROMPT: Final = "unknown_prompt"

_KNOWN_BY_CODE: Final[dict[str, Callable[[KnownIds], frozenset[str]]]] = {
    "unknown_queue": lambda known: known.queues,
    "unknown_hours": lambda known: known.hours,
    "unknown_caller_list": lambda known: known.caller_lists,
    UNKNOWN_PROMPT: lambda known: known.prompts,
    "unknown_skill": lambda known: known.skills,
    "unknown_trunk": lambda known: known.trunks,
}
_MENDS: Final = {
    "start_missing": "name a node of kind start",
    "start_kind": "name a node of kind start",
    "missing_exit": "add it to exits",
    "unknown_exit": "take it out, or mend its name",
    "exit_to_unknown_node": "name a node of this flow",
    "unreachable": "let an exit lead here, or take the node out",
    "endless_loop": "or lead one of the exits elsewhere",
    "unknown_setting": "take it out, or mend its name",
    "missing": "add it to the node",
    "unknown_kind": "write one of these",
}
_MEND_VALUE: Final = "mend the value"


def flow_faults(drafts: Drafts, languages: Collection[str], prompts: Collection[PromptId] | None) -> list[Fault]:
    """Everything wrong inside the flows that could be read. ``prompts`` None: announcements are not looked at."""
    known = KnownIds(
        queues=drafts.names("queues"),
        hours=drafts.names("hours"),
        caller_lists=drafts.names("caller_lists"),
        prompts=frozenset(prompts or ()),
        skills=drafts.names("skills"),
        trunks=drafts.names("trunks"),
    )
    actions = {
        one.name: str(one.values.get("action"))
        for one in drafts.of("caller_lists")
        if one.name is not None and one.values.get("kind") == "block"
    }
    faults: list[Fault] = []
    for draft in drafts.of("flows"):
        flow = _as_flow(draft)
        faults += [
            _fault(draft, flow, problem, known)
            for problem in problems_of(flow, known)
            if _is_sure(problem, draft, prompts)
        ]
        faults += _unknown_languages(draft, flow, languages)
        faults += (fault for node in flow.nodes for fault in _list_faults(draft, flow, node, actions))
    return faults


def _as_flow(draft: Draft) -> Flow:
    """The flow as far as it could be read. Without its nodes there is nothing to look at."""
    values = draft.values
    return Flow(
        id=values.get("id", "-"), name="", version=1, start=values.get("start", ""), nodes=values.get("nodes", ())
    )


def _is_sure(problem: Problem, draft: Draft, prompts: Collection[PromptId] | None) -> bool:
    """Leaves out what only follows from a key that is wrong by itself, and prompts when nobody knows them."""
    if "nodes" not in draft.values or (problem.field == "start" and "start" not in draft.values):
        return False
    return problem.code != UNKNOWN_PROMPT or prompts is not None


def _fault(draft: Draft, flow: Flow, problem: Problem, known: KnownIds) -> Fault:
    inside = tuple(part for part in problem.field.removeprefix("settings.").split(".") if part)
    place: Place = (*draft.place, *(("nodes", problem.node) if problem.node else ()), *inside)
    return Fault(place=place, what=problem.message, mend=_mend(flow, problem, known))


def _mend(flow: Flow, problem: Problem, known: KnownIds) -> str:
    if problem.code in _MENDS:
        return _MENDS[problem.code]
    if problem.code not in _KNOWN_BY_CODE:
        return _MEND_VALUE
    names = _KNOWN_BY_CODE[problem.code](known)
    node = next(node for node in flow.nodes if node.id == problem.node)
    written = _texts(node.settings.get(problem.field.removeprefix("settings.")))
    meant = next((name for name in written if name not in names and repr(name) in problem.message), "")
    return nearest_of(meant, names)


def _texts(value: JsonValue) -> Iterator[str]:
    """Every name in a setting: the text itself, the elements of a list, the keys of a table."""
    match value:
        case str():
            yield value
        case tuple() | dict():
            yield from (name for name in value if isinstance(name, str))


def _list_faults(draft: Draft, flow: Flow, node: Node, actions: Mapping[str, str]) -> Iterator[Fault]:
    """``actions``: what becomes of callers on each block list."""
    name = node.settings.get("list")
    if node.kind != CALLER_LIST.name or not isinstance(name, str):
        return
    if actions.get(name) == ListAction.FLOW and "listed" not in node.exits:
        yield Fault(
            place=(*draft.place, "nodes", node.id, "exits"),
            what=f"callers on the list {name} would be let through",
            mend="let the exit listed lead to where they are turned away, or give the list another action",
        )
    begins = next((one for one in flow.nodes if one.id == flow.start), None)
    if actions.get(name) == ListAction.BUSY and begins is not None and begins.settings.get("answer", True):
        yield Fault(
            place=(*draft.place, "nodes", node.id, "list"),
            what=f"callers on the list {name} are to find it busy, and the flow's start has answered them",
            mend=f"write answer = false in the node {begins.id}, or give the list another action",
        )


def _unknown_languages(draft: Draft, flow: Flow, languages: Collection[str]) -> Iterator[Fault]:
    for node in flow.nodes:
        variables = node.settings.get("variables")
        if node.kind != "set" or not isinstance(variables, dict):
            continue
        language = variables.get(LANGUAGE)
        if isinstance(language, str) and languages and language not in languages:
            place = (*draft.place, "nodes", node.id, "variables", LANGUAGE)
            yield missing(place, "language", language, languages)
