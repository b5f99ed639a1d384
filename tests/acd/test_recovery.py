"""Recovery: what the switch did while nobody looked comes back as ordinary inputs."""

import pytest

from acd.core import facts
from acd.core.engine import Engine
from acd.core.inputs import (
    AgentLeft,
    AgentLegFailed,
    AgentPickedUp,
    CallerHungUp,
    CallerLost,
    EnterQueue,
    Input,
    InteractionArrived,
)
from acd.ports import AgentLegPhase, CallerPlace, CallerSeen, DeviceSeen, SwitchPicture
from acd.recovery import Asked, differences, last_instant, recover
from kernel.entry import ENGINE_STREAM, FLOW_STREAM, Entry
from kernel.ids import DeviceId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from tests.acd import makers as m
from tests.acd.floor import NOON, Floor
from tests.fakes.journal import MemoryJournal


def picture(
    *,
    begun_at: Instant | None = None,
    agent_legs: dict[str, AgentLegPhase] | None = None,
    devices: dict[str, DeviceSeen] | None = None,
    queue_id: str | None = None,
    is_new: bool = False,
    turned_away: tuple[str, ...] = (),
    **callers: CallerPlace,
) -> SwitchPicture:
    """``picture(c1=CallerPlace.WAITING)``."""

    def seen(one: str, place: CallerPlace) -> CallerSeen:
        return CallerSeen(
            leg_id=f"leg-{one}",
            did=Did("169"),
            trunk_id=TrunkId("carrier"),
            place=place,
            queue_id=None if queue_id is None else QueueId(queue_id),
        )

    return SwitchPicture(
        callers={InteractionId(one): seen(one, place) for one, place in callers.items()},
        agent_legs={ReservationId(one): phase for one, phase in (agent_legs or {}).items()},
        devices={DeviceId(one): seen for one, seen in (devices or {}).items()},
        begun_at=begun_at,
        is_new=is_new,
        turned_away={InteractionId(one): seen(one, CallerPlace.FLOW) for one in turned_away},
    )


def resync(floor: Floor, seen: SwitchPicture) -> tuple[Input, ...]:
    """Hand in the differences; afterwards there must be none left."""
    differing = differences(floor.engine.state, seen)
    for given in differing:
        floor.give(given)
    floor.give(m.TIME)
    return differing


def in_phase(phase: str) -> Floor:
    """One caller in that phase, and where one is needed an agent."""
    floor = Floor(ready=() if phase == "waiting" else ("ann",))
    floor.give(m.arrived("c1"))
    if phase != "flow":
        floor.give(m.enter("c1"))
    if phase in ("connected", "after"):
        floor.give(m.picked_up("c1-r1"))
    if phase == "after":
        floor.give(m.left("c1-r1"))
    assert floor.interaction("c1").phase == phase
    return floor


def test_a_floor_that_agrees_with_the_switch_has_no_differences() -> None:
    floor = Floor(ready=("ann", "bob"))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))
    floor.call("c2")
    floor.call("c3")

    seen = picture(
        c1=CallerPlace.JOINED,
        c2=CallerPlace.WAITING,
        c3=CallerPlace.WAITING,
        agent_legs={"c1-r1": AgentLegPhase.JOINED, "c2-r1": AgentLegPhase.RINGING},
        devices={"phone-ann": DeviceSeen(reachable=True, in_use=False)},
    )

    assert differences(floor.engine.state, seen) == ()


@pytest.mark.parametrize("phase", ["flow", "waiting", "offered", "connected", "after"])
def test_a_lost_caller_ends_in_every_phase(phase: str) -> None:
    floor = in_phase(phase)

    assert resync(floor, picture()) == (CallerHungUp(interaction_id=InteractionId("c1"), cause_code=0, seen=False),)
    assert floor.engine.state.interactions == {}
    (ended,) = [fact for fact in floor.facts if isinstance(fact, facts.InteractionEnded)]
    # Of a talk both legs are gone, and nobody saw who hung up first.
    unseen = {"connected": EndedBy.SYSTEM, "after": EndedBy.AGENT}
    assert ended.ended_by is unseen.get(phase, EndedBy.CALLER)


@pytest.mark.parametrize("phase", ["flow", "waiting", "offered", "connected", "after"])
def test_a_caller_lost_with_a_switch_that_was_started_anew_has_not_hung_up(phase: str) -> None:
    floor = in_phase(phase)

    assert resync(floor, picture(is_new=True)) == (CallerLost(interaction_id=InteractionId("c1")),)
    (ended,) = [fact for fact in floor.facts if isinstance(fact, facts.InteractionEnded)]
    answered = phase in ("connected", "after")
    assert ended.disposition == (Disposition.ANSWERED if answered else Disposition.SYSTEM_FAILURE)


def test_callers_whom_the_switch_turned_away_are_counted_once_known_or_not() -> None:
    floor = Floor()
    floor.call("c1")
    seen = picture(c1=CallerPlace.WAITING, c2=CallerPlace.FLOW, turned_away=("c1", "c2", "c3"))

    assert resync(floor, seen) == (m.lost("c1"), m.arrived("c2"), m.lost("c2"), m.arrived("c3"), m.lost("c3"))
    assert floor.engine.state.interactions == {}
    assert resync(floor, seen) == ()


