"""The words that a phone process understands and says: one JSON object a line, commands in, events out.

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

import re
from typing import Annotated, Literal

import msgspec

LINE_BYTES_MAX = 64 * 1024

Transport = Literal["udp", "tcp", "tls"]
Side = Literal["here", "far"]
Ending = Literal["hung_up", "cancelled", "refused", "failed"]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=86_400_000)]
Keys = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-D*#]{1,64}$")]


def _tag(class_name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


class KeyPress(msgspec.Struct, frozen=True, kw_only=True):
    """Keys pressed one after the other, `after_ms` after the answer or after the keys before them."""

    keys: Keys
    after_ms: Milliseconds = 0
    gap_ms: Milliseconds = 120


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag_field="plan", tag=_tag):
    """What a phone does by itself when it rings; a phone without one lets it ring."""


class PicksUp(Plan, frozen=True, kw_only=True):
    """Answers `after_ms` after the first ring, and hangs up `hang_up_after_ms` after that, or never."""

    after_ms: Milliseconds = 0
    hang_up_after_ms: Milliseconds | None = None


class PicksUpWhenTold(Plan, frozen=True, kw_only=True):
    """Answers at once when the INVITE's headers ask for it, else lets it ring or answers after `otherwise_after_ms`."""

    otherwise_after_ms: Milliseconds | None = None
    hang_up_after_ms: Milliseconds | None = None


class Declines(Plan, frozen=True, kw_only=True):
    """Refuses with 603."""

    after_ms: Milliseconds = 0


class IsBusy(Plan, frozen=True, kw_only=True):
    """Refuses with 486."""

    after_ms: Milliseconds = 0


class LetsItRing(Plan, frozen=True, kw_only=True):
    """Rings until the caller's side gives up."""


AnyPlan = PicksUp | PicksUpWhenTold | Declines | IsBusy | LetsItRing


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag=_tag):
    """What a phone process is asked to do."""

    ask: int


class DeviceCommand(Command, frozen=True, kw_only=True):
    """A command to one phone."""

    device: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class CallCommand(DeviceCommand, frozen=True, kw_only=True):
    """A command about one call of a phone; an empty `call` means its newest."""

    call: str = ""


class Register(DeviceCommand, frozen=True, kw_only=True):
    """Make a phone and register it; with `registers` false it only dials (a caller on a trunk).

    While it talks it sends a sine tone of `tone_hz` (0: silence). With a `record_folder` it keeps what it hears,
    one 16-bit WAV per call, named after the call.
    """

    user: str
    server: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    password: str = ""
    transport: Transport = "udp"
    registers: bool = True
    display_name: str = ""
    tone_hz: Annotated[int, msgspec.Meta(ge=0, le=3400)] = 440
    record_folder: str | None = None


class Unregister(DeviceCommand, frozen=True, kw_only=True):
    """Take the registration back; the phone stays and can register again."""


class RegisterAgain(DeviceCommand, frozen=True, kw_only=True):
    """Register a phone that had unregistered."""


class Behave(DeviceCommand, frozen=True, kw_only=True):
    """Give the phone a plan for every call that rings from now on."""

    plan: AnyPlan


class Talk(DeviceCommand, frozen=True, kw_only=True):
    """Change the tone the phone sends, in its calls of now too; 0 is silence."""

    tone_hz: Annotated[int, msgspec.Meta(ge=0, le=3400)]


class Record(DeviceCommand, frozen=True, kw_only=True):
    """Keep what is heard in the calls answered from now on, in this folder; null stops it."""

    folder: str | None


class Dial(DeviceCommand, frozen=True, kw_only=True):
    """Call a target: a bare user part (`169`, `*11`) at the phone's server, or a whole sip: URI."""

    target: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
    press: tuple[KeyPress, ...] = ()
    headers: dict[str, str] = {}
    hang_up_after_ms: Milliseconds | None = None


class PickUp(CallCommand, frozen=True, kw_only=True):
    """Answer a ringing call."""


class Refuse(CallCommand, frozen=True, kw_only=True):
    """Refuse a ringing call."""

    status: Literal[486, 603] = 603


class HangUp(CallCommand, frozen=True, kw_only=True):
    """End a call: BYE, CANCEL or a refusal, as its state asks."""


class Hold(CallCommand, frozen=True, kw_only=True):
    """Put the far end on hold."""


class Resume(CallCommand, frozen=True, kw_only=True):
    """Take the far end off hold."""


class PressKeys(CallCommand, frozen=True, kw_only=True):
    """Press keys (RFC 4733)."""

    press: tuple[KeyPress, ...]


class Transfer(CallCommand, frozen=True, kw_only=True):
    """Blind transfer (REFER) to a target as in `dial`."""

    target: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]


class Finish(Command, frozen=True, kw_only=True):
    """End all calls, unregister and exit."""


