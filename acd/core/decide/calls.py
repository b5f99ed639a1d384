"""Calls: caller and agent joined, on hold, apart again, and the wrap-up after it."""

from acd.core import facts, inputs
from acd.core.agent_states import AgentState, Trigger
from acd.core.decide.moves import apply_next, free_phone, move, seat_of, settle
from acd.core.decide.reservations import refuse_stale
from acd.core.outbound_words import CallOutReleased
from acd.core.state import Connection
from acd.core.step import Step
from kernel.ids import AgentId
from kernel.instants import after, elapsed_ms
from kernel.result_codes import EndedBy, RefusalCode


def leave(step: Step, given: inputs.AgentLeft) -> None:
    connection = step.state.connections.get(given.reservation_id)
    if connection is not None and connection.queue_id is None:
        step.refuse(RefusalCode.WRONG_STATE, given.reservation_id)  # of a call out the agent's leg is the call itself
    elif connection is not None:
        release(step, connection, given.ended_by, seen=given.seen, phone_silent=given.phone_silent)
    elif given.reservation_id in step.state.reservations:
        step.refuse(RefusalCode.WRONG_STATE, given.reservation_id)
    else:
        refuse_stale(step, given.reservation_id)


def release(step: Step, connection: Connection, ended_by: EndedBy, *, seen: bool, phone_silent: bool = False) -> None:
    """The agent's part is over: wrap-up. The caller may still be on the line. ``seen``: as it happened.

    ``phone_silent``: until the switch sees the phone again it counts as not reachable, so that wrap-up leads nowhere else.
    """
    open_hold_ms = 0 if connection.held_since is None else elapsed_ms(connection.held_since, step.now)
    hold_ms = connection.held_ms + open_hold_ms
    talk_ms = elapsed_ms(connection.joined_at, step.now) - hold_ms
    if connection.queue_id is None:
        step.record(
            CallOutReleased(
                interaction_id=connection.interaction_id,
                agent_id=connection.agent_id,
                reservation_id=connection.reservation_id,
                ended_by=ended_by,
                talk_ms=talk_ms,
                hold_ms=hold_ms,
                end_seen=seen,
            )
        )
    else:
        step.record(
            facts.InteractionReleased(
                interaction_id=connection.interaction_id,
                queue_id=connection.queue_id,
                agent_id=connection.agent_id,
                reservation_id=connection.reservation_id,
                ended_by=ended_by,
                talk_ms=talk_ms,
                hold_ms=hold_ms,
                end_seen=seen,
            )
        )
    free_phone(step, seat_of(step, step.state.agents[connection.agent_id]).settings.device_id, lost=phone_silent)
    move(
        step,
        connection.agent_id,
        Trigger.CALL_OVER,
        until=after(step.now, connection.wrap_up_ms),
        interaction_id=connection.interaction_id,
    )
    if connection.wrap_up_ms <= 0:
        end_wrap_up(step, connection.agent_id)


def end_wrap_up(step: Step, agent_id: AgentId) -> None:
    """Wrap-up is over: on to what was asked for during the call, else back into the line."""
    if not apply_next(step, agent_id):
        settle(step, agent_id, Trigger.WRAPPED_UP, AgentState.READY)


def hold(step: Step, given: inputs.AgentHeldCaller) -> None:
    connection = _joined(step, given, AgentState.TALKING)
    if connection is None:
        return
    step.record(facts.CallerHeld(interaction_id=connection.interaction_id, reservation_id=connection.reservation_id))
    move(step, connection.agent_id, Trigger.HELD, interaction_id=connection.interaction_id)


def resume(step: Step, given: inputs.AgentResumedCaller) -> None:
    connection = _joined(step, given, AgentState.HOLD)
    if connection is None or connection.held_since is None:
        return
    step.record(
        facts.CallerResumed(
            interaction_id=connection.interaction_id,
            reservation_id=connection.reservation_id,
            held_ms=elapsed_ms(connection.held_since, step.now),
        )
    )
    move(step, connection.agent_id, Trigger.RESUMED, interaction_id=connection.interaction_id)


def _joined(
    step: Step, given: inputs.AgentHeldCaller | inputs.AgentResumedCaller, needed: AgentState
) -> Connection | None:
    """The connection, if its agent is in the needed state; else the input is refused."""
    connection = step.state.connections.get(given.reservation_id)
    if connection is None:
        if given.reservation_id in step.state.reservations:
            step.refuse(RefusalCode.WRONG_STATE, given.reservation_id)
        else:
            refuse_stale(step, given.reservation_id)
        return None
    if step.state.agents[connection.agent_id].state is not needed:
        step.refuse(RefusalCode.WRONG_STATE, given.reservation_id)
        return None
    return connection
