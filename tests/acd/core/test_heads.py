"""The heads of many lines: the first among any set of lines is the one that looking at all of them finds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core.demand import AgentKey
from acd.core.heads import BLOCK_MAX, Heads
from kernel.ids import AgentId
from kernel.instants import Instant

COUNT = 5 * BLOCK_MAX
moves = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, 40)), min_size=1, max_size=400)
sets = st.lists(st.sets(st.integers(0, COUNT - 1), max_size=COUNT), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(moves=moves, sets=sets, filled=st.booleans())
def test_the_first_of_any_lines_is_found(moves: list[tuple[int, int]], sets: list[set[int]], filled: bool) -> None:
    heads: Heads[AgentKey] = Heads()
    known: dict[int, AgentKey] = {}
    if filled:
        for line in range(COUNT):
            known[line] = (line * 7 % 31, Instant(0), AgentId(f"a{line}"))
            heads.put(known[line], 1 << line)
    for line, at in moves:
        if line in known:
            heads.drop(known.pop(line), 1 << line)
        else:
            known[line] = (at, Instant(0), AgentId(f"a{line}"))
            heads.put(known[line], 1 << line)
        for wanted in sets:
            by_looking = min((known[one] for one in wanted if one in known), default=None)
            assert heads.first(sum(1 << one for one in wanted)) == by_looking
    assert heads.present == sum(1 << line for line in known)


def test_nobody_is_first_of_no_lines() -> None:
    heads: Heads[AgentKey] = Heads()
    assert heads.first(7) is None
    heads.put((1, Instant(0), AgentId("ann")), 2)
    assert heads.first(0) is None
    assert heads.first(5) is None
    assert heads.first(2) == (1, Instant(0), AgentId("ann"))