def test_a_caller_who_was_handed_outside_while_nobody_looked_was_transferred() -> None:
    floor = Floor()
    floor.give(m.arrived("c1"))
    seen = picture(c1=CallerPlace.AWAY)

    assert resync(floor, seen) == (m.flow_ended("c1", Disposition.TRANSFERRED_OUT),)
    assert resync(floor, seen) == ()


def test_a_caller_who_talks_outside_for_longer_than_the_engine_remembers_is_not_adopted() -> None:
    assert resync(Floor(), picture(c1=CallerPlace.AWAY)) == ()


async def test_after_a_restart_a_caller_who_still_hears_a_farewell_is_not_adopted() -> None:
    floor, journal, engine = Floor(), MemoryJournal(), Engine()
    floor.give(m.arrived("c1"))
    floor.give(m.flow_ended("c1", Disposition.CLOSED))
    await journal.append([Entry(seq=1, at=floor.now, stream=ENGINE_STREAM, given=None, facts=tuple(floor.facts))])

    await recover(journal, engine)

    assert differences(engine.state, picture(c1=CallerPlace.FLOW)) == ()


async def test_scenario_15_a_reservation_whose_program_died_expires_and_the_call_is_offered_at_its_old_rank() -> None:
    floor, journal, engine = Floor(ready=("ann",)), MemoryJournal(), Engine()
    for caller in ("c1", "c2", "c3"):
        floor.call(caller)
    floor.seat("bob")
    await journal.append([Entry(seq=1, at=floor.now, stream=ENGINE_STREAM, given=None, facts=tuple(floor.facts))])
    await recover(journal, engine)
    restarted_at = Instant(floor.now + 60_000)
    waiting = picture(c1=CallerPlace.WAITING, c2=CallerPlace.WAITING, c3=CallerPlace.WAITING)

    told = [fact for given in differences(engine.state, waiting) for fact in engine.handle(given, restarted_at)]
    told += engine.handle(m.TIME, restarted_at)
    told += engine.handle(m.set_ready("bob"), restarted_at)

    reserved = [(fact.interaction_id, fact.agent_id) for fact in told if isinstance(fact, facts.AgentReserved)]
    assert reserved == [("c1", "ann"), ("c2", "bob")]


def test_waiting_callers_keep_their_place() -> None:
    floor = Floor()
    floor.call("c1")
    floor.call("c2")

    assert resync(floor, picture(c1=CallerPlace.WAITING, c2=CallerPlace.WAITING)) == ()
    floor.seat("ann")
    assert isinstance(floor.give(m.set_ready("ann"))[1], facts.AgentReserved)
    assert floor.interaction("c1").phase == "offered"


def test_a_pick_up_while_the_program_was_down_counts_though_its_deadline_is_over() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    floor.now = Instant(floor.now + 60_000)

    differing = resync(floor, picture(c1=CallerPlace.JOINED, agent_legs={"c1-r1": AgentLegPhase.JOINED}))

    assert differing == (AgentPickedUp(reservation_id=ReservationId("c1-r1")),)
    assert floor.states("ann") == ["ann talking"]


def test_an_agent_whose_leg_is_gone_has_left_the_call() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))

    differing = resync(floor, picture(c1=CallerPlace.FLOW))

    assert differing == (AgentLeft(reservation_id=ReservationId("c1-r1"), ended_by=EndedBy.SYSTEM, seen=False),)
    assert floor.states("ann") == ["ann wrap_up"]
    assert floor.interaction("c1").phase == "after"


def test_a_ring_that_was_never_performed_is_withdrawn_and_offered_again() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")

    differing = resync(floor, picture(c1=CallerPlace.WAITING))

    assert differing == (AgentLegFailed(reservation_id=ReservationId("c1-r1"), result=ReservationResult.CANCELLED),)
    assert list(floor.engine.state.reservations) == ["c1-r2"]


def test_nobody_is_offered_a_caller_who_turns_out_to_be_gone() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    floor.call("c2")
    floor.call("c3")
    before = len(floor.facts)

    resync(floor, picture(c3=CallerPlace.WAITING))

    reserved = [fact for fact in floor.facts[before:] if isinstance(fact, facts.AgentReserved)]
    assert [fact.interaction_id for fact in reserved] == ["c3"]


def test_phones_are_brought_up_to_date() -> None:
    floor = Floor(ready=("ann", "bob"))
    gone = DeviceSeen(reachable=False, in_use=False)
    well = DeviceSeen(reachable=True, in_use=False)

    resync(floor, picture(devices={"phone-ann": gone, "phone-bob": well, "phone-unknown": gone}))
    assert floor.states("ann", "bob") == ["ann unreachable not_reachable", "bob ready"]

    resync(floor, picture(devices={"phone-ann": well}))
    assert floor.states("ann") == ["ann ready"]


