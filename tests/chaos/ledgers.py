"""What callers and agents' phones wrote down, as calls. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sambut.bench.call_records import PhoneRecord

REFUSED_MS_MAX = 250
CALLER_WORDS = ("placed", "answered", "ended", "left", "silent", "unheard")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerCall:
    """One call as its caller saw it; ms since the epoch, None when it did not come so far.

    ``ended_ms``: told that it is over. ``left_ms``: hung up by the caller's own wish. ``silent_ms``: given up, because
    nothing more was heard. A caller whose last word is missing was still on the line when all was over.
    """

    number: str
    placed_ms: int
    answered_ms: int | None = None
    ended_ms: int | None = None
    left_ms: int | None = None
    silent_ms: int | None = None

    @property
    def over_ms(self) -> int | None:
        """When the caller put down the phone, for whatever reason."""
        return next((at for at in (self.ended_ms, self.left_ms, self.silent_ms) if at is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """One call at an agent's phone; ms since the epoch. ``by_agent``: the agent hung up, not the other side.

    ``held_ms``: so long the caller was on hold; ``held_since_ms``: and still is, since then.
    """

    phone: str
    number: str
    invited_ms: int
    joined_ms: int | None = None
    over_ms: int | None = None
    by_agent: bool = False
    held_ms: int = 0
    held_since_ms: int | None = None

    @property
    def is_talk(self) -> bool:
        """Whether two were joined. A pick-up that came too late is told so at once: the phone was answered by nobody."""
        if self.joined_ms is None:
            return False
        return self.by_agent or self.over_ms is None or self.over_ms - self.joined_ms > REFUSED_MS_MAX


def read_caller_calls(log: str) -> list[CallerCall]:
    """The callers' log: ``<word> <number> <seconds> <microseconds>`` a line."""
    steps: dict[str, dict[str, int]] = {}
    for line in log.splitlines():
        words = line.split()
        if len(words) == 4 and words[0] in CALLER_WORDS:
            word, number, seconds, micros = words
            at_ms = round(float(seconds)) * 1000 + round(float(micros)) // 1000
            steps.setdefault(number, {}).setdefault(word, at_ms)
    return [
        CallerCall(
            number=number,
            placed_ms=found["placed"],
            answered_ms=found.get("answered"),
            ended_ms=found.get("ended"),
            left_ms=found.get("left"),
            silent_ms=found.get("silent", found.get("unheard")),
        )
        for number, found in steps.items()
        if "placed" in found
    ]


def phone_calls(records: Iterable[PhoneRecord]) -> list[PhoneCall]:
    """The phones' records, as they were written, by the moment of the ring."""
    open_calls: dict[tuple[str, str], PhoneCall] = {}
    over: list[PhoneCall] = []
    for record in records:
        key, at_ms = (record.phone, record.number), record.at_us // 1000
        known = open_calls.get(key)
        if record.what == "invite":
            if known is not None:
                over.append(known)
            open_calls[key] = PhoneCall(phone=record.phone, number=record.number, invited_ms=at_ms)
        elif known is not None and record.what == "joined":
            open_calls[key] = replace(known, joined_ms=at_ms)
        elif known is not None and record.what == "hold":
            open_calls[key] = replace(known, held_since_ms=at_ms)
        elif known is not None and record.what == "resume":
            open_calls[key] = _resumed(known, at_ms)
        elif known is not None:
            known = _resumed(known, at_ms)
            over.append(replace(known, over_ms=at_ms, by_agent=record.what == "bye"))
            del open_calls[key]
    return sorted((*over, *open_calls.values()), key=lambda call: call.invited_ms)


def _resumed(call: PhoneCall, at_ms: int) -> PhoneCall:
    if call.held_since_ms is None:
        return call
    return replace(call, held_ms=call.held_ms + at_ms - call.held_since_ms, held_since_ms=None)
