"""An agent has sent this caller on, to a colleague or to a queue: the engine is told, and the caller waits there."""

import structlog

from acd.core.facts import InputRefused
from acd.core.inputs import Input
from acd.core.transfer_words import CallerReturned, CallerTransferred, TransferKind, TransferTo
from agi_scripts.inbound import interaction_of
from agi_scripts.ports import Line, Services
from kernel.ids import QueueId

log = structlog.get_logger(__name__)


async def referral(line: Line, services: Services) -> None:
    """Arguments: interaction id, what the agent dialled, trunk id, the queue in which the caller waited last.

    Who has gone meanwhile (the centre was changed) is nobody: the caller goes back to the queue that they came from.
    Raises CallerGone, DoorClosed.
    """
    interaction_id = interaction_of(line)
    if interaction_id is None:
        return
    former = QueueId(line.argument(4))
    found = services.referrals.referred_to(line.argument(2))
    if found is not None:
        to, target = found
        given = CallerTransferred(interaction_id=interaction_id, kind=TransferKind.BLIND, to=to, target=target)
        if await _is_taken(services, given):
            await _leave_to(line, services, former if to is TransferTo.AGENT else QueueId(target))
            return
    log.warning("caller was sent to nobody", interaction_id=interaction_id)
    if await _is_taken(services, CallerReturned(interaction_id=interaction_id)):
        await _leave_to(line, services, former)
    else:
        await line.leave_to_safety_route()


async def _is_taken(services: Services, given: Input) -> bool:
    return not any(isinstance(fact, InputRefused) for fact in await services.door.submit(given))


async def _leave_to(line: Line, services: Services, queue_id: QueueId) -> None:
    await line.leave_to_queue(queue_id, services.look_ups.music(queue_id))
