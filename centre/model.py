"""The centre's description as typed records. Lengths are whole seconds here because people write them so.

Every record has an ``id`` of 1-40 characters ``[a-z0-9-]`` starting with a letter, unless said otherwise; records of a
kind are sorted by it, so that the same centre is always the same value.
"""

from dataclasses import dataclass

from ivr.core.flow import Flow
from kernel.ids import (
    AgentId,
    CallerListId,
    DeviceId,
    Did,
    FlowId,
    HoursId,
    PromptId,
    QueueId,
    RouteId,
    SkillId,
    TrunkId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """An ability that queues ask for."""

    id: SkillId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A carrier's SIP connection.

    ``transport``: udp, tcp or tls. ``match``: IP addresses or networks the carrier sends from (identification);
    ``register_user`` non-empty: we register at ``host``:``port``, the password comes from the secrets file under
    ``trunk.<id>``. At least one of the two ways must be used. ``lines_max``: calls at once, both ways together.
    ``caller_id``: the number shown on outgoing calls.
    """

    id: TrunkId
    host: str
    port: int
    transport: str
    match: tuple[str, ...]
    register_user: str
    lines_max: int
    caller_id: str
    codecs: tuple[str, ...]
    calls_out_max: int = 30
    calls_out_per_hour_max: int = 300
    calls_out_per_day_max: int = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Numbers outside that may be called, and how. What no route allows is never called.

    ``allows``, ``refuses``: beginnings of numbers in E.164; the longest that fits decides, over all routes. ``numbers``:
    short and emergency codes, allowed only as they stand here. ``trunks``: tried in this order while one is congested.
    ``caller_id`` "": each trunk's own. ``dials``: how the number is written to the carrier. ``hours`` None: at any time.
    """

    id: RouteId
    name: str
    allows: tuple[str, ...]
    refuses: tuple[str, ...]
    numbers: tuple[str, ...]
    trunks: tuple[TrunkId, ...]
    caller_id: str
    dials: str
    hours: HoursId | None
    ring_s_max: int
    wrap_up_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DidNumber:
    """A number of ours (digits, optionally a leading +), the trunks are free to send it; which flow answers it."""

    number: Did
    flow: FlowId


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A phone. ``transport``: udp, tcp, tls or wss. ``model`` picks the auto-answer header (see docs/devices).

    ``secret`` is never here: it lies in the secrets file under ``device.<id>`` and is made at random when absent.
    """

    id: DeviceId
    name: str
    transport: str
    model: str
    auto_answer: bool
    codecs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person who answers. ``login`` (3-8 digits) and a PIN let them sit at any phone; only the PIN's hash is kept.

    ``skills``: proficiency 1-5 by skill, sorted by skill id. ``wrap_up_s`` -1: the queue's.
    """

    id: AgentId
    name: str
    login: str
    pin_hash: str
    skills: tuple[tuple[SkillId, int], ...]
    calls_out_per_hour_max: int = 30
    calls_out_per_day_max: int = 200
    wrap_up_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxReason:
    """A reason not to be ready; ``id`` is its code, in which an underscore may stand, ``digits`` choose it at a phone.

    ``agents_max``: so many may be away for it at once, ``minutes_max``: and so long; 0: no limit.
    """

    id: str
    digits: str
    agents_max: int
    minutes_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Where interactions wait under one set of rules. ``wait_s_max``, ``waiting_max`` 0: no limit. ``priority`` 10 first.

    ``code``: what an agent dials to send a caller here; empty: nobody can.
    """

    id: QueueId
    name: str
    requires: tuple[tuple[SkillId, int], ...]
    priority: int
    ring_s_max: int
    wrap_up_s: int
    wait_s_max: int
    waiting_max: int
    short_abandon_s: int
    service_level_s: int
    on_no_answer: str
    music: str
    announcement: PromptId | None
    announcement_every_s: int
    tells_wait: bool = False
    exit_key: str = ""
    expected_wait_min_max: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpan:
    """Open on ``days`` (mon..sun) from ``opens`` to ``closes`` (HH:MM, local; ``closes`` is not included)."""

    days: tuple[str, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours. Closed on ``closed_dates`` (YYYY-MM-DD) and, if ``holidays`` is a country code, on its holidays."""

    id: HoursId
    timezone: str
    spans: tuple[OpenSpan, ...]
    closed_dates: tuple[str, ...]
    holidays: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedNumber:
    """Callers on a list: a number in E.164 (or a short code), or the beginning of such with a ``*`` behind it.

    ``owner`` answers for it. ``until``: the last day on which it counts (YYYY-MM-DD), "" for no end.
    """

    number: str
    reason: str
    owner: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerList:
    """Callers treated specially. ``kind``: priority or block. ``priority`` 1-10 (for kind priority).

    ``action`` (for kind block): one of ``ivr.core.caller_lists.ListAction``. ``anonymous``: callers without a number
    count as being on it. ``numbers``: those that belong to the description; more may be kept beside it, in the database.
    """

    id: CallerListId
    kind: str
    priority: int
    action: str
    anonymous: bool
    numbers: tuple[ListedNumber, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """The whole centre. ``priority_step_s``: so much waiting is worth one step of priority; 0: priority always wins."""

    name: str
    country: str
    timezone: str
    languages: tuple[str, ...]
    priority_step_s: int
    skills: tuple[Skill, ...]
    trunks: tuple[Trunk, ...]
    routes: tuple[Route, ...] = ()
    dids: tuple[DidNumber, ...]
    devices: tuple[Device, ...]
    agents: tuple[Agent, ...]
    aux_reasons: tuple[AuxReason, ...]
    queues: tuple[Queue, ...]
    hours: tuple[Hours, ...]
    caller_lists: tuple[CallerList, ...]
    flows: tuple[Flow, ...]
