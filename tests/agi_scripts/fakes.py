"""A line with somebody on it and the services behind it, played by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from acd.core.facts import Fact, InputRefused
from acd.core.inputs import Input
from acd.core.transfer_words import TransferTo
from acd.ports import DoorClosed
from agi_scripts.login_tries import LoginTries
from agi_scripts.ports import AgentLogin, Services
from centre.call_routes import Allowed, NotAllowed, Way
from centre.schema import USUAL_AUX_REASONS
from ivr.core.flow import Flow
from ivr.memory import ContactFlowMemory
from kernel.ids import AgentId, DeviceId, Did, FlowId, InteractionId, ReservationId, RouteId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import RefusalCode
from tests.ivr.fakes import NOON, FakeCaller, FakeContacts, FakeLookUps
from tests.ivr.makers import bye, flow, node, start

CALL = "c1795493415-1"

FLOW = flow(start("wait"), node("wait", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales"), bye())


class FakeLine(FakeCaller):
    """A line of the dialplan's: a caller with a number, a name and arguments."""

    def __init__(
        self, *arguments: str, number: str = "081234567890", name: str = "Ani", keys: Sequence[str] = (), **plan: Any
    ) -> None:
        super().__init__(keys, **plan)
        self.leg_id = "1795493415.1"
        self.caller_number = number
        self.caller_name = name
        self._arguments = arguments

    def argument(self, position: int) -> str:
        return self._arguments[position - 1] if position <= len(self._arguments) else ""

    async def leave_to_call_out(self, ways: Sequence[Way], ring_ms_max: int, talk: ReservationId) -> None:
        self.way = f"call out {' '.join(f'{way.dialled}@{way.trunk_id}' for way in ways)} {ring_ms_max} {talk}"


class FakeRoutes:
    """Mobiles may be called, by two trunks."""

    def decide(self, dialled: str, at: Instant, *, trunk_id: TrunkId | None = None) -> Allowed | NotAllowed:
        if not dialled.startswith("08"):
            return NotAllowed.NO_ROUTE
        ways = tuple(
            Way(
                trunk_id=TrunkId(trunk),
                dialled=f"+62{dialled[1:]}",
                caller_id="169",
                lines_max=30,
                calls_out_max=5,
                calls_out_per_hour_max=50,
                calls_out_per_day_max=500,
            )
            for trunk in ("carrier", "second")
        )
        return Allowed(
            route_id=RouteId("mobile"), number=f"+62{dialled[1:]}", ways=ways, ring_ms_max=45_000, wrap_up_ms=7_000
        )


class FakeClicks(dict[InteractionId, str]):
    """What was clicked on."""

    def take(self, interaction_id: InteractionId) -> str | None:
        return self.pop(interaction_id, None)


class FakeFrontDoor:
    """Takes every input, or refuses all with one code, or is closed."""

    def __init__(self, order: list[str], *, refuses: RefusalCode | None = None, closed: bool = False) -> None:
        self.inputs: list[Input] = []
        self.notes: list[object] = []
        self.answers: tuple[Fact, ...] = ()
        self._order = order
        self._refuses = refuses
        self._closed = closed

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        if self._closed:
            raise DoorClosed
        self._order.append(type(given).__name__)
        self.inputs.append(given)
        return self.answers if self._refuses is None else (InputRefused(code=self._refuses, subject="x"),)

    def post(self, given: Input) -> None:
        self.inputs.append(given)

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        self.post_note(stream, facts)
        return 1

    def post_note(self, stream: str, facts: Sequence[object]) -> None:
        self.notes.extend(facts)


class FakeFlows:
    """One number of ours, one flow."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self._flows = flows

    def for_did(self, did: Did) -> Flow | None:
        return self._flows.get(did)

    def of_version(self, flow_id: FlowId, version: int) -> Flow | None:
        return next((one for one in self._flows.values() if one.id == flow_id), None)


class FakeAgents:
    """Ann logs in with 1001; her PIN is 2468. Bob is 1002 and has no PIN. Seats: who sits where."""

    def __init__(self, seats: Mapping[str, str]) -> None:
        self._seats = seats
        self.hashes_compared: list[str] = []

    def by_login(self, login: str) -> AgentLogin | None:
        known = {"1001": ("ann", "hash of 2468"), "1002": ("bob", "")}.get(login)
        return None if known is None else AgentLogin(agent_id=AgentId(known[0]), pin_hash=known[1])

    def referred_to(self, digits: str) -> tuple[TransferTo, str] | None:
        return {"1002": (TransferTo.AGENT, "bob"), "81": (TransferTo.QUEUE, "care")}.get(digits)

    def agent_at(self, device_id: DeviceId) -> AgentId | None:
        name = self._seats.get(device_id)
        return None if name is None else AgentId(name)

    def matches(self, pin_hash: str, pin: str) -> bool:
        self.hashes_compared.append(pin_hash)
        return pin_hash == f"hash of {pin}"


class FakePlace:
    """In Indonesia, where English is spoken too."""

    languages = ("id", "en")
    country = "ID"

    def __init__(self) -> None:
        self.aux_reasons = USUAL_AUX_REASONS


class FakeClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> Instant:
        return self.at


class Office:
    """Services with everything in reach that a story looks at."""

    def __init__(
        self,
        *,
        seats: Mapping[str, str] | None = None,
        refuses: RefusalCode | None = None,
        closed: bool = False,
        flows: Mapping[str, Flow] | None = None,
    ) -> None:
        self.contacts = FakeContacts()
        self.order = self.contacts.order
        self.door = FakeFrontDoor(self.order, refuses=refuses, closed=closed)
        self.agents = FakeAgents(seats or {})
        self.clock = FakeClock()
        self.routes = FakeRoutes()
        self.clicks = FakeClicks()
        self.place = FakePlace()
        self.services = Services(
            door=self.door,
            contacts=self.contacts,
            flows=FakeFlows({"169": FLOW} if flows is None else flows),
            look_ups=FakeLookUps(),
            memory=ContactFlowMemory(self.contacts),
            referrals=self.agents,
            agents=self.agents,
            seats=self.agents,
            pins=self.agents,
            login_tries=LoginTries(),
            clock=self.clock,
            routes=lambda: self.routes,
            clicks=self.clicks,
            place=self.place,
        )
