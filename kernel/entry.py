"""One journal entry: what was given, when, and the facts that followed."""

from dataclasses import dataclass

from kernel.instants import Instant

ENGINE_STREAM = "engine"
FLOW_STREAM = "flow"
RECORDER_STREAM = "recorder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal.

    ``seq`` is dense over all streams and starts at 1. ``given`` is the input that the engine took (None in the
    other streams, whose facts happen outside the engine and are only written down). Both are dataclasses of the
    room that owns the stream; the store turns them into JSON by their class names.
    """

    seq: int
    at: Instant
    stream: str
    given: object | None
    facts: tuple[object, ...]
