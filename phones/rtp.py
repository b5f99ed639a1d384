"""RTP packets as a phone sends them: G.711 every 20 ms, with keys by RFC 4733 in between. Pure."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from phones.g711 import PAYLOAD_TYPES, SILENCE, Law, Octets
from phones.plans import KeyPress

PACKET_MS = 20
SAMPLES = 160
EVENT_PAYLOAD_TYPE = 101
KEY_CODES = {key: code for code, key in enumerate("0123456789*#ABCD")}
KEY_PACKETS = 5
KEY_END_PACKETS = 3
KEY_VOLUME = 10
HEADER = struct.Struct("!BBHII")
EVENT = struct.Struct("!BBH")


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """One packet: what kind, and where it belongs. `sequence` counts packets, `timestamp` samples, both wrap."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    marker: bool
    payload: bytes


def write_packet(packet: Packet) -> bytes:
    """The packet as it travels."""
    second = packet.payload_type | (0x80 if packet.marker else 0)
    header = HEADER.pack(0x80, second, packet.sequence & 0xFFFF, packet.timestamp & 0xFFFFFFFF, packet.source)
    return header + packet.payload


def read_packet(datagram: bytes) -> Packet | None:
    """Read a packet, skipping its contributors, extension and padding; None when it is no RTP."""
    if len(datagram) < HEADER.size or datagram[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, source = HEADER.unpack_from(datagram)
    start, end = HEADER.size + 4 * (first & 0x0F), len(datagram)
    if first & 0x10:
        if end < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
    if first & 0x20:
        end -= datagram[-1]
    if end < start:
        return None
    return Packet(
        payload_type=second & 0x7F,
        sequence=sequence,
        timestamp=timestamp,
        source=source,
        marker=bool(second & 0x80),
        payload=datagram[start:end],
    )


def key_slots(press: Sequence[KeyPress]) -> dict[int, tuple[str, int]]:
    """Which packet slot since the answer belongs to which key: slot -> (key, number of its packet).

    A key takes eight packets: five that lengthen it to 100 ms, and three that end it.
    """
    slots: dict[int, tuple[str, int]] = {}
    at = 0
    for one in press:
        at += one.after_ms // PACKET_MS
        for key in one.keys:
            for number in range(KEY_PACKETS + KEY_END_PACKETS):
                slots[at + number] = (key, number)
            at += KEY_PACKETS + KEY_END_PACKETS + one.gap_ms // PACKET_MS
    return slots


def packets(sound: Octets, press: Sequence[KeyPress], *, law: Law, source: int) -> Iterator[Packet]:
    """Endless packets, one for each 20 ms since the answer: the sound, repeated, and the keys in its place.

    With no sound, silence is sent: a phone that talks always sends.
    """
    slots = key_slots(press)
    played = sound if len(sound) >= SAMPLES else np.full(SAMPLES, SILENCE[law], dtype=np.uint8)
    whole = len(played) // SAMPLES
    slot = 0
    key_began = 0
    while True:
        now = slot * SAMPLES
        if slot in slots:
            key, number = slots[slot]
            key_began = now if number == 0 else key_began
            is_end = number >= KEY_PACKETS
            lasted = SAMPLES * min(number + 1, KEY_PACKETS)
            payload = EVENT.pack(KEY_CODES[key], KEY_VOLUME | (0x80 if is_end else 0), lasted)
            # All packets of a key carry the time of its beginning.
            kind, at, marker = EVENT_PAYLOAD_TYPE, key_began, number == 0
        else:
            part = (slot % whole) * SAMPLES
            payload = played[part : part + SAMPLES].tobytes()
            kind, at, marker = PAYLOAD_TYPES[law], now, slot == 0
        yield Packet(payload_type=kind, sequence=slot, timestamp=at, source=source, marker=marker, payload=payload)
        slot += 1
