"""What counts where: stories on the real engine, and the rows they come to."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core.callback_words import CallbackBooked
from acd.core.engine import Engine
from acd.core.facts import InteractionAbandoned, InteractionAnswered, InteractionQueued, InteractionReleased
from acd.core.inputs import QueueConfigured
from ivr.core.facts import FlowStarted, FlowStopped, NodeLeft
from kernel.entry import ENGINE_STREAM, FLOW_STREAM, Entry
from kernel.ids import FlowId, InteractionId, NodeId, QueueId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from reports.definitions import left_count, times_by_state, waiting_count
from tests.acd import makers as m
from tests.acd.floor import NOON
from tests.replay.random_day import steps
from tests.reports.story import MINUTE, Story, Told

S = m.S
LATER = Instant(NOON + 30 * MINUTE)


def test_an_answered_call_is_one_row_with_every_length() -> None:
    story = Story(ready=("ann",))
    story.give(m.arrived("c1"), after_ms=S)
    story.give(m.enter("c1", "sales"), after_ms=4 * S)
    story.give(m.picked_up("c1-r1"), after_ms=6 * S)
    story.give(m.held("c1-r1"), after_ms=30 * S)
    story.give(m.resumed("c1-r1"), after_ms=10 * S)
    story.give(m.left("c1-r1", EndedBy.AGENT), after_ms=20 * S)
    story.give(m.hung_up("c1"))
    story.give(m.set_ready("ann"), after_ms=7 * S)

    row = story.told().interaction("c1")

    assert (row.arrived_at, row.queued_at, row.answered_at) == (NOON + S, NOON + 5 * S, NOON + 11 * S)
    assert (row.flow_ms, row.wait_ms, row.ring_ms) == (4 * S, 6 * S, 6 * S)
    assert (row.talk_ms, row.hold_ms, row.wrap_up_ms) == (50 * S, 10 * S, 7 * S)
    assert (row.queue_id, row.agent_id, row.reservation_id) == ("sales", "ann", "c1-r1")
    assert (row.disposition, row.reservation_count, row.service_level_met) == (Disposition.ANSWERED, 1, True)
    assert story.told().memory.open == {}


def test_the_row_tells_the_priority_that_a_supervisor_gave() -> None:
    story = Story()
    story.call("c1")
    story.give(m.set_priority("c1", 9), after_ms=S)

    assert story.told().interaction("c1").priority == 9


def test_an_older_place_changes_no_length() -> None:
    story = Story(ready=("ann",))
    story.give(m.arrived("c1"))
    story.give(m.enter_as_since(Instant(NOON - MINUTE), "c1"))
    story.give(m.picked_up("c1-r1"), after_ms=6 * S)

    assert (story.told().interaction("c1").wait_ms, story.told().queue().wait_ms_max) == (6 * S, 6 * S)


def test_an_answer_after_the_service_level_is_answered_but_not_in_time() -> None:
    story = Story()
    story.call("c1")
    story.seat("ann")
    story.give(m.set_ready("ann"), after_ms=18 * S)
    story.give(m.picked_up("c1-r1"), after_ms=3 * S)

    queue = story.told().queue()

    assert (queue.offered_count, queue.answered_count, queue.answered_in_time_count) == (1, 1, 0)
    assert (queue.answered_wait_ms, queue.wait_ms_max) == (21 * S, 21 * S)
    assert story.told().interaction("c1").service_level_met is False


@pytest.mark.parametrize(
    ("waited_s", "abandoned", "short", "in_time", "wait_s_sum"),
    [(3, 0, 1, 1, 0), (12, 1, 0, 1, 12), (60, 1, 0, 0, 60)],
)
def test_short_abandons_are_kept_apart(
    waited_s: int, abandoned: int, short: int, in_time: int, wait_s_sum: int
) -> None:
    story = Story()
    story.call("c1")
    story.give(m.hung_up("c1"), after_ms=waited_s * S)

    queue = story.told().queue()

    assert (queue.abandoned_count, queue.short_abandoned_count) == (abandoned, short)
    assert (queue.abandoned_in_time_count, queue.abandoned_wait_ms) == (in_time, wait_s_sum * S)
    assert (story.told().interaction("c1").wait_ms, queue.offered_count) == (waited_s * S, 1)


def test_a_caller_who_never_queued_has_only_time_in_the_flow() -> None:
    story = Story()
    story.give(m.arrived("c1"))
    story.give(m.flow_ended("c1", Disposition.CLOSED), after_ms=9 * S)

    row = story.told().interaction("c1")

    assert (row.flow_ms, row.wait_ms, row.queue_id) == (9 * S, 0, None)
    assert (row.disposition, row.service_level_met) == (Disposition.CLOSED, None)


def test_two_queues_one_after_the_other_are_two_offers_and_one_row() -> None:
    story = Story(m.queue("sales", wait_ms_max=30 * S), m.queue("help"))
    story.call("c1", "sales")
    story.wait(30 * S)
    story.give(m.enter("c1", "help"), after_ms=2 * S)
    story.give(m.hung_up("c1"), after_ms=8 * S)

    told = story.told()
    by_queue = {row.queue_id: row for row in told.queues()}
    row = told.interaction("c1")

    assert [(by_queue[QueueId(each)].offered_count) for each in ("sales", "help")] == [1, 1]
    assert by_queue[QueueId("sales")].left_timeout_count == 1
    assert by_queue[QueueId("sales")].left_wait_ms == 30 * S
    assert by_queue[QueueId("help")].abandoned_count == 1
    assert (row.queue_id, row.wait_ms, row.queued_at) == ("help", 38 * S, NOON)


def test_what_became_of_an_offer_counts_where_it_entered_and_handling_where_it_ended() -> None:
    story = Story(ready=("ann",))
    story.give(m.TIME, after_ms=29 * MINUTE)
    story.call("c1")
    story.give(m.picked_up("c1-r1"), after_ms=3 * MINUTE // 2 // 10)
    story.give(m.left("c1-r1"), after_ms=5 * MINUTE)
    story.give(m.set_ready("ann"), after_ms=5 * S)

    told = story.told()

    assert (told.queue(NOON).offered_count, told.queue(NOON).answered_count) == (1, 1)
    assert (told.queue(NOON).handled_count, told.queue(LATER).handled_count) == (0, 1)
    assert (told.queue(LATER).talk_ms, told.queue(LATER).wrap_up_ms) == (5 * MINUTE, 5 * S)
    assert (told.agent(NOON).answered_count, told.agent(LATER).handled_count) == (1, 1)


def test_agents_time_is_split_at_the_border_even_while_the_state_lasts() -> None:
    story = Story()
    story.seat("ann")
    story.give(m.set_aux("ann", "lunch"), after_ms=10 * MINUTE)
    story.give(m.TIME, after_ms=60 * MINUTE)

    times = [(row.starts_at - NOON, row.reason_code, row.time_ms) for row in story.told().times()]

    assert times == [
        (0, "logged_in", 10 * MINUTE),
        (0, "lunch", 20 * MINUTE),
        (30 * MINUTE, "lunch", 30 * MINUTE),
    ]


def test_lapsed_and_declined_offers_are_counted_of_queue_and_agent() -> None:
    story = Story(ready=("ann", "bob"))
    story.call("c1")
    story.wait(15 * S)
    story.give(m.failed("c1-r2", ReservationResult.DECLINED), after_ms=S)

    queue, row = story.told().queue(), story.told().interaction("c1")

    assert (queue.reserved_count, queue.lapsed_count, queue.declined_count) == (2, 1, 1)
    assert (row.reservation_count, waiting_count(queue)) == (2, 1)


def test_logging_out_from_wrap_up_still_counts_the_call_as_handled() -> None:
    story = Story(ready=("ann",))
    story.call("c1")
    story.give(m.picked_up("c1-r1"), after_ms=S)
    story.give(m.left("c1-r1"), after_ms=S)
    story.give(m.hung_up("c1"))
    story.give(m.log_out("ann"), after_ms=4 * S)

    told = story.told()

    assert (told.queue().handled_count, told.queue().wrap_up_ms) == (1, 4 * S)
    assert told.memory.agents == {}
    assert told.memory.open == {}


def test_a_queues_new_service_level_holds_for_those_who_enter_after_it() -> None:
    story = Story()
    story.call("c1")
    tighter = m.queue_settings()
    story.give(QueueConfigured(settings=replace(tighter, service_level_ms=S)))
    story.call("c2")
    story.give(m.hung_up("c1"), after_ms=10 * S)
    story.give(m.hung_up("c2"))

    assert story.told().queue().abandoned_in_time_count == 1


def test_rows_that_begin_in_the_middle_of_a_journal_count_what_they_can() -> None:
    story = Story(ready=("ann",))
    story.call("c1")
    middle = len(story.entries)
    story.give(m.picked_up("c1-r1"), after_ms=S)
    story.give(m.left("c1-r1"), after_ms=S)
    story.give(m.hung_up("c1"))

    told = Told(story.entries[middle:])

    assert told.queue().answered_count == 1
    assert told.changes.interactions == {}


def test_menu_exits_are_counted_by_day_node_and_exit() -> None:
    story = Story()
    who = {"interaction_id": InteractionId("c1"), "flow_id": FlowId("main"), "version": 3}
    facts = (
        FlowStarted(**who, node_id=NodeId("welcome")),  # type: ignore[arg-type]  # one dict for three classes
        NodeLeft(**who, node_id=NodeId("menu"), kind="menu", exit="1"),  # type: ignore[arg-type]  # as above
        NodeLeft(**who, node_id=NodeId("menu"), kind="menu", exit="1"),  # type: ignore[arg-type]  # as above
        FlowStopped(**who, node_id=NodeId("sales"), reason="queued"),  # type: ignore[arg-type]  # as above
    )
    story.write(None, facts, FLOW_STREAM)

    menus = [(row.day, row.node_id, row.kind, row.exit, row.visit_count) for row in story.told().menus()]

    assert menus == [
        ("2027-01-15", "welcome", "flow", "started", 1),
        ("2027-01-15", "menu", "menu", "1", 2),
        ("2027-01-15", "sales", "flow", "queued", 1),
    ]


def random_journal(seed: int, count: int) -> list[Entry]:
    engine = Engine()
    entries = []
    for seq, (now, asked) in enumerate(steps(seed, count, engine), start=1):
        facts = engine.handle(asked, now)
        entries.append(Entry(seq=seq, at=now, stream=ENGINE_STREAM, given=asked, facts=facts))
    return entries


def parted(facts: list[object]) -> tuple[list[object], list[object]]:
    """Facts of calls, and those of callbacks from when they were booked on."""
    booked: set[object] = set()
    calls: list[object] = []
    callbacks: list[object] = []
    for fact in facts:
        interaction_id = getattr(fact, "interaction_id", None)
        (callbacks if interaction_id in booked else calls).append(fact)
        if isinstance(fact, CallbackBooked):
            booked.add(interaction_id)
    return calls, callbacks


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 400))
def test_the_ledger_balances_in_every_interval_of_any_day(seed: int, count: int) -> None:
    entries = random_journal(seed, count)
    told = Told(entries)
    calls, callbacks = parted([fact for entry in entries for fact in entry.facts])

    def said(kind: type) -> int:
        return sum(isinstance(fact, kind) for fact in calls)

    whole = told.queue()
    waiting = sum(known.entered_at is not None for known in told.memory.open.values())
    pending = sum(len(agent.handlings) for agent in told.memory.agents.values())
    assert all(waiting_count(row) >= 0 for row in told.queues())
    assert waiting_count(whole) == waiting
    assert whole.offered_count == said(InteractionQueued)
    assert whole.answered_count == said(InteractionAnswered)
    assert whole.abandoned_count + whole.short_abandoned_count == said(InteractionAbandoned)
    assert whole.handled_count + pending == sum(isinstance(fact, InteractionReleased) for fact in (*calls, *callbacks))
    assert whole.callback_booked_count == said(CallbackBooked)
    assert whole.callback_answered_count == sum(isinstance(fact, InteractionAnswered) for fact in callbacks)
    assert left_count(whole) == whole.offered_count - whole.answered_count - said(InteractionAbandoned) - waiting
    assert all(0 <= row.time_ms <= 30 * MINUTE for row in told.times())
    assert sum(times_by_state(told.times()).values()) == sum(row.time_ms for row in told.times())
