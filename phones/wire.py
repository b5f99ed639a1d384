"""The lines between a phone process and its driver: one JSON object each, commands in, events out. Pure.

A command has `do`, `ask` (a number of the sender's choosing) and, but for `finish`, a `device`:

    {"do": "register", "ask": 1, "device": "1001", "user": "1001", "password": "...", "server": "127.0.0.1",
     "port": 5060, "tone_hz": 1000, "record_folder": "/tmp/heard"}
    {"do": "behave", "ask": 2, "device": "1001", "plan": {"plan": "picks_up", "after_ms": 800}}

Each command is answered by one `{"saw": "done", "ask": 2}` or `{"saw": "refused", "ask": 2, "code": ..., "why": ...}`;
`done` means that it was begun, its outcome is an event of its own (`registered`, `answered`, `transferred`, ...):

    {"saw": "ringing", "at_ms": 1790000000000, "device": "1001", "call": "1001-1", "number": "0812", "name": "Budi",
     "headers": {"Alert-Info": "info=alert-autoanswer"}}

A process begins with `started`, ends its phones and itself on `finish`, SIGTERM, or the end of its input, and has
no other output on its standard output.
"""

import msgspec

from phones.commands import AnyCommand, Command
from phones.events import AnyEvent, Event

LINE_BYTES_MAX = 64 * 1024

_commands: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_events: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_encoder = msgspec.json.Encoder()


def line_of(word: Command | Event) -> bytes:
    """One line, newline included."""
    return _encoder.encode(word) + b"\n"


def command_of(line: bytes) -> AnyCommand:
    """Read a command's line. Raises msgspec.DecodeError (or its ValidationError) when it is none."""
    return _commands.decode(line)


def event_of(line: bytes) -> AnyEvent:
    """Read an event's line. Raises msgspec.DecodeError (or its ValidationError) when it is none."""
    return _events.decode(line)
