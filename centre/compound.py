"""Kinds made of others: skill levels, opening spans, listed numbers, the nodes of a flow. Pure."""

import re
from itertools import pairwise
from typing import Any

from centre.fields import Field, list_of, record_of
from centre.kinds import (
    CALLER_NUMBER,
    DATE,
    DAYS,
    ID,
    TIME,
    Kind,
    clean_text,
    matching,
    one_of,
    text,
    type_words,
    whole,
)
from centre.model import ListedNumber, OpenSpan
from centre.problems import Fault, Refused, refused, under
from ivr.core.flow import JsonValue, Node

LEVEL = whole(1, 5)
SKILLS_MAX = 50
SPANS_MAX = 50
NUMBERS_MAX = 20_000
NODES_MAX = 500
SETTINGS_DEPTH_MAX = 6
SETTING_TEXT_MAX = 1000
SETTING_WHOLE_MAX = 2**53 - 1
"""Flows also travel as JSON to browsers, which know no larger whole numbers."""


def _read_levels(value: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict):
        raise refused(f"this is {type_words(value)}, not a table of skills", "write it as { english = 3 }")
    if len(value) > SKILLS_MAX:
        raise refused(f"{len(value)} skills are named", f"at most {SKILLS_MAX} are allowed")
    levels: list[tuple[str, int]] = []
    faults: list[Fault] = []
    for skill, level in value.items():
        try:
            levels.append((ID.read(skill), LEVEL.read(level)))
        except Refused as wrong:
            faults.extend(under((skill,), wrong.faults))
    if faults:
        raise Refused(*faults)
    return tuple(sorted(levels))


def _read_span(value: object) -> OpenSpan:
    span: OpenSpan = _SPAN_FIELDS.read(value)
    if span.opens >= span.closes:
        raise refused(
            f"it closes at {span.closes}, before it opens at {span.opens}",
            "write two spans for hours that cross midnight, one up to 24:00 and one from 00:00 the day after",
        )
    return span


def _read_spans(value: object) -> tuple[OpenSpan, ...]:
    spans: tuple[OpenSpan, ...] = _SPAN_LIST.read(value)
    # Two are neighbours in the list by day of the week and time, so each day is looked at on its own.
    for day in DAYS:
        of_day = sorted((span for span in spans if day in span.days), key=lambda span: span.opens)
        for earlier, later in pairwise(of_day):
            if later.opens < earlier.closes:
                raise refused(
                    f"{day} {earlier.opens}-{earlier.closes} and {later.opens}-{later.closes} cross",
                    "make one span of them, or part them",
                )
    return spans


def _span_order(span: OpenSpan) -> tuple[int, str]:
    return DAYS.index(span.days[0]), span.opens


def _read_optional_id(value: object) -> str | None:
    return None if value == "" else ID.read(value)


