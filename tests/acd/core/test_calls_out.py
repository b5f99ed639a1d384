"""Stories of agents who call numbers outside, on the core alone."""

import pytest

from acd.core import facts, outbound_words
from acd.core.call_usage import HOUR_MS
from acd.core.outbound_words import CallOut, CallOutBegun, CallOutRefused
from kernel.ids import AgentId, CallLegId, DeviceId, InteractionId, TrunkId
from kernel.result_codes import CallOutRefusal, Disposition, EndedBy
from tests.acd import makers as m
from tests.acd.floor import Floor


def answered(call: str) -> outbound_words.CallOutPickedUp:
    return outbound_words.CallOutPickedUp(interaction_id=InteractionId(call))


def over(call: str, disposition: Disposition = Disposition.ANSWERED) -> outbound_words.CallOutOver:
    return outbound_words.CallOutOver(interaction_id=InteractionId(call), disposition=disposition)


def refused(given: list[facts.Fact]) -> list[CallOutRefusal]:
    return [fact.reason for fact in given if isinstance(fact, CallOutRefused)]


def trunks_of(given: list[facts.Fact]) -> list[tuple[TrunkId, ...]]:
    return [fact.trunk_ids for fact in given if isinstance(fact, CallOutBegun)]


def ends(floor: Floor) -> list[tuple[Disposition, EndedBy]]:
    return [(fact.disposition, fact.ended_by) for fact in floor.facts if isinstance(fact, facts.InteractionEnded)]


def state(floor: Floor, agent: str = "ann") -> str:
    found = floor.engine.state.agents[AgentId(agent)]
    return f"{found.state} {found.reason_code}".strip()


def test_a_call_out_is_dialled_answered_and_wrapped_up() -> None:
    floor = Floor(ready=("ann",))
    floor.give(m.call_out("c1"))
    assert state(floor) == "dialling"
    floor.give(answered("c1"), after_ms=4_000)
    assert state(floor) == "talking"
    floor.give(m.held("c1-r1"), after_ms=10_000)
    floor.give(m.resumed("c1-r1"), after_ms=3_000)
    told = floor.give(over("c1"), after_ms=2_000)
    assert state(floor) == "wrap_up"
    floor.wait(5_000)

    assert state(floor) == "ready"
    released = next(fact for fact in told if isinstance(fact, outbound_words.CallOutReleased))
    assert (released.talk_ms, released.hold_ms, released.ended_by) == (12_000, 3_000, EndedBy.CALLER)
    assert ends(floor) == [(Disposition.ANSWERED, EndedBy.CALLER)]
    assert floor.engine.state.calls_out == {}


def test_nobody_is_offered_to_an_agent_who_calls_and_who_waits_is_when_they_have_done() -> None:
    floor = Floor(ready=("ann",))
    floor.give(m.call_out("c1", wrap_up_ms=0))
    assert not any(isinstance(fact, facts.AgentReserved) for fact in floor.call("c2"))
    told = floor.give(m.hung_up("c1"), after_ms=2_000)

    assert ends(floor) == [(Disposition.CANCELLED, EndedBy.AGENT)]
    assert [fact.interaction_id for fact in told if isinstance(fact, facts.AgentReserved)] == ["c2"]


@pytest.mark.parametrize("disposition", [Disposition.BUSY, Disposition.NO_ANSWER, Disposition.NOT_REACHED])
def test_who_reaches_nobody_is_what_they_were_once_the_phone_is_free(disposition: Disposition) -> None:
    floor = Floor()
    floor.seat("ann")
    floor.give(m.set_aux("ann", "back_office"))
    floor.give(m.seen("phone-ann", in_use=True))
    floor.give(m.call_out("c1"))
    floor.give(over("c1", disposition))

    assert state(floor) == "aux back_office"
    assert ends(floor) == [(disposition, EndedBy.CALLER)]


def test_a_phone_that_was_lifted_is_in_use_before_it_dials_and_still_is_when_the_call_is_over() -> None:
    floor = Floor(ready=("ann",))
    floor.give(m.seen("phone-ann", in_use=True))
    assert state(floor) == "unreachable phone_in_use"
    floor.give(m.call_out("c1"))
    assert state(floor) == "dialling"
    floor.give(over("c1", Disposition.BUSY))
    assert state(floor) == "unreachable phone_in_use"
    floor.give(m.seen("phone-ann"))
    assert state(floor) == "ready"