def test_an_unknown_caller_who_waits_is_adopted_into_the_queue_that_the_switch_names() -> None:
    floor = Floor(ready=("ann",))

    differing = resync(floor, picture(c7=CallerPlace.WAITING, queue_id="sales"))

    assert [type(given) for given in differing] == [InteractionArrived, EnterQueue]
    assert floor.states("ann") == ["ann reserved"]


def test_an_unknown_caller_in_a_flow_or_in_no_known_queue_only_arrives() -> None:
    floor = Floor()

    differing = resync(floor, picture(c7=CallerPlace.WAITING, c8=CallerPlace.FLOW))

    assert [type(given) for given in differing] == [InteractionArrived, InteractionArrived]


def test_a_caller_held_to_be_in_the_flow_who_waits_in_the_switch_waits() -> None:
    floor = Floor()
    floor.give(m.arrived("c1"))

    differing = resync(floor, picture(c1=CallerPlace.WAITING, queue_id="sales"))

    assert differing == (m.enter("c1"),)


def test_what_is_younger_than_the_picture_is_left_alone() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    begun_at = floor.now

    assert differences(floor.engine.state, picture(begun_at=begun_at)) == ()
    assert differences(floor.engine.state, picture(begun_at=Instant(begun_at + 1))) != ()


def test_a_caller_who_ended_while_the_look_was_taken_is_not_adopted() -> None:
    floor = Floor()
    floor.call("c1")
    floor.give(m.hung_up("c1"))

    assert differences(floor.engine.state, picture(c1=CallerPlace.WAITING, queue_id="sales")) == ()


async def test_folding_the_journal_gives_the_same_state_and_the_last_sequence_number() -> None:
    floor, journal = Floor(ready=("ann",)), MemoryJournal()
    given: list[Input] = [
        m.arrived("c1"),
        m.enter("c1"),
        m.rang("c1-r1"),
        m.picked_up("c1-r1"),
        m.held("c1-r1"),
        m.hung_up("c1"),
    ]
    engine = Engine()
    await journal.append([Entry(seq=1, at=floor.now, stream=ENGINE_STREAM, given=None, facts=tuple(floor.facts))])
    await journal.append([Entry(seq=2, at=floor.now, stream=FLOW_STREAM, given=None, facts=("another room's",))])
    for seq, one in enumerate(given, start=3):
        told = tuple(floor.give(one, after_ms=700))
        await journal.append([Entry(seq=seq, at=floor.now, stream=ENGINE_STREAM, given=one, facts=told)])

    assert await recover(journal, engine) == 8
    assert engine.state == floor.engine.state
    assert engine.next_deadline() == floor.engine.next_deadline()


async def test_an_empty_journal_is_the_beginning() -> None:
    assert await recover(MemoryJournal(), Engine()) == 0


async def test_a_journal_that_contradicts_itself_is_not_folded() -> None:
    journal = MemoryJournal()
    ended = facts.InteractionEnded(
        interaction_id=InteractionId("c1"),
        disposition=Disposition.ABANDONED,
        ended_by=EndedBy.CALLER,
        cause_code=16,
        lasted_ms=1,
    )
    await journal.append([Entry(seq=1, at=Instant(0), stream=ENGINE_STREAM, given=None, facts=(ended,))])

    with pytest.raises(KeyError):
        await recover(journal, Engine())


async def test_a_journals_last_instant_is_that_of_its_last_entry() -> None:
    journal = MemoryJournal()
    assert await last_instant(journal) == 0

    for seq, stream in ((1, ENGINE_STREAM), (2, FLOW_STREAM)):
        await journal.append([Entry(seq=seq, at=Instant(NOON + seq), stream=stream, given=None, facts=())])

    assert await last_instant(journal) == NOON + 2


def test_a_phone_that_was_asked_to_ring_after_the_look_began_is_left_alone() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    asked = Asked()
    for fact in floor.facts:
        asked.note(fact, Instant(NOON + 2_400))  # the journal took so long

    seen = picture(c1=CallerPlace.WAITING, begun_at=Instant(NOON + 2_000))

    assert differences(floor.engine.state, seen, asked) == ()
    assert differences(floor.engine.state, seen) == (
        AgentLegFailed(reservation_id=ReservationId("c1-r1"), result=ReservationResult.CANCELLED),
    )


def test_a_caller_on_the_way_out_of_the_waiting_room_is_not_put_back_into_the_queue() -> None:
    floor = Floor(m.queue("sales", wait_ms_max=5_000))
    floor.call("c1")
    asked = Asked()
    for fact in floor.wait(5_000):
        asked.note(fact, floor.now)

    def found(begun_at: int) -> tuple[Input, ...]:
        seen = picture(c1=CallerPlace.WAITING, queue_id="sales", begun_at=Instant(begun_at))
        return differences(floor.engine.state, seen, asked)

    assert found(floor.now + 100) == ()
    assert [type(given).__name__ for given in found(floor.now + 2_000)] == ["EnterQueue"]
