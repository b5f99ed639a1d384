"""Records made anew are what the standard library would make of them."""

import dataclasses

import pytest

from acd.core.interaction_states import Phase
from acd.core.settings import Channel
from acd.core.state import Interaction, Tally
from kernel.ids import CallLegId, Did, InteractionId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.records import replace

CALL = Interaction(
    interaction_id=InteractionId("c1"),
    channel=Channel.VOICE,
    did=Did("169"),
    trunk_id=TrunkId("carrier"),
    leg_id=CallLegId("1.1"),
    arrived_at=Instant(5),
)


def test_a_record_is_made_anew_with_the_changes_and_the_old_one_stays() -> None:
    changed = replace(CALL, phase=Phase.CONNECTED, reservation_id=ReservationId("c1-r1"))

    assert changed == dataclasses.replace(CALL, phase=Phase.CONNECTED, reservation_id=ReservationId("c1-r1"))
    assert hash(changed) == hash(dataclasses.replace(changed))
    assert CALL.phase is Phase.FLOW
    assert replace(Tally(offered=3), answered=1) == Tally(offered=3, answered=1)


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(AttributeError):
        replace(CALL, colour="red")  # type: ignore[call-arg]  # that is what is tried
