"""What the scripts need: a line with somebody on it, and the services behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from acd.core.transfer_words import TransferTo
from acd.ports import Clock, FrontDoor
from agi_scripts.login_tries import LoginTries
from centre.call_routes import Allowed, NotAllowed, Way
from ivr.ports import Caller, FlowMemory, FlowShelf, LookUps
from kernel.contact import ContactBook
from kernel.ids import AgentId, DeviceId, InteractionId, ReservationId, TrunkId
from kernel.instants import Instant


class Line(Caller, Protocol):
    """A channel that the dialplan handed over. Caller's methods, who called, and the script's arguments."""

    @property
    def leg_id(self) -> str:
        """The channel's unique id."""

    @property
    def caller_number(self) -> str:
        """As the network sent it: anything at all may stand here."""

    @property
    def caller_name(self) -> str:
        """As the network sent it: anything at all may stand here."""

    async def leave_to_call_out(self, ways: Sequence[Way], ring_ms_max: int, talk: ReservationId) -> None:
        """After this the dialplan dials a number outside, by the first of these trunks that has a line for it.

        ``talk`` names the recording. Raises ValueError when a way holds anything but a number and a trunk's name.
        """

    def argument(self, position: int) -> str:
        """What the dialplan handed over, counted from 1; ``""`` when there is no such argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLogin:
    """One agent's right to sit down: who it is, and the argon2 hash of their PIN."""

    agent_id: AgentId
    pin_hash: str


class AgentBook(Protocol):
    """The agents of the centre by the digits they log in with. Answered from memory."""

    def by_login(self, login: str) -> AgentLogin | None:
        """The agent of a login, None when there is none."""


class Referrals(Protocol):
    """Who can be dialled by an agent who sends a caller on. Answered from memory."""

    def referred_to(self, digits: str) -> tuple[TransferTo, str] | None:
        """The agent or queue of these digits, by its id; None when they are nobody's."""


class Seats(Protocol):
    """Who sits where just now. Answered from memory."""

    def agent_at(self, device_id: DeviceId) -> AgentId | None:
        """The agent logged in at a phone, None when nobody is."""


class PinCheck(Protocol):
    """Compares a PIN with its hash. Slow on purpose, so it is run in a thread."""

    def matches(self, pin_hash: str, pin: str) -> bool:
        """Is it this PIN? False for a hash that is none."""


class Routes(Protocol):
    """Which numbers outside may be called. Answered from memory."""

    def decide(self, dialled: str, at: Instant, *, trunk_id: TrunkId | None = None) -> Allowed | NotAllowed:
        """What is to be done with a number as somebody dialled it; ``trunk_id``: only by this trunk."""


class Clicks(Protocol):
    """Numbers that were clicked on, until the agent's phone asks for them."""

    def take(self, interaction_id: InteractionId) -> str | None:
        """The number for which this leg was rung, once; None when it was rung for none."""


class Place(Protocol):
    """Where the centre is and what is spoken there, as it is just now: a change is seen by the next call."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The first is spoken unless a flow says otherwise; never empty."""

    @property
    def aux_reasons(self) -> Mapping[str, str]:
        """Reason codes not to be ready, by the digits that choose them."""

    @property
    def country(self) -> str:
        """Where national numbers are from (ISO 3166)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything behind the line."""

    door: FrontDoor
    contacts: ContactBook
    flows: FlowShelf
    look_ups: LookUps
    memory: FlowMemory
    agents: AgentBook
    referrals: Referrals
    seats: Seats
    pins: PinCheck
    login_tries: LoginTries
    clock: Clock
    place: Place
    routes: Callable[[], Routes]
    clicks: Clicks
