"""Short makers for the ACD's words: every field has a plain default, a test names only what its story is about."""

from dataclasses import replace

from acd.core import callback_words, inputs, waiting_words
from acd.core.outbound_words import CallOut, TrunkOffer
from acd.core.rank_words import MoveToQueue, RoutingConfigured, SetPriority
from acd.core.settings import (
    LEVEL_LAST,
    AgentSettings,
    AuxReasonSettings,
    Blend,
    Channel,
    DeviceSettings,
    NoAnswerPolicy,
    QueueSettings,
    RelaxationStep,
    Requirement,
    Reserves,
    RoutingSettings,
    Strategy,
)
from acd.core.transfer_words import CallerReturned, CallerTransferred, TransferKind, TransferTo
from kernel.ids import (
    AgentId,
    CallLegId,
    DeviceId,
    Did,
    GroupId,
    InteractionId,
    PromptId,
    QueueId,
    ReservationId,
    RouteId,
    SkillId,
    TrunkId,
)
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy, ReservationResult

S = 1_000
"""One second in milliseconds."""


def needs(**level_min: int) -> tuple[Requirement, ...]:
    """Requirements: ``needs(english=3)``."""
    return tuple(
        Requirement(skill_id=SkillId(skill_id), level_min=level) for skill_id, level in sorted(level_min.items())
    )


def queue_settings(
    queue_id: str = "sales",
    *,
    requirements: tuple[Requirement, ...] = (),
    priority: int = 5,
    ring_ms_max: int = 15 * S,
    wrap_up_ms: int = 10 * S,
    wait_ms_max: int | None = None,
    short_abandon_ms: int = 5 * S,
    no_answer_policy: NoAnswerPolicy = NoAnswerPolicy.AUX,
    announcement: str | None = None,
    announcement_every_ms: int = 0,
    waiting_max: int | None = None,
    groups: tuple[str, ...] = (),
    level_max: int = LEVEL_LAST,
    strategy: Strategy = Strategy.LONGEST_IDLE,
    blend: Blend | None = None,
    relaxations: tuple[RelaxationStep, ...] = (),
    reserves: Reserves | None = None,
    tells_wait: bool = False,
    exit_key: str = "",
    expected_wait_ms_max: int | None = None,
) -> QueueSettings:
    return QueueSettings(
        queue_id=QueueId(queue_id),
        name=queue_id.title(),
        requirements=requirements,
        priority=priority,
        ring_ms_max=ring_ms_max,
        wrap_up_ms=wrap_up_ms,
        wait_ms_max=wait_ms_max,
        short_abandon_ms=short_abandon_ms,
        service_level_ms=20 * S,
        no_answer_policy=no_answer_policy,
        announcement=None if announcement is None else PromptId(announcement),
        announcement_every_ms=announcement_every_ms,
        waiting_max=waiting_max,
        groups=tuple(map(GroupId, groups)),
        level_max=level_max,
        strategy=strategy,
        blend=blend,
        relaxations=relaxations,
        reserves=reserves,
        tells_wait=tells_wait,
        exit_key=exit_key,
        expected_wait_ms_max=expected_wait_ms_max,
    )


def agent_settings(agent_id: str, **level: int) -> AgentSettings:
    """An agent and their skills: ``agent_settings("ann", english=4)``."""
    skills = tuple((SkillId(skill_id), proficiency) for skill_id, proficiency in sorted(level.items()))
    return AgentSettings(agent_id=AgentId(agent_id), name=agent_id.title(), skills=skills)


def queue(queue_id: str = "sales", **fields: object) -> inputs.QueueConfigured:
    return inputs.QueueConfigured(settings=queue_settings(queue_id, **fields))  # type: ignore[arg-type]  # passed on


def agent(agent_id: str, **level: int) -> inputs.AgentConfigured:
    return inputs.AgentConfigured(settings=agent_settings(agent_id, **level))


def agent_calling(agent_id: str, *, per_hour: int, per_day: int) -> inputs.AgentConfigured:
    """An agent who may call numbers outside so often."""
    settings = replace(agent_settings(agent_id), calls_out_per_hour_max=per_hour, calls_out_per_day_max=per_day)
    return inputs.AgentConfigured(settings=settings)


