"""What the demo tells of a call, of an agent's errand and of the whole run: as values, as lines, as JSON. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kernel.ids import AgentId

PROBLEM_INDENT = "      "


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """One call as the demo tells it. Lengths in milliseconds; ``recording`` is relative to the recordings folder.

    ``problems``: where it was not as its script meant, in words; none when it was.
    """

    ordinal: int
    kind: str
    number: str
    did: str
    queue: str
    wait_ms: int
    agent: str
    talk_ms: int
    disposition: str
    ended_by: str
    recording: str
    recording_ms: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it was as its script meant."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something an agent asked for from their phone. ``problem``: why it did not go well, "" when it did."""

    agent_id: AgentId
    device: str
    what: str
    problem: str

    @property
    def ok(self) -> bool:
        """Whether the agent heard what was to be heard."""
        return not self.problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The whole run. ``service_level``: of today's queues together, 0 to 1, None of nothing.

    ``first_call_s``: from the beginning to the first INVITE, None when it never came to that.
    """

    calls: int
    as_meant: int
    answered: int
    abandoned: int
    blocked: int
    service_level: float | None
    errands: tuple[Errand, ...]
    first_call_s: float | None
    lasted_s: float
    recordings: str

    @property
    def ok(self) -> bool:
        """Whether everything was as it was meant."""
        return self.calls == self.as_meant and all(errand.ok for errand in self.errands)


def call_text(line: CallLine) -> str:
    """One call as one line, and a line for each problem."""
    recording = f"{line.recording} {line.recording_ms / 1000:.1f} s" if line.recording else "-"
    told = (
        f"{'ok ' if line.ok else 'BAD'} {line.ordinal:3} {line.kind:11} {line.number:13} {line.queue or '-':9} "
        f"wait {line.wait_ms / 1000:5.1f} s  {line.agent or '-':3} talk {line.talk_ms / 1000:5.1f} s  "
        f"{line.disposition:17} {recording}"
    )
    return "\n".join([told, *(f"{PROBLEM_INDENT}{problem}" for problem in line.problems)])


def errand_text(errand: Errand) -> str:
    """One errand as one line."""
    told = f"{'ok ' if errand.ok else 'BAD'}     {errand.agent_id} at {errand.device}: {errand.what}"
    return told if errand.ok else f"{told}: {errand.problem}"


def summary_text(summary: Summary) -> str:
    """The run in a few lines."""
    well = sum(errand.ok for errand in summary.errands)
    level = "-" if summary.service_level is None else f"{summary.service_level:.0%}"
    return "\n".join(
        [
            f"{summary.calls} calls, {summary.as_meant} ended as their script meant: {summary.answered} answered, "
            f"{summary.abandoned} abandoned, {summary.blocked} blocked; service level {level}",
            f"{len(summary.errands)} times an agent used the phone's feature codes, {well} times well",
            f"first call after {_seconds(summary.first_call_s)}, {summary.lasted_s:.0f} s in all; "
            f"recordings in {summary.recordings or '-'}",
        ]
    )


def _seconds(length_s: float | None) -> str:
    return "-" if length_s is None else f"{length_s:.1f} s"


def as_json(lines: Sequence[CallLine], summary: Summary) -> str:
    """The same for programs: ``{"calls": [...], "summary": {...}}``, each call and the summary with its ``ok``."""
    calls = [asdict(line) | {"ok": line.ok} for line in lines]
    told: dict[str, Any] = asdict(summary) | {"ok": summary.ok}
    told["errands"] = [asdict(errand) | {"ok": errand.ok} for errand in summary.errands]
    return json.dumps({"calls": calls, "summary": told}, indent=2) + "\n"
