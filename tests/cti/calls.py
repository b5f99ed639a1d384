"""Facts as the engine tells them, for one small floor: queue ``sales``, agents ``ann`` and ``bob``."""

from acd.core import facts as acd
from acd.core.agent_states import AgentState
from acd.core.rank_words import PriorityChanged
from acd.core.settings import AgentSettings, Channel, NoAnswerPolicy, QueueSettings, Requirement
from ivr.core import facts as flow
from kernel.entry import FLOW_STREAM, RECORDER_STREAM
from kernel.ids import (
    AgentId,
    CallLegId,
    DeviceId,
    Did,
    FlowId,
    InteractionId,
    NodeId,
    QueueId,
    ReservationId,
    SkillId,
    TrunkId,
)
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from recorder.facts import RecordingStored
from tests.cti.fakes import Script

SALES = QueueId("sales")
INDONESIAN = SkillId("indonesian")
ASKS = (Requirement(skill_id=INDONESIAN, level_min=2),)


def queue_defined(queue_id: QueueId = SALES) -> acd.QueueDefined:
    """The queue, with ordinary rules."""
    return acd.QueueDefined(
        settings=QueueSettings(
            queue_id=queue_id,
            name="Sales",
            requirements=ASKS,
            priority=5,
            ring_ms_max=15_000,
            wrap_up_ms=10_000,
            wait_ms_max=None,
            short_abandon_ms=5_000,
            service_level_ms=20_000,
            no_answer_policy=NoAnswerPolicy.AUX,
            announcement=None,
            announcement_every_ms=30_000,
        )
    )


def agent_defined(name: str, level: int = 3) -> acd.AgentDefined:
    """An agent with the one skill."""
    return acd.AgentDefined(
        settings=AgentSettings(agent_id=AgentId(name), name=name.title(), skills=((INDONESIAN, level),))
    )


def moved(
    name: str,
    previous: AgentState,
    state: AgentState,
    *,
    call: str | None = None,
    reason: str = "",
    until: int | None = None,
) -> acd.AgentStateChanged:
    """An agent's change of state, at phone ``p-<name>``."""
    return acd.AgentStateChanged(
        agent_id=AgentId(name),
        previous=previous,
        state=state,
        reason_code=reason,
        until=None if until is None else Instant(until),
        interaction_id=None if call is None else InteractionId(call),
        device_id=None if state is AgentState.LOGGED_OUT else DeviceId(f"p-{name}"),
    )


def created(call: str) -> acd.InteractionCreated:
    """A call comes in."""
    return acd.InteractionCreated(
        interaction_id=InteractionId(call),
        channel=Channel.VOICE,
        did=Did("169"),
        trunk_id=TrunkId("telkom"),
        leg_id=CallLegId(f"leg-{call}"),
    )


def queued(call: str, *, priority: int = 5, position: int = 1) -> acd.InteractionQueued:
    """A call enters the queue."""
    return acd.InteractionQueued(
        interaction_id=InteractionId(call),
        queue_id=SALES,
        priority=priority,
        requirements=ASKS,
        position=position,
    )


def priority_changed(call: str, priority: int) -> PriorityChanged:
    return PriorityChanged(interaction_id=InteractionId(call), queue_id=SALES, priority=priority, position=1)


def reservation(call: str, ordinal: int = 1) -> ReservationId:
    """The id that the core would compute."""
    return ReservationId(f"{call}-r{ordinal}")


def reserved(call: str, agent: str, *, until: int, ordinal: int = 1) -> acd.AgentReserved:
    """The two are held for each other."""
    return acd.AgentReserved(
        reservation_id=reservation(call, ordinal),
        interaction_id=InteractionId(call),
        queue_id=SALES,
        agent_id=AgentId(agent),
        device_id=DeviceId(f"p-{agent}"),
        until=Instant(until),
        auto_answer=False,
        waited_ms=2_500,
    )


def reservation_ended(call: str, agent: str, result: ReservationResult, ordinal: int = 1) -> acd.ReservationEnded:
    """The reservation is over."""
    return acd.ReservationEnded(
        reservation_id=reservation(call, ordinal),
        interaction_id=InteractionId(call),
        queue_id=SALES,
        agent_id=AgentId(agent),
        result=result,
        rang_ms=4_000,
    )


def answered(call: str, agent: str) -> acd.InteractionAnswered:
    """The agent picked up."""
    return acd.InteractionAnswered(
        interaction_id=InteractionId(call),
        queue_id=SALES,
        agent_id=AgentId(agent),
        reservation_id=reservation(call),
        waited_ms=6_500,
        rang_ms=4_000,
    )


