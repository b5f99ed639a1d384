"""Kinds of plain values: what a key of the centre file may hold, in words and as a check. Pure.

A kind takes what tomllib read and gives the value of the model, or raises Refused with what is wrong and how to mend
it. ``plain`` is the way back. Kinds made of others are in centre.compound.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from centre.nearest import suggestion
from centre.problems import refused
from ivr.core.caller_lists import ListAction

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TRUNK_TRANSPORTS = ("udp", "tcp", "tls")
DEVICE_TRANSPORTS = ("udp", "tcp", "tls", "wss")
CODECS = ("alaw", "ulaw", "g722", "opus", "gsm")
DEVICE_MODELS = ("generic", "yealink", "grandstream", "snom", "polycom", "gigaset", "cisco", "softphone", "browser")
NO_ANSWER_POLICIES = ("aux", "ready")
KEYS = "0123456789*#"
CALLER_LIST_KINDS = ("priority", "block")
CALLER_LIST_ACTIONS = tuple(action.value for action in ListAction)
DIAL_FORMS = ("e164", "digits", "national")

PIN_MEMORY_KIB_MAX = 1024 * 1024
"""A hash asks whoever checks it for this much memory; a file must not be able to ask for all of it."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,62}\.)*[A-Za-z0-9-]{0,62}[A-Za-z0-9]|[A-Za-z0-9]")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_PIN_HASH = re.compile(
    r"\$argon2id\$v=19\$m=(?P<memory>[0-9]{1,9}),t=(?P<rounds>[0-9]{1,4}),p=(?P<lanes>[0-9]{1,3})"
    r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{21,86}"
)
_NAME_BREAKERS = '";<>[]{}\\|$`'
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """``words`` says for people what is allowed; ``read`` TOML value -> model value; ``plain`` model value -> TOML."""

    words: str
    read: Callable[[object], Any]
    plain: Callable[[Any], Any] = _unchanged


def type_words(value: object) -> str:
    """What people call the type of a TOML value."""
    names = {str: "text", bool: "true or false", int: "a whole number", float: "a number with a fraction"}
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return names.get(type(value), "a date or time")


def clean_text(value: object) -> str:
    """Text without control characters, line ends or marks that turn the direction of writing."""
    if not isinstance(value, str):
        raise refused(f"this is {type_words(value)}, not text", 'write it between quotes, as "text"')
    for char in value:
        if unicodedata.category(char) in _UNSEEN or char in _DIRECTION_MARKS:
            raise refused(f"the text holds the control character U+{ord(char):04X}", "take it out")
    return value


def text(*, length_max: int, empty: bool = False) -> Kind:
    """Free text for people."""

    def read(value: object) -> str:
        found = clean_text(value)
        _check_length(found, length_max, empty=empty)
        return found

    return Kind(words=f"text of {0 if empty else 1}-{length_max} characters", read=read)


def name(*, length_max: int) -> Kind:
    """A name for people that also goes into Asterisk's configuration and onto telephones' displays."""

    def read(value: object) -> str:
        found = clean_text(value)
        _check_length(found, length_max, empty=False)
        for char in found:
            if char in _NAME_BREAKERS:
                raise refused(
                    f"the name holds the character {char}", f"names go to telephones: leave out {_NAME_BREAKERS}"
                )
        if found != found.strip() or found.startswith("#"):
            raise refused("the name begins or ends with a space, or begins with #", "take it out")
        return found

    return Kind(words=f"name of 1-{length_max} characters, none of `` {_NAME_BREAKERS} ``", read=read)


def _check_length(value: str, length_max: int, *, empty: bool) -> None:
    if not value.strip() and not empty:
        raise refused("the text is empty", "write something between the quotes")
    if len(value) > length_max:
        raise refused(f"the text has {len(value)} characters", f"at most {length_max} are allowed")


