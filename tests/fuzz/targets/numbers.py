"""Callers' numbers and names, and what is dialled and shown because of them."""

from collections.abc import Iterator
from contextlib import suppress

from ivr.core.numbers import NAME_LENGTH_MAX, NUMBER_LENGTH_MAX, clean_name, clean_number, normalised
from kernel.ids import DeviceId, InteractionId, ReservationId, TrunkId
from telephony.config.quoting import UnsafeConfigValue, conf_value
from telephony.dial_strings import (
    agent_leg_headers,
    device_channel,
    number_over_trunk,
    shown_name,
    shown_number,
)
from telephony.leg_names import agent_leg, caller_leg, interaction_of, reservation_of
from tests.fuzz.target import Feed, Target, part

COUNTRIES = ("ID", "US", "DE", "XX", "")
SIGNS = frozenset('&|,;(){}$[]\\"<>\r\n\0')
"""What would mean something to the dialplan or to a SIP header."""


def take(data: bytes) -> None:
    """A number, a name and a few ids."""
    feed = Feed(data)
    country, raw, name, third = COUNTRIES[feed.number(len(COUNTRIES))], feed.text(), feed.text(), feed.text()
    _number(raw, country)
    _shown(raw, name, third)
    _dialled(raw, third)
    _ids(raw)
    with suppress(UnsafeConfigValue):
        written = conf_value(raw).encode()
        assert not set(written) & set(b"\r\n\0;[]\\")


def _number(raw: str, country: str) -> None:
    kept = clean_number(raw)
    assert len(kept) <= NUMBER_LENGTH_MAX
    assert clean_number(kept) == kept
    kept.encode()
    assert len(clean_name(raw)) <= NAME_LENGTH_MAX
    number = normalised(raw, country=country)
    assert set(number.removeprefix("+")) <= set("0123456789")
    assert len(number) <= 33
    assert normalised(kept, country=country) == number


def _shown(raw: str, name: str, queue: str) -> None:
    assert not set(shown_name(queue_name=queue, caller_name=name)) & SIGNS - set("()")
    assert set(shown_number(raw)) <= set("+0123456789*#anonymous")
    headers = agent_leg_headers(
        interaction_id=InteractionId("c1-1"), queue_name=queue, model=name, auto_answer=bool(name)
    )
    assert not set(headers["X-ACD-Queue"]) & SIGNS - set("()")


def _dialled(raw: str, trunk: str) -> None:
    dialled: list[str] = []
    with suppress(ValueError):
        dialled.append(number_over_trunk(raw, TrunkId(trunk or "carrier")))
    with suppress(ValueError):
        dialled.append(device_channel(DeviceId(raw)))
    for one in dialled:
        assert one.startswith("PJSIP/")
        assert not set(one) & SIGNS


def _ids(raw: str) -> None:
    """Each way leads back, so that no two legs have one name."""
    interaction_id = interaction_of(raw)
    if interaction_id is not None:
        assert caller_leg(interaction_id) == raw
    reservation_id = reservation_of(raw)
    if reservation_id is not None:
        assert agent_leg(reservation_id) == raw
    legs: list[str] = []
    with suppress(ValueError):
        legs.append(caller_leg(InteractionId(raw)))
    with suppress(ValueError):
        legs.append(agent_leg(ReservationId(raw)))
    assert not set("".join(legs)) & SIGNS


def seeds() -> Iterator[bytes]:
    """Numbers as networks send them, and some that are none."""
    raws = ["081234567890", "+62 (812) 345-678.90", "169", "anonymous", "0812&PJSIP/x", "${EXTEN}", "1" * 70, "٣٤"]
    raws += ["1764000000.12", "leg-c1764000000-12-r3", "phone-1", "sip:0812@host;user=phone", "011 62 812", "\u202e169"]
    for number, raw in enumerate(raws):
        yield bytes([number]) + part(raw) + part("王 <x>") + part("carrier")


TARGET = Target(take=take, seeds=seeds, bytes_max=900)
