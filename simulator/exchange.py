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
from simulator.legs import AgentLeg, CallerLeg, End, Phone, Progress, Step
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
RING_MARGIN_MS = 3_000
CAUSE_NORMAL, CAUSE_BUSY, CAUSE_NO_ANSWER, CAUSE_UNREGISTERED, CAUSE_DECLINED, CAUSE_WITHDRAWN = 16, 17, 19, 20, 21, 26


class Flows(Protocol):
    """The program's FastAGI server, as the switch sees it."""

    def serve(self, caller: CallerLeg, over: Callable[[], None]) -> bool:
        """Begin a session of the caller's script; ``over`` is called when it ends, however. False: nobody listens."""


class People(Protocol):
    """Those at the ends of the lines."""

    def phone_rings(self, leg: AgentLeg) -> None:
        """An agent's phone rings."""

    def talk_begins(self, leg: AgentLeg) -> None:
        """An agent and a caller are joined."""

    def caller_gone(self, interaction_id: InteractionId, end: End) -> None:
        """A caller's line is dead."""


class Exchange:
    """See the module. ``tell`` takes the reports, ``flows`` the sessions."""

    def __init__(self, world: World, *, tell: Callable[[Report], None], flows: Flows, people: People) -> None:
        self._world = world
        self._tell = tell
        self._flows = flows
        self._people = people
        self.callers: dict[InteractionId, CallerLeg] = {}
        self.agent_legs: dict[ReservationId, AgentLeg] = {}
        self.phones: dict[DeviceId, Phone] = {}
        self.beat_at_ms: int | None = None
        self.epoch = ""
        self.is_up = True
        self.turned_away: dict[InteractionId, CallerSeen] = {}
        self.epochs: list[str] = []
        self.away_ms: Callable[[], int] = lambda: 0
        self.is_in_force: Callable[[ReservationId], bool] = lambda _: False
        self.may_part: Callable[[AgentLeg], bool] = lambda _: False

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
            leg.talked = True
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

    def give_up_claim(self, reservation_id: ReservationId) -> None:
        """Empty ACD_WON of an agent's leg: its end is to change nothing for the caller."""
        leg = self.agent_legs.get(reservation_id)
        if leg is not None:
            leg.won = False

    def let_wait(self, interaction_id: InteractionId) -> None:
        """Set ACD_STATE to waiting."""
        caller = self.callers.get(interaction_id)
        if caller is not None:
            caller.state = "waiting"

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

    def ring(self, leg: AgentLeg, ring_ms_max: int, *, auto_answer: bool) -> None:
        """Originate an agent's leg."""
        if leg.reservation_id in self.agent_legs:
            return  # the unique id is taken
        phone = self.phones[leg.device_id]
        self.agent_legs[leg.reservation_id] = leg
        if not phone.reachable:
            self._leg_at(leg, 1, lambda: self._leg_over(leg, CAUSE_UNREGISTERED, ""))
            return
        is_busy = len(phone.legs) + phone.private >= phone.lines_max
        if any(other.progress is not Progress.OVER for other in phone.legs.values()):
            self._world.fail("I3", f"{leg.device_id} is rung for {leg.reservation_id} while it has {[*phone.legs]}")
        phone.legs[leg.reservation_id] = leg
        self._presence(phone)
        self._leg_at(leg, ring_ms_max + RING_MARGIN_MS, lambda: self._leg_over(leg, CAUSE_NO_ANSWER, ""))
        if is_busy:
            self._leg_at(leg, self._world.between(2, 30), lambda: self._leg_over(leg, CAUSE_BUSY, ""))
        elif not phone.silent:
            self._leg_at(leg, self._world.between(2, 60), lambda: self._rings(leg, auto_answer))

    def end_leg(self, reservation_id: ReservationId) -> None:
        """Hang up an agent's leg for the program."""
        leg = self.agent_legs.get(reservation_id)
        if leg is None:
            return
        if leg.progress is Progress.JOINED and leg.interaction_id in self.callers and not self.may_part(leg):
            self._world.fail("I1", f"{reservation_id} is parted from its caller by the program")
        self._leg_over(leg, CAUSE_WITHDRAWN, "")

    def bless(self, reservation_id: ReservationId, epoch: str) -> None:
        """Set ACD_LEG_EPOCH of a leg that a former program has rung."""
        leg = self.agent_legs.get(reservation_id)
        if leg is not None:
            leg.epoch = epoch

    # --- agents' legs --------------------------------------------------------------------------------------------------

    def _rings(self, leg: AgentLeg, auto_answer: bool) -> None:
        leg.progress = Progress.RINGING
        if auto_answer:
            self.pick_up(leg)
            return
        self._tell(Report(news=News.RANG, subject=leg.reservation_id))
        self._people.phone_rings(leg)

    def pick_up(self, leg: AgentLeg) -> None:
        """The phone is answered: the dialplan begins its claim."""
        if leg.progress is not Progress.RINGING:
            return
        leg.progress, leg.claims_under = Progress.CLAIMING, self.epochs[-1] if self.epochs else ""
        self._world.tell(lambda: f"{leg.reservation_id} picks up at {leg.device_id}")
        self._then(leg, self._claim_epoch)

    def _claim_epoch(self, leg: AgentLeg) -> None:
        self._then(leg, self._claim_lock if leg.epoch == self.epoch else self._lost)

    def _claim_lock(self, leg: AgentLeg) -> None:
        caller = self.callers.get(leg.interaction_id)
        if caller is not None and caller.locked_by is not None and caller.locked_by in self.agent_legs:
            self._then(leg, self._claim_lock)  # LOCK waits for its turn
            return
        if caller is not None:
            caller.locked_by = leg.reservation_id
        self._then(leg, self._claim_offer)

    def _claim_offer(self, leg: AgentLeg) -> None:
        caller = self.callers.get(leg.interaction_id)
        is_taken = caller is not None and caller.state in ("answered", "after")
        self._then(leg, self._guard if self._is_offered(leg) and not is_taken else self._lost)

    def _guard(self, leg: AgentLeg) -> None:
        """From here on a hang-up leaves the caller waiting, in whatever step it comes."""
        leg.won = True
        self._then(leg, self._claim_mark)

    def _claim_mark(self, leg: AgentLeg) -> None:
        caller = self.callers.get(leg.interaction_id)
        if caller is not None:
            caller.winner = leg.reservation_id
            caller.state = "answered"
        self._then(leg, self._claim_again)

    def _claim_again(self, leg: AgentLeg) -> None:
        if not self._is_offered(leg):
            self._then(leg, self._withdrawn)
            return
        caller = self.callers[leg.interaction_id]
        caller.offer = None
        caller.locked_by = None
        self._then(leg, self._bridge)

    def _withdrawn(self, leg: AgentLeg) -> None:
        self.let_wait(leg.interaction_id)
        leg.won = False
        self._then(leg, self._lost)

    def _lost(self, leg: AgentLeg) -> None:
        caller = self.callers.get(leg.interaction_id)
        if caller is not None and caller.state in ("flow", "waiting") and self.is_in_force(leg.reservation_id):
            self._world.fail(
                "claim", f"{leg.reservation_id} is in force, its caller waits, and the pick-up finds nobody"
            )
        self._tell(Report(news=News.CLAIM_LOST, subject=leg.reservation_id))
        self._then(leg, lambda leg: self._leg_over(leg, CAUSE_NORMAL, ""))

    def _is_offered(self, leg: AgentLeg) -> bool:
        caller = self.callers.get(leg.interaction_id)
        return caller is not None and caller.offer == leg.reservation_id

    def _bridge(self, leg: AgentLeg) -> None:
        caller = self.callers.get(leg.interaction_id)
        if caller is None:
            self._leg_over(leg, CAUSE_NORMAL, "")
            return
        if caller.joined is not None:
            self._world.fail("I2", f"{leg.reservation_id} joins a caller who talks with {caller.joined.reservation_id}")
        if caller.state != "answered" or caller.winner != leg.reservation_id:
            self._world.fail("I2", f"{leg.reservation_id} joins a caller who is {caller.state} for {caller.winner}")
        if leg.epoch != leg.claims_under:
            self._world.fail("epoch", f"{leg.reservation_id} of {leg.epoch} joins a caller under {leg.claims_under}")
        leg.progress = Progress.JOINED
        caller.joined, caller.step, caller.turn, caller.talks = leg, Step.JOINED, caller.turn + 1, caller.talks + 1
        self._world.tell(lambda: f"{leg.reservation_id} is joined with {caller.interaction_id}")
        self._tell(Report(news=News.JOINED, subject=leg.reservation_id))
        self._people.talk_begins(leg)

    def decline(self, leg: AgentLeg) -> None:
        """The agent presses reject."""
        if leg.progress is Progress.RINGING:
            self._leg_over(leg, CAUSE_DECLINED, "agent")

    def agent_hangs_up(self, leg: AgentLeg) -> None:
        """The agent puts the receiver down, in whatever step of the call."""
        if leg.reservation_id in self.agent_legs:
            self._world.tell(lambda: f"{leg.reservation_id} hangs up at {leg.device_id}")
            leg.talked = leg.talked or leg.progress is Progress.JOINED
            self._leg_over(leg, CAUSE_NORMAL, "agent")

    def _leg_over(self, leg: AgentLeg, cause: int, by: str) -> None:
        if self.agent_legs.pop(leg.reservation_id, None) is None:
            return
        was, leg.progress = leg.progress, Progress.OVER
        phone = self.phones[leg.device_id]
        phone.legs.pop(leg.reservation_id, None)
        self._tell(Report(news=News.LEG_OVER, subject=leg.reservation_id, cause=cause, by=by))
        self._presence(phone)
        caller = self.callers.get(leg.interaction_id)
        if caller is None:
            return
        if caller.locked_by == leg.reservation_id:
            caller.locked_by = None
        if was is Progress.JOINED and caller.joined is leg:
            caller.joined = None
            if leg.won:
                caller.state = "after"
            self._wait(caller)
        elif leg.won and was is not Progress.JOINED:
            caller.state = "waiting"

    def _then(self, leg: AgentLeg, do: Callable[[AgentLeg], None]) -> None:
        """The next step of the dialplan on an agent's leg."""
        self._leg_at(leg, self._world.between(0.1, 1.5), lambda: do(leg))

    def _leg_at(self, leg: AgentLeg, ms: float, do: Callable[[], None]) -> None:
        def step() -> None:
            if self.agent_legs.get(leg.reservation_id) is leg and leg.progress is not Progress.JOINED:
                do()

        self._world.later(ms, step)

    # --- talks and phones ------------------------------------------------------------------------------------------------

    def hold(self, leg: AgentLeg, *, held: bool) -> None:
        """The agent puts the caller on hold, or takes them back."""
        if leg.progress is Progress.JOINED:
            self._tell(Report(news=News.HELD if held else News.RESUMED, subject=leg.reservation_id))

    def change_phone(self, phone: Phone, **values: bool) -> None:
        """A phone is unplugged, plugged in again, or used for a private call."""
        for name, value in values.items():
            setattr(phone, name, value)
        if not phone.reachable:
            for leg in list(phone.legs.values()):
                leg.talked = leg.talked or leg.progress is Progress.JOINED
                self._leg_over(leg, CAUSE_NORMAL, "agent")
        self._presence(phone)

    def _presence(self, phone: Phone) -> None:
        now = (phone.reachable, phone.in_use)
        if now != phone.told:
            phone.told = now
            self._tell(Report(news=News.PHONE, subject=phone.device_id, reachable=now[0], in_use=now[1]))

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
