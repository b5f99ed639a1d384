"""The centre file read: its text -> the Centre, or everything that is wrong with it, line by line. Pure."""

import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from centre.crosschecks import crosscheck
from centre.drafts import Draft, Drafts
from centre.fields import NO_DEFAULTS, read_fields
from centre.flow_checks import flow_faults
from centre.kinds import type_words
from centre.model import Centre
from centre.nearest import suggestion
from centre.problems import Fault, Place, Problem
from centre.schema import CENTRE_FIELDS, SHAPES, Shape
from centre.toml_lines import line_at, lines_of
from ivr.core.flow import Flow
from kernel.ids import FlowId, PromptId

Announcements = Mapping[str, frozenset[PromptId]]
"""Which announcements there are in which language."""

BYTES_MAX = 2 * 1024 * 1024
"""As much as the API takes."""

NEW_FLOW_VERSION = 1

_SYNTAX_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
_SYNTAX_END = " (at end of document)"


class CentreInvalid(Exception):
    """The file is refused as a whole. ``problems``: everything that is wrong, by line; never empty."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def read_centre(
    source: str | bytes,
    *,
    flow_versions: Mapping[FlowId, int] | None = None,
    announcements: Announcements | None = None,
    transports: Collection[str] | None = None,
) -> Centre:
    """The centre that a file describes.

    Versions of flows are not in the file: ``flow_versions`` has them, others are 1. ``announcements``: those that
    exist, ``transports``: the ways of SIP that the settings have turned on; None: not looked at.

    Raises:
        CentreInvalid: anything at all is wrong.
    """
    text = _as_text(source)
    raw, lines = _as_toml(text)
    centre_values, drafts, faults = _read_tables(raw)
    languages: tuple[str, ...] = centre_values.get("languages", ())
    faults += _silent_languages(languages, announcements)
    prompts = _in_every(languages, announcements)
    faults += crosscheck(drafts, prompts, transports)
    faults += flow_faults(drafts, languages, prompts)
    if faults:
        raise CentreInvalid([_problem(fault, lines, raw) for fault in _without_repeats(faults)])
    tables = {shape.table: _records(shape, drafts.of(shape.table), flow_versions or {}) for shape in SHAPES}
    return Centre(**{**centre_values, **tables})


def _silent_languages(languages: tuple[str, ...], announcements: Announcements | None) -> list[Fault]:
    if announcements is None:
        return []
    mend = f"there are: {', '.join(sorted(announcements)) or 'none'}"
    return [
        Fault(place=("centre", "languages", index), what=f'there are no announcements in "{language}"', mend=mend)
        for index, language in enumerate(languages)
        if language not in announcements
    ]


def _in_every(languages: tuple[str, ...], announcements: Announcements | None) -> frozenset[PromptId] | None:
    """What can be played whatever language a caller chose; a language without any is one fault, not one for each."""
    spoken = [announcements[language] for language in languages if language in announcements] if announcements else []
    return frozenset.intersection(*spoken) if spoken else None


def _as_text(source: str | bytes) -> str:
    if len(source) > BYTES_MAX:
        raise CentreInvalid([_first_line(f"the file has {len(source)} bytes", f"at most {BYTES_MAX} are allowed")])
    if isinstance(source, str):
        return source.replace("\r\n", "\n")
    try:
        return source.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        line = source.count(b"\n", 0, wrong.start) + 1
        raise CentreInvalid([Problem(line=line, what="the text is not UTF-8", mend="save the file as UTF-8")]) from None


def _as_toml(text: str) -> tuple[dict[str, Any], dict[Place, int]]:
    try:
        return tomllib.loads(text), lines_of(text)
    except RecursionError:
        raise CentreInvalid([_first_line("tables lie too deep in each other", "make the file flatter")]) from None
    except ValueError as wrong:
        raise CentreInvalid([_syntax_problem(str(wrong), text)]) from None


def _syntax_problem(message: str, text: str) -> Problem:
    place = _SYNTAX_PLACE.search(message)
    line = int(place.group(1)) if place else 1
    if message.endswith(_SYNTAX_END):
        line = text.rstrip("\n").count("\n") + 1
    what = _SYNTAX_PLACE.sub("", message).removesuffix(_SYNTAX_END)
    # tomllib quotes what it stumbled over; that may be a control character.
    return Problem(
        line=line, what=f"not TOML: {_printable(what)}", mend="check quotes, brackets and commas here and just above"
    )


def _first_line(what: str, mend: str) -> Problem:
    return Problem(line=1, what=what, mend=mend)


def _read_tables(raw: dict[str, Any]) -> tuple[dict[str, Any], Drafts, list[Fault]]:
    faults: list[Fault] = []
    tables = ["centre", *(shape.table for shape in SHAPES)]
    for key in raw:
        if key not in tables:
            mend = suggestion(key, tables) or f"the tables are {', '.join(tables)}"
            faults.append(Fault(place=(key,), what="unknown table", mend=mend))
    if "centre" not in raw:
        faults.append(Fault(place=(), what="[centre] is missing", mend='add [centre] with name = "..."'))
    values, wrong = read_fields(CENTRE_FIELDS, raw.get("centre", {"name": "-"}))
    faults += [Fault(place=("centre", *fault.place), what=fault.what, mend=fault.mend) for fault in wrong]
    values.pop("format", None)
    inherited = {"timezone": values.get("timezone", "UTC")}
    drafts = Drafts()
    for shape in SHAPES:
        faults += _read_table(shape, raw.get(shape.table, [*shape.unless_written]), inherited, drafts)
    return values, drafts, faults


def _read_table(shape: Shape, raw: object, inherited: Mapping[str, object], drafts: Drafts) -> list[Fault]:
    if not isinstance(raw, list):
        mend = f"write each {shape.one} as [[{shape.table}]]"
        return [Fault(place=(shape.table,), what=f"this is {type_words(raw)}, not a list of tables", mend=mend)]
    if shape.unless_written and not raw:
        mend = f"write at least one [[{shape.table}]], or leave the table out for the usual ones"
        return [Fault(place=(shape.table,), what="there are none", mend=mend)]
    if len(raw) > shape.size_max:
        what = f"there are {len(raw)} of them"
        return [Fault(place=(shape.table,), what=what, mend=f"at most {shape.size_max} are allowed")]
    faults: list[Fault] = []
    for index, one in enumerate(raw):
        place: Place = (shape.table, index)
        values, wrong = read_fields(shape.fields, one, inherited or NO_DEFAULTS)
        faults += [Fault(place=place + fault.place, what=fault.what, mend=fault.mend) for fault in wrong]
        drafts.add(Draft(shape=shape, place=place, raw=one if isinstance(one, dict) else {}, values=values))
    return faults


def _without_repeats(faults: list[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))


def _records(shape: Shape, drafts: tuple[Draft, ...], versions: Mapping[FlowId, int]) -> tuple[Any, ...]:
    extra = [{} if shape.make is not Flow else {"version": _version(draft, versions)} for draft in drafts]
    made = [shape.make(**draft.values, **more) for draft, more in zip(drafts, extra, strict=True)]
    return tuple(sorted(made, key=lambda record: str(getattr(record, shape.key))))


def _version(draft: Draft, versions: Mapping[FlowId, int]) -> int:
    return versions.get(FlowId(draft.values["id"]), NEW_FLOW_VERSION)


def _problem(fault: Fault, lines: dict[Place, int], raw: dict[str, Any]) -> Problem:
    words = _where(fault.place, raw)
    # What somebody wrote is repeated in here; an error is one line of a terminal all the same.
    what = _printable(f"{words}: {fault.what}" if words else fault.what)
    return Problem(line=line_at(lines, fault.place), what=what, mend=_printable(fault.mend))


def _where(place: Place, raw: dict[str, Any]) -> str:
    """A place for people: ``queue english: requires.skill``. Entries of lists are counted from 1."""
    shape = next((shape for shape in SHAPES if place and shape.table == place[0]), None)
    if shape is None or len(place) < 2:
        return _path(place)
    record = raw[shape.table][place[1]]
    written = record.get(shape.key) if isinstance(record, dict) else None
    named = written if isinstance(written, str) and written else f"#{int(place[1]) + 1}"
    path = _path(place[2:])
    return f"{shape.one} {named[:60]}" + (f": {path}" if path else "")


def _path(place: Place) -> str:
    words = ""
    for part in place:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            words += ("." if words else "") + part[:60]
    return words


def _printable(words: str) -> str:
    """The same without what a terminal would not show, or obey."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in words)
