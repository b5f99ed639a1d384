"""An agent calls a number outside: dialled at the phone, or clicked on. Whether it may be called is decided here alone."""

from collections.abc import Mapping

import structlog

from acd.core.outbound_words import CallOut, CallOutBegun, CallOutRefused, TrunkOffer
from acd.ports import DoorClosed
from agi_scripts.agent_desk import ERROR_TRY_LATER, NOT_LOGGED_IN, device_of, say
from agi_scripts.inbound import interaction_of
from agi_scripts.ports import Line, Services
from centre.call_routes import Allowed, NotAllowed
from kernel.contact import Contact
from kernel.ids import CallLegId, DeviceId, Did, InteractionId, PromptId, ReservationId
from kernel.result_codes import CallOutRefusal

log = structlog.get_logger(__name__)

CALL_REJECTED = 21
"""Q.850."""
NOT_ALLOWED = PromptId("out-not-allowed")
LIMIT_REACHED = PromptId("out-limit")

WHY: Mapping[CallOutRefusal, PromptId] = {
    CallOutRefusal.NO_NUMBER: PromptId("number-not-in-use"),
    CallOutRefusal.NO_ROUTE: NOT_ALLOWED,
    CallOutRefusal.OUT_OF_HOURS: NOT_ALLOWED,
    CallOutRefusal.NOT_LOGGED_IN: NOT_LOGGED_IN,
    CallOutRefusal.AGENT_BUSY: ERROR_TRY_LATER,
    CallOutRefusal.AGENT_LIMIT: LIMIT_REACHED,
    CallOutRefusal.TRUNK_LIMIT: LIMIT_REACHED,
}
"""What the agent hears."""


async def outbound(line: Line, services: Services) -> None:
    """Arguments: interaction id, device id, number ("" when it was clicked on, or is none).

    Whatever goes wrong, nobody is called. Raises CallerGone, PromptMissing.
    """
    interaction_id, device_id = interaction_of(line), device_of(line, 2)
    if interaction_id is None or device_id is None:
        return
    dialled = services.clicks.take(interaction_id) or line.argument(3)
    decided = services.routes().decide(dialled, services.clock.now())
    if isinstance(decided, Allowed):
        # First, so that whoever reads the fact finds the number.
        services.contacts.write(Contact(interaction_id=interaction_id, number=decided.number, number_raw=dialled))
    try:
        facts = await services.door.submit(_asked(decided, interaction_id, device_id, line.leg_id))
    except DoorClosed:
        log.warning("front door closed to a call out", interaction_id=interaction_id)
        return
    for fact in facts:
        if isinstance(fact, CallOutBegun) and isinstance(decided, Allowed):
            ways = [way for way in decided.ways if way.trunk_id in fact.trunk_ids]
            await line.leave_to_call_out(ways, decided.ring_ms_max, ReservationId(f"{interaction_id}-r1"))
            return
        if isinstance(fact, CallOutRefused):
            log.warning("call out refused", agent_id=fact.agent_id, device_id=device_id, reason=fact.reason)
            await line.hang_up(CALL_REJECTED)
            await line.answer()
            await say(line, services, WHY[fact.reason])
            return


def _asked(decided: Allowed | NotAllowed, interaction_id: InteractionId, device_id: DeviceId, leg_id: str) -> CallOut:
    if isinstance(decided, NotAllowed):
        return CallOut(
            interaction_id=interaction_id,
            device_id=device_id,
            leg_id=CallLegId(leg_id),
            refused=CallOutRefusal(decided.value),
        )
    return CallOut(
        interaction_id=interaction_id,
        device_id=device_id,
        leg_id=CallLegId(leg_id),
        route_id=decided.route_id,
        trunks=tuple(
            TrunkOffer(
                trunk_id=way.trunk_id,
                at_once_max=way.calls_out_max,
                per_hour_max=way.calls_out_per_hour_max,
                per_day_max=way.calls_out_per_day_max,
            )
            for way in decided.ways
        ),
        shown=Did(decided.ways[0].caller_id),
        wrap_up_ms=decided.wrap_up_ms,
    )