def trunk_offer(trunk: str, *, at_once: int = 5, per_hour: int = 50, per_day: int = 500) -> TrunkOffer:
    return TrunkOffer(trunk_id=TrunkId(trunk), at_once_max=at_once, per_hour_max=per_hour, per_day_max=per_day)


def call_out(call: str, phone: str = "phone-ann", *trunks: TrunkOffer, wrap_up_ms: int = 5_000) -> CallOut:
    """Somebody at a phone calls a mobile, by either of two trunks."""
    return CallOut(
        interaction_id=InteractionId(call),
        device_id=DeviceId(phone),
        leg_id=CallLegId(f"leg of {call}"),
        route_id=RouteId("mobile"),
        trunks=trunks or (trunk_offer("first"), trunk_offer("second")),
        shown=Did("169"),
        wrap_up_ms=wrap_up_ms,
    )


def member(
    agent_id: str, groups: tuple[str, ...] = (), level: int = 1, skills: dict[str, int] | None = None
) -> inputs.AgentConfigured:
    """An agent of some groups, at a level."""
    settings = agent_settings(agent_id, **(skills or {}))
    return inputs.AgentConfigured(settings=replace(settings, groups=tuple(map(GroupId, groups)), level=level))


def device(device_id: str, *, auto_answer: bool = False) -> inputs.DeviceConfigured:
    return inputs.DeviceConfigured(settings=DeviceSettings(device_id=DeviceId(device_id), auto_answer=auto_answer))


def routing(*, priority_step_ms: int | None = None) -> RoutingConfigured:
    return RoutingConfigured(settings=RoutingSettings(priority_step_ms=priority_step_ms))


def set_priority(interaction_id: str, priority: int) -> SetPriority:
    return SetPriority(interaction_id=InteractionId(interaction_id), priority=priority)


def move_to_queue(interaction_id: str, queue_id: str) -> MoveToQueue:
    return MoveToQueue(interaction_id=InteractionId(interaction_id), queue_id=QueueId(queue_id))


def remove_queue(queue_id: str) -> inputs.QueueRemoved:
    return inputs.QueueRemoved(queue_id=QueueId(queue_id))


def remove_agent(agent_id: str) -> inputs.AgentRemoved:
    return inputs.AgentRemoved(agent_id=AgentId(agent_id))


def remove_device(device_id: str) -> inputs.DeviceRemoved:
    return inputs.DeviceRemoved(device_id=DeviceId(device_id))


def extended(agent_id: str, by_ms: int) -> inputs.ExtendWrapUp:
    return inputs.ExtendWrapUp(agent_id=AgentId(agent_id), by_ms=by_ms)


def moved(device_id: str) -> inputs.DeviceMoved:
    return inputs.DeviceMoved(device_id=DeviceId(device_id))


def seen(device_id: str, *, reachable: bool = True, in_use: bool = False) -> inputs.DevicePresenceSeen:
    return inputs.DevicePresenceSeen(device_id=DeviceId(device_id), reachable=reachable, in_use=in_use)


def arrived(interaction_id: str) -> inputs.InteractionArrived:
    return inputs.InteractionArrived(
        interaction_id=InteractionId(interaction_id),
        channel=Channel.VOICE,
        did=Did("169"),
        trunk_id=TrunkId("carrier"),
        leg_id=CallLegId(f"leg-{interaction_id}"),
    )


def enter(
    interaction_id: str,
    queue_id: str = "sales",
    priority: int | None = None,
    **level_min: int,
) -> inputs.EnterQueue:
    return inputs.EnterQueue(
        interaction_id=InteractionId(interaction_id),
        queue_id=QueueId(queue_id),
        priority=priority,
        requirements=needs(**level_min),
    )


def enter_as_since(
    ranked_at: Instant, interaction_id: str, queue_id: str = "sales", priority: int | None = None
) -> inputs.EnterQueue:
    """With a place in line as though they had waited since then."""
    return replace(enter(interaction_id, queue_id, priority), ranked_at=ranked_at)


