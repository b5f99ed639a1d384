"""Scenario sheets: read one, play it on the engine, and compare what it says with what happens.

A sheet is plain text. First what it is about; then what is given, one thing a line (``step``: what a step of priority is
worth in waiting; ``queue``, ``relax``, ``reserves``, ``agent``, ``phone``); then a table whose columns are two spaces
apart: when, what somebody does, and all that follows from it, in order,
separated by semicolons. ``(time)`` is only time passing; a deadline that falls due and is not told makes the sheet
fail. Last, the queues' counts (``report``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from acd.core import facts
from acd.core.inputs import Input, QueueConfigured
from acd.core.settings import NoAnswerPolicy, RelaxationStep, Reserves, Strategy
from acd.core.transfer_words import TransferTo
from kernel.ids import GroupId, InteractionId, QueueId, SkillId
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from simulator.words import words_of
from tests.acd import makers as m
from tests.acd.floor import NOON, Floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: when, what is done, what follows."""

    at_ms: int
    does: str
    then: tuple[str, ...]
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet as read."""

    given: tuple[str, ...]
    rows: tuple[Row, ...]
    reports: tuple[tuple[str, str], ...]


def read_sheet(text: str) -> Sheet:
    """Raises ValueError for a line that is none of the kinds above."""
    _, _, body = text.partition("\n\n")
    given: list[str] = []
    rows: list[Row] = []
    reports: list[tuple[str, str]] = []
    for line in body.splitlines():
        cells = re.split(r" {2,}", line.strip())
        if not line.strip() or cells == ["does", "then"]:
            continue
        if line.split()[0] in ("step", "queue", "relax", "reserves", "agent", "phone"):
            given.append(line.strip())
        elif cells[0] == "report":
            reports.append((cells[1], cells[2]))
        elif re.match(r"\d+:\d\d", cells[0]):
            then = tuple(part.strip() for part in cells[2].split(";")) if len(cells) > 2 else ()
            rows.append(Row(at_ms=milliseconds(cells[0]), does=cells[1], then=then, line=line))
        else:
            raise ValueError(f"a line that no sheet knows: {line!r}")
    return Sheet(given=tuple(given), rows=tuple(rows), reports=tuple(reports))


def play(sheet: Sheet) -> None:
    """Play a sheet from start to end. Raises AssertionError where it and the engine differ."""
    floor = Floor(*(_given(line) for line in sheet.given if line.startswith(("step", "queue", "phone"))))
    for line in sheet.given:
        if line.startswith(("relax", "reserves")):
            floor.give(_routed(floor, line))
        elif line.startswith("agent"):
            floor.give(_given(line))
            floor.seat(line.split()[1])
    for row in sheet.rows:
        due = floor.engine.next_deadline()
        at = NOON + row.at_ms
        assert due is None or due >= at, f"something is due at {due - NOON if due else None} ms, before: {row.line}"
        seen = floor.give(_done(floor, row.does), after_ms=at - floor.now)
        told = tuple(phrase for fact in seen if (phrase := words_of(fact, NOON)) is not None)
        assert told == tuple(part for part in row.then if part != "-"), row.line
    for queue_id, counts in sheet.reports:
        assert _counts(floor, queue_id) == counts


def milliseconds(text: str) -> int:
    """``1:05`` or ``0:05.250`` as milliseconds."""
    minutes, seconds = text.split(":")
    return int(minutes) * 60_000 + round(float(seconds) * 1_000)


# --- given -------------------------------------------------------------------------------------------------------------


_QUEUE_WORDS: dict[str, tuple[str, Callable[[str], object]]] = {
    "ring": ("ring_ms_max", milliseconds),
    "wait": ("wait_ms_max", milliseconds),
    "room": ("waiting_max", int),
    "wrap-up": ("wrap_up_ms", milliseconds),
    "short": ("short_abandon_ms", milliseconds),
    "priority": ("priority", int),
    "no-answer": ("no_answer_policy", NoAnswerPolicy),
    "says": ("announcement", str),
    "every": ("announcement_every_ms", milliseconds),
    "exit-key": ("exit_key", str),
    "expected": ("expected_wait_ms_max", milliseconds),
    "tells-wait": ("tells_wait", lambda word: word == "yes"),
    "groups": ("groups", lambda value: tuple(value.split("+"))),
    "levels-to": ("level_max", int),
    "order": ("strategy", Strategy),
}
"""What may be said of a queue; every other word is a skill that it needs."""


def _given(line: str) -> Input:
    kind, subject, *words = re.split(r"[ ,]+", line)
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    skills = {word: int(value) for word, value in pairs.items() if word not in (*_QUEUE_WORDS, "level")}
    match kind:
        case "step":
            return m.routing(priority_step_ms=milliseconds(subject))
        case "phone":
            return m.device(subject)
        case "agent":
            groups = tuple(pairs["groups"].split("+")) if "groups" in pairs else ()
            return m.member(subject, groups, int(pairs.get("level", "1")), skills)
        case _:
            told = {word: value for word, value in pairs.items() if word in _QUEUE_WORDS}
            fields = {_QUEUE_WORDS[word][0]: _QUEUE_WORDS[word][1](value) for word, value in told.items()}
            return m.queue(subject, requirements=m.needs(**skills), **fields)


def _routed(floor: Floor, line: str) -> Input:
    """``relax sales 0:20 english 2, drop mandarin, add office, level 2, together, anybody``: one more step of a queue;
    ``reserves sales office at 3 until 1``."""
    kind, queue_id, *words = line.split(" ", 3)
    known = floor.engine.state.queues[QueueId(queue_id)]
    if kind == "reserves":
        call_at, release_at = re.findall(r"\d+", words[1])
        reserves = Reserves(groups=(GroupId(words[0]),), call_at=int(call_at), release_at=int(release_at))
        return QueueConfigured(settings=replace(known, reserves=reserves))
    told = [part.split() for part in words[1].split(", ")]
    level = [int(part[1]) for part in told if part[0] == "level"]
    special = ("drop", "add", "level", "together", "anybody")
    step = RelaxationStep(
        after_ms=milliseconds(words[0]),
        lower=tuple((SkillId(part[0]), int(part[1])) for part in told if part[0] not in special),
        drop=tuple(SkillId(part[1]) for part in told if part[0] == "drop"),
        add_groups=tuple(GroupId(part[1]) for part in told if part[0] == "add"),
        together=["together"] in told,
        level_max=level[0] if level else None,
        anybody=["anybody"] in told,
    )
    return QueueConfigured(settings=replace(known, relaxations=(*known.relaxations, step)))


# --- does --------------------------------------------------------------------------------------------------------------


def _done(floor: Floor, does: str) -> Input:
    for pattern, make in _DOES:
        found = re.fullmatch(pattern, does)
        if found is not None:
            return make(floor, *found.groups())
    raise AssertionError(f"nobody does this: {does!r}")


def _enters(floor: Floor, interaction_id: str, queue_id: str, priority: str | None, skills: str | None) -> Input:
    if InteractionId(interaction_id) not in floor.engine.state.interactions:
        floor.give(m.arrived(interaction_id))
    words = (skills or "").split()
    level_min = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    return m.enter(interaction_id, queue_id, int(priority) if priority else None, **level_min)


def _latest(floor: Floor, agent_id: str) -> str:
    """The agent's latest reservation, whether it is over or not."""
    made = [one for one in floor.facts if isinstance(one, facts.AgentReserved) and one.agent_id == agent_id]
    return made[-1].reservation_id


