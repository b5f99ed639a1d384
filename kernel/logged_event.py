"""One numbered event of the CTI log: what the hub makes, the store keeps, and a client that resumes is given again."""

from dataclasses import dataclass

from kernel.instants import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event with its number. ``seq`` is dense from 1.

    ``journal_seq`` and ``ordinal`` (from 1) tell which journal entry it came from, and where in it. ``agent_id``,
    ``queue_id``, ``call_id``: who is concerned, "" for nobody. ``data``: JSON in UTF-8 without personal data.
    """

    seq: int
    journal_seq: int
    ordinal: int
    at: Instant
    type: str
    agent_id: str
    queue_id: str
    call_id: str
    data: bytes