def whole(least: int, most: int, unit: str = "") -> Kind:
    """A whole number within limits, both included."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise refused(f"this is {type_words(value)}, not a whole number", f"write a number from {least} to {most}")
        if not least <= value <= most:
            shown = str(value) if abs(value) < 10**18 else "the number"
            raise refused(f"{shown} is out of range", f"write a number from {least} to {most}")
        return value

    span = str(least) if least == most else f"{least}-{most}"
    return Kind(words=f"whole number {span}{f' ({unit})' if unit else ''}", read=read)


def _read_yes_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise refused(f"this is {type_words(value)}, not true or false", "write true or false, without quotes")
    return value


def one_of(*words: str) -> Kind:
    """One of a few words."""

    def read(value: object) -> str:
        found = clean_text(value)
        if found not in words:
            near = suggestion(found, words)
            raise refused(f"{quoted(found)} is not known here", near or f"write one of {', '.join(words)}")
        return found

    return Kind(words=f"one of {', '.join(f'`{word}`' for word in words)}", read=read)


def matching(pattern: re.Pattern[str], words: str, mend: str, *, empty: bool = False) -> Kind:
    """Text of a given form."""

    def read(value: object) -> str:
        found = clean_text(value)
        if not (pattern.fullmatch(found) or (empty and found == "")):
            raise refused(f"{quoted(found)} is not {words}", mend)
        return found

    return Kind(words=words + (', or `""` for none' if empty else ""), read=read)


def quoted(value: str) -> str:
    """A wrong value for an error line: short, whatever was written."""
    return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'


def _read_host(value: object) -> str:
    found = clean_text(value)
    if ":" in found:
        return _read_network(found, single=True)
    if not _HOST.fullmatch(found):
        raise refused(f"{quoted(found)} is neither a host name nor an IP address", 'write it as "sip.example.id"')
    if found.replace(".", "").isdigit():
        return _read_network(found, single=True)
    return found


def _read_network(value: object, *, single: bool = False) -> str:
    found = clean_text(value)
    shape = "IP address" if single else "IP address or network"
    if "%" in found or (single and "/" in found):
        raise refused(f"{quoted(found)} is not an {shape}", 'write it as "192.0.2.10"')
    try:
        network = ipaddress.ip_network(found)
    except ValueError as wrong:
        mend = "the address has bits beyond the mask" if "host bits" in str(wrong) else "check the digits"
        raise refused(f"{quoted(found)} is not an {shape}", f'{mend}; write it as "192.0.2.10"') from None
    if network.prefixlen < (8 if network.version == 4 else 16):
        raise refused(f"{found} lets half the internet in", "name the carrier's own addresses")
    if network.num_addresses == 1:
        return str(network.network_address)
    return str(network)


def _read_timezone(value: object) -> str:
    found = clean_text(value)
    try:
        ZoneInfo(found)
    except (OSError, ValueError, LookupError):
        known = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Pontianak", "UTC")
        near = suggestion(found, known)
        raise refused(f"{quoted(found)} is not a time zone", near or 'write it as "Asia/Jakarta"') from None
    return found


def _read_date(value: object) -> str:
    # A bare TOML date is what people write first, so it is taken as well; it is written back as text.
    found = value.isoformat() if type(value) is date else clean_text(value)
    try:
        if date.fromisoformat(found).isoformat() == found:
            return found
    except ValueError:
        pass
    raise refused(f"{quoted(found)} is not a date", 'write it as "2026-12-25"')


def _read_holidays(value: object) -> str:
    found = clean_text(value)
    if found and found not in holidays.list_supported_countries(include_aliases=False):
        raise refused(f"no holidays are known for {quoted(found)}", 'write a country code, as "ID", or "" for none')
    return found


def _read_pin_hash(value: object) -> str:
    found = clean_text(value)
    if not found:
        return found
    parts = _PIN_HASH.fullmatch(found)
    # The value itself is never shown: somebody may have written the PIN here.
    if parts is None:
        raise refused("this is not the hash of a PIN", "make one with: sambut hash-pin")
    memory_kib, rounds, lanes = int(parts["memory"]), int(parts["rounds"]), int(parts["lanes"])
    dear = memory_kib > PIN_MEMORY_KIB_MAX or rounds > 20 or lanes > 16
    if dear or rounds < 1 or lanes < 1 or memory_kib < 8 * lanes:
        raise refused("this hash costs too much, or nothing, to check", "make one with: sambut hash-pin")
    return found


def is_id(value: str) -> bool:
    """Whether this could be the id of a record."""
    return _ID.fullmatch(value) is not None


YES_NO = Kind(words="`true` or `false`", read=_read_yes_no)
ID = matching(_ID, "an id of 1-40 characters a-z, 0-9 or -, a letter first", 'write it as "my-name-1"')
REASON = matching(
    re.compile(r"[a-z][a-z0-9_]{0,39}"),
    "a reason code of 1-40 characters a-z, 0-9 or _, a letter first",
    'write it as "meal"',
)
REASON_DIGITS = matching(re.compile(r"[0-9]{1,3}"), "1-3 digits", 'write it as "3"')
HOST = Kind(words="host name or IP address", read=_read_host)
NETWORK = Kind(words="IP address or network", read=_read_network)
TIMEZONE = Kind(words="time zone name, as `Asia/Jakarta`", read=_read_timezone)
TIME = matching(_TIME, "a time HH:MM from 00:00 to 24:00", 'write it as "08:00"')
DATE = Kind(words="date, as `2026-12-25`", read=_read_date)
COUNTRY = matching(re.compile(r"[A-Z]{2}"), "a country code of two capital letters", 'write it as "ID"')
HOLIDAYS = Kind(words='country code whose public holidays count, or `""` for none', read=_read_holidays)
LANGUAGE = matching(re.compile(r"[a-z]{2}"), "a language code of two letters a-z", 'write it as "id"')
LOGIN = matching(re.compile(r"[0-9]{3,8}"), "a login of 3-8 digits", 'write it as "1001"')
QUEUE_CODE = matching(re.compile(r"[0-9]{2,8}"), "a code of 2-8 digits", 'write it as "81"', empty=True)
PIN_HASH = Kind(words='argon2id hash made by `sambut hash-pin`, or `""` for none', read=_read_pin_hash)
OWN_NUMBER = matching(
    re.compile(r"\+?[0-9]{2,15}"), "a number of 2-15 digits, a + in front or not", 'write it as "169"'
)
CALLER_NUMBER = matching(
    re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{2,6}|[1-9][0-9]{6}|(\+[1-9][0-9]{2,13}|[1-9][0-9]{1,5})\*"),
    "a number in E.164, a short code of 2-7 digits, or the beginning of such with * behind it",
    'write it with + and the country first, as "+628123456789" or "+62812*"',
)
SHOWN_NUMBER = matching(
    re.compile(r"\+?[0-9]{2,15}"), "a number of 2-15 digits, a + in front or not", 'write it as "169"', empty=True
)
NUMBER_BEGINNING = matching(
    re.compile(r"\+[1-9][0-9]{0,14}"),
    "the beginning of a number in E.164",
    'write it with + and the country first, as "+628"',
)
SHORT_CODE = matching(re.compile(r"[0-9]{2,6}"), "a short code of 2-6 digits", 'write it as "112"')
SIP_USER = matching(
    re.compile(r"[A-Za-z0-9._+@~-]{1,64}"),
    "a SIP user name of 1-64 letters, digits and . _ + @ ~ -",
    "write what the carrier gave",
    empty=True,
)
