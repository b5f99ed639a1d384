"""Centres for tests: a small one as text, and any number of made-up ones."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from centre.kinds import CODECS, DAYS, DEVICE_MODELS, DEVICE_TRANSPORTS, DIAL_FORMS, TRUNK_TRANSPORTS
from centre.model import (
    Agent,
    AuxReason,
    CallerList,
    Centre,
    Device,
    DidNumber,
    Hours,
    ListedNumber,
    OpenSpan,
    Queue,
    Route,
    Skill,
    Trunk,
)
from ivr.core.caller_lists import ListAction
from ivr.core.flow import Flow, Node
from kernel.ids import (
    AgentId,
    CallerListId,
    DeviceId,
    Did,
    FlowId,
    HoursId,
    NodeId,
    PromptId,
    QueueId,
    RouteId,
    SkillId,
    TrunkId,
)

PIN_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=1$" + "c2FsdHNhbHRzYWx0c2E" + "$" + "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhcw"
)

SMALL = f"""[centre]
name = "Small"
languages = ["id", "en"]

[[skills]]
id = "english"
name = "English"

[[queues]]
id = "sales"
name = "Sales"
requires = {{ english = 2 }}

[[agents]]
id = "ann"
name = "Ann"
login = "1001"
pin_hash = "{PIN_HASH}"
skills = {{ english = 5 }}

[[aux_reasons]]
id = "meal"
digits = "3"

[[devices]]
id = "desk-1"
name = "Desk 1"

[[trunks]]
id = "carrier"
host = "sip.example.id"
match = ["192.0.2.10"]

[[routes]]
id = "police"
name = "Police"
numbers = ["110"]
trunks = ["carrier"]

[[dids]]
number = "169"
flow = "main"

[[hours]]
id = "office"
spans = [{{ days = ["mon"], opens = "08:00", closes = "17:00" }}]

[[caller_lists]]
id = "vip"
kind = "priority"
numbers = [{{ number = "+628111690001", reason = "Friend" }}]

[[flows]]
id = "main"
name = "Main"
start = "start"

[flows.nodes.start]
kind = "start"
exits = {{ next = "welcome" }}

[flows.nodes.welcome]
kind = "play"
prompts = ["welcome"]
exits = {{ next = "wait" }}

[flows.nodes.wait]
kind = "enqueue"
queue = "sales"
exits = {{ timeout = "goodbye", refused = "goodbye" }}

