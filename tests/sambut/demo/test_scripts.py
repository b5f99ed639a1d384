"""The demo's callers: every kind comes, each is meant to end in one way, and a cut round has no half rush."""

from collections import Counter
from itertools import pairwise

import pytest

from kernel.result_codes import Disposition, EndedBy
from sambut.demo.scripts import ROUND, FirstOffer, GivesUp, HangsUp, TalksOn, demo_call

TWENTY = [demo_call(ordinal, calls=20) for ordinal in range(1, 21)]


def test_twenty_calls_show_every_kind_that_the_demo_promises() -> None:
    kinds = Counter(call.kind for call in TWENTY)

    assert len(ROUND) == 20
    assert kinds["vip"] == kinds["blocked"] == kinds["unknown did"] == kinds["timeout"] == 1
    assert kinds["english"] >= 2
    assert sum(isinstance(call.conduct, HangsUp | GivesUp) for call in TWENTY) >= 2
    assert {call.first_offer for call in TWENTY} == set(FirstOffer)
    assert any(call.agent_breaks for call in TWENTY)


def test_a_vip_calls_into_a_rush_that_somebody_gives_up_in() -> None:
    kinds = [call.kind for call in TWENTY]

    assert kinds.index("rush") < kinds.index("waits") < kinds.index("gives up") < kinds.index("vip")
    assert sum(isinstance(call.conduct, TalksOn) for call in TWENTY) == 5


@pytest.mark.parametrize("calls", range(1, 18))
def test_a_round_that_is_cut_off_before_its_vip_has_no_rush(calls: int) -> None:
    played = [demo_call(ordinal, calls=calls) for ordinal in range(1, calls + 1)]

    assert not any(isinstance(call.conduct, TalksOn | GivesUp) or call.overtakes for call in played)


def test_rounds_follow_each_other_with_fresh_numbers() -> None:
    endless = [demo_call(ordinal) for ordinal in range(1, 61)]
    own = [call.number for call in endless if call.kind not in ("vip", "blocked")]

    assert [call.kind for call in endless[20:40]] == [call.kind for call in endless[:20]]
    assert [call.round for call in endless] == [0] * 20 + [1] * 20 + [2] * 20
    assert len(set(own)) == len(own)
    assert all(one.tone_hz != other.tone_hz for one, other in pairwise(endless))


def test_the_same_ordinal_is_the_same_caller() -> None:
    assert demo_call(13, calls=20) == demo_call(13, calls=20)


def test_how_a_call_is_meant_to_end_follows_from_what_its_people_do() -> None:
    by_kind = {call.kind: call.meant for call in TWENTY}

    assert by_kind["blocked"].dispositions == {Disposition.BLOCKED}
    assert by_kind["blocked"].ended_by is EndedBy.SYSTEM
    assert by_kind["leaves menu"].ended_by is EndedBy.CALLER
    assert by_kind["rush"].ended_by is EndedBy.AGENT
    assert by_kind["gives up"].dispositions == {Disposition.ABANDONED, Disposition.SHORT_ABANDONED}
    assert by_kind["vip"].answered
    assert not by_kind["timeout"].answered


def test_callers_are_shown_as_the_program_shows_them() -> None:
    assert demo_call(1).shown_number == "+6281210000001"