def _about_call(make: Callable[[str], Input]) -> Callable[[Floor, str], Input]:
    return lambda floor, agent_id: make(_latest(floor, agent_id))


_DOES: tuple[tuple[str, Callable[..., Input]], ...] = (
    (r"\(time\)", lambda floor: m.TIME),
    (r"(\w+) enters (\w+)(?: with priority (\d+))?(?: needing (.+))?", _enters),
    (r"(\w+) has priority (\d+)", lambda floor, one, priority: m.set_priority(one, int(priority))),
    (r"(\w+) is moved to (\w+)", lambda floor, one, queue_id: m.move_to_queue(one, queue_id)),
    (r"(\w+) arrives", lambda floor, one: m.arrived(one)),
    (r"(\w+) hangs up", lambda floor, one: m.hung_up(one) if one.startswith("c") else m.left(_latest(floor, one))),
    (r"(\w+) presses ([0-9*#])", lambda floor, one, key: m.pressed(one, key)),
    (
        r"(\w+) books a callback from (\w+) until ([\d:]+), (\d) tries every ([\d:]+)",
        lambda floor, one, queue, until, tries, every: m.book_callback(
            one, queue, expires_at=NOON + milliseconds(until), tries_max=int(tries), retry_ms=milliseconds(every)
        ),
    ),
    (r"(\w+) answers the callback", lambda floor, one: m.reached(one)),
    (r"(\w+) is lost", lambda floor, one: m.lost(one)),
    (r"flow of (\w+) ends (\w+)", lambda floor, one, how: m.flow_ended(one, Disposition(how))),
    (r"(\w+) logs in at ([\w-]+)", lambda floor, one, phone: m.log_in(one, phone)),
    (r"(\w+) logs out", lambda floor, one: m.log_out(one)),
    (r"(\w+) ready", lambda floor, one: m.set_ready(one)),
    (r"(\w+) aux (\w+)", lambda floor, one, reason: m.set_aux(one, reason)),
    (r"(\w+) needs ([\d:]+) more", lambda floor, one, how_long: m.extended(one, milliseconds(how_long))),
    (r"(\w+) rings", _about_call(m.rang)),
    (r"(\w+) picks up", _about_call(m.picked_up)),
    (r"(\w+) holds", _about_call(m.held)),
    (r"(\w+) resumes", _about_call(m.resumed)),
    (r"(\w+) is sent to queue (\w+)", lambda floor, one, queue: m.sent_on(one, TransferTo.QUEUE, queue)),
    (r"(\w+) is sent to (\w+)", lambda floor, one, agent: m.sent_on(one, TransferTo.AGENT, agent)),
    (r"(\w+) comes back", lambda floor, one: m.returned(one)),
    (r"(\w+) declines", lambda floor, one: m.failed(_latest(floor, one), ReservationResult.DECLINED)),
    (r"(\w+)'s phone is busy", lambda floor, one: m.failed(_latest(floor, one), ReservationResult.BUSY)),
    (r"(\w+)'s phone forwards", lambda floor, one: m.failed(_latest(floor, one), ReservationResult.LAPSED)),
    (r"(\w+)'s phone is dead", lambda floor, one: m.failed(_latest(floor, one), ReservationResult.UNREACHABLE)),
    (r"caller's end is seen by (\w+)", lambda floor, one: m.left(_latest(floor, one), EndedBy.CALLER)),
    (r"([\w-]+) registers elsewhere", lambda floor, one: m.moved(one)),
    (r"([\w-]+) seen free", lambda floor, one: m.seen(one)),
    (r"([\w-]+) seen in use", lambda floor, one: m.seen(one, in_use=True)),
    (r"([\w-]+) seen gone", lambda floor, one: m.seen(one, reachable=False)),
    (r"(step .+|queue .+|agent .+)", lambda floor, line: _given(line)),
    (r"(relax .+|reserves .+)", _routed),
)


