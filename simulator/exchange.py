"""A pretend Asterisk: the dialplan's way of a call, step by step, with time between the steps.

It does what ``asterisk_conf/templates/extensions.conf.j2`` does, in the same order, because what matters happens between
two steps: a claim and a withdrawal, a hang-up and a join, a look at the clock and a beat.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from acd.ports import AgentLegPhase, CallerPlace, CallerSeen, DeviceSeen, SwitchPicture
from kernel.ids import DeviceId, Did, InteractionId, ReservationId, TrunkId
from kernel.instants import Instant
from simulator.agent_legs import CAUSE_NORMAL, AgentLegs, People
from simulator.legs import CallerLeg, End, Progress, Step
from simulator.news import News, Report
from simulator.world import World

SURVIVABLE_AFTER_MS = 15_000
BEAT_MS_MAX = 4_000
WAIT_LOOK_MS = 5_000
CLAIMED_LOOK_MS = 200
FLOW_TRIES_MAX = 5
BROKEN_OFF_MS = 2_000
AWAY_MS_MIN = 8_000
"""Nobody may be turned away before the program has been away for so long."""


class Flows(Protocol):
    """The program's FastAGI server, as the switch sees it."""

    def serve(self, caller: CallerLeg, over: Callable[[], None]) -> bool:
        """Begin a session of the caller's script; ``over`` is called when it ends, however. False: nobody listens."""


