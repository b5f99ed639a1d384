"""On random days every choice of the matching is the one that its explanation gives reasons for."""

import pytest

from acd.core.engine import Engine
from acd.core.explanation import Choice, ChoiceKind, Standing
from acd.why import Inquiry
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import InteractionId
from tests.replay.random_day import steps

COUNT = 700


def entries_of(seed: int, count: int) -> list[Entry]:
    engine = Engine()
    return [
        Entry(seq=seq, at=now, stream=ENGINE_STREAM, given=given, facts=engine.handle(given, now))
        for seq, (now, given) in enumerate(steps(seed, count, engine), start=1)
    ]


def explained(entries: list[Entry], interaction_id: InteractionId) -> tuple[Choice, ...]:
    inquiry = Inquiry(interaction_id, Engine())
    for entry in entries:
        inquiry.hear(entry)
    return inquiry.explanation().choices


@pytest.mark.slow  # each of a day's callers is asked about, from the day's beginning
@pytest.mark.parametrize("seed", [5, 6])
def test_who_was_chosen_comes_first_of_all_who_could_and_nobody_means_nobody(seed: int) -> None:
    entries = entries_of(seed, COUNT)
    known = dict.fromkeys(
        fact.interaction_id
        for entry in entries
        for fact in entry.facts
        if hasattr(fact, "queue_id") and hasattr(fact, "interaction_id")
    )
    told: dict[ChoiceKind, int] = dict.fromkeys(ChoiceKind, 0)
    for interaction_id in known:
        for choice in explained(entries, interaction_id):
            told[choice.kind] += 1
            fitting = [each for each in choice.candidates if each.rank is not None]
            if choice.kind is ChoiceKind.RESERVED:
                assert (fitting[0].agent_id, fitting[0].standing) == (choice.agent_id, Standing.CHOSEN)
                assert all(each.lost_by for each in fitting[1:])
                assert not any(rival.ahead and rival.fits for rival in choice.rivals)
            elif choice.kind is ChoiceKind.NOBODY:
                assert fitting == []
            elif choice.kind is ChoiceKind.PASSED_OVER:
                (rival,) = choice.rivals
                # Whom the switch itself has brought somewhere was asked about by no filter.
                assert rival.ahead or not rival.fits or choice.candidates[0].standing is Standing.UNFIT
    assert min(told[kind] for kind in (ChoiceKind.RESERVED, ChoiceKind.PASSED_OVER, ChoiceKind.NOBODY)) > 0
