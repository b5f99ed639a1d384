"""What an INVITE's headers tell a phone: who calls, and whether to answer by itself. Pure.

The headers are strangers' text: anything may stand there, and nothing here raises.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Vendors agree on none of these; each is what one family of phones listens to.
ALERT_WORDS = ("alert-autoanswer", "auto answer", "ring-answer", "intercom")
ANSWER_AFTER = re.compile(r";\s*answer-after\s*=\s*(\d{1,4})", re.IGNORECASE)

SHOWN_HEADERS = (
    "From",
    "P-Asserted-Identity",
    "Remote-Party-ID",
    "Alert-Info",
    "Call-Info",
    "Subject",
    "X-ACD-Auto-Answer",
    "X-ACD-Queue",
    "X-ACD-Call",
    "X-Sambut-Queue",
    "X-Sambut-Interaction",
    "X-Sambut-Auto-Answer",
    "X-Queue",
    "X-Interaction",
    "X-Test",
    "Diversion",
)

_QUOTED = re.compile(r'^\s*"((?:[^"\\]|\\.)*)"\s*<([^>]*)>')
_BARE = re.compile(r"^\s*([^<\"]*)<([^>]*)>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls, as a phone shows it; both may be empty."""

    number: str
    name: str


def caller_of(address: str) -> Caller:
    """Split a From header (`"Budi" <sip:0812@host>;tag=x`, or a bare URI) into number and name."""
    quoted = _QUOTED.match(address)
    if quoted:
        return Caller(number=_user_of(quoted[2]), name=re.sub(r"\\(.)", r"\1", quoted[1]))
    bare = _BARE.match(address)
    if bare:
        return Caller(number=_user_of(bare[2]), name=bare[1].strip())
    return Caller(number=_user_of(address.strip()), name="")


def headers_of(message: str, names: Sequence[str]) -> dict[str, str]:
    """The named headers of a whole SIP message, the first of each, spelt as in names. Folded lines are joined."""
    head = re.sub(r"\r?\n[ \t]+", " ", message).replace("\r\n", "\n").partition("\n\n")[0]
    wanted = {name.lower(): name for name in names} | {"f": "From"}
    found: dict[str, str] = {}
    for line in head.split("\n")[1:]:
        name, _, value = line.partition(":")
        known = wanted.get(name.strip().lower())
        if known is not None:
            found.setdefault(known, value.strip())
    return found


def _user_of(uri: str) -> str:
    rest = re.sub(r"^(sips?|tel):", "", uri.strip(), flags=re.IGNORECASE)
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda hit: chr(int(hit[1], 16)), rest.partition("@")[0].partition(";")[0])


def auto_answer_after_ms(headers: Mapping[str, str]) -> int | None:
    """After how many milliseconds the headers ask the phone to answer by itself; None when they do not."""
    by_name = {name.lower(): value for name, value in headers.items()}
    if any(by_name.get(name) == "1" for name in ("x-acd-auto-answer", "x-sambut-auto-answer")):
        return 0
    for name in ("alert-info", "call-info"):
        asked = ANSWER_AFTER.search(by_name.get(name, ""))
        if asked:
            return int(asked[1]) * 1000
    alert = by_name.get("alert-info", "").lower()
    return 0 if any(word in alert for word in ALERT_WORDS) else None
