"""Looks from outside at both the switch and the engine: nobody stranded, nobody stuck, for longer than it may take."""

from collections.abc import Iterator

from acd.core.agent_states import CALL_STATES, OFFERED_STATES, AgentState, ReasonCode
from acd.core.interaction_states import QUEUE_PHASES, Phase
from acd.core.state import Agent, State
from kernel.ids import AgentId
from simulator.exchange import Exchange
from simulator.legs import CallerLeg, Progress, Step
from simulator.plan import Fault
from simulator.program import LOOK_S, Program
from simulator.world import World

STUCK_MS_MAX = 2_000
"""I4: so long may the engine think other than the switch, while it is in step with it."""
LOOK_MS = 250


class Watch:
    """Notes since when each difference has been there; one that stays is a broken rule."""

    def __init__(self, world: World, exchange: Exchange) -> None:
        self._world = world
        self._exchange = exchange
        self._since_ms: dict[str, int] = {}
        self._allowed_ms = STUCK_MS_MAX
        if world.plan.faults & {Fault.LOSSES, Fault.DUPLICATES, Fault.DISORDER}:
            self._allowed_ms += round(LOOK_S * 1_000)
        if world.plan.has(Fault.DISK_SLOW):
            self._allowed_ms += 5_000  # the journal itself may take so long

    def look(self, program: Program | None) -> None:
        """Compare; nothing counts while the program does not serve."""
        if program is None or not program.serves:
            self._since_ms.clear()
            return
        now_ms = self._world.now_ms
        found = dict(self._differences(program.engine.state))
        self._since_ms = {what: self._since_ms.get(what, now_ms) for what in found}
        for what, since_ms in self._since_ms.items():
            if now_ms - since_ms > self._allowed_ms:
                self._world.fail(found[what], f"{what}, for {now_ms - since_ms} ms")

    def _differences(self, state: State) -> Iterator[tuple[str, str]]:
        for agent_id, agent in state.agents.items():
            said = self._of_agent(state, agent_id, agent)
            if said:
                yield said, "I4"
        for caller in self._exchange.callers.values():
            said = _of_caller(state, caller)
            if said:
                yield said, "I1"
        for interaction_id in state.interactions:
            if interaction_id not in self._exchange.callers:
                yield f"{interaction_id} is open in the engine and gone from the switch", "I5"

    def _of_agent(self, state: State, agent_id: AgentId, agent: Agent) -> str | None:
        leg = self._exchange.agent_legs.get(agent.reservation_id) if agent.reservation_id else None
        if agent.state in OFFERED_STATES:
            if leg is None:
                return f"{agent_id} is {agent.state} for {agent.reservation_id} and no phone rings"
            if leg.progress is Progress.JOINED:
                return f"{agent_id} is {agent.state} for {agent.reservation_id} and talks already"
        if agent.state in CALL_STATES and (leg is None or leg.progress is not Progress.JOINED):
            return f"{agent_id} is {agent.state} in {agent.reservation_id} and nobody is joined"
        if agent.state is AgentState.UNREACHABLE and agent.device_id is not None:
            phone = self._exchange.phones[agent.device_id]
            if agent.reason_code == ReasonCode.NOT_REACHABLE and phone.reachable:
                return f"{agent_id} is not reachable at {agent.device_id}, which is"
            if agent.reason_code == ReasonCode.PHONE_IN_USE and not phone.in_use:
                return f"{agent_id}'s phone is in use, but {agent.device_id} is not"
        if agent.state is AgentState.READY and agent.device_id is not None:
            phone = self._exchange.phones[agent.device_id]
            if not phone.reachable:
                return f"{agent_id} is ready at {agent.device_id}, which cannot be reached"
        return None


def _of_caller(state: State, caller: CallerLeg) -> str | None:
    interaction = state.interactions.get(caller.interaction_id)
    if caller.step is Step.WAITING and caller.state != "answered":
        if interaction is None or interaction.phase not in (*QUEUE_PHASES, Phase.FLOW):
            phase = "unknown" if interaction is None else interaction.phase
            return f"{caller.interaction_id} waits in the switch and is {phase} in the engine"
        if interaction.phase is Phase.FLOW:
            return f"{caller.interaction_id} waits in the switch and in no queue"
    if caller.step is Step.JOINED and (interaction is None or interaction.phase is not Phase.CONNECTED):
        return f"{caller.interaction_id} talks, and the engine does not know it"
    return None
