"""The lines between a driver and its phones."""

import msgspec
import pytest

from phones.commands import AnyCommand, Behave, Dial, Finish, Refuse, Register
from phones.events import Ended, Heard, ToneHeard
from phones.plans import KeyPress, LetsItRing, PicksUp, PicksUpWhenTold
from phones.wire import command_of, event_of, line_of


@pytest.mark.parametrize(
    "command",
    [
        Register(ask=1, device="1001", user="1001", server="127.0.0.1", port=5060, password='p"\\w'),
        Behave(ask=2, device="1001", plan=PicksUp(after_ms=5, hang_up_after_ms=10)),
        Behave(ask=2, device="1001", plan=PicksUpWhenTold()),
        Behave(ask=2, device="1001", plan=LetsItRing()),
        Dial(ask=3, device="a", target="*11", press=(KeyPress(keys="1#"),), headers={"X-A": "b"}),
        Refuse(ask=4, device="a", call="a-1", status=486),
        Finish(ask=0),
    ],
)
def test_a_command_is_read_as_it_was_written(command: AnyCommand) -> None:
    line = line_of(command)

    assert line.count(b"\n") == 1
    assert command_of(line) == command


def test_an_event_is_read_as_it_was_written() -> None:
    heard = Heard(file="a.wav", duration_ms=5, sound_ms=4, tones=())
    event = Ended(
        at_ms=1, device="a", call="a-1", by="far", how="hung_up", status=None, reason="\r\n", talk_ms=9, heard=heard
    )

    line = line_of(event)

    assert line.count(b"\n") == 1
    assert event_of(line) == event


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"do": "explode", "ask": 1}',
        b'{"do": "hold", "device": "1001"}',
        b'{"do": "hold", "ask": "one", "device": "1001"}',
        b'{"do": "hold", "ask": 1, "device": "../../etc"}',
        b'{"do": "behave", "ask": 1, "device": "a", "plan": {"plan": "picks_up", "after_ms": -1}}',
        b'{"do": "refuse", "ask": 1, "device": "a", "status": 200}',
        b'{"do": "press_keys", "ask": 1, "device": "a", "press": [{"keys": "12x"}]}',
        b'{"do": "register", "ask": 1, "device": "a", "user": "a", "server": "h", "port": 0}',
    ],
)
def test_what_is_no_command_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        command_of(line)


def test_what_was_heard_is_asked_by_frequency() -> None:
    tone = ToneHeard(frequency_hz=1003.0, level_dbfs=-12.0, heard_ms=800, stretches=())
    heard = Heard(file="a.wav", duration_ms=1000, sound_ms=800, tones=(tone,))

    assert heard.has(1000)
    assert heard.heard_ms_of(1000) == 800
    assert not heard.has(400)
