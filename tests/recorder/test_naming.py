"""Names of sound files: ours alone, and never a way out of the folder."""

import pytest

from kernel.ids import InteractionId, ReservationId
from kernel.instants import Instant
from recorder.naming import NotOurId, agent_side, caller_side, reservation_of, stored_name

HOSTILE = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "a\x00b",
    "a\nb",
    "c1-r1\n",
    "c1 r1",
    "$(reboot)",
    "`id`",
    "c1;rm",
    "ｃ1",
    "x" * 81,
]


def test_a_recording_lies_under_its_day_and_interaction() -> None:
    name = stored_name(InteractionId("c1764-7"), ReservationId("c1764-7-r2"), Instant(1_795_564_799_999))

    assert name == "2026/11/24/c1764-7/c1764-7-r2.wav"


def test_the_two_sides_are_named_by_their_reservation_and_found_by_name() -> None:
    assert agent_side(ReservationId("c1-r1")) == "c1-r1-agent.wav"
    assert caller_side(ReservationId("c1-r1")) == "c1-r1-caller.wav"
    assert reservation_of("c1-r1-agent.wav") == reservation_of("c1-r1-caller.wav") == "c1-r1"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_id_that_is_not_ours_names_no_file(hostile: str) -> None:
    for name in (agent_side, caller_side):
        with pytest.raises(NotOurId):
            name(ReservationId(hostile))
    with pytest.raises(NotOurId):
        stored_name(InteractionId("c1"), ReservationId(hostile), Instant(0))
    with pytest.raises(NotOurId):
        stored_name(InteractionId(hostile), ReservationId("c1-r1"), Instant(0))


@pytest.mark.parametrize("name", ["", "agent.wav", "-agent.wav", "c1-r1.wav", "c1-r1-agent.wav.part", "../x-agent.wav"])
def test_files_of_others_are_nobodys_side(name: str) -> None:
    assert reservation_of(name) is None