def test_what_the_agent_asks_for_while_they_call_comes_after_it() -> None:
    floor = Floor(ready=("ann",))
    floor.give(m.call_out("c1"))
    floor.give(m.set_aux("ann"))
    assert state(floor) == "dialling"
    floor.give(answered("c1"))
    floor.give(m.hung_up("c1"))
    floor.wait(5_000)
    assert state(floor) == "aux lunch"


def test_a_phone_without_an_agent_one_with_a_call_and_a_number_without_a_route_are_refused_and_counted() -> None:
    floor = Floor(m.queue(), m.agent("ann"), m.device("phone-ann"))
    assert refused(floor.give(m.call_out("c1"))) == [CallOutRefusal.NOT_LOGGED_IN]
    floor.seat("ann")
    no_route = CallOut(
        interaction_id=InteractionId("c2"),
        device_id=DeviceId("phone-ann"),
        leg_id=CallLegId("leg"),
        refused=CallOutRefusal.NO_ROUTE,
    )
    assert refused(floor.give(no_route)) == [CallOutRefusal.NO_ROUTE]
    floor.give(m.call_out("c3"))
    assert refused(floor.give(m.call_out("c4"))) == [CallOutRefusal.AGENT_BUSY]
    assert list(floor.engine.state.interactions) == ["c3"]


def test_an_agents_limits_count_by_the_hour_and_by_the_day() -> None:
    floor = Floor(m.queue(), m.agent_calling("ann", per_hour=2, per_day=3))
    floor.seat("ann")

    def tries() -> list[CallOutRefusal]:
        given = floor.give(m.call_out(f"c{len(floor.facts)}"))
        for fact in given:
            if isinstance(fact, CallOutBegun):
                floor.give(m.hung_up(fact.interaction_id))
        return refused(given)

    assert [tries(), tries(), tries()] == [[], [], [CallOutRefusal.AGENT_LIMIT]]
    floor.wait(HOUR_MS)
    assert [tries(), tries()] == [[], [CallOutRefusal.AGENT_LIMIT]]
    floor.wait(23 * HOUR_MS)
    assert tries() == []


def test_a_trunk_at_its_limit_is_left_out_and_without_any_the_call_is_refused() -> None:
    floor = Floor(ready=("ann", "bob", "eve"))
    one, two = m.trunk_offer("first", at_once=1), m.trunk_offer("second", per_hour=1)
    assert trunks_of(floor.give(m.call_out("c1", "phone-ann", one, two))) == [("first", "second")]
    assert trunks_of(floor.give(m.call_out("c2", "phone-bob", one, two))) == [("second",)]
    assert refused(floor.give(m.call_out("c3", "phone-eve", one, two))) == [CallOutRefusal.TRUNK_LIMIT]
    floor.give(m.hung_up("c1"))
    floor.give(m.hung_up("c2"))
    assert trunks_of(floor.give(m.call_out("c4", "phone-eve", one, two))) == [("first",)]


def test_a_call_that_moves_to_the_next_trunk_counts_there_too() -> None:
    floor = Floor(ready=("ann", "bob"))
    floor.give(m.call_out("c1"))
    moved = outbound_words.CallOutTried(interaction_id=InteractionId("c1"), trunk_id=TrunkId("second"))
    assert floor.give(moved) == [
        outbound_words.CallOutMoved(interaction_id=InteractionId("c1"), trunk_id=TrunkId("second"))
    ]
    assert floor.give(moved) == []
    assert floor.engine.state.interactions[InteractionId("c1")].trunk_id == "second"
    assert trunks_of(
        floor.give(m.call_out("c2", "phone-bob", m.trunk_offer("second", at_once=1), m.trunk_offer("first")))
    ) == [("first",)]


def test_a_talk_outside_that_the_switch_lost_ends_once() -> None:
    floor = Floor(ready=("ann",))
    floor.give(m.call_out("c1"))
    floor.give(answered("c1"))
    floor.give(answered("c1"))
    floor.give(m.lost("c1"))
    floor.give(over("c1"))
    assert ends(floor) == [(Disposition.ANSWERED, EndedBy.SYSTEM)]


def test_a_pick_up_that_comes_late_does_not_take_an_agent_out_of_their_own_call() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    floor.give(m.set_aux("ann"))
    floor.wait(15_000)
    floor.give(m.call_out("o1"))

    told = floor.give(m.picked_up("c1-r1"))

    assert [type(fact) for fact in told] == [facts.InputRefused]
    assert state(floor) == "dialling"
    assert floor.interaction("c1").phase == "waiting"
