"""Moving agents between states, by the table. The one place that records ``AgentStateChanged``."""

from acd.core import facts
from acd.core.agent_states import MOVES, AgentState, ReasonCode, Trigger
from acd.core.state import Agent, Device
from acd.core.step import Step
from kernel.ids import AgentId, DeviceId, InteractionId
from kernel.instants import Instant, after


def move(
    step: Step,
    agent_id: AgentId,
    trigger: Trigger,
    *,
    reason_code: str = ReasonCode.NONE,
    until: Instant | None = None,
    interaction_id: InteractionId | None = None,
) -> None:
    """Move an agent where the table says. Raises KeyError, a bug, when the table has no such move.

    ``until`` of one who goes to aux is by when their reason wants them back.
    """
    agent = step.state.agents[agent_id]
    state = MOVES[agent.state, trigger]
    if state is AgentState.AUX:
        until = _back_by(step, reason_code)
    step.record(
        facts.AgentStateChanged(
            agent_id=agent_id,
            previous=agent.state,
            state=state,
            reason_code=str(reason_code),
            until=until,
            interaction_id=interaction_id,
            device_id=agent.device_id,
        )
    )


def _back_by(step: Step, reason_code: str) -> Instant | None:
    reason = step.state.aux_reasons.get(reason_code)
    return None if reason is None or reason.ms_max is None else after(step.now, reason.ms_max)


def settle(step: Step, agent_id: AgentId, trigger: Trigger, wanted: AgentState, reason_code: str = "") -> None:
    """Bring an agent without a call to ready or aux; if their phone does not allow it, to unreachable until it does.

    ``trigger`` is what leads there when the phone is well.
    """
    agent = step.state.agents[agent_id]
    trouble = phone_trouble(seat_of(step, agent), wanted)
    if trouble is None:
        move(step, agent_id, trigger, reason_code=reason_code)
        return
    remembered = "" if wanted is AgentState.READY else reason_code
    if agent.comes_back_to != (wanted, remembered):
        choose_next(step, agent_id, wanted, remembered)
    if (agent.state, agent.reason_code) != (AgentState.UNREACHABLE, trouble):
        lost = trouble is ReasonCode.NOT_REACHABLE
        move(step, agent_id, Trigger.PHONE_LOST if lost else Trigger.PHONE_TAKEN, reason_code=trouble)


def come_back(step: Step, agent_id: AgentId) -> None:
    """Bring an unreachable agent back to what they were, or asked for since, if the phone allows it."""
    wanted, reason_code = step.state.agents[agent_id].comes_back_to
    in_aux = wanted is AgentState.AUX
    settle(step, agent_id, Trigger.PHONE_BACK_IN_AUX if in_aux else Trigger.PHONE_BACK, wanted, reason_code)


def apply_next(step: Step, agent_id: AgentId) -> bool:
    """Apply what the agent asked for during an offer or a call that is over; False when that was nothing special."""
    agent = step.state.agents[agent_id]
    if agent.next_state is AgentState.LOGGED_OUT:
        leave_seat(step, agent, Trigger.CHOSEN_LOG_OUT, ReasonCode.OWN_WISH)
    elif agent.next_state is AgentState.AUX:
        settle(step, agent_id, Trigger.CHOSEN_AUX, AgentState.AUX, agent.next_reason_code)
    else:
        return False
    return True


def choose_next(step: Step, agent_id: AgentId, state: AgentState, reason_code: str = "") -> None:
    """Remember what the agent goes to next; asking for the same again is no news."""
    agent = step.state.agents[agent_id]
    if (agent.next_state, agent.next_reason_code) != (state, reason_code):
        step.record(facts.NextStateChosen(agent_id=agent_id, state=state, reason_code=reason_code))


def leave_seat(step: Step, agent: Agent, trigger: Trigger, reason_code: ReasonCode) -> None:
    """Log an agent out."""
    device_id = seat_of(step, agent).settings.device_id
    step.record(facts.AgentLoggedOut(agent_id=agent.agent_id, device_id=device_id, reason_code=str(reason_code)))
    move(step, agent.agent_id, trigger, reason_code=reason_code)


def free_phone(step: Step, device_id: DeviceId, *, lost: bool = False) -> None:
    """Our leg is over, so the phone counts as free at once, not only when the switch's own report of it arrives.

    ``lost``: and as not reachable, since it fell silent.

    Should a private call go on there, the next ring is answered with busy, and that is dealt with then.
    """
    device = step.state.devices[device_id]
    reachable = device.reachable and not lost
    if device.in_use or device.reachable != reachable:
        step.record(facts.DevicePresenceChanged(device_id=device_id, reachable=reachable, in_use=False))


def seat_of(step: Step, agent: Agent) -> Device:
    """The phone at which a logged-in agent sits."""
    assert agent.device_id is not None, "a logged-in agent sits somewhere"
    return step.state.devices[agent.device_id]


def phone_trouble(device: Device, wanted: AgentState) -> ReasonCode | None:
    """Why an agent at this phone cannot be in that state (ready or aux); None when they can."""
    if not device.reachable:
        return ReasonCode.NOT_REACHABLE
    if device.in_use and wanted is AgentState.READY:
        return ReasonCode.PHONE_IN_USE
    return None
