"""The checker is well with a well history, and finds every error that is planted in one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from acd.core import facts
from acd.core.agent_states import AgentState
from kernel.entry import Entry
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy
from recorder.facts import RecordingFailed, RecordingStored
from tests.acd.floor import NOON
from tests.chaos.history import History, broken
from tests.chaos.outages import Kind, Outage
from tests.chaos.tale import ANN, BOB, phone_call, well_history

HISTORY = well_history()


def test_a_well_history_is_well() -> None:
    assert broken(HISTORY) == ()


def the_place(history: History, kind: type, interaction_id: str) -> int:
    return next(
        place
        for place, entry in enumerate(history.entries)
        if any(isinstance(fact, kind) and getattr(fact, "interaction_id", "") == interaction_id for fact in entry.facts)
    )


def with_facts(history: History, place: int, change: Callable[[object], tuple[object, ...]]) -> History:
    """The same, with other facts in one entry."""
    entries = list(history.entries)
    told = tuple(new for fact in entries[place].facts for new in change(fact))
    entries[place] = replace(entries[place], facts=told)
    return replace(history, entries=entries)


def a_doubled_final_record(history: History) -> History:
    def twice(fact: object) -> tuple[object, ...]:
        return (fact, fact) if isinstance(fact, facts.InteractionEnded) else (fact,)

    return with_facts(history, the_place(history, facts.InteractionEnded, "c1"), twice)


def a_final_record_that_is_missing(history: History) -> History:
    place = the_place(history, facts.InteractionEnded, "c1")
    return with_facts(history, place, lambda fact: () if isinstance(fact, facts.InteractionEnded) else (fact,))


def one_caller_as_two_interactions(history: History) -> History:
    return replace(history, numbers={**history.numbers, InteractionId("c2"): "1"})


def a_caller_without_an_interaction(history: History) -> History:
    late = replace(history.callers[0], number="4")
    return replace(history, callers=[*history.callers, replace(late, ended_ms=None, left_ms=NOON + 5_000)])


def an_interaction_without_its_row(history: History) -> History:
    return replace(history, rows=history.rows[1:])


def a_caller_sent_away(history: History) -> History:
    return replace(history, phones=history.phones[1:])


def a_caller_never_answered(history: History) -> History:
    return replace(history, callers=[*history.callers[1:], replace(history.callers[0], answered_ms=None)])


def a_caller_left_in_silence(history: History) -> History:
    silent = replace(history.callers[0], ended_ms=None, silent_ms=NOON + 45_000)
    return replace(history, callers=[silent, *history.callers[1:]])


def a_talk_parted_by_neither(history: History) -> History:
    return replace(history, phones=[replace(history.phones[0], by_agent=False), *history.phones[1:]])


def a_caller_at_two_agents(history: History) -> History:
    second = phone_call(BOB, "1", 400, None, 900, by_agent=False)
    return replace(history, phones=[history.phones[0], second, history.phones[2]])


def a_caller_joined_twice(history: History) -> History:
    return replace(history, phones=[*history.phones, phone_call(BOB, "1", 8_000, 8_100, 8_500, by_agent=True)])


def an_agent_with_two_calls(history: History) -> History:
    return replace(history, phones=[*history.phones[:2], replace(history.phones[2], invited_ms=NOON + 3_000)])


def an_agent_who_stays_in_a_talk(history: History) -> History:
    stuck = replace(history.phones[1], over_ms=NOON + 2_500)
    return replace(history, outages=[], phones=[history.phones[0], stuck, history.phones[2]])


def an_agent_who_is_never_free_again(history: History) -> History:
    place = the_place(history, facts.InteractionReleased, "c3")
    return replace(history, entries=history.entries[:place])


def an_agent_taken_out_of_the_line(history: History) -> History:
    gone = facts.AgentStateChanged(
        agent_id=AgentId(ANN),
        previous=AgentState.READY,
        state=AgentState.AUX,
        reason_code="rona",
        until=None,
        interaction_id=None,
        device_id=None,
    )
    return with_facts(history, len(history.entries) - 1, lambda fact: (fact, gone))


def a_later_caller_served_first(history: History) -> History:
    """As if c1 had come last of all."""
    first, last = (the_place(history, facts.InteractionQueued, each) for each in ("c1", "c3"))
    entries = list(history.entries)
    entries[first], entries[last] = (
        replace(entries[first], facts=_but_for_queued(entries[first])),
        replace(entries[last], facts=(*entries[last].facts, *_queued(entries[first]))),
    )
    return replace(history, entries=entries)


def _queued(entry: Entry) -> tuple[object, ...]:
    return tuple(fact for fact in entry.facts if isinstance(fact, facts.InteractionQueued))


def _but_for_queued(entry: Entry) -> tuple[object, ...]:
    return tuple(fact for fact in entry.facts if not isinstance(fact, facts.InteractionQueued))


def a_place_in_the_line_given_away(history: History) -> History:
    place = the_place(history, facts.InteractionQueued, "c3")

    def again(fact: object) -> tuple[object, ...]:
        return (fact, fact) if isinstance(fact, facts.InteractionQueued) else (fact,)

    return with_facts(history, place, again)


def a_counter_too_high(history: History) -> History:
    (row,) = [row for row in history.intervals if row.queue_id == QueueId("sales") and row.offered_count]
    others = [each for each in history.intervals if each is not row]
    return replace(history, intervals=[*others, replace(row, answered_count=row.answered_count + 1)])


def a_talk_credited_to_another(history: History) -> History:
    return replace(history, rows=[replace(history.rows[0], agent_id=AgentId(BOB)), *history.rows[1:]])


def a_talk_told_much_too_long(history: History) -> History:
    return replace(history, rows=[replace(history.rows[0], talk_ms=60_000), *history.rows[1:]])


def a_hold_that_nobody_made(history: History) -> History:
    row = history.rows[1]
    held = replace(row, hold_ms=2_000, talk_ms=row.talk_ms - 2_000)
    return replace(history, rows=[history.rows[0], held, history.rows[2]], outages=[])


def an_answer_told_too_late(history: History) -> History:
    return replace(history, rows=[replace(history.rows[0], answered_at=Instant(NOON + 4_000)), *history.rows[1:]])


def a_wrong_word_on_who_hung_up(history: History) -> History:
    return replace(history, rows=[history.rows[0], replace(history.rows[1], ended_by=EndedBy.CALLER), history.rows[2]])


def a_negative_wait(history: History) -> History:
    place = the_place(history, facts.InteractionAnswered, "c3")

    def back(fact: object) -> tuple[object, ...]:
        return (replace(fact, waited_ms=-5),) if isinstance(fact, facts.InteractionAnswered) else (fact,)

    return with_facts(history, place, back)


def a_talk_without_a_recording(history: History) -> History:
    return with_facts(history, the_place(history, RecordingStored, "c2"), lambda _: ())


def a_talk_recorded_twice(history: History) -> History:
    return with_facts(history, the_place(history, RecordingStored, "c2"), lambda fact: (fact, fact))


def a_recording_much_too_short(history: History) -> History:
    short = replace(history, sounds={**history.sounds, ReservationId("c2-r1"): 5_000})
    return with_facts(short, the_place(short, RecordingStored, "c2"), _five_seconds)


def _five_seconds(fact: object) -> tuple[object, ...]:
    return (replace(fact, duration_ms=5_000),) if isinstance(fact, RecordingStored) else (fact,)


def a_recording_that_is_not_on_the_shelf(history: History) -> History:
    return replace(history, sounds={})


def a_clock_that_runs_backwards(history: History) -> History:
    entries = list(history.entries)
    entries[-1] = replace(entries[-1], at=Instant(NOON))
    return replace(history, entries=entries)


def a_call_that_outlives_its_asterisk_unclosed(history: History) -> History:
    death = Outage(kind=Kind.ASTERISK, began_ms=NOON + 3_000, born_ms=NOON + 3_300, back_ms=NOON + 9_000)
    silent = [replace(call, ended_ms=None, left_ms=None, silent_ms=NOON + 45_000) for call in history.callers]
    return replace(history, outages=[death], callers=silent)


@pytest.mark.parametrize(
    ("rule", "plant"),
    [
        ("I1", a_caller_sent_away),
        ("I1", a_caller_never_answered),
        ("I1", a_caller_left_in_silence),
        ("I1", a_talk_parted_by_neither),
        ("I2", a_caller_at_two_agents),
        ("I2", a_caller_joined_twice),
        ("I3", an_agent_with_two_calls),
        ("I4", an_agent_who_stays_in_a_talk),
        ("I4", an_agent_who_is_never_free_again),
        ("I4", an_agent_taken_out_of_the_line),
        ("I5", a_doubled_final_record),
        ("I5", a_final_record_that_is_missing),
        ("I5", one_caller_as_two_interactions),
        ("I5", a_caller_without_an_interaction),
        ("I5", an_interaction_without_its_row),
        ("I6", a_later_caller_served_first),
        ("I6", a_place_in_the_line_given_away),
        ("I7", a_counter_too_high),
        ("I7", a_talk_credited_to_another),
        ("I7", a_talk_told_much_too_long),
        ("I7", a_hold_that_nobody_made),
        ("I7", an_answer_told_too_late),
        ("I7", a_wrong_word_on_who_hung_up),
        ("I7", a_call_that_outlives_its_asterisk_unclosed),
        ("I8", a_talk_without_a_recording),
        ("I8", a_talk_recorded_twice),
        ("I8", a_recording_much_too_short),
        ("I8", a_recording_that_is_not_on_the_shelf),
        ("I9", a_negative_wait),
        ("I9", a_clock_that_runs_backwards),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_every_planted_error_is_found(rule: str, plant: Callable[[History], History]) -> None:
    assert rule in {each.rule for each in broken(plant(HISTORY))}


def test_a_talk_whose_recording_failed_is_well_when_that_is_known() -> None:
    alarm = RecordingFailed(
        interaction_id=InteractionId("c2"),
        reservation_id=ReservationId("c2-r1"),
        problem="short",
        expected_ms=6_410,
        found_ms=0,
    )
    history = with_facts(HISTORY, the_place(HISTORY, RecordingStored, "c2"), lambda _: (alarm,))

    assert broken(history) == ()


def test_a_caller_cut_by_asterisks_death_is_not_lost() -> None:
    death = Outage(kind=Kind.ASTERISK, began_ms=NOON + 3_000, born_ms=NOON + 3_300, back_ms=NOON + 4_000)
    cut = replace(HISTORY.callers[0], ended_ms=None, silent_ms=NOON + 45_000)
    history = replace(HISTORY, outages=[death], callers=[cut, *HISTORY.callers[1:]])

    assert "1" in history.cut
    assert "I1" not in {each.rule for each in broken(history)}


def test_a_pick_up_that_came_too_late_joined_nobody() -> None:
    refused = phone_call(BOB, "3", 5_000, 5_400, 5_405, by_agent=False)
    phones = sorted((*HISTORY.phones[:1], refused, HISTORY.phones[2]), key=lambda call: call.invited_ms)
    of_c2 = phone_call("bea", "2", 110, 580, 6_990, by_agent=True)
    history = replace(HISTORY, phones=[*phones, of_c2], rows=[row for row in HISTORY.rows if row.agent_id != BOB])

    assert {each.rule for each in broken(history)} == {"I5"}  # the row that was taken away, and nothing else


def test_an_agent_who_picks_up_as_the_caller_leaves_has_talked_to_nobody() -> None:
    hasty = replace(HISTORY.callers[2], left_ms=NOON + 5_900)
    row = next(row for row in HISTORY.rows if row.interaction_id == "c3")
    gone = replace(row, disposition=Disposition.ABANDONED, answered_at=None, agent_id=None)
    rows = [gone if each is row else each for each in HISTORY.rows]
    history = replace(HISTORY, callers=[*HISTORY.callers[:2], hasty], rows=rows)

    assert "I7" not in {each.rule for each in broken(history)}
    at_once = replace(HISTORY.phones[2], over_ms=NOON + 6_000)
    hasty = replace(HISTORY.callers[2], left_ms=NOON + 5_999)
    answered = replace(HISTORY, callers=[*HISTORY.callers[:2], hasty], phones=[*HISTORY.phones[:2], at_once])
    assert "I7" not in {each.rule for each in broken(answered)}


def test_a_talk_within_an_absence_may_count_as_a_wait_given_up_and_no_other() -> None:
    row = next(row for row in HISTORY.rows if row.interaction_id == "c3")
    gone = replace(row, disposition=Disposition.ABANDONED, answered_at=None, agent_id=None)
    history = replace(HISTORY, rows=[gone if each is row else each for each in HISTORY.rows])
    away = Outage(kind=Kind.KILL, began_ms=NOON + 5_900, born_ms=NOON + 9_100, back_ms=NOON + 9_200)

    assert "I7" in {each.rule for each in broken(history)}
    assert "I7" not in {each.rule for each in broken(replace(history, outages=[away]))}
