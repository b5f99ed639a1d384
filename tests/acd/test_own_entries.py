"""Entries of the engine's own stream, and of others."""

import pytest

from acd.core.facts import InteractionAbandoned
from acd.own_entries import facts_in, given_in
from kernel.entry import ENGINE_STREAM, FLOW_STREAM, Entry
from kernel.ids import InteractionId, QueueId
from tests.acd import makers as m
from tests.acd.floor import NOON

FACT = InteractionAbandoned(
    interaction_id=InteractionId("c1"), queue_id=QueueId("sales"), waited_ms=1, short=True, while_offered=False
)


def test_the_engines_own_entry_tells_what_was_given_and_what_followed() -> None:
    entry = Entry(seq=1, at=NOON, stream=ENGINE_STREAM, given=m.TIME, facts=(FACT,))

    assert (given_in(entry), facts_in(entry)) == (m.TIME, (FACT,))


def test_another_streams_entry_has_nothing_of_the_engines() -> None:
    entry = Entry(seq=7, at=NOON, stream=FLOW_STREAM, given=None, facts=(FACT,))

    assert facts_in(entry) == ()
    with pytest.raises(ValueError, match="entry 7 is of stream flow"):
        given_in(entry)
