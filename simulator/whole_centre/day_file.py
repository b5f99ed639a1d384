"""A simulated day described in a file, TOML or JSON: read with everything that is wrong with it, or not at all.

Queues are written as in the centre file, with who calls beside their rules; agents by the dozen. Lengths are whole seconds,
times are hours or minutes since the day began, shares are per cent.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from acd.core.inputs import AgentConfigured, DeviceConfigured, Input, QueueConfigured
from acd.core.settings import AgentSettings, DeviceSettings, QueueSettings
from centre import kinds
from centre.fields import Field, read_fields
from centre.kinds import type_words
from centre.model import Queue
from centre.nearest import suggestion
from centre.problems import Fault, Place
from centre.schema import SHAPES
from centre.to_inputs import queue_settings
from centre.toml_lines import line_at, lines_of
from kernel.ids import AgentId, DeviceId
from simulator.whole_centre import made_up, own_day
from simulator.whole_centre.description import HOUR_MS, Day, FaultKind, Rate, Shift, Stream
from simulator.whole_centre.description import Fault as Trouble
from simulator.whole_centre.lengths import exponential, fixed, log_normal

MINUTE_MS = 60_000
STAFF_MAX = 5_000
AGENT_KEYS = ("skills", "groups", "level")
"""What the centre file says of an agent that routing asks for."""

TABLES = ("day", "queues", "staff", "faults")


def _of_centre(table: str) -> tuple[Field, ...]:
    return next(shape.fields for shape in SHAPES if shape.table == table)


def _seconds(key: str, note: str, default: object) -> Field:
    return Field(key=key, kind=kinds.whole(0, 36_000, "seconds"), note=note, default=default)


_AHT_S = round(own_day.aht_s("voice"))
_WORK_S = round(_AHT_S * own_day.WORK_SHARE)

DAY_FIELDS = (
    Field(key="name", kind=kinds.name(length_max=60), note="what the report is called", default="A day"),
    Field(key="seed", kind=kinds.whole(0, 2**53), note="the same seed is the same day", default=1),
    Field(key="hours", kind=kinds.whole(1, 168), note="how long callers come in", default=9),
    Field(key="ignored_pct", kind=kinds.whole(0, 100), note="offers that agents let ring", default=1),
    Field(key="declined_pct", kind=kinds.whole(0, 100), note="offers that agents decline", default=0),
    _seconds("reaction_s", "until a ringing phone is picked up", 3),
    _seconds("back_after_s", "until who let it ring or declined is ready again", 60),
)

CALLER_FIELDS = (
    Field(key="calls_per_hour", kind=kinds.whole(0, 1_000_000), note="on the average of the day"),
    Field(key="own_hours", kind=kinds.YES_NO, note="spread over the day as this centre's calls are", default=True),
    _seconds("talk_s", "how long callers talk", _AHT_S - _WORK_S),
    _seconds("work_s", "how long their agent works after it", _WORK_S),
    Field(key="spread_pct", kind=kinds.whole(0, 500), note="deviation of talks, of their mean", default=80),
    _seconds("patience_s", "how long callers wait; 0: for ever", own_day.PATIENCE_S),
)

QUEUE_FIELDS = tuple(replace(one, default="Queue") if one.key == "name" else one for one in _of_centre("queues"))

STAFF_FIELDS = (
    Field(key="agents", kind=kinds.whole(1, STAFF_MAX), note="how many of this kind there are"),
    *(one for one in _of_centre("agents") if one.key in AGENT_KEYS),
    Field(key="from_h", kind=kinds.whole(0, 167), note="the hour in which they begin", default=0),
    Field(key="to_h", kind=kinds.whole(0, 168), note="the hour in which they leave; 0: at the day's end", default=0),
)

FAULT_FIELDS = (
    Field(key="kind", kind=kinds.one_of(*FaultKind), note="what goes wrong"),
    Field(key="at_min", kind=kinds.whole(0, 10_080), note="minutes after the day began"),
    Field(key="lasts_min", kind=kinds.whole(1, 1_440), note="for how long"),
    Field(key="share_pct", kind=kinds.whole(1, 100), note="of the phones", default=100),
)


class DayInvalid(Exception):
    """The file is refused as a whole; the text has a line for everything that is wrong: where, what, and how to mend it."""


@dataclass(slots=True)
class _Tables:
    """What was read, and what was wrong."""

    day: dict[str, Any]
    queues: list[dict[str, Any]]
    staff: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    wrong: list[Fault]


def read_day(text: str, *, is_json: bool = False, seed: int | None = None) -> Day:
    """The day that a text describes; ``seed`` in place of its own. Raises DayInvalid."""
    raw, lines = _parsed(text, is_json=is_json)
    tables = _tables(raw)
    if not tables.wrong:
        tables.wrong.extend(_contradictions(tables))
    if tables.wrong:
        raise DayInvalid("\n".join(_told(fault, lines) for fault in dict.fromkeys(tables.wrong)))
    return _day(tables, seed)


def _parsed(text: str, *, is_json: bool) -> tuple[dict[str, Any], dict[Place, int] | None]:
    try:
        raw = json.loads(text) if is_json else tomllib.loads(text)
    except RecursionError:
        raise DayInvalid("tables lie too deep in each other; make the file flatter") from None
    except ValueError as wrong:
        raise DayInvalid(f"not {'JSON' if is_json else 'TOML'}: {wrong}; check quotes, brackets and commas") from None
    if not isinstance(raw, dict):
        raise DayInvalid(f"this is {type_words(raw)}, not a table; write it as {{ ... }}")
    return raw, None if is_json else lines_of(text)


def _told(fault: Fault, lines: Mapping[Place, int] | None) -> str:
    path = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in fault.place).lstrip(".")
    where = "" if lines is None else f"line {line_at(dict(lines), fault.place)}: "
    return where + (f"{path}: " if path else "") + f"{fault.what}; {fault.mend}"


def _tables(raw: Mapping[str, Any]) -> _Tables:
    wrong = [
        Fault(place=(key,), what="unknown table", mend=suggestion(key, TABLES) or f"the tables are {', '.join(TABLES)}")
        for key in raw
        if key not in TABLES
    ]
    day, faults = read_fields(DAY_FIELDS, raw.get("day", {}))
    wrong += [replace(fault, place=("day", *fault.place)) for fault in faults]
    queues, staff, troubles = (
        _records(name, fields, raw.get(name, []), wrong)
        for name, fields in (
            ("queues", (*QUEUE_FIELDS, *CALLER_FIELDS)),
            ("staff", STAFF_FIELDS),
            ("faults", FAULT_FIELDS),
        )
    )
    return _Tables(day=day, queues=queues, staff=staff, faults=troubles, wrong=wrong)


def _records(name: str, fields: tuple[Field, ...], raw: object, wrong: list[Fault]) -> list[dict[str, Any]]:
    if not isinstance(raw, list):
        mend = f"write each as [[{name}]]"
        wrong.append(Fault(place=(name,), what=f"this is {type_words(raw)}, not a list of tables", mend=mend))
        return []
    found = []
    for index, one in enumerate(raw):
        values, faults = read_fields(fields, one)
        wrong += [replace(fault, place=(name, index, *fault.place)) for fault in faults]
        found.append(values)
    return found


def _contradictions(tables: _Tables) -> Iterable[Fault]:
    for name, found in (("queues", tables.queues), ("staff", tables.staff)):
        if not found:
            yield Fault(place=(), what=f"there is no [[{name}]]", mend="write one at least")
    seen: set[str] = set()
    for index, queue in enumerate(tables.queues):
        if queue["id"] in seen:
            yield Fault(place=("queues", index, "id"), what=f"{queue['id']} is there twice", mend="name it otherwise")
        seen.add(queue["id"])
    hours = tables.day["hours"]
    for index, staff in enumerate(tables.staff):
        ends = staff["to_h"] or hours
        if not staff["from_h"] < ends <= hours:
            what = f"these work from hour {staff['from_h']} to {ends}, of a day of {hours}"
            yield Fault(place=("staff", index), what=what, mend="set from_h below to_h, and both within the day")
    if sum(staff["agents"] for staff in tables.staff) > STAFF_MAX:
        yield Fault(place=("staff",), what=f"there are more than {STAFF_MAX} agents", mend="leave some out")


def _day(tables: _Tables, seed: int | None) -> Day:
    day = tables.day
    lasts_ms = day["hours"] * HOUR_MS
    people: list[Input] = []
    shifts: list[Shift] = []
    for staff in tables.staff:
        for _ in range(staff["agents"]):
            number = len(shifts) + 1
            agent_id, device_id = AgentId(f"agent-{number}"), DeviceId(f"phone-{number}")
            rules = {key: staff[key] for key in AGENT_KEYS if key in staff}
            agent = AgentSettings(agent_id=agent_id, name=agent_id, **rules)
            people += [
                AgentConfigured(settings=agent),
                DeviceConfigured(settings=DeviceSettings(device_id=device_id, auto_answer=False)),
            ]
            ends_ms = (staff["to_h"] or day["hours"]) * HOUR_MS
            shifts.append(
                Shift(agent_id=agent_id, device_id=device_id, begins_ms=staff["from_h"] * HOUR_MS, ends_ms=ends_ms)
            )
    queues = [_settings(values) for values in tables.queues]
    return Day(
        name=day["name"],
        seed=day["seed"] if seed is None else seed,
        begins_at=made_up.FIRST_DAY,
        lasts_ms=lasts_ms,
        zone=made_up.ZONE,
        configuration=(*(QueueConfigured(settings=queue) for queue in queues), *people),
        streams=tuple(
            _stream(values, queue, day["hours"]) for values, queue in zip(tables.queues, queues, strict=True)
        ),
        shifts=tuple(shifts),
        habits=replace(
            made_up.HABITS,
            ignores=day["ignored_pct"] / 100,
            declines=day["declined_pct"] / 100,
            reaction=log_normal(day["reaction_s"] * 1_000, 0.5),
            comes_back=fixed(day["back_after_s"] * 1_000),
        ),
        faults=tuple(
            Trouble(
                kind=FaultKind(one["kind"]),
                at_ms=one["at_min"] * MINUTE_MS,
                lasts_ms=one["lasts_min"] * MINUTE_MS,
                share=one["share_pct"] / 100,
            )
            for one in tables.faults
        ),
    )


def _settings(values: Mapping[str, Any]) -> QueueSettings:
    return queue_settings(Queue(**{field.key: values[field.key] for field in QUEUE_FIELDS}))


def _stream(values: Mapping[str, Any], queue: QueueSettings, hours: int) -> Stream:
    per_hour = values["calls_per_hour"]
    even = (Rate(from_ms=0, to_ms=hours * HOUR_MS, calls_per_hour=per_hour),)
    patience_ms = values["patience_s"] * 1_000
    return Stream(
        queue_id=queue.queue_id,
        rates=own_day.rates(per_hour, hours, own_day.shape("voice")) if values["own_hours"] else even,
        talk=log_normal(values["talk_s"] * 1_000, values["spread_pct"] / 100),
        work=log_normal(values["work_s"] * 1_000, own_day.WORK_SPREAD),
        patience=exponential(patience_ms) if patience_ms else None,
    )
