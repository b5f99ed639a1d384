"""Transfers: an agent passes a caller on, to another agent or to a queue."""

from acd.core import transfer_words as words
from acd.core.agent_states import AgentState
from acd.core.decide.calls import release
from acd.core.decide.queueing import queue_up
from acd.core.decide.reservations import reserve
from acd.core.inputs import EnterQueue
from acd.core.interaction_states import Phase
from acd.core.state import Interaction, Talk
from acd.core.step import Step
from acd.core.transfer_words import TransferTo
from kernel.ids import AgentId, InteractionId, QueueId
from kernel.result_codes import EndedBy, RefusalCode

_TALKED = (Phase.CONNECTED, Phase.AFTER)
"""Events of two channels can cross: the agent's leg may be gone before the caller says where they were sent."""


def transfer(step: Step, given: words.CallerTransferred) -> None:
    interaction = _sent_on(step, given.interaction_id)
    if interaction is None:
        return
    talk = interaction.talk
    if talk is None or interaction.phase not in _TALKED:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
        return
    to_agent = given.to is TransferTo.AGENT
    queue_id = talk.queue_id if to_agent else QueueId(given.target)
    if queue_id not in step.state.queues:
        step.refuse(RefusalCode.UNKNOWN_QUEUE, queue_id)
    elif to_agent and AgentId(given.target) not in step.state.agents:
        step.refuse(RefusalCode.UNKNOWN_AGENT, given.target)
    else:
        _record(step, talk, given)
        connection = step.state.connections.get(talk.reservation_id)
        if connection is not None:
            release(step, connection, EndedBy.AGENT, seen=True)
        _enter(step, given.interaction_id, queue_id, talk)
        if to_agent:
            _offer(step, given.interaction_id, AgentId(given.target))


def take_back(step: Step, given: words.CallerReturned) -> None:
    interaction = _sent_on(step, given.interaction_id)
    if interaction is None:
        return
    talk = interaction.talk
    if talk is None or interaction.phase is Phase.CONNECTED:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
    elif talk.queue_id not in step.state.queues:
        step.refuse(RefusalCode.UNKNOWN_QUEUE, talk.queue_id)
    else:
        _enter(step, given.interaction_id, talk.queue_id, talk)


def _sent_on(step: Step, interaction_id: InteractionId) -> Interaction | None:
    """The interaction, unless it is unknown (refused) or waits already (told twice: the script began anew)."""
    interaction = step.state.interactions.get(interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, interaction_id)
        return None
    return None if interaction.wait is not None else interaction


def _record(step: Step, talk: Talk, given: words.CallerTransferred) -> None:
    step.record(
        words.InteractionTransferred(
            interaction_id=given.interaction_id,
            kind=given.kind,
            queue_id=talk.queue_id,
            agent_id=talk.agent_id,
            reservation_id=talk.reservation_id,
            to=given.to,
            target=given.target,
        )
    )


def _enter(step: Step, interaction_id: InteractionId, queue_id: QueueId, talk: Talk) -> None:
    """What the flow had asked for beside the queue's own rules goes along within the same queue only."""
    given = EnterQueue(
        interaction_id=interaction_id,
        queue_id=queue_id,
        priority=max(talk.priority, step.state.queues[queue_id].priority),
        ranked_at=talk.ranked_at,
        requirements=talk.added if queue_id == talk.queue_id else (),
    )
    queue_up(step, given, takes_all=True)


def _offer(step: Step, interaction_id: InteractionId, agent_id: AgentId) -> None:
    """Nobody is passed over: a ready agent stands beside no caller whom they could take."""
    if step.state.agents[agent_id].state is AgentState.READY and not step.state.suspended:
        reserve(step, interaction_id, agent_id)
