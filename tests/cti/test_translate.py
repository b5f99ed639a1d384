"""Which events a fact becomes, and that the journal alone decides it."""

import pytest

from acd.core import facts as acd
from acd.core.agent_states import AgentState
from cti import wire
from cti.translate import WITHDRAWN, Draft, Translator
from kernel.ids import InteractionId
from kernel.result_codes import LeaveReason, ReservationResult
from tests.cti.calls import SALES, answered_call, created, moved, open_floor, queued, reservation_ended
from tests.cti.day import whole_day
from tests.cti.fakes import Script


def translated(script: Script) -> list[Draft]:
    translator = Translator()
    return [draft for entry in script.entries for draft in translator.take(entry)]


def names(drafts: list[Draft]) -> list[str]:
    return [wire.TYPES[type(draft.data)] for draft in drafts]


def test_a_call_is_told_from_its_arrival_to_its_recording() -> None:
    script = Script()
    open_floor(script)
    before = len(translated(script))
    answered_call(script)

    assert names(translated(script)[before:]) == [
        "call.created",
        "call.flow_step",
        "call.flow_step",
        "call.flow_step",
        "call.queued",
        "call.offered",
        "agent.state_changed",
        "agent.state_changed",
        "call.connected",
        "agent.state_changed",
        "call.held",
        "agent.state_changed",
        "call.resumed",
        "agent.state_changed",
        "agent.next_state_chosen",
        "call.ended",
        "agent.state_changed",
        "call.wrapup_started",
        "call.wrapup_completed",
        "agent.state_changed",
        "recording.available",
    ]


def test_the_same_journal_gives_the_same_events() -> None:
    script = Script()
    whole_day(script)

    assert translated(script) == translated(script)


def test_every_way_a_reservation_ends_but_the_answer_withdraws_the_offer() -> None:
    assert set(WITHDRAWN) == set(ReservationResult) - {ReservationResult.ANSWERED}


@pytest.mark.parametrize(("result", "reason"), WITHDRAWN.items())
def test_a_withdrawn_offer_says_why(result: ReservationResult, reason: str) -> None:
    script = Script()
    script.entry(reservation_ended("c1-1", "ann", result))

    (draft,) = translated(script)

    assert isinstance(draft.data, wire.CallOfferWithdrawn)
    assert (draft.data.reason, draft.agent_id) == (reason, "ann")


def test_a_call_that_leaves_by_rule_says_by_which() -> None:
    script = Script()
    script.entry(created("c1-1"))
    script.entry(queued("c1-1"))
    script.entry(
        acd.InteractionLeftQueue(
            interaction_id=InteractionId("c1-1"), queue_id=SALES, reason=LeaveReason.TIMEOUT, waited_ms=60_000
        )
    )

    left = translated(script)[-1]

    assert left.data == wire.CallLeftQueue(call_id="c1-1", queue="sales", reason="timeout", wait_s=60.0)


def test_the_agent_of_a_call_hears_how_it_ended() -> None:
    script = Script()
    open_floor(script)
    answered_call(script)

    ended = next(draft for draft in translated(script) if isinstance(draft.data, wire.CallEnded))

    assert (ended.agent_id, ended.queue_id, ended.call_id) == ("ann", "sales", "c1-1")


def test_a_state_chosen_during_the_call_is_shown_until_it_comes() -> None:
    script = Script()
    open_floor(script)
    answered_call(script)

    shown = [
        (draft.data.state, draft.data.next_state)
        for draft in translated(script)
        if isinstance(draft.data, wire.AgentStateChanged) and draft.data.agent_id == "ann"
    ]

    assert shown[-2:] == [("wrap_up", "ready"), ("ready", None)]


def test_facts_about_things_never_seen_are_told_and_harm_nothing() -> None:
    script = Script()
    script.entry(moved("eve", AgentState.AUX, AgentState.READY))
    script.entry(moved("eve", AgentState.WRAP_UP, AgentState.READY))
    script.entry(object())

    assert names(translated(script)) == ["agent.state_changed", "agent.state_changed"]
