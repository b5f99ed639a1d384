"""The live picture against the facts that it is made from."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core import facts as acd
from acd.core.agent_states import AgentState
from acd.core.engine import Engine
from cti.picture import Picture
from cti.snapshot import snapshot_parts
from cti.topics import interest
from cti.translate import Translator
from cti.views import queue_view
from kernel.ids import AgentId, InteractionId
from kernel.instants import Instant
from kernel.logged_event import LoggedEvent
from kernel.result_codes import Disposition, LeaveReason, ReservationResult
from tests.cti.calls import (
    SALES,
    agent_defined,
    answered,
    answered_call,
    created,
    ended,
    held,
    open_floor,
    queue_defined,
    queued,
    released,
    reservation_ended,
    reserved,
    resumed,
)
from tests.cti.fakes import Script
from tests.replay.random_day import steps

CALLS = [f"c{number}-1" for number in range(5)]
STEPS = ("arrive", "queue", "reserve", "lapse", "answer", "hold", "resume", "release", "abandon", "leave", "end")


def legal_facts(walk: list[tuple[str, str, int]]) -> list[object]:
    """Only what the engine could say: each step is taken where the call's phase allows it."""
    phase: dict[str, str] = {}
    facts: list[object] = []
    for call, step, priority in walk:
        at = phase.get(call, "none")
        made: dict[tuple[str, str], tuple[str, list[object]]] = {
            ("none", "arrive"): ("flow", [created(call)]),
            ("flow", "queue"): ("waiting", [queued(call, priority=priority)]),
            ("waiting", "reserve"): ("offered", [reserved(call, "ann", until=0)]),
            ("offered", "lapse"): ("waiting", [reservation_ended(call, "ann", ReservationResult.LAPSED)]),
            ("offered", "answer"): (
                "talking",
                [answered(call, "ann"), reservation_ended(call, "ann", ReservationResult.ANSWERED)],
            ),
            ("talking", "hold"): ("held", [held(call)]),
            ("held", "resume"): ("talking", [resumed(call)]),
            ("talking", "release"): ("flow", [released(call, "ann")]),
            ("held", "release"): ("flow", [released(call, "ann")]),
            ("waiting", "abandon"): (
                "flow",
                [
                    acd.InteractionAbandoned(
                        interaction_id=InteractionId(call),
                        queue_id=SALES,
                        waited_ms=1,
                        short=False,
                        while_offered=False,
                    )
                ],
            ),
            ("waiting", "leave"): (
                "flow",
                [
                    acd.InteractionLeftQueue(
                        interaction_id=InteractionId(call), queue_id=SALES, reason=LeaveReason.TIMEOUT, waited_ms=1
                    )
                ],
            ),
            ("flow", "end"): ("none", [ended(call, Disposition.FLOW_ENDED)]),
        }
        if (at, step) in made:
            phase[call], said = made[at, step]
            facts += said
    return facts


WALKS = st.lists(st.tuples(st.sampled_from(CALLS), st.sampled_from(STEPS), st.integers(1, 3)), max_size=60)


@given(walk=WALKS)
@settings(max_examples=60, deadline=None)
def test_the_picture_agrees_with_a_naive_reading_of_the_facts(walk: list[tuple[str, str, int]]) -> None:
    facts = legal_facts(walk)
    picture = Picture()
    picture.apply(queue_defined(), Instant(0))
    for at, fact in enumerate(facts):
        picture.apply(fact, Instant(at))

    live = {fact.interaction_id: "flow" for fact in facts if isinstance(fact, acd.InteractionCreated)}
    entered: dict[str, tuple[int, int]] = {}
    words = {
        acd.InteractionQueued: "waiting",
        acd.AgentReserved: "offered",
        acd.InteractionAnswered: "talking",
        acd.CallerHeld: "held",
        acd.CallerResumed: "talking",
        acd.InteractionReleased: "flow",
        acd.InteractionAbandoned: "flow",
        acd.InteractionLeftQueue: "flow",
    }
    for at, fact in enumerate(facts):
        call = getattr(fact, "interaction_id", InteractionId(""))
        if isinstance(fact, acd.InteractionCreated):
            live[call] = "flow"
        elif isinstance(fact, acd.InteractionEnded):
            live.pop(call)
        elif isinstance(fact, acd.ReservationEnded) and fact.result is not ReservationResult.ANSWERED:
            live[call] = "waiting"
        elif type(fact) in words:
            live[call] = words[type(fact)]
        if isinstance(fact, acd.InteractionQueued):
            entered[call] = (-fact.priority, at)

    assert {call.interaction_id: call.phase for call in picture.calls.values()} == live
    in_line = sorted((call for call in live if live[call] in ("waiting", "offered")), key=lambda call: entered[call])
    view = queue_view(picture, SALES, Instant(len(facts)))
    assert [caller.call_id for caller in view.waiting] == in_line
    assert [caller.position for caller in view.waiting] == list(range(1, len(in_line) + 1))
    phases = Counter(live.values())
    assert view.counts.offered == phases["offered"]
    assert view.counts.connected == phases["talking"] + phases["held"]