def hung_up(interaction_id: str, cause_code: int = 16) -> inputs.CallerHungUp:
    return inputs.CallerHungUp(interaction_id=InteractionId(interaction_id), cause_code=cause_code)


def lost(interaction_id: str) -> inputs.CallerLost:
    return inputs.CallerLost(interaction_id=InteractionId(interaction_id))


def flow_ended(interaction_id: str, disposition: Disposition = Disposition.FLOW_ENDED) -> inputs.FlowEnded:
    return inputs.FlowEnded(interaction_id=InteractionId(interaction_id), disposition=disposition)


def log_in(agent_id: str, device_id: str) -> inputs.LogIn:
    return inputs.LogIn(agent_id=AgentId(agent_id), device_id=DeviceId(device_id))


def log_out(agent_id: str) -> inputs.LogOut:
    return inputs.LogOut(agent_id=AgentId(agent_id))


def set_ready(agent_id: str) -> inputs.SetReady:
    return inputs.SetReady(agent_id=AgentId(agent_id))


def set_aux(agent_id: str, reason_code: str = "lunch") -> inputs.SetAux:
    return inputs.SetAux(agent_id=AgentId(agent_id), reason_code=reason_code)


def pressed(interaction_id: str, key: str) -> waiting_words.KeyPressed:
    return waiting_words.KeyPressed(interaction_id=InteractionId(interaction_id), key=key)


def book_callback(
    interaction_id: str, queue_id: str = "sales", *, expires_at: int, tries_max: int = 3, retry_ms: int = 5 * 60 * S
) -> callback_words.BookCallback:
    return callback_words.BookCallback(
        interaction_id=InteractionId(interaction_id),
        queue_id=QueueId(queue_id),
        expires_at=Instant(expires_at),
        tries_max=tries_max,
        retry_ms=retry_ms,
    )


def reached(interaction_id: str) -> callback_words.CustomerReached:
    return callback_words.CustomerReached(interaction_id=InteractionId(interaction_id))


def reason(reason_code: str, *, agents_max: int | None = None, ms_max: int | None = None) -> inputs.AuxReasonConfigured:
    """A reason not to be ready, with its limits."""
    settings = AuxReasonSettings(reason_code=reason_code, agents_max=agents_max, ms_max=ms_max)
    return inputs.AuxReasonConfigured(settings=settings)


def rang(reservation_id: str) -> inputs.AgentRang:
    return inputs.AgentRang(reservation_id=ReservationId(reservation_id))


def picked_up(reservation_id: str) -> inputs.AgentPickedUp:
    return inputs.AgentPickedUp(reservation_id=ReservationId(reservation_id))


def failed(reservation_id: str, result: ReservationResult) -> inputs.AgentLegFailed:
    return inputs.AgentLegFailed(reservation_id=ReservationId(reservation_id), result=result)


def sent_on(interaction_id: str, to: TransferTo, target: str) -> CallerTransferred:
    return CallerTransferred(
        interaction_id=InteractionId(interaction_id), kind=TransferKind.BLIND, to=to, target=target
    )


def returned(interaction_id: str) -> CallerReturned:
    return CallerReturned(interaction_id=InteractionId(interaction_id))


def left(reservation_id: str, ended_by: EndedBy = EndedBy.AGENT) -> inputs.AgentLeft:
    return inputs.AgentLeft(reservation_id=ReservationId(reservation_id), ended_by=ended_by)


def held(reservation_id: str) -> inputs.AgentHeldCaller:
    return inputs.AgentHeldCaller(reservation_id=ReservationId(reservation_id))


def taken_aside(interaction_id: str, device_id: str) -> inputs.TakenAside:
    return inputs.TakenAside(interaction_id=InteractionId(interaction_id), device_id=DeviceId(device_id))


def left_aside(interaction_id: str, ended_by: EndedBy = EndedBy.AGENT) -> inputs.LeftAside:
    return inputs.LeftAside(interaction_id=InteractionId(interaction_id), ended_by=ended_by)


def resumed(reservation_id: str) -> inputs.AgentResumedCaller:
    return inputs.AgentResumedCaller(reservation_id=ReservationId(reservation_id))


TIME = inputs.TimePassed()
