"""The centre file, table by table: the one place that says which keys there are. Pure.

The reader, the writer, the difference and docs/centre-file.md all follow it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from centre import kinds
from centre.compound import LEVELS, NODES, NUMBERS, OPTIONAL_ID, SPANS
from centre.fields import Field, Must, list_of
from centre.model import Agent, AuxReason, CallerList, Device, DidNumber, Hours, Queue, Route, Skill, Trunk
from ivr.core.caller_lists import ListAction
from ivr.core.flow import Flow

FORMAT = 1
TABLE_SIZE_MAX = 5000

USUAL_AUX_REASONS: Mapping[str, str] = {
    "1": "break",
    "2": "prayer",
    "3": "meal",
    "4": "meeting",
    "5": "training",
    "6": "back_office",
    "7": "coaching",
    "9": "other",
}
"""By the digits that choose them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of record: its table in the file and field in Centre, one of it in words, its keys, what names it."""

    table: str
    one: str
    make: Callable[..., Any]
    key: str
    note: str
    fields: tuple[Field, ...]
    size_max: int = TABLE_SIZE_MAX
    unless_written: tuple[Mapping[str, Any], ...] = ()
    """Records of a file that says nothing of this table. One that does has at least one record in it."""


_ID = Field(key="id", kind=kinds.ID, note="what the rest of the file and the journal call it; never reuse one")
_NAME = Field(key="name", kind=kinds.name(length_max=60), note="what people read")
_CODECS = Field(
    key="codecs",
    kind=list_of(kinds.one_of(*kinds.CODECS), length_max=len(kinds.CODECS), least=1),
    note="sound formats, the preferred one first",
    default=["alaw", "ulaw"],
)

CENTRE_FIELDS = (
    Field(key="format", kind=kinds.whole(FORMAT, FORMAT), note="the version of this format", default=FORMAT),
    Field(key="name", kind=kinds.name(length_max=60), note="the centre's name"),
    Field(key="country", kind=kinds.COUNTRY, note="where numbers without a country code belong", default="ID"),
    Field(key="timezone", kind=kinds.TIMEZONE, note="the centre's clock", default="Asia/Jakarta"),
    Field(
        key="languages",
        kind=list_of(kinds.LANGUAGE, length_max=10, least=1),
        note="languages of the announcements; callers begin with the first",
        default=["id"],
    ),
    Field(
        key="priority_step_s",
        kind=kinds.whole(0, 3600, "seconds"),
        note="so much waiting is worth one step of priority, so that nobody waits for ever: who came more than"
        " 10 minus one's own priority times this later is never served before; 0: a higher priority always goes first",
        default=60,
    ),
)

SHAPES = (
    Shape(
        table="skills", one="skill", make=Skill, key="id", note="An ability that queues ask for.", fields=(_ID, _NAME)
    ),
    Shape(
        table="queues",
        one="queue",
        make=Queue,
        key="id",
        note="Where callers wait under one set of rules.",
        fields=(
            _ID,
            _NAME,
            Field(key="requires", kind=LEVELS, note="skills that an agent needs, and how well at least", default={}),
            Field(key="priority", kind=kinds.whole(1, 10), note="10 is served first", default=5),
            Field(key="ring_s_max", kind=kinds.whole(5, 120, "seconds"), note="an agent's phone rings", default=20),
            Field(key="wrap_up_s", kind=kinds.whole(0, 3600, "seconds"), note="work after a call", default=30),
            Field(
                key="wait_s_max",
                kind=kinds.whole(0, 86_400, "seconds"),
                note="longest wait, after which the flow goes on by its exit `timeout`; 0: no limit",
                default=0,
            ),
            Field(
                key="waiting_max",
                kind=kinds.whole(0, 10_000),
                note="so many may wait; for the next one the flow goes on by its exit `overflow`; 0: no limit",
                default=0,
            ),
            Field(
                key="short_abandon_s",
                kind=kinds.whole(0, 60, "seconds"),
                note="who hangs up sooner is counted apart",
                default=5,
            ),
            Field(
                key="service_level_s",
                kind=kinds.whole(1, 3600, "seconds"),
                note="answered within this time is in time",
                default=20,
            ),
            Field(
                key="on_no_answer",
                kind=kinds.one_of(*kinds.NO_ANSWER_POLICIES),
                note="what becomes of an agent whose phone rang in vain: out of the line, or ready behind the others",
                default="aux",
            ),
            Field(key="music", kind=kinds.ID, note="class of music on hold", default="default"),
            Field(key="announcement", kind=OPTIONAL_ID, note="prompt repeated to those who wait", default=""),
            Field(
                key="announcement_every_s",
                kind=kinds.whole(10, 3600, "seconds"),
                note="how often it is repeated",
                default=60,
            ),
            Field(
                key="tells_wait",
                kind=kinds.YES_NO,
                note="those who wait are told their place and, once enough is known, within how many minutes they will be "
                "answered: at entry and with every announcement",
                default=False,
            ),
            Field(
                key="exit_key",
                kind=kinds.one_of("", *kinds.KEYS),
                note="who presses it while they wait goes on in the flow, by its exit `key`",
                default="",
            ),
            Field(
                key="expected_wait_min_max",
                kind=kinds.whole(0, 120, "minutes"),
                note="for whom a longer wait is to be expected the flow goes on by its exit `overflow`; 0: for nobody",
                default=0,
            ),
            Field(
                key="code",
                kind=kinds.QUEUE_CODE,
                note='what an agent dials to send a caller here, no agent\'s login; `""`: nobody can',
                default="",
            ),
        ),
    ),
    Shape(
        table="agents",
        one="agent",
        make=Agent,
        key="id",
        note="A person who answers. Agents sit at any device.",
        fields=(
            _ID,
            _NAME,
            Field(key="login", kind=kinds.LOGIN, note="what the agent keys in at a phone"),
            Field(
                key="pin_hash",
                kind=kinds.PIN_HASH,
                note='the PIN itself is kept nowhere; `""`: no log-in by phone',
                default="",
                hidden=True,
            ),
            Field(key="skills", kind=LEVELS, note="what the agent can do, 5 is best", default={}),
            Field(
                key="calls_out_per_hour_max",
                kind=kinds.whole(0, 1000),
                note="calls to numbers outside in one hour of the clock; 0: none",
                default=30,
            ),
            Field(
                key="calls_out_per_day_max",
                kind=kinds.whole(0, 10_000),
                note="and in 24 such hours",
                default=200,
            ),
            Field(
                key="wrap_up_s",
                kind=kinds.whole(-1, 3600, "seconds"),
                note="work after a call, if it is not the queue's; -1: the queue's",
                default=-1,
            ),
        ),
    ),
    Shape(
        table="aux_reasons",
        one="aux reason",
        make=AuxReason,
        key="id",
        note="Why an agent is not ready by choice. A file without this table has the usual ones: "
        + ", ".join(f"`{digits}` {reason}" for digits, reason in USUAL_AUX_REASONS.items())
        + ".",
        fields=(
            Field(key="id", kind=kinds.REASON, note="the code in reports and on desks; never reuse one"),
            Field(key="digits", kind=kinds.REASON_DIGITS, note="what an agent dials after the feature code"),
            Field(
                key="agents_max",
                kind=kinds.whole(0, 10_000),
                note="so many may be away for it at once; the next one is refused, but not by a supervisor; 0: no limit",
                default=0,
            ),
            Field(
                key="minutes_max",
                kind=kinds.whole(0, 1440, "minutes"),
                note="who is away longer is told to the supervisors (`agent.overstayed`); 0: no limit",
                default=0,
            ),
        ),
        size_max=100,
        unless_written=tuple({"id": reason, "digits": digits} for digits, reason in USUAL_AUX_REASONS.items()),
    ),
    Shape(
        table="devices",
        one="device",
        make=Device,
        key="id",
        note="A phone. Its SIP password is made by the program and lies in the secrets file under `device.<id>`.",
        fields=(
            _ID,
            _NAME,
            Field(key="transport", kind=kinds.one_of(*kinds.DEVICE_TRANSPORTS), note="how it connects", default="udp"),
            Field(
                key="model",
                kind=kinds.one_of(*kinds.DEVICE_MODELS),
                note="picks the header that makes the phone answer by itself",
                default="generic",
            ),
            Field(key="auto_answer", kind=kinds.YES_NO, note="calls of queues are answered at once", default=False),
            _CODECS,
        ),
    ),
    Shape(
        table="trunks",
        one="trunk",
        make=Trunk,
        key="id",
        note="A carrier's SIP connection. It needs `match`, or `register_user`, or both.",
        fields=(
            _ID,
            Field(key="host", kind=kinds.HOST, note="where calls out are sent, and where we register"),
            Field(key="port", kind=kinds.whole(1, 65_535), note="its port", default=5060),
            Field(key="transport", kind=kinds.one_of(*kinds.TRUNK_TRANSPORTS), note="how it connects", default="udp"),
            Field(
                key="match",
                kind=list_of(kinds.NETWORK, length_max=64, order=str),
                note="addresses the carrier calls from; no two trunks may share one",
                default=[],
            ),
            Field(
                key="register_user",
                kind=kinds.SIP_USER,
                note="user name of our registration; the password lies in the secrets file under `trunk.<id>`",
                default="",
            ),
            Field(key="lines_max", kind=kinds.whole(1, 2000), note="calls at once, both ways together", default=30),
            Field(key="caller_id", kind=kinds.SHOWN_NUMBER, note="the number shown on calls out", default=""),
            _CODECS,
            Field(
                key="calls_out_max",
                kind=kinds.whole(0, 2000),
                note="of its lines so many may be used by agents' calls out; 0: none",
                default=30,
            ),
            Field(
                key="calls_out_per_hour_max",
                kind=kinds.whole(0, 100_000),
                note="agents' calls out in one hour of the clock; 0: none",
                default=300,
            ),
            Field(
                key="calls_out_per_day_max",
                kind=kinds.whole(0, 1_000_000),
                note="and in 24 such hours",
                default=3000,
            ),
        ),
    ),
    Shape(
        table="routes",
        one="route",
        make=Route,
        key="id",
        note="Numbers outside that may be called, and how. What no route allows is never called, by nobody.",
        fields=(
            _ID,
            _NAME,
            Field(
                key="allows",
                kind=list_of(kinds.NUMBER_BEGINNING, length_max=1000, order=str),
                note="beginnings of numbers in E.164; over all routes the longest that fits decides",
                default=[],
            ),
            Field(
                key="refuses",
                kind=list_of(kinds.NUMBER_BEGINNING, length_max=1000, order=str),
                note="beginnings that are not to be called; of an equal length they win",
                default=[],
            ),
            Field(
                key="numbers",
                kind=list_of(kinds.SHORT_CODE, length_max=1000, order=str),
                note="emergency and other short codes, allowed as they stand here only",
                default=[],
            ),
            Field(
                key="trunks",
                kind=list_of(kinds.ID, length_max=10, least=1),
                note="in this order; the next one when one is full, congested or away",
            ),
            Field(
                key="caller_id", kind=kinds.SHOWN_NUMBER, note='the number shown; `""`: each trunk\'s own', default=""
            ),
            Field(
                key="dials",
                kind=kinds.one_of(*kinds.DIAL_FORMS),
                note="how the carrier wants a number: +6281..., 6281..., or as dialled within the country, 081...",
                default="e164",
            ),
            Field(key="hours", kind=OPTIONAL_ID, note="may be called within these hours only", default=""),
            Field(key="ring_s_max", kind=kinds.whole(5, 120, "seconds"), note="it may ring", default=45),
            Field(key="wrap_up_s", kind=kinds.whole(0, 3600, "seconds"), note="an agent's work after it", default=0),
        ),
    ),
    Shape(
        table="dids",
        one="did",
        make=DidNumber,
        key="number",
        note="A number of ours that callers dial.",
        fields=(
            Field(key="number", kind=kinds.OWN_NUMBER, note="as the carrier sends it"),
            Field(key="flow", kind=kinds.ID, note="the flow that answers it"),
        ),
    ),
    Shape(
        table="hours",
        one="hours",
        make=Hours,
        key="id",
        note="Opening hours, asked by the flow's node `hours`.",
        fields=(
            _ID,
            Field(key="timezone", kind=kinds.TIMEZONE, note="whose clock", default=Must.COME_FROM_CENTRE),
            Field(key="spans", kind=SPANS, note="open in these; none of one day may cross another"),
            Field(
                key="closed_dates",
                kind=list_of(kinds.DATE, length_max=1000, order=str),
                note="closed on these dates",
                default=[],
            ),
            Field(key="holidays", kind=kinds.HOLIDAYS, note="closed on this country's public holidays", default=""),
        ),
    ),
    Shape(
        table="caller_lists",
        one="caller list",
        make=CallerList,
        key="id",
        note="Callers treated specially, asked by the flow's node `caller_list`.",
        fields=(
            _ID,
            Field(key="kind", kind=kinds.one_of(*kinds.CALLER_LIST_KINDS), note="served sooner, or turned away"),
            Field(key="priority", kind=kinds.whole(1, 10), note="for kind `priority`: 10 is served first", default=10),
            Field(
                key="action",
                kind=kinds.one_of(*kinds.CALLER_LIST_ACTIONS),
                note="for kind `block`, what becomes of those on it: the flow goes on by its exit `listed`; or they are "
                "refused with a message, find it busy, are dropped without a word, or are served last",
                default=ListAction.FLOW.value,
            ),
            Field(
                key="anonymous",
                kind=kinds.YES_NO,
                note="callers who withhold their number count as being on it",
                default=False,
            ),
            Field(
                key="numbers",
                kind=NUMBERS,
                note="who is always on it; others are added beside this file, see the administrator's page",
                default=[],
            ),
        ),
    ),
    Shape(
        table="flows",
        one="flow",
        make=Flow,
        key="id",
        note="What a caller hears before (and after) a queue. Its version counts up by itself with each change.",
        fields=(
            _ID,
            _NAME,
            Field(key="start", kind=kinds.ID, note="the node where callers begin"),
            Field(key="nodes", kind=NODES, note="the steps, see below"),
        ),
        size_max=500,
    ),
)
