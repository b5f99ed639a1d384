"""Pretend callers and agents: each does what people do, at any moment, the worst ones included."""

from collections.abc import Callable
from functools import partial

from acd.core import inputs
from acd.core.agent_states import AgentState
from kernel.ids import AgentId, InteractionId
from simulator.centre import Centre
from simulator.exchange import Exchange
from simulator.legs import AgentLeg, End, Phone, Progress
from simulator.plan import MORNING_MS, Fault
from simulator.program import Program
from simulator.world import World


class Crowd:
    """Everybody. Implements ``simulator.exchange.People``. ``ends``: how each caller's line came to its end."""

    def __init__(self, world: World, centre: Centre, program: Callable[[], Program | None]) -> None:
        self._world = world
        self._centre = centre
        self._program = program
        self.ends: dict[InteractionId, End] = {}
        self.arrived: dict[InteractionId, int] = {}
        self._exchange: Exchange | None = None

    @property
    def is_morning(self) -> bool:
        """Things still go wrong."""
        return self._world.now_ms < MORNING_MS

    def come(self, exchange: Exchange) -> None:
        """Agents sit down; callers are to call."""
        self._exchange = exchange
        world = self._world
        for number in range(1, world.plan.callers + 1):
            world.later(world.between(1_000, MORNING_MS), self._call, InteractionId(f"c{number}"))
        for agent_id, device_id in self._centre.seats.items():
            phone = Phone(device_id=device_id, lines_max=world.chance.choice((1, 2)))
            exchange.phones[device_id] = phone
            world.later(world.between(500, 3_000), self._look_at_desk, agent_id)
            if world.plan.has(Fault.BAD_PHONES):
                world.later(world.between(3_000, 30_000), self._trouble, phone)

    # --- callers ---------------------------------------------------------------------------------------------------------

    def _call(self, interaction_id: InteractionId) -> None:
        exchange, world = self._at(), self._world
        if not exchange.is_up:
            return  # the carrier says so
        self.arrived[interaction_id] = world.now_ms
        exchange.arrive(interaction_id)
        patience_ms = world.between(200, 6_000) if world.is_so(0.2) else world.between(6_000, 70_000)
        world.later(patience_ms, self._lose_patience, interaction_id)

    def _lose_patience(self, interaction_id: InteractionId) -> None:
        caller = self._at().callers.get(interaction_id)
        if caller is not None and caller.joined is None:
            self._at().hang_up(interaction_id)

    def caller_gone(self, interaction_id: InteractionId, end: End) -> None:
        """See People."""
        self.ends[interaction_id] = end

    # --- agents ----------------------------------------------------------------------------------------------------------

    def phone_rings(self, leg: AgentLeg) -> None:
        """See People."""
        world, exchange = self._world, self._at()
        mood = world.chance.random() if self.is_morning else 0.0
        if mood < 0.75:
            self._pick_up_in(leg, world.between(50, 4_000))
        elif mood < 0.83:
            world.later(world.between(100, 3_000), exchange.decline, leg)
        elif mood < 0.92 and world.plan.has(Fault.CROSSINGS):
            # In the moment in which the offer lapses, is withdrawn, or the link is slow to say so.
            program = self._program()
            reservation = program.engine.state.reservations.get(leg.reservation_id) if program else None
            if reservation is not None:
                self._pick_up_in(leg, max(1, reservation.until - world.instant + world.between(-6, 6)))

    def _pick_up_in(self, leg: AgentLeg, ms: float) -> None:
        self._world.later(ms, self._pick_up, leg)

    def _pick_up(self, leg: AgentLeg) -> None:
        world, exchange = self._world, self._at()
        if leg.progress is not Progress.RINGING:
            return
        exchange.pick_up(leg)
        if world.plan.has(Fault.CROSSINGS) and world.is_so(0.25):
            who = world.chance.choice(
                (partial(exchange.hang_up, leg.interaction_id), partial(exchange.agent_hangs_up, leg))
            )
            world.later(world.between(0, 9), who)

    def talk_begins(self, leg: AgentLeg) -> None:
        """See People."""
        world, exchange = self._world, self._at()
        talk_ms = world.between(5, 800) if world.is_so(0.15) else world.between(800, 15_000)
        if world.is_so(0.2):
            held_ms = world.between(0, talk_ms)
            world.later(held_ms, partial(exchange.hold, leg, held=True))
            if world.is_so(0.8):
                world.later(held_ms + world.between(100, 4_000), partial(exchange.hold, leg, held=False))
        ends = partial(exchange.agent_hangs_up, leg)
        if world.is_so(0.5):
            ends = partial(exchange.hang_up, leg.interaction_id)
        world.later(talk_ms, ends)
        if world.is_so(0.1):
            world.later(talk_ms, partial(exchange.agent_hangs_up, leg))

    def _look_at_desk(self, agent_id: AgentId) -> None:
        """An agent looks at their desk every now and then, and does what is to be done."""
        world, program = self._world, self._program()
        world.later(world.between(1_000, 6_000) if self.is_morning else 1_000, self._look_at_desk, agent_id)
        if program is None or not program.listens or agent_id not in program.engine.state.agents:
            return
        agent = program.engine.state.agents[agent_id]
        device_id = self._centre.seats[agent_id]
        chance = world.chance.random() if self.is_morning else 1.0
        if agent.state is AgentState.LOGGED_OUT:
            program.ask(inputs.LogIn(agent_id=agent_id, device_id=device_id))
            program.ask(inputs.SetReady(agent_id=agent_id))
        elif chance < 0.04:
            program.ask(inputs.LogOut(agent_id=agent_id))
        elif chance < 0.12:
            program.ask(inputs.SetAux(agent_id=agent_id, reason_code="lunch"))
        elif chance < 0.15:
            program.ask(inputs.LogIn(agent_id=agent_id, device_id=world.chance.choice(list(self._centre.devices))))
        elif agent.state is not AgentState.READY:
            program.ask(inputs.SetReady(agent_id=agent_id))

    # --- phones ----------------------------------------------------------------------------------------------------------

    def _trouble(self, phone: Phone) -> None:
        world, exchange = self._world, self._at()
        if not self.is_morning:
            return
        kind = world.chance.randrange(3)
        if kind == 0:
            exchange.change_phone(phone, reachable=False)
        elif kind == 1:
            phone.silent = True
        elif not phone.legs:
            exchange.change_phone(phone, private=True)
        world.later(world.between(500, 12_000), self._mend, phone)

    def _mend(self, phone: Phone) -> None:
        phone.silent = False
        self._at().change_phone(phone, reachable=True, private=False)
        self._world.later(self._world.between(2_000, 20_000), self._trouble, phone)

    def _at(self) -> Exchange:
        assert self._exchange is not None, "nobody calls before there is a switch"
        return self._exchange