[flows.nodes.goodbye]
kind = "hangup"
"""

IDS = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
TEXTS = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="\u2028\u2029"), min_size=1, max_size=60
).filter(str.strip)
NAMES = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60).filter(
    lambda name: name == name.strip() and not name.startswith("#") and not set(name) & set('";<>[]{}\\|$`')
)
LEVELS = st.integers(1, 5)
PROMPTS = st.lists(IDS, min_size=1, max_size=3).map(tuple)
CODEC_LISTS = st.lists(st.sampled_from(CODECS), min_size=1, unique=True).map(tuple)


@st.composite
def centres(draw: st.DrawFn) -> Centre:
    """Any centre that could be in force, with versions of flows above 1 too."""
    skills = _ids(draw)
    queues, agents, devices, trunks, hours, lists, flows = (_ids(draw) for _ in range(7))
    return Centre(
        name=draw(NAMES),
        country=draw(st.sampled_from(["ID", "SG", "MY"])),
        timezone=draw(st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "UTC"])),
        priority_step_s=draw(st.sampled_from([0, 1, 60, 3600])),
        languages=draw(st.sampled_from([("id",), ("id", "en"), ("en", "id", "zh")])),
        skills=tuple(Skill(id=SkillId(one), name=draw(NAMES)) for one in skills),
        trunks=tuple(_trunk(draw, one, number) for number, one in enumerate(trunks)),
        routes=_routes(draw, trunks, hours),
        dids=_dids(draw, flows),
        devices=tuple(_device(draw, one) for one in devices),
        agents=tuple(_agent(draw, one, number, skills) for number, one in enumerate(agents)),
        aux_reasons=_aux_reasons(draw),
        queues=tuple(_queue(draw, one, skills) for one in queues),
        hours=tuple(_hours(draw, one) for one in hours),
        caller_lists=tuple(_caller_list(draw, one) for one in lists),
        flows=tuple(_flow(draw, one, queues, hours, lists) for one in flows),
    )


def _ids(draw: st.DrawFn) -> list[str]:
    return sorted(draw(st.lists(IDS, max_size=3, unique=True)))


def _levels(draw: st.DrawFn, skills: list[str]) -> tuple[tuple[SkillId, int], ...]:
    return tuple((SkillId(skill), draw(LEVELS)) for skill in skills if draw(st.booleans()))


def _trunk(draw: st.DrawFn, trunk_id: str, number: int) -> Trunk:
    match = draw(st.sampled_from([(), (f"10.{number}.0.0/16",), (f"10.{number}.0.1", f"2001:db8:{number + 1}::/48")]))
    return Trunk(
        id=TrunkId(trunk_id),
        host=draw(st.sampled_from(["sip.example.id", "192.0.2.1", "2001:db8::1"])),
        port=draw(st.integers(1, 65_535)),
        transport=draw(st.sampled_from(TRUNK_TRANSPORTS)),
        match=match,
        register_user=draw(st.sampled_from(["", "user.1"])) if match else "user@169",
        lines_max=draw(st.integers(1, 2000)),
        caller_id=draw(st.sampled_from(["", "169", "+62215252008"])),
        codecs=draw(CODEC_LISTS),
        calls_out_max=draw(st.integers(0, 2000)),
        calls_out_per_hour_max=draw(st.integers(0, 100_000)),
        calls_out_per_day_max=draw(st.integers(0, 1_000_000)),
    )


def _routes(draw: st.DrawFn, trunks: list[str], hours: list[str]) -> tuple[Route, ...]:
    """No two have a beginning in common."""
    ids = _ids(draw) if trunks else []
    return tuple(
        Route(
            id=RouteId(one),
            name=draw(NAMES),
            allows=draw(st.sampled_from([(), (f"+6{number}",), (f"+6{number}1", f"+6{number}2")])),
            refuses=draw(st.sampled_from([(), ("+62809",)])),
            numbers=draw(st.sampled_from([(), (f"11{number}",)])),
            trunks=tuple(TrunkId(trunk) for trunk in draw(st.permutations(trunks))),
            caller_id=draw(st.sampled_from(["", "169"])),
            dials=draw(st.sampled_from(DIAL_FORMS)),
            hours=draw(st.sampled_from([None, *map(HoursId, hours)])),
            ring_s_max=draw(st.integers(5, 120)),
            wrap_up_s=draw(st.integers(0, 3600)),
        )
        for number, one in enumerate(ids)
    )


def _dids(draw: st.DrawFn, flows: list[str]) -> tuple[DidNumber, ...]:
    if not flows:
        return ()
    numbers = draw(st.lists(st.from_regex(r"[0-9]{2,15}", fullmatch=True), unique=True, max_size=3))
    written = sorted(draw(st.sampled_from(["", "+"])) + number for number in numbers)
    return tuple(DidNumber(number=Did(number), flow=FlowId(draw(st.sampled_from(flows)))) for number in written)


def _device(draw: st.DrawFn, device_id: str) -> Device:
    return Device(
        id=DeviceId(device_id),
        name=draw(NAMES),
        transport=draw(st.sampled_from(DEVICE_TRANSPORTS)),
        model=draw(st.sampled_from(DEVICE_MODELS)),
        auto_answer=draw(st.booleans()),
        codecs=draw(CODEC_LISTS),
    )


def _agent(draw: st.DrawFn, agent_id: str, number: int, skills: list[str]) -> Agent:
    return Agent(
        id=AgentId(agent_id),
        name=draw(NAMES),
        login=f"{1000 + number}",
        pin_hash=PIN_HASH,
        skills=_levels(draw, skills),
        wrap_up_s=draw(st.integers(-1, 3600)),
    )


def _aux_reasons(draw: st.DrawFn) -> tuple[AuxReason, ...]:
    digits = draw(st.lists(st.from_regex(r"[0-9]{1,3}", fullmatch=True), min_size=1, max_size=3, unique=True))
    return tuple(
        AuxReason(
            id=f"away_{one}", digits=one, agents_max=draw(st.integers(0, 20)), minutes_max=draw(st.integers(0, 90))
        )
        for one in sorted(digits)
    )


def _queue(draw: st.DrawFn, queue_id: str, skills: list[str]) -> Queue:
    return Queue(
        id=QueueId(queue_id),
        name=draw(NAMES),
        requires=_levels(draw, skills),
        priority=draw(st.integers(1, 10)),
        ring_s_max=draw(st.integers(5, 120)),
        wrap_up_s=draw(st.integers(0, 3600)),
        wait_s_max=draw(st.integers(0, 86_400)),
        short_abandon_s=draw(st.integers(0, 60)),
        service_level_s=draw(st.integers(1, 3600)),
        on_no_answer=draw(st.sampled_from(["aux", "ready"])),
        music=draw(IDS),
        announcement=draw(st.none() | IDS.map(PromptId)),
        announcement_every_s=draw(st.integers(10, 3600)),
        waiting_max=draw(st.integers(0, 10_000)),
        tells_wait=draw(st.booleans()),
        exit_key=draw(st.sampled_from(["", "1", "*"])),
        expected_wait_min_max=draw(st.integers(0, 120)),
    )


def _hours(draw: st.DrawFn, hours_id: str) -> Hours:
    days = draw(st.lists(st.sampled_from(DAYS), unique=True, min_size=1).map(lambda some: sorted(some, key=DAYS.index)))
    spans = [OpenSpan(days=tuple(days), opens="08:00", closes="12:00")]
    if draw(st.booleans()):
        spans.append(OpenSpan(days=tuple(days), opens="12:00", closes="24:00"))
    return Hours(
        id=HoursId(hours_id),
        timezone=draw(st.sampled_from(["Asia/Jakarta", "Asia/Makassar"])),
        spans=tuple(spans),
        closed_dates=tuple(sorted(draw(st.lists(st.dates().map(str), unique=True, max_size=3)))),
        holidays=draw(st.sampled_from(["", "ID"])),
    )


def _caller_list(draw: st.DrawFn, list_id: str) -> CallerList:
    numbers = draw(
        st.lists(
            st.from_regex(r"\+[1-9][0-9]{6,14}|[0-9]{2,6}|[1-9][0-9]{6}|\+[1-9][0-9]{2,13}\*", fullmatch=True),
            unique=True,
            max_size=3,
        )
    )
    reasons = st.just("") | TEXTS
    kind = draw(st.sampled_from(["priority", "block"]))
    actions = [action.value for action in ListAction] if kind == "block" else ["flow"]
    return CallerList(
        id=CallerListId(list_id),
        kind=kind,
        priority=draw(st.integers(1, 10)),
        action=draw(st.sampled_from(actions)),
        anonymous=draw(st.booleans()),
        numbers=tuple(
            ListedNumber(
                number=number,
                reason=draw(reasons),
                owner=draw(st.sampled_from(["", "Ibu Sari"])),
                until=draw(st.sampled_from(["", "2026-12-31"])),
            )
            for number in sorted(numbers)
        ),
    )


def _flow(draw: st.DrawFn, flow_id: str, queues: list[str], hours: list[str], lists: list[str]) -> Flow:
    """Steps of several kinds in a row, from start to hangup."""
    steps: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
        ("play", {"prompts": draw(PROMPTS), "skippable": draw(st.booleans())}, ("next",)),
        ("set", {"variables": {"greeting": draw(TEXTS)}}, ("next",)),
        ("menu", {"prompts": draw(PROMPTS), "keys": "1*"}, ("key-1", "key-star", "timeout", "invalid")),
    ]
    steps += [("enqueue", {"queue": draw(st.sampled_from(queues))}, ("timeout", "refused"))] if queues else []
    steps += [("hours", {"hours": draw(st.sampled_from(hours))}, ("open", "closed"))] if hours else []
    steps += [("caller_list", {"list": draw(st.sampled_from(lists))}, ("listed", "not_listed"))] if lists else []
    chosen: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
        ("start", {"answer": False}, ("next",)),
        *draw(st.lists(st.sampled_from(steps), max_size=4)),
        ("hangup", {}, ()),
    ]
    ids = [NodeId(f"n-{number}") for number in range(len(chosen) + 1)]
    nodes = [
        Node(id=ids[at], kind=kind, settings=dict(settings), exits=dict.fromkeys(exits, ids[at + 1]))
        for at, (kind, settings, exits) in enumerate(chosen)
    ]
    return Flow(
        id=FlowId(flow_id),
        name=draw(NAMES),
        version=draw(st.integers(1, 9)),
        start=ids[0],
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
    )


def with_first_versions(centre: Centre) -> Centre:
    """The same, as if every flow were new."""
    return replace(centre, flows=tuple(replace(flow, version=1) for flow in centre.flows))
