"""A few kills, a freeze and a death of Asterisk under calls that keep coming; everybody's notes agree (CAP-1 to CAP-4).

The long run of the same is ``make chaos``.
"""

from pathlib import Path

import pytest

from tests.chaos.history import broken
from tests.chaos.run import Trial, run
from tests.chaos.table import as_table, judge

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]


async def test_whatever_dies_under_calls_everybody_tells_the_same_story(tmp_path: Path) -> None:
    trial = Trial(seed=5, kills=5, freezes=1, asterisk=1, agents=11, stay_s=40)

    history = await run(trial, tmp_path)

    figures = judge(history, broken(history))
    assert figures.is_well, f"{as_table(figures)}\n{trial.command}"
    assert figures.talks > 40
    assert figures.callers_who_waited > 10
    assert figures.callers_cut_by_asterisk > 0
