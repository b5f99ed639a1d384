"""What callers and phones wrote down of a run of calls. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRecord:
    """One call, as the caller saw it; times in µs since the epoch, None when it did not come so far."""

    number: str
    placed_us: int
    answered_us: int | None
    done_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecord:
    """One thing that happened at an agent's phone: invite, joined, hold, resume, bye or left."""

    what: str
    at_us: int
    phone: str
    number: str


def read_callers(log: str) -> list[CallerRecord]:
    """SIPp's log of steps, by caller in the order of placing."""
    steps: dict[str, dict[str, int]] = {}
    for line in log.splitlines():
        words = line.split()
        if len(words) == 4 and words[0] in ("placed", "answered", "done"):
            word, number, seconds, micros = words
            steps.setdefault(number, {})[word] = round(float(seconds)) * 1_000_000 + round(float(micros))
    return [
        CallerRecord(
            number=number, placed_us=found["placed"], answered_us=found.get("answered"), done_us=found.get("done")
        )
        for number, found in steps.items()
        if "placed" in found
    ]


def read_phones(log: str) -> list[PhoneRecord]:
    """The phones' log."""
    found = []
    for line in log.splitlines():
        words = line.split(" ")
        if len(words) == 4:
            found.append(PhoneRecord(what=words[0], at_us=int(words[1]), phone=words[2], number=words[3]))
    return found
