"""What the demo's callers do, and how each of their calls is meant to end.

Twenty calls make a round: some of every kind, then a rush in which all who speak Indonesian talk until a VIP waits
behind others, and one of those has given up. A round that would be cut off before its VIP comes has no rush.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ivr.core.numbers import normalised
from kernel.ids import QueueId
from kernel.result_codes import Disposition, EndedBy
from phones.caller_script import CallerScript
from phones.plans import KeyPress

MENU_AFTER_MS = 4_500
"""The welcome is over by then, and the menu hears keys."""
VIP_NUMBER = "+628111690001"
BLOCKED_NUMBER = "08111690666"
UNKNOWN_DID = "1699"
INDONESIA, ENGLISH, JAWA = QueueId("indonesia"), QueueId("english"), QueueId("jawa")
KEYS: dict[QueueId | None, str] = {INDONESIA: "1", ENGLISH: "2"}
"""What the menu wants to hear."""
PAUSE_MS = (1_500, 3_000)
RUSH_PAUSE_MS = (1_200, 1_600)
TALK_MS = (3_000, 7_000)
STAY_MS_MAX = 240_000
CALLERS_HZ = tuple(range(300, 661, 70))
"""Neighbouring calls have different ones, and no agent has any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listens:
    """The caller stays until the other side hangs up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangsUp:
    """The caller hangs up in the flow, so long after the answer."""

    after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivesUp:
    """The caller waits so long in the queue, then hangs up."""

    after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """The two talk for so long, then one of them hangs up."""

    ms: int
    ended_by: EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class TalksOn:
    """The two talk until the rush is over and ``more_ms`` longer; then the agent hangs up."""

    more_ms: int


Conduct = Listens | HangsUp | GivesUp | Talks | TalksOn


class FirstOffer(StrEnum):
    """What the first agent does who is offered the call."""

    TAKEN = "taken"
    DECLINED = "declined"
    RINGS_OUT = "rings_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """How a call must end. ``queue``: the queue it must have been in, None for none."""

    dispositions: frozenset[Disposition]
    ended_by: EndedBy
    queue: QueueId | None

    @property
    def answered(self) -> bool:
        """Whether an agent is to talk with the caller."""
        return Disposition.ANSWERED in self.dispositions


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCall:
    """One caller. ``kind`` is for people; ``pause_ms``: so long until the next one calls.

    ``overtakes``: must be answered before somebody who waited already, so it is placed once somebody waits.
    ``agent_breaks``: who answers it takes a break afterwards.
    """

    ordinal: int
    kind: str
    number: str
    did: str
    key: str
    tone_hz: int
    conduct: Conduct
    meant: Meant
    pause_ms: int
    first_offer: FirstOffer = FirstOffer.TAKEN
    overtakes: bool = False
    agent_breaks: bool = False

    @property
    def round(self) -> int:
        """The round it belongs to, from 0."""
        return (self.ordinal - 1) // len(ROUND)

    @property
    def shown_number(self) -> str:
        """The caller's number as the program knows it."""
        return normalised(self.number)

    @property
    def script(self) -> CallerScript:
        """What SIPp and the caller's voice do."""
        return CallerScript(
            number=self.number,
            did=self.did,
            tone_hz=self.tone_hz,
            press=(KeyPress(keys=self.key, after_ms=MENU_AFTER_MS),) if self.key else (),
            hang_up_after_ms=self.conduct.after_ms if isinstance(self.conduct, HangsUp) else None,
            stay_ms_max=STAY_MS_MAX,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of caller; a caller of it is made with the chance of its ordinal."""

    name: str
    conduct: Callable[[random.Random], Conduct]
    queue: QueueId | None = INDONESIA
    number: str = ""
    did: str = "169"
    dispositions: frozenset[Disposition] = frozenset({Disposition.ANSWERED})
    first_offer: FirstOffer = FirstOffer.TAKEN
    in_rush: bool = False
    overtakes: bool = False
    agent_breaks: bool = False


def _talks(ended_by: EndedBy) -> Callable[[random.Random], Conduct]:
    return lambda chance: Talks(ms=chance.randint(*TALK_MS), ended_by=ended_by)


_AGENT_ENDS, _CALLER_ENDS = _talks(EndedBy.AGENT), _talks(EndedBy.CALLER)
_GONE = frozenset({Disposition.ABANDONED, Disposition.SHORT_ABANDONED})

_SHORT = _Kind(name="indonesian", conduct=_AGENT_ENDS)
_BREAK = _Kind(name="then break", conduct=_AGENT_ENDS, agent_breaks=True)
_HANGS_UP = _Kind(name="caller ends", conduct=_CALLER_ENDS)
_ENGLISH = _Kind(name="english", conduct=_CALLER_ENDS, queue=ENGLISH)
_MENU = _Kind(
    name="leaves menu", conduct=lambda chance: HangsUp(after_ms=chance.randint(2_000, 4_000)), queue=None,
    dispositions=frozenset({Disposition.ABANDONED_IN_FLOW}),
)  # fmt: skip
_BLOCKED = _Kind(
    name="blocked", conduct=lambda _: Listens(), queue=None, number=BLOCKED_NUMBER,
    dispositions=frozenset({Disposition.BLOCKED}),
)  # fmt: skip
_UNKNOWN = _Kind(
    name="unknown did", conduct=lambda _: Listens(), queue=None, did=UNKNOWN_DID,
    dispositions=frozenset({Disposition.UNKNOWN}),
)  # fmt: skip
_TIMEOUT = _Kind(
    name="timeout", conduct=lambda _: Listens(), queue=JAWA, did="1691",
    dispositions=frozenset({Disposition.TIMEOUT}),
)  # fmt: skip
_DECLINED = _Kind(name="declined", conduct=_AGENT_ENDS, first_offer=FirstOffer.DECLINED)
_NO_ANSWER = _Kind(name="rings out", conduct=_CALLER_ENDS, first_offer=FirstOffer.RINGS_OUT)
_RUSH = _Kind(name="rush", conduct=lambda chance: TalksOn(more_ms=chance.randint(500, 4_000)), in_rush=True)
_WAITS = _Kind(name="waits", conduct=_AGENT_ENDS, in_rush=True)
_IMPATIENT = _Kind(
    name="gives up", conduct=lambda chance: GivesUp(after_ms=chance.randint(5_500, 7_500)), dispositions=_GONE,
    in_rush=True,
)  # fmt: skip
_VIP = _Kind(name="vip", conduct=_CALLER_ENDS, number=VIP_NUMBER, overtakes=True, in_rush=True)

ROUND = (
    _BREAK, _ENGLISH, _HANGS_UP, _MENU, _NO_ANSWER, _TIMEOUT, _BLOCKED, _ENGLISH, _DECLINED, _UNKNOWN,
    _RUSH, _RUSH, _RUSH, _RUSH, _RUSH, _WAITS, _IMPATIENT, _VIP, _SHORT, _ENGLISH,
)  # fmt: skip


def demo_call(ordinal: int, *, calls: int | None = None) -> DemoCall:
    """The caller of that ordinal, from 1; ``calls``: the last ordinal there will be, None for no end.

    The same ordinal is the same caller every time.
    """
    first = (ordinal - 1) // len(ROUND) * len(ROUND) + 1
    kind = ROUND[ordinal - first]
    if kind.in_rush and calls is not None and calls < first + ROUND.index(_VIP):
        kind = _SHORT
    chance = random.Random(ordinal)
    conduct = kind.conduct(chance)
    return DemoCall(
        ordinal=ordinal,
        kind=kind.name,
        number=kind.number or f"0812{10_000_000 + ordinal}",
        did=kind.did,
        key=KEYS.get(kind.queue, ""),
        tone_hz=CALLERS_HZ[ordinal % len(CALLERS_HZ)],
        conduct=conduct,
        meant=Meant(dispositions=kind.dispositions, ended_by=_ended_by(conduct), queue=kind.queue),
        pause_ms=chance.randint(*(RUSH_PAUSE_MS if kind.in_rush else PAUSE_MS)),
        first_offer=kind.first_offer,
        overtakes=kind.overtakes,
        agent_breaks=kind.agent_breaks,
    )


def _ended_by(conduct: Conduct) -> EndedBy:
    match conduct:
        case Talks():
            return conduct.ended_by
        case TalksOn():
            return EndedBy.AGENT
        case Listens():
            return EndedBy.SYSTEM
        case _:
            return EndedBy.CALLER
