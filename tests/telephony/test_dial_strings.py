"""What is dialled and shown can hold nothing that a caller made up (bad input: hostile caller ids)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import DeviceId, InteractionId, TrunkId
from telephony.dial_strings import (
    agent_leg_headers,
    device_channel,
    number_over_trunk,
    shown_name,
    shown_number,
)


@given(st.text(max_size=3000), st.text(max_size=3000))
def test_a_shown_name_is_one_short_harmless_line(queue: str, caller: str) -> None:
    name = shown_name(queue_name=queue, caller_name=caller)
    assert len(name) <= 60
    assert not set(name) & set('"\\<>;,${}\r\n\0')


@given(st.text(max_size=3000))
def test_a_shown_number_is_digits_or_anonymous(number: str) -> None:
    shown = shown_number(number)
    assert shown == "anonymous" or set(shown) <= set("+0123456789*#")


@pytest.mark.parametrize("number", ["169&PJSIP/other", "1,2", "", "+", "62 81", "1\n2", "1" * 33, "${EXTEN}"])
def test_only_digits_are_dialled_over_a_trunk(number: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number_over_trunk(number, TrunkId("carrier"))


@pytest.mark.parametrize("device", ["phone-1&phone-2", "Phone", "1001", "a" * 41, "a/b"])
def test_a_device_is_one_endpoint(device: str) -> None:
    with pytest.raises(ValueError, match="device"):
        device_channel(DeviceId(device))


def test_a_phone_is_told_to_pick_up_in_its_own_words() -> None:
    headers = agent_leg_headers(
        interaction_id=InteractionId("c1-1"), queue_name="Indonesia", model="polycom", auto_answer=True
    )
    assert headers == {"X-ACD-Call": "c1-1", "X-ACD-Queue": "Indonesia", "Alert-Info": "Ring-Answer"}
