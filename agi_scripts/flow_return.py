"""A caller comes back to the flow that they left for a queue or a number outside."""

import structlog

from agi_scripts.inbound import flow_world, interaction_of
from agi_scripts.ports import Line, Services
from ivr.core.steps import Answer
from ivr.session import FlowSession

log = structlog.get_logger(__name__)


async def go_on(line: Line, services: Services, answer: Answer) -> None:
    """Go on with the flow where it was left. Argument 1: interaction id.

    What cannot be gone on with is left to the dialplan's safety route. Raises CallerGone.
    """
    interaction_id = interaction_of(line)
    if interaction_id is None:
        return
    kept = await services.memory.recall(interaction_id)
    flow = None if kept is None else services.flows.of_version(kept.flow_id, kept.version)
    if kept is None or flow is None:
        log.error("flow to go on with is not known", interaction_id=interaction_id)
        await line.leave_to_safety_route()
        return
    contact = await services.contacts.read(interaction_id)
    session = FlowSession(
        flow=flow,
        caller=line,
        world=flow_world(services),
        interaction_id=interaction_id,
        number="" if contact is None else contact.number,
    )
    await session.resume(kept, answer)
