"""What the switch tells of what happened in it. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class News(StrEnum):
    """What a report is about; its subject is a reservation, a caller or a phone."""

    RANG = "rang"
    JOINED = "joined"
    CLAIM_LOST = "claim_lost"
    LEG_OVER = "leg_over"
    HELD = "held"
    RESUMED = "resumed"
    CALLER_OVER = "caller_over"
    TURNED_AWAY = "turned_away"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One of them. ``cause``: of an end, as Q.850 has it. ``by``: who hung up first, where the switch saw it."""

    news: News
    subject: str
    cause: int = 0
    by: str = ""
    reachable: bool = True
    in_use: bool = False
