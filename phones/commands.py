"""What a phone process is asked to do. Pure. See `wire` for how it travels."""

from typing import Annotated, Literal

import msgspec

from phones.plans import AnyPlan, KeyPress, Milliseconds
from phones.words import tag_of

Transport = Literal["udp", "tcp", "tls"]
ToneHz = Annotated[int, msgspec.Meta(ge=0, le=3400)]


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag=tag_of):
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
    tone_hz: ToneHz = 440
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

    tone_hz: ToneHz


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
