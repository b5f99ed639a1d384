"""What agents ask for: log in, log out, ready, aux."""

from acd.core import facts, inputs
from acd.core.agent_states import CALL_STATES, OFFERED_STATES, AgentState, ReasonCode, Trigger
from acd.core.decide.moves import choose_next, leave_seat, move, settle
from acd.core.state import Agent
from acd.core.step import Step
from kernel.ids import AgentId
from kernel.instants import after
from kernel.result_codes import RefusalCode

_BUSY_STATES = (*OFFERED_STATES, AgentState.DIALLING, *CALL_STATES)


def log_in(step: Step, given: inputs.LogIn) -> None:
    agent = step.state.agents.get(given.agent_id)
    device = step.state.devices.get(given.device_id)
    if agent is None:
        step.refuse(RefusalCode.UNKNOWN_AGENT, given.agent_id)
    elif device is None:
        step.refuse(RefusalCode.UNKNOWN_DEVICE, given.device_id)
    elif agent.device_id == given.device_id:
        if agent.next_state is AgentState.LOGGED_OUT:
            choose_next(step, agent.agent_id, AgentState.READY)  # they changed their mind during the call
    elif agent.state in _BUSY_STATES:
        step.refuse(RefusalCode.AGENT_BUSY, given.agent_id)
    else:
        sitter = step.state.agents[device.agent_id] if device.agent_id is not None else None
        if sitter is not None and sitter.state in _BUSY_STATES:
            step.refuse(RefusalCode.DEVICE_TAKEN, given.device_id)
        else:
            _sit_down(step, agent, sitter, given)


def _sit_down(step: Step, agent: Agent, sitter: Agent | None, given: inputs.LogIn) -> None:
    if sitter is not None:
        leave_seat(step, sitter, Trigger.LOG_OUT, ReasonCode.REPLACED)
    if agent.device_id is not None:
        leave_seat(step, agent, Trigger.LOG_OUT, ReasonCode.MOVED)
    step.record(facts.AgentLoggedIn(agent_id=given.agent_id, device_id=given.device_id))
    move(step, given.agent_id, Trigger.LOG_IN, reason_code=ReasonCode.LOGGED_IN)
    if not step.state.devices[given.device_id].reachable:
        settle(step, given.agent_id, Trigger.SET_AUX, AgentState.AUX, ReasonCode.LOGGED_IN)


def log_out(step: Step, given: inputs.LogOut) -> None:
    agent = _logged_in(step, given.agent_id)
    if agent is None:
        return
    if agent.state in _BUSY_STATES:
        choose_next(step, agent.agent_id, AgentState.LOGGED_OUT)
    else:
        leave_seat(step, agent, Trigger.LOG_OUT, ReasonCode.OWN_WISH)


def set_ready(step: Step, given: inputs.SetReady) -> None:
    agent = _logged_in(step, given.agent_id)
    if agent is None or agent.state is AgentState.READY:
        return
    if agent.state in _BUSY_STATES:
        choose_next(step, agent.agent_id, AgentState.READY)
    else:
        # From a phone that failed when it was rung this is the agent's word that it works again.
        unreachable = agent.state is AgentState.UNREACHABLE
        trigger = Trigger.PHONE_BACK if unreachable else Trigger.SET_READY
        settle(step, agent.agent_id, trigger, AgentState.READY)


def set_aux(step: Step, given: inputs.SetAux) -> None:
    agent = _logged_in(step, given.agent_id)
    if agent is None or (agent.state, agent.reason_code) == (AgentState.AUX, given.reason_code):
        return
    if not given.forced and _away_is_full(step, agent.agent_id, given.reason_code):
        step.refuse(RefusalCode.TOO_MANY_AWAY, given.reason_code)
    elif agent.state in _BUSY_STATES:
        choose_next(step, agent.agent_id, AgentState.AUX, given.reason_code)
    else:
        unreachable = agent.state is AgentState.UNREACHABLE
        trigger = Trigger.PHONE_BACK_IN_AUX if unreachable else Trigger.SET_AUX
        settle(step, agent.agent_id, trigger, AgentState.AUX, given.reason_code)


def _away_is_full(step: Step, agent_id: AgentId, reason_code: str) -> bool:
    """Whether as many others as may be are away for that reason, or will be once their call is over."""
    reason = step.state.aux_reasons.get(reason_code)
    if reason is None or reason.agents_max is None:
        return False
    away = sum(
        reason_code in (agent.reason_code if agent.state is AgentState.AUX else "", agent.next_reason_code)
        for agent in step.state.agents.values()
        if agent.agent_id != agent_id
    )
    return away >= reason.agents_max


def overstay(step: Step, agent_id: AgentId) -> None:
    """The time that an agent's reason to be away allows is over."""
    step.record(facts.AuxOverstayed(agent_id=agent_id, reason_code=step.state.agents[agent_id].reason_code))


def extend_wrap_up(step: Step, given: inputs.ExtendWrapUp) -> None:
    agent = _logged_in(step, given.agent_id)
    if agent is None:
        return
    if agent.state is not AgentState.WRAP_UP or agent.until is None:
        step.refuse(RefusalCode.WRONG_STATE, given.agent_id)
        return
    until = after(agent.until, given.by_ms)
    move(step, agent.agent_id, Trigger.WRAP_UP_EXTENDED, until=until, interaction_id=agent.interaction_id)


def _logged_in(step: Step, agent_id: AgentId) -> Agent | None:
    """The agent, if they are logged in; else the input is refused."""
    agent = step.state.agents.get(agent_id)
    if agent is None:
        step.refuse(RefusalCode.UNKNOWN_AGENT, agent_id)
    elif agent.state is AgentState.LOGGED_OUT:
        step.refuse(RefusalCode.NOT_LOGGED_IN, agent_id)
    else:
        return agent
    return None