# --- report ------------------------------------------------------------------------------------------------------------


def _counts(floor: Floor, queue_id: str) -> str:
    counts = dict.fromkeys(("offered", "answered", "abandoned", "short", "left", "waiting", "rona"), 0)
    for fact in floor.facts:
        match fact:
            case facts.InteractionQueued() if fact.queue_id == queue_id:
                counts["offered"] += 1
            case facts.InteractionAnswered() if fact.queue_id == queue_id:
                counts["answered"] += 1
            case facts.InteractionAbandoned() if fact.queue_id == queue_id:
                counts["short" if fact.short else "abandoned"] += 1
            case facts.InteractionLeftQueue() if fact.queue_id == queue_id:
                counts["left"] += 1
            case facts.ReservationEnded(result=ReservationResult.LAPSED) if fact.queue_id == queue_id:
                counts["rona"] += 1
            case _:
                pass
    exits = ("answered", "abandoned", "short", "left")
    counts["waiting"] = counts["offered"] - sum(counts[one] for one in exits)
    waiting = [one for one in floor.engine.state.interactions.values() if one.wait and one.wait.queue_id == queue_id]
    assert counts["waiting"] == len(waiting), "an interaction left the queue without an exit, or twice"
    return ", ".join(f"{one} {count}" for one, count in counts.items() if count)
