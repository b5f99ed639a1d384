"""The calls benchmark counts what it says it counts: failed calls are failed, and times are between the right moments."""

import pytest

from sambut.bench.call_records import CallerRecord, PhoneRecord, read_callers, read_phones
from sambut.bench.calls import Tally, TooManyFailed, figures_of, rates, ratios, refuse_failures
from sambut.bench.calls_figures import judge
from sambut.bench.ways import queues_conf


def caller(number: str, *, answered_us: int | None = 1_000, done_us: int | None = 9_000) -> CallerRecord:
    return CallerRecord(number=number, placed_us=0, answered_us=answered_us, done_us=done_us)


def at_phone(what: str, at_us: int, number: str, phone: str = "p1") -> PhoneRecord:
    return PhoneRecord(what=what, at_us=at_us, phone=phone, number=number)


def served(number: str, *, rang_us: int = 3_000) -> list[PhoneRecord]:
    return [at_phone("invite", rang_us, number), at_phone("joined", rang_us + 1, number)]


def test_a_call_counts_only_when_caller_and_agent_both_saw_it_through() -> None:
    callers = [
        caller("good"),
        caller("unanswered", answered_us=None, done_us=None),
        caller("cut", done_us=None),
        caller("alone"),
    ]
    phones = [*served("good"), *served("cut"), at_phone("invite", 4_000, "alone")]

    trip = judge(callers, phones, placed=5)

    assert (trip.placed, trip.failed) == (5, 4)


def test_the_time_to_the_ring_is_from_the_answer_to_the_first_phone_that_rings() -> None:
    phones = [at_phone("invite", 2_500, "c1", "dead"), *served("c1", rang_us=8_000)]

    assert judge([caller("c1")], phones, placed=1).answer_to_ring_ms == (1.5,)


def test_a_free_agents_next_ring_is_timed_only_while_somebody_waits() -> None:
    """p1 hangs up at 10 while c2 waits, and rings at 14; p2 hangs up at 30 when nobody waits."""
    callers = [caller("c1"), caller("c2", answered_us=5_000), caller("c3", answered_us=40_000)]
    phones = [
        *served("c1"),
        at_phone("bye", 10_000, "c1"),
        *served("c2", rang_us=14_000),
        at_phone("bye", 30_000, "c2"),
        *served("c3", rang_us=41_000),
    ]

    assert judge(callers, phones, placed=3).free_to_ring_ms == (4.0,)


def test_the_rate_is_what_was_really_placed() -> None:
    callers = [
        CallerRecord(number=str(number), placed_us=number * 100_000, answered_us=None, done_us=None)
        for number in range(11)
    ]

    assert judge(callers, [], placed=11).calls_per_s == pytest.approx(10.0)


def test_too_many_failures_give_no_figures() -> None:
    refuse_failures("sambut", Tally(placed=1_000, failed=1))
    with pytest.raises(TooManyFailed, match="2 of 1000"):
        refuse_failures("sambut", Tally(placed=1_000, failed=1, backlog_failed=1))


def test_figures_carry_exactly_the_keys_that_are_promised() -> None:
    tally = Tally(placed=10, asterisk_ms=50, program_ms=20, calls_per_s=[28.0], free_to_ring_ms=[4.0, 2.0])
    figures = figures_of(tally)

    assert list(figures.__dataclass_fields__) == [
        "calls_per_s", "failed", "cpu_ms_per_call_total", "cpu_ms_per_call_asterisk", "answer_to_ring_ms_p50",
        "answer_to_ring_ms_p99", "free_to_ring_ms_mean", "free_to_ring_ms_p50", "free_to_ring_ms_p99", "dead_phone_ms",
    ]  # fmt: skip
    assert (figures.cpu_ms_per_call_total, figures.cpu_ms_per_call_asterisk) == (7.0, 5.0)
    assert (figures.free_to_ring_ms_mean, figures.dead_phone_ms) == (3.0, None)


def test_ratios_compare_within_the_run_and_leave_out_what_does_not_apply() -> None:
    def way(cpu: float, freed: float | None) -> dict[str, float | None]:
        return {"cpu_ms_per_call_total": cpu, "free_to_ring_ms_mean": freed, "answer_to_ring_ms_p50": None}

    found = ratios({"sambut": way(8, 4), "app_queue": way(10, 500), "floor": way(5, None)})

    assert found["free_to_ring_mean_app_queue_to_sambut"] == 125
    assert found["cpu_total_sambut_to_app_queue"] == 0.8
    assert found["answer_to_ring_p50_sambut_to_floor"] is None


def test_rates_rise_from_the_first() -> None:
    assert list(rates(100.0))[:2] == [100.0, pytest.approx(115.0)]
    assert max(rates(100.0)) <= 200


def test_sipps_log_is_read_by_caller_and_torn_lines_are_passed_over() -> None:
    log = (
        "placed +62811 1795000011.000000 5.000000\nanswered +62811 1795000011.000000 900.000000\nplaced +62812 17950\n"
    )

    assert read_callers(log) == [
        CallerRecord(number="+62811", placed_us=1795000011000005, answered_us=1795000011000900, done_us=None)
    ]
    assert read_phones("invite 7 p1 +62811\nbroken\n") == [at_phone("invite", 7, "+62811")]


def test_every_phone_is_a_member_of_every_queue() -> None:
    text = queues_conf(["1690000", "1690001"], ["p0", "p1", "p2"])

    assert text.count("member => PJSIP/") == 6
    assert text.count("autofill = yes") == 3
    assert text.count("retry = 1") == 2
