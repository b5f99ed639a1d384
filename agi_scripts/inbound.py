"""A call has come in on a trunk: note who it is, and lead them through the flow of the number they dialled."""

import re

import structlog

from agi_scripts.doors import FrontFlowNotes, FrontQueueDoor
from agi_scripts.ports import Line, Services
from ivr.core.nodes.kind import LANGUAGE
from ivr.core.numbers import clean_name, clean_number, normalised
from ivr.ports import Arrival, PromptMissing
from ivr.session import FlowSession, FlowWorld
from kernel.ids import Did, InteractionId, PromptId, TrunkId
from kernel.result_codes import Disposition

log = structlog.get_logger(__name__)

NUMBER_NOT_IN_USE = PromptId("number-not-in-use")
UNALLOCATED_NUMBER = 1
"""Q.850: there is no such number."""

_INTERACTION_ID = re.compile(r"c[0-9]{1,20}-[0-9]{1,20}", re.ASCII)


async def inbound(line: Line, services: Services) -> None:
    """Arguments: interaction id, dialled number, trunk id.

    A number that is no number of ours is said to be none, and counts as ``unknown``. Raises CallerGone, DoorClosed.
    """
    interaction_id = interaction_of(line)
    if interaction_id is None:
        return
    arrival = Arrival(
        interaction_id=interaction_id,
        did=Did(line.argument(2)),
        trunk_id=TrunkId(line.argument(3)),
        leg_id=line.leg_id,
        caller_number=clean_number(line.caller_number),
        caller_name=clean_name(line.caller_name),
    )
    world = flow_world(services)
    await world.door.arrive(arrival)
    flow = services.flows.for_did(arrival.did)
    if flow is None:
        log.warning("call for a number that is not ours", interaction_id=interaction_id, trunk_id=arrival.trunk_id)
        await world.door.end(interaction_id, Disposition.UNKNOWN)
        await _turn_away(line, services)
        return
    number = normalised(arrival.caller_number, country=services.place.country)
    session = FlowSession(flow=flow, caller=line, world=world, interaction_id=interaction_id, number=number)
    await session.begin({LANGUAGE: services.place.languages[0]})


def interaction_of(line: Line) -> InteractionId | None:
    """The interaction's id as the dialplan made it; None (and the caller takes the safety route) for anything else."""
    name = line.argument(1)
    if _INTERACTION_ID.fullmatch(name) is None:
        log.error("script without an interaction", leg_id=line.leg_id)
        return None
    return InteractionId(name)


def flow_world(services: Services) -> FlowWorld:
    """What flows need, made of the services."""
    return FlowWorld(
        door=FrontQueueDoor(door=services.door, contacts=services.contacts, country=services.place.country),
        look_ups=services.look_ups,
        notes=FrontFlowNotes(services.door),
        memory=services.memory,
        now=services.clock.now,
    )


async def _turn_away(line: Line, services: Services) -> None:
    await line.hang_up(UNALLOCATED_NUMBER)
    await line.answer()
    for language in services.place.languages:
        try:
            await line.play((NUMBER_NOT_IN_USE,), language)
        except PromptMissing:
            log.error("prompt missing", prompt_id=NUMBER_NOT_IN_USE, language=language)