def _read_exits(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise refused(f"this is {type_words(value)}, not a table of exits", 'write it as { next = "menu" }')
    faults: list[Fault] = []
    for name, target in value.items():
        try:
            EXIT_NAME.read(name)
            ID.read(target)
        except Refused as wrong:
            faults.extend(under((name,), wrong.faults))
    if faults:
        raise Refused(*faults)
    return dict(value)


def _read_setting(value: object, depth: int = 1) -> JsonValue:
    if isinstance(value, str):
        return str(_SETTING_TEXT.read(value))
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(_SETTING_WHOLE.read(value))
    if depth > SETTINGS_DEPTH_MAX:
        raise refused("tables and lists lie too deep in each other", f"at most {SETTINGS_DEPTH_MAX} levels are allowed")
    if isinstance(value, list):
        return tuple(_read_inside(index, element, depth) for index, element in enumerate(value))
    if isinstance(value, dict):
        return {clean_text(key): _read_inside(key, element, depth) for key, element in value.items()}
    raise refused(f"this is {type_words(value)}, which no node takes", "write text, a whole number, true or false")


def _read_inside(place: str | int, value: object, depth: int) -> JsonValue:
    try:
        return _read_setting(value, depth + 1)
    except Refused as wrong:
        raise Refused(*under((place,), wrong.faults)) from None


def _read_nodes(value: object) -> tuple[Node, ...]:
    if not isinstance(value, dict):
        raise refused(f"this is {type_words(value)}, not a table of nodes", "write each as [flows.nodes.name]")
    if not 1 <= len(value) <= NODES_MAX:
        raise refused(f"the flow has {len(value)} nodes", f"1 to {NODES_MAX} are allowed")
    nodes: list[Node] = []
    faults: list[Fault] = []
    for node_id, raw in value.items():
        try:
            nodes.append(_read_node(node_id, raw))
        except Refused as wrong:
            faults.extend(under((node_id,), wrong.faults))
    if faults:
        raise Refused(*faults)
    return tuple(sorted(nodes, key=lambda node: node.id))


def _read_node(node_id: str, raw: object) -> Node:
    if not isinstance(raw, dict):
        raise refused(f"this is {type_words(raw)}, not a node", 'write it as [flows.nodes.name] with kind = "..."')
    faults: list[Fault] = []
    taken: dict[str, Any] = {}
    for key, value, read in [
        ("id", node_id, ID.read),
        ("kind", raw.get("kind", ""), NODE_KIND.read),
        ("exits", raw.get("exits", {}), _read_exits),
        *((key, value, _read_setting) for key, value in raw.items() if key not in ("kind", "exits")),
    ]:
        try:
            if key not in ("id", "kind", "exits"):
                SETTING_NAME.read(key)
            taken[key] = read(value)
        except Refused as wrong:
            faults.extend(under((key,) if key in raw else (), wrong.faults))
    if faults:
        raise Refused(*faults)
    return Node(id=taken.pop("id"), kind=taken.pop("kind"), exits=taken.pop("exits"), settings=taken)


def _plain_setting(value: JsonValue) -> Any:
    if isinstance(value, tuple):
        return [_plain_setting(element) for element in value]
    if isinstance(value, dict):
        return {key: _plain_setting(value[key]) for key in sorted(value)}
    return value


def _plain_nodes(nodes: tuple[Node, ...]) -> dict[str, Any]:
    return {
        node.id: {
            "kind": node.kind,
            **{key: _plain_setting(node.settings[key]) for key in sorted(node.settings)},
            "exits": {key: node.exits[key] for key in sorted(node.exits)},
        }
        for node in nodes
    }


_SETTING_TEXT = text(length_max=SETTING_TEXT_MAX, empty=True)
_SETTING_WHOLE = whole(-SETTING_WHOLE_MAX, SETTING_WHOLE_MAX)
_DAY_LIST = list_of(one_of(*DAYS), length_max=7, least=1, order=DAYS.index)

REASON = text(length_max=120, empty=True)
OWNER = text(length_max=60, empty=True)
LAST_DAY = Kind(words=f'{DATE.words}, or `""` for no end', read=lambda value: "" if value == "" else DATE.read(value))

SPAN_KEYS = (
    Field(key="days", kind=_DAY_LIST, note="days of the week", default=list(DAYS)),
    Field(key="opens", kind=TIME, note="from this time on, local"),
    Field(key="closes", kind=TIME, note="until just before this time, local"),
)
NUMBER_KEYS = (
    Field(key="number", kind=CALLER_NUMBER, note="the caller; with a `*` behind it all whose number begins so"),
    Field(key="reason", kind=REASON, note="why it is on the list", default=""),
    Field(key="owner", kind=OWNER, note="who answers for that", default=""),
    Field(key="until", kind=LAST_DAY, note="the last day on which it counts, as `2026-12-31`", default=""),
)
_SPAN_FIELDS = record_of(OpenSpan, SPAN_KEYS, '`{ days = [...], opens = "08:00", closes = "17:00" }`')
_SPAN_LIST = list_of(
    Kind(words=_SPAN_FIELDS.words, read=_read_span, plain=_SPAN_FIELDS.plain),
    length_max=SPANS_MAX,
    least=1,
    key=lambda span: f"{span.opens}-{span.closes} on {' '.join(span.days)}",
    order=_span_order,
)

NODE_KIND = matching(re.compile(r"[a-z][a-z_]{0,39}"), "the kind of a node", 'write it as kind = "play"')
EXIT_NAME = matching(re.compile(r"[A-Za-z0-9_*#-]{1,40}"), "the name of an exit", 'write it as next = "menu"')
SETTING_NAME = matching(re.compile(r"[a-z][a-z0-9_]{0,39}"), "the name of a setting", "use a-z, 0-9 and _")
LEVELS = Kind(words="table of skill id = level 1-5", read=_read_levels, plain=dict)
OPTIONAL_ID = Kind(
    words=f'{ID.words}, or `""` for none', read=_read_optional_id, plain=lambda value: "" if value is None else value
)
SPANS = Kind(words=_SPAN_LIST.words, read=_read_spans, plain=_SPAN_LIST.plain)
NUMBERS = list_of(
    record_of(ListedNumber, NUMBER_KEYS, '`{ number = "+62...", reason = "..." }`'),
    length_max=NUMBERS_MAX,
    key=lambda listed: listed.number,
    order=lambda listed: listed.number,
)
NODES = Kind(words="tables `[flows.nodes.<id>]`", read=_read_nodes, plain=_plain_nodes)