def test_the_line_is_the_engines_whatever_ranks_and_steps_of_priority_do() -> None:
    engine, picture, lengths = Engine(), Picture(), Counter[int]()
    for now, step in steps(seed=5, count=1_200, engine=engine):
        for fact in engine.handle(step, now):
            picture.apply(fact, now)
        for queue_id in engine.state.queues:
            in_line = [key[-1] for key in engine.state.lines.in_queue(queue_id)]
            lengths[len(in_line)] += 1
            assert [call.interaction_id for call in picture.waiting(queue_id)] == in_line

    assert max(lengths) > 3


def test_only_agents_with_the_skill_count_for_a_queue() -> None:
    script, translator = Script(), Translator()
    open_floor(script)
    script.entry(agent_defined("weak", level=1))
    for entry in script.entries:
        translator.take(entry)

    counts = queue_view(translator.picture, SALES, Instant(0)).counts

    assert (counts.staffed, counts.ready) == (2, 2)


def test_what_is_withdrawn_is_gone() -> None:
    picture = Picture()
    picture.apply(queue_defined(), Instant(0))
    picture.apply(agent_defined("ann"), Instant(0))
    picture.apply(agent_defined("ann", level=5), Instant(1))
    levels = [agent.settings.skills[0][1] for agent in picture.agents.values()]
    picture.apply(acd.QueueWithdrawn(queue_id=SALES), Instant(2))
    picture.apply(acd.AgentWithdrawn(agent_id=AgentId("ann")), Instant(2))

    assert levels == [5]
    assert (picture.queues, picture.agents) == ({}, {})


def test_wrap_up_keeps_whose_call_it_was() -> None:
    script, translator = Script(), Translator()
    open_floor(script)
    answered_call(script)
    for entry in script.entries[:-2]:
        translator.take(entry)

    agent = translator.picture.agents[AgentId("ann")]

    assert (agent.state, agent.call_id, agent.next_state) == (AgentState.WRAP_UP, "c1-1", AgentState.READY)


def test_a_snapshot_of_many_is_cut_in_parts_that_hold_everything_once() -> None:
    picture = Picture()
    for number in range(120):
        picture.apply(agent_defined(f"a{number}"), Instant(0))
        picture.apply(created(f"c{number}-1"), Instant(0))

    parts = snapshot_parts(picture, interest([], [], frozenset({"read"})), 7, Instant(0))

    assert [part.part for part in parts] == list(range(1, len(parts) + 1))
    assert {part.parts for part in parts} == {len(parts)}
    assert sum(len(part.items) for part in parts) == 240
    assert max(len(part.items) for part in parts) <= 25


def test_topics_choose_what_is_heard() -> None:
    event = LoggedEvent(
        seq=1,
        journal_seq=1,
        ordinal=1,
        at=Instant(0),
        type="call.offered",
        agent_id="ann",
        queue_id="sales",
        call_id="c1-1",
        data=b"{}",
    )
    read = frozenset({"read"})
    heard = {
        "agent:ann": True,
        "agent:bob": False,
        "agent:*": True,
        "queue:sales": True,
        "queue:help": False,
        "call:c1-1": True,
        "call:c1": False,
    }

    assert {topic: interest([topic], [], read).wants(event) for topic in heard} == heard
    assert not interest(["call:*"], ["call.ended"], read).wants(event)
