"""What a link counts about itself, for metrics. Plain numbers; the reader turns them into a format."""

from collections import Counter
from dataclasses import dataclass, field

from telephony.ami.failures import ActionRefused, ActionTimedOut, LinkLost


@dataclass(slots=True, kw_only=True)
class LinkCounters:
    """Counts since the link was made; they never go back."""

    events: Counter[str] = field(default_factory=Counter)
    """Wanted events by name."""
    events_unwanted: int = 0
    overflows: int = 0
    """Times the queue was full and the link was dropped for it."""
    queue_depth_max: int = 0
    messages_unreadable: int = 0
    messages_too_long: int = 0
    events_torn: int = 0
    """Times the link was dropped because a caller's text had broken an event in two."""
    events_forged: int = 0
    """Events thrown away because a caller's text had added headers to them."""
    answers_unknown: int = 0
    """Answers to nothing that waits: late, doubled, or with an ActionID of nobody."""
    actions_answered: int = 0
    actions_refused: int = 0
    actions_timed_out: int = 0
    actions_lost: int = 0
    action_ms_total: int = 0
    action_ms_max: int = 0
    connects: int = 0
    connects_failed: int = 0
    logins_refused: int = 0
    losses: int = 0
    silences: int = 0
    """Times the link was dropped because nothing came for two ping intervals."""
    lag_ms_last: int = 0
    """Now minus the newest event's Timestamp header; 0 without `timestampevents=yes`."""
    lag_ms_max: int = 0

    def count_action(self, failure: BaseException | None, took_ms: int) -> None:
        """Count one action that is over, by how it ended."""
        if isinstance(failure, LinkLost):
            self.actions_lost += 1
        elif isinstance(failure, ActionTimedOut):
            self.actions_timed_out += 1
        else:
            self.actions_answered += 1
            self.actions_refused += isinstance(failure, ActionRefused)
            self.action_ms_total += took_ms
            self.action_ms_max = max(self.action_ms_max, took_ms)
