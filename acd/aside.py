"""What the switch did by itself while the program was away, as inputs at their own instants. Pure.

They come before the other differences, in the order in which all that happened. Each caller is told from where the engine
has lost them, so nothing is counted twice, whatever was known before.
"""

from collections.abc import Iterator

from acd.core import inputs
from acd.core.inputs import Input
from acd.core.settings import Channel
from acd.core.state import State
from acd.ports import AsideRecord, SwitchPicture
from kernel.ids import CallLegId, InteractionId, QueueId
from kernel.instants import Instant
from kernel.result_codes import EndedBy

NORMAL_CLEARING = 16

Told = tuple[Instant, Input]


def told_aside(state: State, picture: SwitchPicture) -> tuple[Told, ...]:
    """Instants and inputs, in order; empty when the switch did nothing that the engine does not know.

    ``AsideBegan`` comes first: until ``AsideEnded``, which is for the caller to give when all else is told, nobody is
    reserved, so that no phone is rung for what is long over.
    """
    told = [
        one
        for interaction_id, record in picture.aside.items()
        if interaction_id not in state.past_interactions
        for one in _told_of(state, interaction_id, record)
    ]
    if not told:
        return ()
    told.sort(key=lambda one: one[0])  # stable: what happened in one instant stays in the order of its call
    return ((told[0][0], inputs.AsideBegan()), *told)


def _told_of(state: State, interaction_id: InteractionId, record: AsideRecord) -> Iterator[Told]:
    interaction = state.interactions.get(interaction_id)
    if interaction is None and (record.seen is None or record.came_at is None or record.arrived_at is None):
        return
    if interaction is None:
        assert record.seen is not None
        assert record.arrived_at is not None
        yield (
            record.arrived_at,
            inputs.InteractionArrived(
                interaction_id=interaction_id,
                channel=Channel.VOICE,
                did=record.seen.did,
                trunk_id=record.seen.trunk_id,
                leg_id=CallLegId(record.seen.leg_id),
            ),
        )
    served = record.taken_at is not None or record.left_at is not None
    outside = interaction is None or interaction.wait is None
    queue_id = _queue_for(state, record)
    if served and outside and record.came_at is not None and queue_id is not None:
        entered = inputs.EnterQueue(interaction_id=interaction_id, queue_id=queue_id, priority=None, requirements=())
        yield record.came_at, entered
    if record.taken_at is not None and record.taken_by is not None:
        yield record.taken_at, inputs.TakenAside(interaction_id=interaction_id, device_id=record.taken_by)
    if record.left_at is not None:
        if record.left_by is EndedBy.AGENT:
            yield record.left_at, inputs.LeftAside(interaction_id=interaction_id, ended_by=EndedBy.AGENT)
        yield record.left_at, inputs.CallerHungUp(interaction_id=interaction_id, cause_code=NORMAL_CLEARING)


def _queue_for(state: State, record: AsideRecord) -> QueueId | None:
    """The queue in which they waited; for those who had not come that far, the first of the centre."""
    known = None if record.seen is None else record.seen.queue_id
    return known if known in state.queues else next(iter(state.queues), None)