def held(call: str) -> acd.CallerHeld:
    """The caller is put on hold."""
    return acd.CallerHeld(interaction_id=InteractionId(call), reservation_id=reservation(call))


def resumed(call: str) -> acd.CallerResumed:
    """The caller is taken back."""
    return acd.CallerResumed(interaction_id=InteractionId(call), reservation_id=reservation(call), held_ms=5_000)


def flow_steps(call: str) -> tuple[flow.FlowFact, ...]:
    """Through a menu, and into the queue."""
    caller, main, menu = InteractionId(call), FlowId("main"), NodeId("menu")
    return (
        flow.FlowStarted(interaction_id=caller, flow_id=main, version=4, node_id=menu),
        flow.NodeLeft(interaction_id=caller, flow_id=main, version=4, node_id=menu, kind="menu", exit="1"),
        flow.FlowStopped(interaction_id=caller, flow_id=main, version=4, node_id=menu, reason="queued"),
    )


def released(call: str, agent: str) -> acd.InteractionReleased:
    """The agent's part is over."""
    return acd.InteractionReleased(
        interaction_id=InteractionId(call),
        queue_id=SALES,
        agent_id=AgentId(agent),
        reservation_id=reservation(call),
        ended_by=EndedBy.CALLER,
        talk_ms=30_000,
        hold_ms=5_000,
    )


def ended(call: str, disposition: Disposition = Disposition.ANSWERED) -> acd.InteractionEnded:
    """The end."""
    return acd.InteractionEnded(
        interaction_id=InteractionId(call),
        disposition=disposition,
        ended_by=EndedBy.CALLER,
        cause_code=16,
        lasted_ms=45_000,
    )


def recording_stored(call: str, agent: str = "ann", file_name: str = "2026/11/24/talk.wav") -> RecordingStored:
    """The talk is on the shelf."""
    return RecordingStored(
        interaction_id=InteractionId(call),
        reservation_id=reservation(call),
        queue_id=SALES,
        agent_id=AgentId(agent),
        file_name=file_name,
        started_at=Instant(1_795_000_010_000),
        duration_ms=35_000,
        byte_count=1_120_044,
        sha256="ab" * 32,
    )


def open_floor(script: Script) -> None:
    """The queue, and both agents ready."""
    script.entry(queue_defined(), agent_defined("ann"), agent_defined("bob"))
    for name in ("ann", "bob"):
        script.entry(
            acd.AgentLoggedIn(agent_id=AgentId(name), device_id=DeviceId(f"p-{name}")),
            moved(name, AgentState.LOGGED_OUT, AgentState.AUX, reason="logged_in"),
        )
        script.entry(moved(name, AgentState.AUX, AgentState.READY))


def answered_call(script: Script, call: str = "c1-1", agent: str = "ann") -> None:
    """One call from arrival to its recording: offered, held once, wrapped up."""
    script.entry(created(call))
    for step in flow_steps(call):
        script.entry(step, stream=FLOW_STREAM)
    until = script.entry(queued(call)).at + 15_000
    script.entry(reserved(call, agent, until=until), moved(agent, AgentState.READY, AgentState.RESERVED, call=call))
    script.entry(
        acd.AgentAlerted(reservation_id=reservation(call), interaction_id=InteractionId(call), agent_id=AgentId(agent)),
        moved(agent, AgentState.RESERVED, AgentState.ALERTING, call=call, until=until),
    )
    script.entry(
        answered(call, agent),
        reservation_ended(call, agent, ReservationResult.ANSWERED),
        moved(agent, AgentState.ALERTING, AgentState.TALKING, call=call),
    )
    script.entry(held(call), moved(agent, AgentState.TALKING, AgentState.HOLD, call=call))
    script.entry(resumed(call), moved(agent, AgentState.HOLD, AgentState.TALKING, call=call))
    script.entry(acd.NextStateChosen(agent_id=AgentId(agent), state=AgentState.READY, reason_code=""))
    wrap_up_until = script.entry(
        released(call, agent),
        ended(call),
        moved(agent, AgentState.TALKING, AgentState.WRAP_UP, call=call, until=1_795_000_099_000),
    ).at
    script.entry(moved(agent, AgentState.WRAP_UP, AgentState.READY), at=wrap_up_until + 7_000)
    script.entry(recording_stored(call, agent), stream=RECORDER_STREAM)
