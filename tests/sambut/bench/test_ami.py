"""The AMI benchmark compares like with like: both sides read the same events with the same headers, or it says so."""

import pytest

from sambut.bench import ami
from telephony.ami.wire import AmiEvent

STREAM = (
    b"Asterisk Call Manager/11.0.0\r\n"
    b"Event: VarSet\r\nVariable: A\r\nValue: 1\r\nUniqueid: 1\r\n\r\n"
    b"Event: Hangup\r\nUniqueid: 1\r\nCause: 16\r\nChanVariable: A=1\r\nChanVariable: B=2\r\n\r\n"
    b"Event: Newstate\r\nUniqueid: 2\r\nChannelStateDesc: Ringing\r\n\r\n"
)


async def test_both_read_the_same_from_the_same_pieces() -> None:
    body = await ami.run_ami(lambda _: None, rounds=1, stream=STREAM)

    assert (body["messages"], body["wanted"], body["differences"]) == (3, 2, 0)
    assert body["ratio"] > 0


async def test_a_header_or_an_event_that_only_one_side_has_is_a_difference() -> None:
    _, theirs = await ami.read_by_panoramisk(ami.pieces_of(STREAM))
    _, ours = await ami.read_by_us(ami.pieces_of(STREAM, 7))
    changed = AmiEvent(name="Hangup", fields={**ours[0].fields, "Cause": "17"}, repeated=ours[0].repeated)

    assert ami.differences(ours, theirs) == 0
    assert ami.differences([changed, ours[1]], theirs) == 1
    assert ami.differences(ours[:1], theirs) == 1


@pytest.mark.slow  # 17 MB are unpacked
def test_the_recording_is_whole() -> None:
    stream = ami.recorded_stream()

    assert stream.startswith(b"Asterisk Call Manager/")
    assert stream.endswith(b"\r\n\r\n")
    assert stream.count(b"Event: ") > 30_000
