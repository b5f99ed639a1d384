"""The agents' side of the pretend switch: phones ring, and whoever picks up claims the caller, step by step.

Does what acd-agent and acd-agent-gone of the dialplan do, with time between the steps.
"""

from collections.abc import Callable
from typing import Protocol

from kernel.ids import DeviceId, InteractionId, ReservationId
from simulator.legs import AgentLeg, CallerLeg, End, Phone, Progress, Step
from simulator.news import News, Report
from simulator.world import World

RING_MARGIN_MS = 3_000
CAUSE_NORMAL, CAUSE_BUSY, CAUSE_NO_ANSWER, CAUSE_UNREGISTERED, CAUSE_DECLINED, CAUSE_WITHDRAWN = 16, 17, 19, 20, 21, 26


class People(Protocol):
    """Those at the ends of the lines."""

    def phone_rings(self, leg: AgentLeg) -> None:
        """An agent's phone rings."""

    def talk_begins(self, leg: AgentLeg) -> None:
        """An agent and a caller are joined."""

    def caller_gone(self, interaction_id: InteractionId, end: End) -> None:
        """A caller's line is dead."""


class AgentLegs:
    """Agents' channels and phones, and the callers' channels that they claim.

    ``waits_on``: a caller goes on in the waiting room. ``is_in_force``: whether the engine holds a caller for this
    reservation; ``may_part``: whether it keeps the two of this leg apart with reason.
    """

    def __init__(
        self,
        world: World,
        *,
        tell: Callable[[Report], None],
        people: People,
        waits_on: Callable[[CallerLeg], None],
    ) -> None:
        self._world = world
        self._tell = tell
        self._people = people
        self._waits_on = waits_on
        self.callers: dict[InteractionId, CallerLeg] = {}
        self.agent_legs: dict[ReservationId, AgentLeg] = {}
        self.phones: dict[DeviceId, Phone] = {}
        self.epoch = ""
        self.epochs: list[str] = []
        self.is_in_force: Callable[[ReservationId], bool] = lambda _: False
        self.may_part: Callable[[AgentLeg], bool] = lambda _: False

    # --- what the program asks for -----------------------------------------------------------------------------------

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
            self._waits_on(caller)
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
                self._leg_over(leg, CAUSE_NORMAL, "agent")
        self._presence(phone)

    def _presence(self, phone: Phone) -> None:
        now = (phone.reachable, phone.in_use)
        if now != phone.told:
            phone.told = now
            self._tell(Report(news=News.PHONE, subject=phone.device_id, reachable=now[0], in_use=now[1]))
