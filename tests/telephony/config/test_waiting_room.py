"""Whoever has talked leaves the waiting room at once, whenever between two of its looks the agent's leg says so."""

from pathlib import Path

import pytest

from tests.telephony.config.rendered import Walk, context, dialplan

READS_MAX = 6
"""More than a caller takes from the moment when they are back from their talk to the end of the room."""


class State:
    """ACD_STATE, which somebody else sets between two readings."""

    def __init__(self, before: str, after: str, *, reads: int) -> None:
        self._before, self._after, self._reads = before, after, reads

    def read(self, name: str) -> str:
        """The value at this reading."""
        assert name == "ACD_STATE"
        self._reads -= 1
        return self._before if self._reads >= 0 else self._after


@pytest.mark.parametrize("reads", range(READS_MAX))
def test_a_caller_whose_agent_has_hung_up_hears_no_more_music(tmp_path: Path, reads: int) -> None:
    state = State("answered", "after", reads=reads)
    walk = Walk(context(dialplan(tmp_path), "acd-wait"), state.read)

    done = []
    while (step := walk.next()) is not None:
        done.append(step[0])

    assert "BridgeWait" not in done


@pytest.mark.parametrize("reads", range(READS_MAX))
def test_a_caller_who_was_claimed_in_vain_waits_on_with_music(tmp_path: Path, reads: int) -> None:
    walk = Walk(context(dialplan(tmp_path), "acd-wait"), State("answered", "waiting", reads=reads).read)

    done = [walk.next() for _ in range(READS_MAX + 1)]

    assert done[-1] is not None
    assert done[-1][0] == "BridgeWait"


def test_a_caller_who_waits_is_looked_after_again_and_again(tmp_path: Path) -> None:
    walk = Walk(context(dialplan(tmp_path), "acd-wait"), State("waiting", "waiting", reads=0).read)

    done = [walk.next() for _ in range(3)]

    assert [step[0] for step in done if step is not None] == ["BridgeWait"] * 3
