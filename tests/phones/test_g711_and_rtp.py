"""What a SIPp caller's voice sends: G.711 in RTP, with keys in between."""

from itertools import islice

import numpy as np
import pytest

from phones import g711, rtp
from phones.plans import KeyPress


@pytest.mark.parametrize(("law", "twice_coded"), [("alaw", set()), ("ulaw", {0x7F})])
def test_every_code_comes_back(law: g711.Law, twice_coded: set[int]) -> None:
    codes = np.arange(256, dtype=np.uint8)

    back = g711.encode(g711.decode(codes, law), law)

    # Mu-law has two zeros.
    assert {int(code) for code in codes[back != codes]} == twice_coded


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_a_sample_comes_back_within_the_step_of_its_size(law: g711.Law) -> None:
    samples = np.arange(-32768, 32768, 7).astype(np.int16)

    wrong = np.abs(g711.decode(g711.encode(samples, law), law).astype(np.int32) - samples)

    assert np.all(wrong <= np.maximum(np.abs(samples.astype(np.int32)) / 16, 16) + 1)


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_silence_is_the_code_for_nothing(law: g711.Law) -> None:
    silent = np.array([g711.SILENCE[law]], dtype=np.uint8)

    assert abs(int(g711.decode(silent, law)[0])) <= 8


def test_a_packet_is_read_as_it_was_written() -> None:
    packet = rtp.Packet(payload_type=8, sequence=65535, timestamp=7, source=9, marker=True, payload=b"abc")

    assert rtp.read_packet(rtp.write_packet(packet)) == packet


def test_contributors_extension_and_padding_are_skipped() -> None:
    plain = rtp.write_packet(
        rtp.Packet(payload_type=8, sequence=1, timestamp=2, source=3, marker=False, payload=b"sound")
    )
    contributors, extension, padding = bytes(8), bytes([0, 0, 0, 1]) + bytes(4), bytes([0, 0, 3])
    dressed = bytes([plain[0] | 0x32]) + plain[1:12] + contributors + extension + plain[12:] + padding

    read = rtp.read_packet(dressed)

    assert read is not None
    assert read.payload == b"sound"


@pytest.mark.parametrize(
    "datagram",
    [b"", b"\x80\x08\x00", bytes(12), b"\x90" + bytes(11), b"\x8f" + bytes(11), b"\xa0" + bytes(11) + b"\xff"],
)
def test_what_is_no_rtp_is_ignored(datagram: bytes) -> None:
    assert rtp.read_packet(datagram) is None


def test_sound_goes_round_while_nothing_else_is_said() -> None:
    sound = np.arange(320, dtype=np.uint8)

    sent = list(islice(rtp.packets(sound, [], law="alaw", source=1), 4))

    assert [packet.timestamp for packet in sent] == [0, 160, 320, 480]
    assert [packet.marker for packet in sent] == [True, False, False, False]
    assert sent[2].payload == sent[0].payload == sound[:160].tobytes()


def test_a_caller_without_sound_still_sends() -> None:
    (first,) = islice(rtp.packets(np.array([], dtype=np.uint8), [], law="ulaw", source=1), 1)

    assert first.payload == b"\xff" * 160


def test_a_key_is_one_event_of_100_ms_ended_three_times() -> None:
    press = [KeyPress(keys="#", after_ms=40)]

    sent = list(islice(rtp.packets(np.zeros(160, dtype=np.uint8), press, law="alaw", source=1), 12))

    kinds = [packet.payload_type for packet in sent]
    assert kinds == [8, 8, *[101] * 8, 8, 8]
    event = sent[2:10]
    assert {packet.timestamp for packet in event} == {320}
    assert [packet.marker for packet in event] == [True, *[False] * 7]
    assert [packet.payload[0] for packet in event] == [11] * 8
    assert [bool(packet.payload[1] & 0x80) for packet in event] == [False] * 5 + [True] * 3
    assert [int.from_bytes(packet.payload[2:]) for packet in event] == [160, 320, 480, 640, 800, 800, 800, 800]
    assert [packet.sequence for packet in sent] == list(range(12))


def test_keys_keep_their_order_and_pauses() -> None:
    slots = rtp.key_slots([KeyPress(keys="12", gap_ms=100), KeyPress(keys="3", after_ms=1000)])

    began = {key: slot for slot, (key, number) in slots.items() if number == 0}
    assert began == {"1": 0, "2": 13, "3": 26 + 50}