AnyCommand = (
    Register
    | Unregister
    | RegisterAgain
    | Behave
    | Talk
    | Record
    | Dial
    | PickUp
    | Refuse
    | HangUp
    | Hold
    | Resume
    | PressKeys
    | Transfer
    | Finish
)


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a recording, in milliseconds since the answer."""

    start_ms: int
    end_ms: int


class ToneHeard(msgspec.Struct, frozen=True, kw_only=True):
    """One tone of a recording: where it was, how loud, and for how long in all."""

    frequency_hz: float
    level_dbfs: float
    heard_ms: int
    stretches: tuple[Stretch, ...]


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone heard in one call: the file, its tones (longest heard first), and how long anything was heard."""

    file: str
    duration_ms: int
    sound_ms: int
    tones: tuple[ToneHeard, ...]

    def has(self, frequency_hz: float, *, within_hz: float = 10.0) -> bool:
        """Whether a tone of about this frequency was heard."""
        return self.heard_ms_of(frequency_hz, within_hz=within_hz) > 0

    def heard_ms_of(self, frequency_hz: float, *, within_hz: float = 10.0) -> int:
        """For how long a tone of about this frequency was heard, in milliseconds."""
        return max((t.heard_ms for t in self.tones if abs(t.frequency_hz - frequency_hz) <= within_hz), default=0)


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="saw", tag=_tag):
    """What a phone process has seen; `at_ms` is the time of the machine, milliseconds since the epoch, UTC."""

    at_ms: int


class Started(Event, frozen=True, kw_only=True):
    """The process is ready for commands."""

    pid: int
    engine: str


class Done(Event, frozen=True, kw_only=True):
    """The command was begun."""

    ask: int


class Refused(Event, frozen=True, kw_only=True):
    """The command was not done: `unreadable`, `unknown_device`, `device_exists`, `no_such_call`, `wrong_state`,
    `failed`. `ask` is -1 when the line could not be read."""

    ask: int
    code: str
    why: str


class DeviceEvent(Event, frozen=True, kw_only=True):
    """Something about one phone."""

    device: str


class CallEvent(DeviceEvent, frozen=True, kw_only=True):
    """Something about one call; `call` is unique within the process."""

    call: str


class Registered(DeviceEvent, frozen=True, kw_only=True):
    """The server accepted the registration."""


class Unregistered(DeviceEvent, frozen=True, kw_only=True):
    """The server took the registration back."""


class RegistrationFailed(DeviceEvent, frozen=True, kw_only=True):
    """The server refused (its SIP status) or did not answer (status null)."""

    status: int | None
    reason: str


class Ringing(CallEvent, frozen=True, kw_only=True):
    """A call has come in: who calls, as the phone's display would show it, and the INVITE's headers of interest."""

    number: str
    name: str
    headers: dict[str, str]


class Dialed(CallEvent, frozen=True, kw_only=True):
    """The INVITE of an own call has left."""

    target: str


class Progress(CallEvent, frozen=True, kw_only=True):
    """The far end rings (180) or sends sound before the answer (183)."""

    status: int


class Answered(CallEvent, frozen=True, kw_only=True):
    """Talking has begun; `by` says who answered."""

    by: Side


class Held(CallEvent, frozen=True, kw_only=True):
    """The call is on hold; `by` says who did it."""

    by: Side


class Resumed(CallEvent, frozen=True, kw_only=True):
    """The call is off hold; `by` says who did it."""

    by: Side


class KeyHeard(CallEvent, frozen=True, kw_only=True):
    """The far end pressed a key."""

    key: str


class KeysPressed(CallEvent, frozen=True, kw_only=True):
    """All keys of one command, or of `dial`, were pressed."""


class Transferred(CallEvent, frozen=True, kw_only=True):
    """The far end reports the transfer's target answered; the call ends with it."""


class TransferFailed(CallEvent, frozen=True, kw_only=True):
    """The transfer did not come about; the call goes on."""

    status: int | None
    reason: str


class Ended(CallEvent, frozen=True, kw_only=True):
    """The call is over: who ended it and how, the SIP status if there was one, how long was talked.

    `how`: `hung_up` after an answer, `cancelled` or `refused` before it, `failed` for all that nobody wanted (no
    answer from the network, a lost stream). `reason` is the stack's own text. `heard` is there when it was answered
    and recorded.
    """

    by: Side
    how: Ending
    status: int | None
    reason: str
    talk_ms: int
    heard: Heard | None


AnyEvent = (
    Started
    | Done
    | Refused
    | Registered
    | Unregistered
    | RegistrationFailed
    | Ringing
    | Dialed
    | Progress
    | Answered
    | Held
    | Resumed
    | KeyHeard
    | KeysPressed
    | Transferred
    | TransferFailed
    | Ended
)

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
