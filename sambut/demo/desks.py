"""The agents at their desks: they log in from the phone, answer, decline, let it ring, take breaks and come back.

What an agent asks for goes by feature code from the agent's own phone, and what the program says to it is listened to.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from acd.core.agent_states import AgentState
from kernel.ids import AgentId, DeviceId
from phones.crowd import Phones
from phones.events import AnyEvent, Dialed, Ended, Ringing
from phones.phone_process import NotSeen, PhoneRefused
from phones.plans import KeyPress, PicksUpWhenTold
from sambut.demo.lines import Errand
from sambut.demo.scripts import DemoCall, FirstOffer
from sambut.demo.watch import Watch
from sambut.settings import Phones as FeatureCodes

BREAK_DIGIT = "1"
AWAY_S = {"logged_in": 0.0, "break": 6.0}
"""How long an agent stays away for a reason; for any other, such as a call not taken, it is BACK_S."""
BACK_S = 2.0
DECLINE_S = 0.8
STATE_S_MAX = 8.0
ERRAND_MS_MAX = 30_000
LOGIN_AFTER_MS = 600
PIN_AFTER_MS = 1_200

_AT_WORK = frozenset(
    {AgentState.READY, AgentState.RESERVED, AgentState.ALERTING, AgentState.TALKING, AgentState.WRAP_UP}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Who sits where. ``tone_hz`` is what the agent's voice is in the demo."""

    agent_id: AgentId
    login: str
    pin: str
    device: DeviceId
    tone_hz: int
    picks_up_ms: int
    auto_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all desks share. ``call_of``: the demo's call from a number, as the phones show it.

    ``was_said``: whether an announcement is heard in a recording; ``tell`` is told of each errand once it is over.
    """

    server: str
    port: int
    codes: FeatureCodes
    was_said: Callable[[Path, str], Awaitable[bool]]
    folder: Path
    watch: Watch
    call_of: Callable[[str], DemoCall | None]
    tell: Callable[[Errand], None]


class Desk:
    """One agent at one phone. ``sit_down``, then ``work`` as a task until the demo ends."""

    def __init__(self, seat: Seat, phones: Phones, around: Surroundings) -> None:
        self.seat = seat
        self.break_due = False
        self._phones = phones
        self._around = around
        self._rings: asyncio.Queue[Ringing] = asyncio.Queue()
        self._is_out = False
        phones.subscribe(self._hear)

    @property
    def state(self) -> tuple[AgentState, str]:
        """The agent's state and reason now."""
        return self._around.watch.agents.get(self.seat.agent_id, (AgentState.LOGGED_OUT, ""))

    @property
    def is_settled(self) -> bool:
        """At work, with no errand under way or due."""
        return not self.break_due and not self._is_out and self.state[0] in _AT_WORK

    def unsettled(self) -> Errand:
        """What is told of an agent who is not back at work when all are waited for."""
        state, reason = self.state
        problem = f"is {state} ({reason or 'no reason'}){', and the break never came' if self.break_due else ''}"
        return Errand(
            agent_id=self.seat.agent_id, device=self.seat.device, what="is back at work in the end", problem=problem
        )

    async def plug_in(self, secret: str) -> None:
        """Register the phone. Raises ConnectionRefusedError, PhoneRefused, NotSeen or PhonesGone when that cannot be."""
        seat, around = self.seat, self._around
        await self._phones.register(
            seat.device, password=secret, server=around.server, port=around.port, tone_hz=seat.tone_hz
        )
        if seat.auto_answer:
            await self._phones.behave(seat.device, PicksUpWhenTold(otherwise_after_ms=seat.picks_up_ms))

    async def work(self) -> None:
        """Log in, answer the phone, take the breaks that are due and come back from them, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._answer_calls())
            tasks.create_task(self._come_and_go())

    async def hang_up(self) -> None:
        """End the call. Harmless when the caller was faster."""
        with contextlib.suppress(PhoneRefused):
            await self._phones.hang_up(self.seat.device)

    # -- the phone rings -------------------------------------------------------

    def _hear(self, event: AnyEvent) -> None:
        if isinstance(event, Ringing) and event.device == self.seat.device and not self.seat.auto_answer:
            self._rings.put_nowait(event)

    async def _answer_calls(self) -> None:
        while True:
            ringing = await self._rings.get()
            # The other end may be gone by the time the hand is at the phone.
            with contextlib.suppress(PhoneRefused):
                await self._answer(ringing)

    async def _answer(self, ringing: Ringing) -> None:
        call, seen = self._around.call_of(ringing.number), self._around.watch.expected(ringing.number)
        is_first = seen is not None and len(seen.offers) == 1
        offer = call.first_offer if call is not None and is_first else FirstOffer.TAKEN
        if offer is FirstOffer.DECLINED:
            await asyncio.sleep(DECLINE_S)
            await self._phones.decline(self.seat.device, ringing.call)
        elif offer is FirstOffer.TAKEN:
            await asyncio.sleep(self.seat.picks_up_ms / 1000)
            await self._phones.pick_up(self.seat.device, ringing.call)

    # -- errands ---------------------------------------------------------------

    async def _come_and_go(self) -> None:
        await self._log_in()
        while True:
            await self._around.watch.until(lambda: True if self._is_wanted() else None)
            state, reason = self.state
            if state is AgentState.AUX:
                await asyncio.sleep(AWAY_S.get(reason, BACK_S))
                await self._get_ready()
            else:
                self.break_due = False
                await self._take_break()

    def _is_wanted(self) -> bool:
        state, _ = self.state
        return state is AgentState.AUX or (self.break_due and state is AgentState.WRAP_UP)

    async def _log_in(self) -> None:
        seat = self.seat
        press = [
            KeyPress(keys=f"{seat.login}#", after_ms=LOGIN_AFTER_MS),
            KeyPress(keys=f"{seat.pin}#", after_ms=PIN_AFTER_MS),
        ]
        into = frozenset(AgentState) - {AgentState.LOGGED_OUT}
        await self._errand("logs in", self._around.codes.login, press, "agent-login-ok", into)

    async def _get_ready(self) -> None:
        await self._errand("gets ready", self._around.codes.ready, [], "agent-ready", _AT_WORK)

    async def _take_break(self) -> None:
        code = self._around.codes.aux + BREAK_DIGIT
        await self._errand("takes a break", code, [], "agent-aux", frozenset({AgentState.AUX}))

    async def _errand(
        self, what: str, code: str, press: Sequence[KeyPress], spoken: str, into: frozenset[AgentState]
    ) -> None:
        self._is_out = True
        try:
            problem = await self._dial(code, press, spoken) or await self._reach(into)
        except (PhoneRefused, NotSeen) as wrong:
            problem = str(wrong)
        finally:
            self._is_out = False
            self._around.watch.look_again()
        told = f"{what} ({code})"
        self._around.tell(Errand(agent_id=self.seat.agent_id, device=self.seat.device, what=told, problem=problem))

    async def _dial(self, code: str, press: Sequence[KeyPress], spoken: str) -> str:
        """Dial a feature code and listen to the end; what went wrong, "" when nothing did."""
        device = self.seat.device
        await self._phones.record(device, self._around.folder)
        try:
            await self._phones.dial(device, code, press=press)
            dialed = await self._phones.wait_for(Dialed, device=device)
            ended = await self._phones.wait_for(Ended, device=device, call=dialed.call, within_ms=ERRAND_MS_MAX)
        finally:
            await self._phones.record(device, None)
        if ended.how != "hung_up" or ended.heard is None:
            return f"the call {ended.how} ({ended.status or ended.reason or 'no word why'})"
        was_said = await self._around.was_said(Path(ended.heard.file), spoken)
        return "" if was_said else f"did not hear {spoken}"

    async def _reach(self, states: frozenset[AgentState]) -> str:
        try:
            async with asyncio.timeout(STATE_S_MAX):
                await self._around.watch.until(lambda: True if self.state[0] in states else None)
        except TimeoutError:
            state, reason = self.state
            return f"is {state} ({reason or 'no reason'}) afterwards"
        return ""
