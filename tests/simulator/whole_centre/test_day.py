"""A simulated day: everybody is counted once, people do as they are said to, and the same seed is the same day."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from acd.core import facts, inputs
from kernel.entry import Entry
from simulator.whole_centre.description import Break, Day, Fault, FaultKind
from simulator.whole_centre.lengths import exponential, fixed
from simulator.whole_centre.made_up import made_up_day
from simulator.whole_centre.play import play
from simulator.whole_centre.report import report_day
from tests.acd import makers as m
from tests.simulator.whole_centre.makers import HOUR_MS, MINUTE_MS, day, habits, stream

ROOT = Path(__file__).parents[3]


def facts_of(one: Day) -> list[tuple[int, facts.Fact]]:
    """Every fact of the day, with its millisecond."""
    found: list[tuple[int, facts.Fact]] = []

    def read(entry: Entry) -> None:
        for fact in entry.facts:
            found.append((entry.at - one.begins_at, fact))  # type: ignore[arg-type]  # the engine's stream holds its facts

    play(one, readers=(read,))
    return found


def test_every_caller_is_counted_once_and_the_engine_is_empty_in_the_end() -> None:
    one = day(stream(200, patience=exponential(60_000)), agents=5, how=habits(ignores=0.05, declines=0.05))
    made = facts_of(one)

    created = [fact.interaction_id for _, fact in made if isinstance(fact, facts.InteractionCreated)]
    ended = [fact.interaction_id for _, fact in made if isinstance(fact, facts.InteractionEnded)]
    assert len(created) > 150
    assert sorted(created) == sorted(ended)
    assert not [fact for _, fact in made if isinstance(fact, facts.InputRefused)]
    total = report_day(one).report.total
    assert total["offered"] == len(created)
    assert total["waiting"] == 0


def test_talk_and_work_take_as_long_as_was_drawn() -> None:
    busy = day(stream(40, talk=fixed(120_000), work=fixed(45_000)), agents=6)
    idle = day(stream(40, talk=fixed(120_000), work=fixed(10_000)), agents=6)

    # The queue's rule gives half a minute: one agent needs longer and says so, the other is ready before.
    assert report_day(busy).report.total["aht"] == 165_000
    assert report_day(idle).report.total["aht"] == 130_000


def test_who_lets_it_ring_or_declines_is_back_after_a_while() -> None:
    report = report_day(day(stream(90), agents=6, how=habits(ignores=0.2, declines=0.1))).report

    assert (report.total["rona"] or 0) > 5
    assert report.total["answered"] == report.total["offered"]


def test_a_break_begins_when_the_call_in_hand_is_over_and_ends_in_the_line() -> None:
    pause = Break(at_ms=20 * MINUTE_MS, lasts_ms=10 * MINUTE_MS)
    moves = [
        (at_ms, fact)
        for at_ms, fact in facts_of(day(stream(200), agents=3, breaks=[pause]))
        if isinstance(fact, facts.AgentStateChanged) and fact.agent_id == "a1"
    ]
    began = next(index for index, (_, fact) in enumerate(moves) if fact.reason_code == "break")

    assert moves[began][0] >= pause.at_ms
    assert moves[began][1].previous == "wrap_up"
    assert moves[began + 1][0] - moves[began][0] == pause.lasts_ms
    assert moves[began + 1][1].state == "ready"


def test_agents_who_leave_before_the_end_finish_their_call() -> None:
    one = day(stream(100), agents=3)
    early = replace(one.shifts[0], ends_ms=30 * MINUTE_MS)
    made = facts_of(replace(one, shifts=(early, *one.shifts[1:])))
    left = [at for at, fact in made if isinstance(fact, facts.AgentLoggedOut) and fact.agent_id == "a1"]

    assert len(left) == 1
    assert 30 * MINUTE_MS <= left[0] < 36 * MINUTE_MS


def test_phones_that_are_lost_cut_their_talks_and_come_back() -> None:
    fault = Fault(kind=FaultKind.PHONES_LOST, at_ms=20 * MINUTE_MS, lasts_ms=10 * MINUTE_MS, share=0.5)
    made = facts_of(day(stream(150), agents=4, faults=[fault]))
    cut = [at for at, fact in made if isinstance(fact, facts.InteractionReleased) and fact.ended_by == "system"]
    unreachable = {
        fact.agent_id for _, fact in made if isinstance(fact, facts.AgentStateChanged) and fact.state == "unreachable"
    }

    assert set(cut) == {fault.at_ms}
    assert len(unreachable) == 2
    later = [at for at, fact in made if isinstance(fact, facts.AgentReserved) and fact.agent_id in unreachable]
    assert max(later) > 30 * MINUTE_MS
    assert not [at for at in later if 20 * MINUTE_MS < at < 30 * MINUTE_MS]


def test_a_dead_switch_loses_every_call_and_turns_callers_away() -> None:
    fault = Fault(kind=FaultKind.SWITCH_DEATH, at_ms=20 * MINUTE_MS, lasts_ms=5 * MINUTE_MS)
    reported = report_day(day(stream(150), agents=4, faults=[fault]))

    assert reported.report.turned_away > 3
    assert reported.report.total["waiting"] == 0
    assert (reported.report.total["left"] or 0) > 0


def test_callers_whom_nobody_can_take_do_not_keep_the_day_from_ending() -> None:
    settings = m.queue_settings(requirements=m.needs(javanese=3), announcement="wait", announcement_every_ms=60_000)
    report = report_day(day(stream(20), queues=[settings])).report

    assert report.unserved == report.total["offered"]
    assert report.unserved > 5
    assert report.total["abandoned"] == report.unserved


def test_rules_do_not_change_who_calls() -> None:
    few, many = (made_up_day(agents=agents, calls_per_hour=120, hours=1, seed=3) for agents in (5, 50))
    came = [[at for at, fact in facts_of(one) if isinstance(fact, facts.InteractionCreated)] for one in (few, many)]

    assert came[0] == came[1]
    assert len(came[0]) > 80


def test_the_same_seed_is_the_same_report_in_every_process() -> None:
    def reported(hash_seed: str) -> bytes:
        words = (
            "from simulator.whole_centre.made_up import made_up_day; "
            "from simulator.whole_centre.report import report_day; "
            "print(report_day(made_up_day(agents=20, calls_per_hour=150, hours=2, seed=4)).report)"
        )
        command = [sys.executable, "-c", words]
        environment = {"PYTHONHASHSEED": hash_seed}
        return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, timeout=50).stdout

    one, other = reported("1"), reported("2")

    assert b"Report(" in one
    assert one == other


def test_time_passes_only_when_something_is_due() -> None:
    one = day(stream(60), agents=2)
    idle = 0

    def read(entry: Entry) -> None:
        nonlocal idle
        idle += isinstance(entry.given, inputs.TimePassed) and not entry.facts

    play(one, readers=(read,))

    assert idle == 0


@pytest.mark.parametrize("hours", [0.5, 1, 9, 20])
def test_a_made_up_day_has_as_many_calls_as_were_asked_for(hours: float) -> None:
    one = made_up_day(agents=1, calls_per_hour=600, hours=hours, seed=1)
    expected = sum(rate.calls_per_hour * (rate.to_ms - rate.from_ms) / HOUR_MS for rate in one.streams[0].rates)

    assert expected == pytest.approx(600 * hours)
    assert one.streams[0].rates[-1].to_ms == one.lasts_ms
