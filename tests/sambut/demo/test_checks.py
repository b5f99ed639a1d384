"""The demo's judgement: what was not as its script meant is said, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from kernel.ids import AgentId, QueueId
from kernel.result_codes import Disposition, EndedBy
from sambut.demo.checks import Sound, Told, problems_of
from sambut.demo.scripts import FirstOffer, demo_call
from sambut.demo.watch import CallSeen
from tests.sambut.demo.makers import ABLE, AGENT_HZ, CALL, seen, told

VIP = replace(CALL, ordinal=18, overtakes=True)


def judged(given: Told, *others: CallSeen) -> tuple[str, ...]:
    return problems_of(CALL, given, able=ABLE, others=others)


def test_a_call_as_it_was_meant_has_no_problem() -> None:
    assert judged(told()) == ()


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"disposition": Disposition.TIMEOUT}, "ended as timeout"),
        ({"ended_by": EndedBy.CALLER}, "caller ended it"),
        ({"queue_id": QueueId("english")}, "queue english"),
        ({"agent_id": AgentId("a5")}, "a5 has not the skills"),
        ({"talk_ms": 60_000}, "talked for 60000 ms"),
        ({"disposition": None}, "no ended row"),
    ],
)
def test_a_row_that_is_not_as_meant_is_told(row: dict[str, Any], word: str) -> None:
    assert any(word in problem for problem in judged(told(**row)))


@pytest.mark.parametrize(
    ("sound", "word"),
    [
        (None, "no recording"),
        (Sound(duration_ms=60_000, caller_side=frozenset({CALL.tone_hz}), agent_side=frozenset({AGENT_HZ})), "lasts"),
        (Sound(duration_ms=4_000, caller_side=frozenset({AGENT_HZ}), agent_side=frozenset({AGENT_HZ})), "left channel"),
        (
            Sound(
                duration_ms=4_000,
                caller_side=frozenset({CALL.tone_hz}),
                agent_side=frozenset({AGENT_HZ, CALL.tone_hz}),
            ),
            "right channel",
        ),
    ],
)
def test_a_recording_that_is_not_of_this_talk_is_told(sound: Sound | None, word: str) -> None:
    assert any(word in problem for problem in judged(replace(told(), sound=sound)))


def test_a_recording_may_differ_from_the_talk_by_a_second() -> None:
    given = told()
    assert given.sound is not None
    assert judged(replace(given, sound=replace(given.sound, duration_ms=given.sound.duration_ms + 1_000))) == ()
    assert judged(replace(given, sound=replace(given.sound, duration_ms=given.sound.duration_ms + 1_001))) != ()


def test_what_the_callers_own_side_saw_counts_too() -> None:
    given = told()
    elsewhere = replace(given, outcome=replace(given.outcome, ending="hung_up_here"))
    silent = replace(given, outcome=replace(given.outcome, keys_are_pressed=False))
    broken = replace(given, outcome=replace(given.outcome, ending="failed", errors="Aborting call"))

    assert judged(elsewhere) == ("the caller's side saw hung_up_here, not hung_up_far",)
    assert judged(silent) == ("the caller's keys were not all pressed",)
    assert judged(broken) == ("the caller's SIPp failed: Aborting call",)


def test_a_call_that_nobody_was_to_answer_is_told_when_somebody_did() -> None:
    blocked = demo_call(7)
    assert blocked.kind == "blocked"
    given = told(blocked, disposition=Disposition.BLOCKED)

    assert problems_of(blocked, given, able=(), others=()) == ("agent a1 answered it, and nobody was to",)


@pytest.mark.parametrize(
    ("first_offer", "reason"), [(FirstOffer.DECLINED, "agent_reject"), (FirstOffer.RINGS_OUT, "timeout")]
)
def test_the_first_offer_must_fail_in_the_way_that_was_meant(first_offer: FirstOffer, reason: str) -> None:
    call = replace(CALL, first_offer=first_offer)
    taken = told()
    refused = replace(taken, seen=seen(1, queued_at=8_000, offered_at=9_000, ended=reason))

    assert problems_of(call, refused, able=ABLE, others=()) == ()
    assert problems_of(call, taken, able=ABLE, others=()) == (
        f"the first offer ended with an answer, not with {reason}",
    )


def test_a_vip_must_overtake_somebody() -> None:
    later, rings, earlier = (
        seen(16, queued_at=7_000, offered_at=12_000),
        seen(15, queued_at=6_000, offered_at=7_500),
        seen(14, queued_at=5_000, offered_at=5_500),
    )

    assert problems_of(VIP, told(), able=ABLE, others=[later, rings, earlier]) == ()
    assert problems_of(VIP, told(), able=ABLE, others=[rings, earlier]) == (
        "nobody waited whom it could have overtaken",
    )


def test_a_vip_must_not_be_passed_over() -> None:
    passes = seen(16, queued_at=7_000, offered_at=8_500)

    assert problems_of(VIP, told(), able=ABLE, others=[passes]) == ("call 16 was offered to an agent before it",)
