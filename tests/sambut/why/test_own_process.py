"""The API's explanations are worked out in a process of their own, which leaves with the question."""

from pathlib import Path

import pytest

from acd.distributor import FROM_NOTHING
from acd.why import why
from cti.ports import ExplainerBusy
from kernel.ids import InteractionId
from sambut.why.own_process import OwnProcessExplainer
from tests.acd.journalled import JournalledFloor
from tests.sambut.why.journals import url_of, write_down

CALL = InteractionId("c1")


def played() -> JournalledFloor:
    floor = JournalledFloor(ready=("ann", "bob"))
    floor.call("c1")
    floor.wait(20_000)
    return floor


@pytest.mark.slow  # a process is started
async def test_another_process_tells_what_this_one_would_and_knows_what_is_unknown(tmp_path: Path) -> None:
    floor = played()
    await write_down(floor, url_of(tmp_path))
    explainer = OwnProcessExplainer(url_of(tmp_path))

    assert await explainer.why(CALL) == await why(floor.journal, CALL, FROM_NOTHING)
    assert await explainer.why(InteractionId("c9")) is None


@pytest.mark.slow  # a process is started
async def test_a_journal_that_cannot_be_read_or_takes_too_long_gives_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ExplainerBusy, match="could not be read"):
        await OwnProcessExplainer(url_of(tmp_path)).why(CALL)
    with pytest.raises(ExplainerBusy, match="too long"):
        await OwnProcessExplainer(url_of(tmp_path), answer_s_max=0.01).why(CALL)
