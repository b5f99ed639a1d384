"""AMI's actions as values: what we may ask of Asterisk, checked when made. Pure.

Asterisk's limits (manager.c of 22): one line of at most 1,024 bytes (a longer one makes the whole
action fail), at most 128 lines. An action beyond them is refused here, with the place named.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from telephony.line_values import UnsafeValue, refuse_line_breakers

LINE_BYTES_MAX: Final = 1022
LINES_MAX: Final = 120
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_PHONE_NUMBER: Final = re.compile(r"[0-9A-Za-z+*#_.-]{0,64}", re.ASCII)
# Asterisk splits a Variable header like the arguments of an application.
_ARGUMENT_MARKS: Final = re.compile(r'([\\",()\[\]])')

FieldValue: TypeAlias = str | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `name`: as in `Action:`. `fields`: header -> value, or values for a repeated header.

    Raises UnsafeValue when made, before anything is written. `ActionID` belongs to the link.
    """

    name: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name:
            raise UnsafeValue("Action: no name")
        if any(key.lower() in ("action", "actionid") for key in self.fields):
            raise UnsafeValue("Action and ActionID are not fields")
        if len({key.lower() for key in self.fields}) < len(self.fields):
            # panoramisk would write one of the two.
            raise UnsafeValue("a header in two spellings")
        check_lines([("Action", self.name), *self.lines()])
        # What was checked is what will be sent, whatever becomes of the mapping that was given.
        object.__setattr__(self, "fields", MappingProxyType({key: _own(value) for key, value in self.fields.items()}))

    def lines(self) -> list[tuple[str, str]]:
        """The fields as (header, value), one for each line to write."""
        pairs: list[tuple[str, str]] = []
        for key, value in self.fields.items():
            values = [value] if isinstance(value, str) else value
            pairs.extend((key, each) for each in values)
        return pairs


def check_lines(lines: Sequence[tuple[str, str]]) -> None:
    """Raises UnsafeValue unless every (header, value) is one harmless line within Asterisk's limits."""
    if len(lines) > LINES_MAX:
        raise UnsafeValue(f"more than {LINES_MAX} lines in one action")
    for key, value in lines:
        if not _KEY.fullmatch(key):
            raise UnsafeValue("header name not of letters, digits, '-' and '_'")
        refuse_line_breakers(value, place=key)
        if len(f"{key}: {value}".encode()) > LINE_BYTES_MAX:
            raise UnsafeValue(f"{key}: longer than {LINE_BYTES_MAX} bytes")


def variable_line(name: str, value: str) -> str:
    """The value of one `Variable:` header that sets `name` to exactly `value`.

    A comma, quote, backslash or bracket in either is escaped, or it would start another variable.
    `name` may be a writable function, as in `PJSIP_HEADER(add,Alert-Info)`.
    """
    if not name or "=" in name:
        raise UnsafeValue("Variable: empty name or '=' in it")
    return f"{_ARGUMENT_MARKS.sub(_backslashed, name)}={_ARGUMENT_MARKS.sub(_backslashed, value)}"


def caller_id(*, name: str, number: str) -> str:
    """The value of a `CallerID:` header. `number`: digits, letters and +*#_.- only, else UnsafeValue."""
    if not _PHONE_NUMBER.fullmatch(number):
        raise UnsafeValue("CallerID: number of other than digits, letters and +*#_.-")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{number}>'


def originate(
    *,
    channel: str,
    channel_id: str,
    context: str,
    extension: str,
    ring_ms_max: int,
    other_channel_id: str | None = None,
    caller: str | None = None,
    variables: Mapping[str, str] | None = None,
    early_media: bool = False,
) -> Action:
    """Dial `channel` and, when it answers, run `context`,`extension`,1 on it; always asynchronous.

    `channel_id`: the unique id the new channel will have. `other_channel_id`: that of a Local channel's
    second half. `caller`: from caller_id(). `variables`: name -> value, see variable_line().
    """
    fields: dict[str, FieldValue] = {
        "Channel": channel,
        "ChannelId": channel_id,
        "Context": context,
        "Exten": extension,
        "Priority": "1",
        "Timeout": str(ring_ms_max),
        "Async": "true",
    }
    if other_channel_id is not None:
        fields["OtherChannelId"] = other_channel_id
    if caller is not None:
        fields["CallerID"] = caller
    if early_media:
        fields["EarlyMedia"] = "true"
    if variables:
        fields["Variable"] = [variable_line(name, value) for name, value in variables.items()]
    return Action(name="Originate", fields=fields)


def set_variable(*, channel: str, name: str, value: str) -> Action:
    """Set one variable or writable function of a channel to exactly `value` (nothing is expanded)."""
    return Action(name="Setvar", fields={"Channel": channel, "Variable": name, "Value": value})


def hang_up(*, channel: str, cause: int | None = None) -> Action:
    """End a channel, named by its name or unique id. `cause`: Q.850, Asterisk's default when None."""
    fields = {"Channel": channel} if cause is None else {"Channel": channel, "Cause": str(cause)}
    return Action(name="Hangup", fields=fields)


def _own(value: FieldValue) -> FieldValue:
    return value if isinstance(value, str) else tuple(value)


def _backslashed(found: re.Match[str]) -> str:
    return f"\\{found.group(1)}"
