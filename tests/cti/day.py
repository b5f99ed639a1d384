"""A day on the small floor in which every type of event happens."""

from acd.core import facts as acd
from acd.core.agent_states import AgentState
from acd.core.outbound_words import CallOutRefused
from acd.core.transfer_words import InteractionTransferred, TransferKind, TransferTo
from kernel.entry import RECORDER_STREAM
from kernel.ids import AgentId, DeviceId, InteractionId
from kernel.result_codes import CallOutRefusal, Disposition, ReservationResult
from recorder.facts import RecordingFailed
from tests.cti.calls import (
    SALES,
    answered_call,
    created,
    ended,
    moved,
    open_floor,
    priority_changed,
    queued,
    reservation,
    reservation_ended,
    reserved,
)
from tests.cti.fakes import Script


def abandoned_call(script: Script, call: str = "c2-1", agent: str = "bob") -> None:
    """Offered to an agent who lets it ring; then the caller gives up."""
    script.entry(created(call))
    script.entry(queued(call))
    until = script.entry(reserved(call, agent, until=1_795_000_900_000)).at + 15_000
    script.entry(
        reservation_ended(call, agent, ReservationResult.LAPSED),
        moved(agent, AgentState.READY, AgentState.AUX, reason="rona"),
        at=until,
    )
    script.entry(
        acd.InteractionAbandoned(
            interaction_id=InteractionId(call), queue_id=SALES, waited_ms=18_000, short=False, while_offered=False
        ),
        ended(call, Disposition.ABANDONED),
    )


def transferred_call(script: Script, call: str = "c3-1") -> None:
    """Sent on to a colleague; the caller gives up before they pick up."""
    script.entry(created(call))
    script.entry(
        InteractionTransferred(
            interaction_id=InteractionId(call),
            kind=TransferKind.BLIND,
            queue_id=SALES,
            agent_id=AgentId("ann"),
            reservation_id=reservation(call),
            to=TransferTo.AGENT,
            target="bob",
        ),
        queued(call),
    )


def whole_day(script: Script) -> None:
    """Everything."""
    open_floor(script)
    answered_call(script)
    abandoned_call(script)
    script.entry(
        RecordingFailed(
            interaction_id=InteractionId("c1-1"),
            reservation_id=reservation("c1-1"),
            problem="short",
            expected_ms=35_000,
            found_ms=10,
        ),
        stream=RECORDER_STREAM,
    )
    script.entry(
        acd.AgentLoggedOut(agent_id=AgentId("bob"), device_id=DeviceId("p-bob"), reason_code="own_wish"),
        moved("bob", AgentState.AUX, AgentState.LOGGED_OUT, reason="own_wish"),
    )
    script.entry(created("c3-1"))
    script.entry(queued("c3-1"))
    script.entry(priority_changed("c3-1", 9))
    transferred_call(script)
    script.entry(
        CallOutRefused(
            interaction_id=InteractionId("c3-1"),
            device_id=DeviceId("p-ann"),
            agent_id=AgentId("ann"),
            route_id=None,
            reason=CallOutRefusal.NO_ROUTE,
        )
    )
    script.entry(moved("ann", AgentState.READY, AgentState.AUX, reason="meal"))
    script.entry(acd.AuxOverstayed(agent_id=AgentId("ann"), reason_code="meal"))
