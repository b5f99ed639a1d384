"""AMI's bytes: frames, events and replies as they come in. Pure.

Asterisk 22 speaks AMI 11: one banner line, then messages of `Key: value` lines, each message closed by
an empty line. Frames are cut in bytes and decoded one whole message at a time, so that a UTF-8
character split over two TCP segments survives.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

BANNER: Final = b"Asterisk Call Manager/"
LINE_END: Final = b"\r\n"
MESSAGE_END: Final = b"\r\n\r\n"
EVENT_START: Final = b"Event: "
FIRST_LETTER: Final = b"A"
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class NotAmi(Exception):
    """The other side did not greet as Asterisk's manager does."""


class MessageTooLong(Exception):
    """One message grew beyond the limit."""


class AmiEvent(NamedTuple):
    """One event as Asterisk wrote it. A tuple, because thousands are made in a second.

    `name`: the value of `Event:`. `fields`: header -> value with Asterisk's spelling; of a repeated
    header the first value, so that a later line cannot overrule Asterisk's own. `repeated`: all values,
    in order, of the headers that came more than once.
    """

    name: str
    fields: Mapping[str, str]
    repeated: Mapping[str, tuple[str, ...]]

    def variables(self, prefix: str = "") -> dict[str, str]:
        """Channel variables that `channelvars=` in manager.conf adds, name -> value.

        `prefix` chooses the channel in events about several: "" , "Dest", "Transferer", ...
        """
        plain = f"{prefix}ChanVariable"
        found: dict[str, str] = {}
        for key, value in self.fields.items():
            # 22.10.1 writes `ChanVariable: A=1`, but `ChanVariable(PJSIP/1001-1): A=1` in an OriginateResponse.
            if key == plain or key.startswith(f"{plain}("):
                found.update(_assignment(line) for line in self.repeated.get(key, (value,)))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Asterisk's answer to one action.

    `ok`: not an error. `text`: its `Message:` header, "" when there is none. `fields`: all headers,
    several values of one header joined with a newline. `rows`: the events of a list, without its closing event.
    """

    action_id: str
    ok: bool
    text: str
    fields: Mapping[str, str]
    rows: tuple[AmiEvent, ...] = ()


class Framer:
    """Cuts the byte stream of one connection into messages.

    Raises NotAmi and MessageTooLong; after either the connection is of no use.
    """

    def __init__(self, *, message_bytes_max: int) -> None:
        self._message_bytes_max = message_bytes_max
        self._held = bytearray()
        self._searched = 0
        self._greeted = False

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes, oldest first, without the closing empty line."""
        self._held += data
        if not self._greeted and not self._greet():
            return []
        # Only the new bytes are searched (and three old ones), or a megabyte in
        # one-byte reads would cost a quadratic time.
        if self._held.find(MESSAGE_END, max(0, self._searched - 3)) < 0:
            self._searched = len(self._held)
            self._check_length(self._searched)
            return []
        whole = bytes(self._held)
        *messages, rest = whole.split(MESSAGE_END)
        self._held = bytearray(rest)
        self._searched = len(rest)
        if len(whole) > self._message_bytes_max:
            self._check_length(max(len(rest), max(map(len, messages))))
        # Asterisk closes some messages with one empty line too many: what then begins with one sorts before all letters.
        if min(messages) < FIRST_LETTER:
            return [message for message in map(_without_empty_lines, messages) if message]
        return messages

    def _greet(self) -> bool:
        line, found, rest = bytes(self._held).partition(LINE_END)
        if not line.startswith(BANNER[: len(line)]) or len(line) > 100:
            raise NotAmi
        if not found:
            return False
        if not line.startswith(BANNER):
            raise NotAmi
        self._held = bytearray(rest)
        self._greeted = True
        return True

    def _check_length(self, length: int) -> None:
        if length > self._message_bytes_max:
            raise MessageTooLong


def _without_empty_lines(message: bytes) -> bytes:
    """Without those before it. A value may end in a line break of its own, which is not touched."""
    while message.startswith(LINE_END):
        message = message[len(LINE_END) :]
    return message


def event_name(message: bytes) -> str | None:
    """The name of the event, None when the message is not an event. Reads the first line only."""
    if not message.startswith(EVENT_START):
        return None
    line, _, _ = message.partition(LINE_END)
    return line[len(EVENT_START) :].decode("utf-8", "replace").strip()


def parse_event(message: bytes) -> AmiEvent:
    """The event in one whole message; undecodable bytes become U+FFFD, lines without a colon are dropped."""
    lines = message.decode("utf-8", "replace").split("\r\n")
    try:
        plain = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        return _parse_odd(lines)
    return AmiEvent(plain.get("Event", ""), plain, {}) if len(plain) == len(lines) else _parse_odd(lines)


def _parse_odd(lines: list[str]) -> AmiEvent:
    """An event with a header that came twice, or a line that is none."""
    fields: dict[str, str] = {}
    repeated: dict[str, list[str]] = {}
    for line in lines:
        key, mark, value = line.partition(": ")
        if not mark:
            if not line.endswith(":"):
                continue
            key = line[:-1]
        if key in fields:
            repeated.setdefault(key, [fields[key]]).append(value)
        else:
            fields[key] = value
    return AmiEvent(
        name=fields.get("Event", ""),
        fields=fields,
        repeated={key: tuple(values) for key, values in repeated.items()},
    )


def is_torn(message: bytes) -> bool:
    """Whether a value with an empty line in it has torn an event: what follows may be a caller's forgery.

    Tried on 22.10.1: a SIP caller whose From user holds `%0D%0A%0D%0AEvent: ...` writes whole events of
    their own into AMI, since `CallerIDNum` is not escaped. In each channel's headers the number comes
    before the unique id. A forger who knows this can write the unique id too, so Asterisk must refuse such
    events itself, which sees them whole: in manager.conf, for each user,
    `eventfilter(action(exclude),method(regex)) = [[:cntrl:]]{4}[^[:cntrl:]]`. This is the second line.
    """
    return b"Uniqueid: " not in message and b"CallerIDNum: " in message


def is_forged(event: AmiEvent) -> bool:
    """Whether a header came twice that Asterisk writes once: a value with a line break in it has added it."""
    return any("Variable" not in key for key in event.repeated)


def unescaped(value: str) -> str:
    """A caller name or number as it was before Asterisk wrote it into a channel event.

    Seen on 22.10.1: `CallerIDName` and `ConnectedLineName` of channel events and of CoreShowChannels are
    escaped as in C, those of OriginateResponse are not.
    """
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found.group(1), found.group(1)), value)


def sent_at_ms(event: AmiEvent) -> int | None:
    """When Asterisk made the event, ms since the epoch, UTC; None without `timestampevents=yes`."""
    seconds, _, fraction = event.fields.get("Timestamp", "").partition(".")
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 12:
        return None
    thousandths = fraction[:3].ljust(3, "0")
    return int(seconds) * 1000 + (int(thousandths) if thousandths.isascii() and thousandths.isdigit() else 0)


def _assignment(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name, value
