"""What a phone process has seen, and what its phones heard. Pure. See `wire` for how it travels."""

from typing import Literal

import msgspec

from phones.words import tag_of

Side = Literal["here", "far"]
Ending = Literal["hung_up", "cancelled", "refused", "failed"]


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


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="saw", tag=tag_of):
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
    """The far end reports that the transfer's target answered, or lets us go before it says so; the call ends with it."""


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
