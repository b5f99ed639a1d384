"""What is dialled, and what the phone is told with it: dial strings, shown names, auto-answer headers. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from kernel.ids import DeviceId, InteractionId, TrunkId

NAME_LENGTH_MAX: Final = 60
NUMBER_LENGTH_MAX: Final = 32
_DEVICE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_DIALLABLE: Final = re.compile(r"\+?[0-9]{1,32}", re.ASCII)

# How each make of phone is asked to pick up by itself; the phone's own setting must allow it.
AUTO_ANSWER_HEADERS: Final[Mapping[str, tuple[str, str]]] = {
    "generic": ("Alert-Info", "<http://localhost>;info=alert-autoanswer"),
    "yealink": ("Alert-Info", "info=alert-autoanswer"),
    "snom": ("Alert-Info", "<http://localhost>;info=alert-autoanswer"),
    "polycom": ("Alert-Info", "Ring-Answer"),
    "grandstream": ("Call-Info", "<sip:localhost>;answer-after=0"),
    "gigaset": ("Call-Info", "<sip:localhost>;answer-after=0"),
    "cisco": ("Call-Info", "<sip:localhost>;answer-after=0"),
    "softphone": ("X-ACD-Auto-Answer", "1"),
}


def device_channel(device_id: DeviceId) -> str:
    """``PJSIP/<device>``. Raises ValueError for an id that could mean more than one endpoint."""
    if _DEVICE.fullmatch(device_id) is None:
        raise ValueError("not a device id")
    return f"PJSIP/{device_id}"


def number_over_trunk(number: str, trunk_id: TrunkId) -> str:
    """``PJSIP/<number>@trunk-<id>``. Raises ValueError unless ``number`` is digits with at most one leading +."""
    if _DIALLABLE.fullmatch(number) is None or _DEVICE.fullmatch(trunk_id) is None:
        raise ValueError("not a number that may be dialled")
    return f"PJSIP/{number}@trunk-{trunk_id}"


def shown_name(*, queue_name: str, caller_name: str) -> str:
    """What the agent's phone shows beside the caller's number: the queue first, then the caller's own name.

    Only letters, digits, blanks and ``.-_/()`` of any script are kept, so that nothing in a name can end the quoted
    string of a SIP header or begin a header of its own.
    """
    words = [_plain(queue_name), _plain(caller_name)]
    return " - ".join(word for word in words if word)[:NAME_LENGTH_MAX]


def shown_number(number: str) -> str:
    """The caller's number as a phone may show and dial it back; ``anonymous`` when there is none."""
    kept = "".join(letter for letter in number if letter in "+0123456789*#")[:NUMBER_LENGTH_MAX]
    return kept or "anonymous"


def agent_leg_headers(
    *, interaction_id: InteractionId, queue_name: str, model: str, auto_answer: bool
) -> dict[str, str]:
    """SIP headers of the INVITE to an agent's phone, name -> value."""
    headers = {"X-ACD-Call": interaction_id, "X-ACD-Queue": _plain(queue_name)[:NAME_LENGTH_MAX]}
    if auto_answer:
        name, value = AUTO_ANSWER_HEADERS.get(model, AUTO_ANSWER_HEADERS["generic"])
        headers[name] = value
    return headers


def _plain(text: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in " .-_/()" else " " for letter in text)
    return " ".join(kept.split())