class Exchange(AgentLegs):
    """See the module. ``tell`` takes the reports, ``flows`` the sessions."""

    def __init__(self, world: World, *, tell: Callable[[Report], None], flows: Flows, people: People) -> None:
        super().__init__(world, tell=tell, people=people, waits_on=self._wait)
        self._flows = flows
        self.beat_at_ms: int | None = None
        self.is_up = True
        self.turned_away: dict[InteractionId, CallerSeen] = {}
        self.away_ms: Callable[[], int] = lambda: 0

    # --- callers: from the trunk to the waiting room -----------------------------------------------------------------

    def arrive(self, interaction_id: InteractionId) -> None:
        """A call comes in."""
        caller = CallerLeg(interaction_id=interaction_id)
        self.callers[interaction_id] = caller
        self._world.tell(lambda: f"{interaction_id} calls")
        self._talk(caller)

    def hang_up(self, interaction_id: InteractionId) -> None:
        """The caller puts the receiver down."""
        caller = self.callers.get(interaction_id)
        if caller is not None:
            self._world.tell(lambda: f"{interaction_id} hangs up")
            self._end(caller, End.HUNG_UP)

    def _talk(self, caller: CallerLeg) -> None:
        if self._beat_ms() > SURVIVABLE_AFTER_MS:
            self._turn_away(caller)
            return
        caller.step, caller.goes_to = Step.TALKING_TO_FLOW, ""
        self._agi(caller)

    def _agi(self, caller: CallerLeg) -> None:
        turn = caller.turn

        def over() -> None:
            if caller.turn == turn and caller.step is Step.TALKING_TO_FLOW:
                self._go_next(caller) if caller.goes_to else self._broke_off(caller)

        if not self._flows.serve(caller, over):
            over()

    def _go_next(self, caller: CallerLeg) -> None:
        if caller.goes_to == "queue":
            self._wait(caller)
        else:
            self._end(caller, End.LET_GO)

    def _broke_off(self, caller: CallerLeg) -> None:
        if caller.broke_off_at_ms is None:
            caller.broke_off_at_ms = self._world.now_ms
        if self._beat_ms() <= BEAT_MS_MAX:
            caller.tries += 1  # a program that lives, and breaks off again and again
        if caller.tries > FLOW_TRIES_MAX:
            self._turn_away(caller)
            return
        caller.step = Step.BROKEN_OFF
        self._at(caller, BROKEN_OFF_MS, self._talk)

    def _wait(self, caller: CallerLeg) -> None:
        caller.step, caller.broke_off_at_ms = Step.WAITING, None
        if caller.state not in ("answered", "after"):
            caller.state = "waiting"
        self._look(caller)

    def _look(self, caller: CallerLeg) -> None:
        if caller.state == "after":
            self._after(caller)
        elif caller.state == "answered":
            self._at(caller, CLAIMED_LOOK_MS, self._look)  # claimed this very moment, and about to be joined
        else:
            self._turn_away(caller) if self._beat_ms() > SURVIVABLE_AFTER_MS else self._at(
                caller, WAIT_LOOK_MS, self._look
            )

    def _beat_ms(self) -> int:
        """How old the program's beat is. A switch that is up before any program gives it the usual time."""
        if self.beat_at_ms is None:
            self.beat_at_ms = self._world.now_ms
        return self._world.now_ms - self.beat_at_ms

    def _turn_away(self, caller: CallerLeg) -> None:
        caller.offer = None
        if caller.state == "answered":
            self._wait(caller)
            return
        away_ms = self.away_ms() if caller.broke_off_at_ms is None else self._world.now_ms - caller.broke_off_at_ms
        if away_ms < AWAY_MS_MIN:
            self._world.fail("I1", f"{caller.interaction_id} was turned away after {away_ms} ms without a program")
        caller.step = Step.TURNED_AWAY
        self.turned_away[caller.interaction_id] = seen(caller)
        self._world.tell(lambda: f"{caller.interaction_id} is told that there is no service")
        self._tell(Report(news=News.TURNED_AWAY, subject=caller.interaction_id))
        self._at(caller, 4_000, lambda caller: self._end(caller, End.TURNED_AWAY))

    def _after(self, caller: CallerLeg) -> None:
        if caller.talks == 0:
            self._world.fail("I1", f"{caller.interaction_id} was hung up without having talked")
        self._end(caller, End.TALK_OVER)

    def _end(self, caller: CallerLeg, end: End) -> None:
        """A caller's channel is gone, for whatever reason."""
        if self.callers.pop(caller.interaction_id, None) is None:
            return
        leg, caller.joined = caller.joined, None
        caller.step, caller.turn = Step.GONE, caller.turn + 1
        by = "caller" if end is End.HUNG_UP else ""
        self._tell(Report(news=News.CALLER_OVER, subject=caller.interaction_id, cause=CAUSE_NORMAL, by=by))
        if leg is not None:
            self._leg_over(leg, CAUSE_NORMAL, by)
        self._people.caller_gone(caller.interaction_id, end)

    def _at(self, caller: CallerLeg, ms: float, do: Callable[[CallerLeg], None]) -> None:
        """The next step in the dialplan, unless the caller is led elsewhere before."""
        turn = caller.turn

        def step() -> None:
            if caller.turn == turn and caller.step is not Step.JOINED:
                do(caller)

        self._world.later(ms, step)

    # --- what the program asks for -----------------------------------------------------------------------------------

    def beat(self, epoch: str) -> str:
        """Set ACD_BEAT, by the switch's own clock, and ACD_EPOCH; the epoch that was in force."""
        former, self.epoch = self.epoch, epoch
        self.beat_at_ms = self._world.now_ms
        if epoch not in self.epochs:
            self.epochs.append(epoch)
        return former

    def offer(self, interaction_id: InteractionId, reservation_id: ReservationId | None) -> CallerLeg | None:
        """Set ACD_OFFER, and read ACD_STATE and ACD_WINNER; None: there is no such channel."""
        caller = self.callers.get(interaction_id)
        if caller is not None:
            caller.offer = reservation_id
        return self.find(interaction_id)

    def find(self, interaction_id: InteractionId) -> CallerLeg | None:
        """Read a caller's variables."""
        caller = self.callers.get(interaction_id)
        return None if caller is None else replace(caller)

    def return_to_flow(self, interaction_id: InteractionId, reason: str) -> None:
        """Redirect a caller to acd-return."""
        caller = self.callers.get(interaction_id)
        if caller is None or caller.step in (Step.JOINED, Step.TURNED_AWAY):
            return
        caller.turn += 1
        caller.returns_by = reason
        if caller.state == "answered":
            self._wait(caller)
            return
        caller.state, caller.script, caller.tries = "flow", "queue_exit", 0
        self._talk(caller)

    # --- the whole of it -------------------------------------------------------------------------------------------------

    def channels(self) -> tuple[Mapping[InteractionId, CallerSeen], Mapping[ReservationId, AgentLegPhase]]:
        """All channels, as Status tells them."""
        legs = {
            one.reservation_id: AgentLegPhase.JOINED if one.progress is Progress.JOINED else AgentLegPhase.RINGING
            for one in self.agent_legs.values()
        }
        return {one.interaction_id: seen(one) for one in self.callers.values()}, legs

    def devices(self) -> Mapping[DeviceId, DeviceSeen]:
        """All phones, as DeviceStateList tells them."""
        return {one.device_id: DeviceSeen(reachable=one.reachable, in_use=one.in_use) for one in self.phones.values()}

    def die(self) -> None:
        """Every call is gone, and every variable."""
        self._world.tell(lambda: "the switch dies")
        self.is_up = False
        callers, self.callers, self.agent_legs = list(self.callers.values()), {}, {}
        for phone in self.phones.values():
            for leg in phone.legs.values():
                leg.progress = Progress.OVER
            phone.legs.clear()
            phone.private = False
            phone.told = (phone.reachable, False)
        self.beat_at_ms, self.epoch, self.epochs = None, "", []
        for caller in callers:
            caller.step, caller.turn = Step.GONE, caller.turn + 1
            self._people.caller_gone(caller.interaction_id, End.SWITCH_DIED)


def seen(caller: CallerLeg) -> CallerSeen:
    """A caller's channel as a look at the switch finds it."""
    places = {"answered": CallerPlace.JOINED, "after": CallerPlace.JOINED, "waiting": CallerPlace.WAITING}
    return CallerSeen(
        leg_id=caller.interaction_id,
        did=Did("169"),
        trunk_id=TrunkId("carrier"),
        place=places.get(caller.state, CallerPlace.FLOW),
        queue_id=caller.queue_id,
    )


def picture_of(
    channels: tuple[Mapping[InteractionId, CallerSeen], Mapping[ReservationId, AgentLegPhase]],
    devices: Mapping[DeviceId, DeviceSeen],
    turned_away: Mapping[InteractionId, CallerSeen],
    *,
    begun_at: Instant,
    is_new: bool,
) -> SwitchPicture:
    """What several questions to the switch have answered, one after the other."""
    return SwitchPicture(
        callers=channels[0],
        agent_legs=channels[1],
        devices=devices,
        turned_away=turned_away,
        begun_at=begun_at,
        is_new=is_new,
    )
