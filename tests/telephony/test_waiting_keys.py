"""Keys of callers: only exit keys of those who wait are told."""

import pytest

from acd.core.waiting_words import KeyPressed
from kernel.ids import InteractionId
from telephony.ami.wire import AmiEvent
from telephony.leg_names import caller_leg
from telephony.waiting_keys import WaitingKeys
from tests.acd import makers as m
from tests.reports.story import Story

CALL = "c1764000000-12"


def key(digit: str, *, call: str = CALL, direction: str = "Received", name: str = "DTMFEnd") -> AmiEvent:
    leg = caller_leg(InteractionId(call))
    return AmiEvent(name=name, fields={"Uniqueid": leg, "Digit": digit, "Direction": direction}, repeated={})


def followed(story: Story) -> WaitingKeys:
    keys = WaitingKeys()
    for entry in story.entries:
        keys.on_entry(entry)
    return keys


def waiting() -> Story:
    story = Story(m.queue(exit_key="1"), m.queue("help"))
    story.call(CALL)
    return story


def test_the_exit_key_of_who_waits_is_told() -> None:
    told = (KeyPressed(interaction_id=InteractionId(CALL), key="1"),)
    story = waiting()

    assert followed(story).see(key("1")) == told
    resumed = WaitingKeys()
    resumed.resume(story.engine.checkpoint())
    assert resumed.see(key("1")) == told


@pytest.mark.parametrize(
    "event",
    [key("2"), key(""), key("1", direction="Sent"), key("1", name="DTMFBegin"), key("1", call="c1764000000-13")],
    ids=["another key", "no key", "sent to them", "not yet let go", "somebody else"],
)
def test_nothing_else_is(event: AmiEvent) -> None:
    assert followed(waiting()).see(event) == ()


@pytest.mark.parametrize("how", ["answered", "abandoned", "left", "elsewhere"])
def test_who_no_longer_waits_there_presses_for_others(how: str) -> None:
    story = waiting()
    story.seat("ann")
    match how:
        case "answered":
            story.give(m.set_ready("ann"))
            story.give(m.picked_up(f"{CALL}-r1"))
        case "abandoned":
            story.give(m.hung_up(CALL))
        case "left":
            story.give(m.pressed(CALL, "1"))
        case _:
            story.give(m.enter(CALL, "help"))

    assert followed(story).see(key("1")) == ()


def test_a_queue_without_an_exit_key_lets_nobody_out_for_no_key() -> None:
    story = Story(m.queue())
    story.call(CALL)

    assert followed(story).see(key("")) == ()
