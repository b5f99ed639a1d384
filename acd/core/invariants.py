"""What must be true after every step. The tests ask after each input; a broken line here is always a bug."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from acd.core.agent_states import CALL_STATES, OFFERED_STATES, AgentState
from acd.core.decide.moves import phone_trouble
from acd.core.demand import AgentKey, Demand, Profile, agent_key
from acd.core.interaction_states import QUEUE_PHASES, Phase
from acd.core.matching import Newcomers, next_pair_naively
from acd.core.state import State
from acd.core.strategies import CallerKey
from acd.core.timetable import DeadlineKind
from kernel.ids import AgentId, QueueId

Group = TypeVar("Group", QueueId, Demand, Profile)
Key = TypeVar("Key", CallerKey, AgentKey)


def broken(state: State) -> tuple[str, ...]:
    """Every rule that does not hold, in words; empty when all do."""
    return (
        *_nobody_is_kept_apart(state),
        *_reservations_join_one_to_one(state),
        *_connections_join_one_to_one(state),
        *_agents_hold_what_their_state_says(state),
        *_interactions_hold_what_their_phase_says(state),
        *_seats_agree(state),
        *_lines_agree(state),
        *_tallies_balance(state),
        *_reserves_are_called_when_they_should(state),
    )


def _nobody_is_kept_apart(state: State) -> Iterator[str]:
    pair = None if state.suspended else next_pair_naively(state, Newcomers())
    if pair is not None:
        yield f"{pair[1]} is ready and could take {pair[0]}"


def _reservations_join_one_to_one(state: State) -> Iterator[str]:
    for reservation_id, reservation in state.reservations.items():
        interaction = state.interactions.get(reservation.interaction_id)
        agent = state.agents.get(reservation.agent_id)
        if interaction is None or interaction.phase is not Phase.OFFERED:
            yield f"{reservation_id} holds an interaction that is not offered"
        elif interaction.reservation_id != reservation_id:
            yield f"{reservation_id} is not the reservation of its interaction"
        if agent is None or agent.state not in OFFERED_STATES or agent.reservation_id != reservation_id:
            yield f"{reservation_id} is not the reservation of its agent"
        if state.timetable.at(DeadlineKind.RESERVATION_LAPSES, reservation_id) != reservation.until:
            yield f"{reservation_id} never lapses"


def _connections_join_one_to_one(state: State) -> Iterator[str]:
    for reservation_id, connection in state.connections.items():
        interaction = state.interactions.get(connection.interaction_id)
        agent = state.agents.get(connection.agent_id)
        if interaction is None or interaction.phase is not Phase.CONNECTED:
            yield f"{reservation_id} joins an interaction that is not connected"
        elif interaction.reservation_id != reservation_id:
            yield f"{reservation_id} is not the connection of its interaction"
        if agent is None or agent.state not in CALL_STATES or agent.reservation_id != reservation_id:
            yield f"{reservation_id} is not the connection of its agent"
        elif (agent.state is AgentState.HOLD) != (connection.held_since is not None):
            yield f"{reservation_id} and its agent disagree on hold"


def _agents_hold_what_their_state_says(state: State) -> Iterator[str]:
    for agent_id, agent in state.agents.items():
        offered, in_call = agent.state in OFFERED_STATES, agent.state in CALL_STATES
        if offered != (agent.reservation_id in state.reservations):
            yield f"{agent_id} is {agent.state} with reservation {agent.reservation_id}"
        if in_call != (agent.reservation_id in state.connections):
            yield f"{agent_id} is {agent.state} with connection {agent.reservation_id}"
        if (agent.state is AgentState.DIALLING) != (agent_id in _dialling(state)):
            yield f"{agent_id} is {agent.state} while the agents who dial are {sorted(_dialling(state))}"
        if (agent.device_id is None) != (agent.state is AgentState.LOGGED_OUT):
            yield f"{agent_id} is {agent.state} at {agent.device_id}"
        elif agent.device_id is not None and agent.state is AgentState.READY:
            trouble = phone_trouble(state.devices[agent.device_id], agent.state)
            if trouble is not None:
                yield f"{agent_id} is ready at a phone that is {trouble}"
        wraps_up = state.timetable.at(DeadlineKind.WRAP_UP_ENDS, agent_id)
        if (agent.state is AgentState.WRAP_UP) != (wraps_up is not None):
            yield f"{agent_id} is {agent.state} and wraps up until {wraps_up}"
        if agent.state is AgentState.UNREACHABLE and agent.next_state is None:
            yield f"{agent_id} is unreachable and comes back to nothing"


def _dialling(state: State) -> set[AgentId]:
    """Whose calls have not been answered yet."""
    calls = state.calls_out.items()
    return {call.agent_id for call_id, call in calls if state.interactions[call_id].phase is Phase.DIALLING}


def _interactions_hold_what_their_phase_says(state: State) -> Iterator[str]:
    for interaction_id, interaction in state.interactions.items():
        if (interaction.wait is not None) != (interaction.phase in QUEUE_PHASES):
            yield f"{interaction_id} is {interaction.phase} with wait {interaction.wait}"
        if (interaction.reservation_id is not None) != (interaction.phase in (Phase.OFFERED, Phase.CONNECTED)):
            yield f"{interaction_id} is {interaction.phase} with reservation {interaction.reservation_id}"
        if interaction.wait is None:
            continue
        queue = state.queues[interaction.wait.queue_id]
        wait = interaction.wait
        if wait.demand != state.demand_in(wait.queue_id, wait.added, wait.steps_taken):
            yield f"{interaction_id} waits under rules that are not its queue's"
        if state.timetable.at(DeadlineKind.RELAXATION_DUE, interaction_id) != state.relaxes_at(wait):
            yield f"{interaction_id} is relaxed at another time than its queue says"
        if state.timetable.at(DeadlineKind.WAIT_ENDS, interaction_id) != interaction.wait_ends_at(queue):
            yield f"{interaction_id} waits without the limit of its queue"


def _seats_agree(state: State) -> Iterator[str]:
    for device_id, device in state.devices.items():
        if device.agent_id is not None and state.agents[device.agent_id].device_id != device_id:
            yield f"{device.agent_id} does not sit at {device_id}"
    for agent_id, agent in state.agents.items():
        if agent.device_id is not None and state.devices[agent.device_id].agent_id != agent_id:
            yield f"{agent.device_id} is not the seat of {agent_id}"


def _lines_agree(state: State) -> Iterator[str]:
    in_queue = [one for one in state.interactions.values() if one.wait is not None]
    if _grouped((one.stay.queue_id, one.key) for one in in_queue) != state.lines.queues:
        yield "the queues' lines are not those who are in a queue"
    waiting = [one for one in in_queue if one.phase is Phase.WAITING]
    if _grouped((one.stay.demand, one.key) for one in waiting) != state.lines.waiting:
        yield "the classes' lines are not those who wait"
    ready = [one for one in state.agents.values() if one.state is AgentState.READY]
    for weights, rows in state.lines.rows().items():
        if _grouped((one.profile, agent_key(weights, one.standing, one.agent_id)) for one in ready) != rows:
            yield "the profiles' lines are not those who are ready"


def _grouped(pairs: Iterable[tuple[Group, Key]]) -> dict[Group, list[Key]]:
    groups: dict[Group, list[Key]] = {}
    for group, key in sorted(pairs, key=lambda pair: pair[1]):
        groups.setdefault(group, []).append(key)
    return groups


def _tallies_balance(state: State) -> Iterator[str]:
    for queue_id, tally in state.tallies.items():
        waiting = len(state.lines.in_queue(queue_id))
        exits = tally.answered + tally.abandoned + tally.short_abandoned + tally.left
        if tally.offered != exits + waiting:
            yield f"{queue_id} was offered {tally.offered} but {exits} left and {waiting} wait"


def _reserves_are_called_when_they_should(state: State) -> Iterator[str]:
    for queue_id, queue in state.queues.items():
        waiting, are_called = state.lines.length(queue_id), queue_id in state.reserves_called
        if are_called and (queue.reserves is None or waiting <= queue.reserves.release_at):
            yield f"{queue_id} has its reserves with {waiting} waiting"
        if not are_called and queue.reserves is not None and waiting >= queue.reserves.call_at:
            yield f"{queue_id} lacks its reserves with {waiting} waiting"
    if not state.reserves_called <= state.queues.keys():
        yield "reserves are called for a queue that is no more"
