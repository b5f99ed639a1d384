"""A seed is a plan, the same in every run."""

from collections import Counter

from tests.chaos.outages import Kind
from tests.chaos.plan import PAUSE_S, faults


def test_a_seed_gives_the_same_faults_again_and_another_seed_others() -> None:
    first, again, other = (faults(seed=seed, kills=20, freezes=5, away=2, asterisk=3) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_so_many_of_each_are_done_and_none_to_asterisk_first() -> None:
    for seed in range(30):
        plan = faults(seed=seed, kills=3, freezes=2, away=5, asterisk=4)
        assert Counter(fault.kind for fault in plan) == {Kind.KILL: 3, Kind.FREEZE: 2, Kind.AWAY: 5, Kind.ASTERISK: 4}
        assert plan[0].kind is not Kind.ASTERISK
        assert all(PAUSE_S[0] <= fault.pause_s <= PAUSE_S[1] for fault in plan)
        assert all((fault.frozen_s > 0) == (fault.kind in (Kind.FREEZE, Kind.AWAY)) for fault in plan)
