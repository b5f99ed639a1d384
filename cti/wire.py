"""The CTI wire, version 1: every event's data as a type, and the envelope round it. Pure.

Lengths end in ``_s`` (seconds, three decimals), moments are RFC 3339 in UTC with milliseconds. A field is never renamed
or removed inside version 1; fields and event types may be added, and a client ignores what it does not know.
"""

from typing import Any

import msgspec

VERSION = 1
SUBPROTOCOL = "acd.cti.v1+json"


class Ani(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's number.

    ``privacy``: ``open`` (shown), ``masked`` (the token lacks the scope ``pii``: only the ends are shown),
    ``withheld`` (the caller hides it), ``erased`` (forgotten on request, or never known).
    """

    e164: str
    raw: str
    privacy: str


HIDDEN = Ani(e164="", raw="", privacy="erased")


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """A skill and a level, 1-5, 5 is best."""

    skill_id: str
    level: int


class Pop(msgspec.Struct, frozen=True, kw_only=True):
    """What the CRM is to open: by ``url``, or by ``search`` for ``key`` among records of kind ``entity``."""

    key: str
    url: str
    entity: str
    search: str


class Durations(msgspec.Struct, frozen=True, kw_only=True):
    """Where the time of a call went. Those of a phase that never came are 0."""

    ivr_s: float
    queue_s: float
    ring_s: float
    talk_s: float
    hold_s: float
    total_s: float


class AgentLoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """An agent sat down at a phone."""

    agent_id: str
    name: str
    device: str


class AgentLoggedOut(msgspec.Struct, frozen=True, kw_only=True):
    """An agent left a phone: ``own_wish``, ``moved`` or ``replaced``."""

    agent_id: str
    device: str
    reason_code: str


class AgentStateChanged(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's state. ``until``: when it ends by itself; ``next_state``: chosen for after the call."""

    agent_id: str
    state: str
    reason_code: str
    previous: str
    since: str
    until: str | None
    routable: bool
    next_state: str | None
    device: str | None
    call_id: str | None


class AgentOverstayed(msgspec.Struct, frozen=True, kw_only=True):
    """Away longer than the reason allows, and still away."""

    agent_id: str
    reason_code: str


class AgentNextStateChosen(msgspec.Struct, frozen=True, kw_only=True):
    """Asked for during a call, applied after it."""

    agent_id: str
    state: str
    reason_code: str


class CallCreated(msgspec.Struct, frozen=True, kw_only=True):
    """A call came in, or (direction outbound) an agent makes one. ``dnis`` is the number dialled, or the one that is shown."""

    call_id: str
    direction: str
    channel: str
    ani: Ani
    dnis: str
    trunk: str
    leg_id: str


class CallFlowStep(msgspec.Struct, frozen=True, kw_only=True):
    """``step`` is started, left or stopped; ``outcome`` the exit taken, or why the flow let go. Keys are never here."""

    call_id: str
    flow: str
    version: int
    node: str
    kind: str
    step: str
    outcome: str


class CallQueued(msgspec.Struct, frozen=True, kw_only=True):
    """A call entered a queue. ``position`` is 1 for the next to be served."""

    call_id: str
    queue: str
    skills: tuple[Skill, ...]
    priority: int
    position: int


class CallPriorityChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor lets a waiting call be served sooner or later. ``position`` is the new one."""

    call_id: str
    queue: str
    priority: int
    position: int


class CallLeftQueue(msgspec.Struct, frozen=True, kw_only=True):
    """A call left its queue unanswered: ``abandoned``, ``short_abandoned``, ``timeout``, ``overflow``, ..."""

    call_id: str
    queue: str
    reason: str
    wait_s: float


class CallOffered(msgspec.Struct, frozen=True, kw_only=True):
    """The screen pop: this call is held for this agent until ``expires_at``, and the phone is to ring."""

    call_id: str
    offer_id: str
    agent_id: str
    device: str
    ani: Ani
    name: str
    ivr_attributes: dict[str, str]
    queue: str
    wait_s: float
    expires_at: str
    auto_answer: bool
    pop: Pop | None


class CallOfferWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """``reason``: timeout, agent_reject, busy, unreachable, caller_hangup or cancelled. Close the screen pop."""

    call_id: str
    offer_id: str
    agent_id: str
    queue: str
    reason: str
    ring_s: float


class CallConnected(msgspec.Struct, frozen=True, kw_only=True):
    """The agent, or whom an agent called, picked up and the two are joined. ``queue`` "": the agent called."""

    call_id: str
    offer_id: str
    agent_id: str
    device: str | None
    queue: str
    wait_s: float
    ring_s: float


class CallOutRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A number outside was not called. ``reason``: no_number, no_route, out_of_hours, agent_busy, agent_limit, ..."""

    call_id: str
    agent_id: str | None
    device: str
    route: str | None
    reason: str


class CallHeld(msgspec.Struct, frozen=True, kw_only=True):
    """The agent put the caller on hold."""

    call_id: str
    offer_id: str
    agent_id: str | None


class CallResumed(msgspec.Struct, frozen=True, kw_only=True):
    """The agent took the caller back."""

    call_id: str
    offer_id: str
    agent_id: str | None
    held_s: float


class CallTransferred(msgspec.Struct, frozen=True, kw_only=True):
    """An agent passed the caller on. ``kind``: blind. ``to`` agent or queue, ``target`` its id; call.queued follows."""

    call_id: str
    offer_id: str
    agent_id: str
    queue: str
    kind: str
    to: str
    target: str


class CallEnded(msgspec.Struct, frozen=True, kw_only=True):
    """The one end of a call. ``reason`` is its disposition, ``by`` caller, agent or system."""

    call_id: str
    reason: str
    by: str
    cause_code: int
    queue: str | None
    agent_id: str | None
    durations: Durations


class CallWrapupStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The agent works after the call, until ``until`` at the latest."""

    call_id: str
    agent_id: str
    until: str | None


class CallWrapupCompleted(msgspec.Struct, frozen=True, kw_only=True):
    """The agent's work after the call is over."""

    call_id: str
    agent_id: str
    wrapup_s: float


class RecordingAvailable(msgspec.Struct, frozen=True, kw_only=True):
    """A talk is on the shelf as stereo WAV: ``channels`` names left, then right. ``url`` is relative to the API."""

    call_id: str
    recording_id: str
    agent_id: str
    queue: str
    url: str
    sha256: str
    channels: tuple[str, ...]
    started_at: str
    duration_s: float
    byte_count: int


class RecordingFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A talk that should have been recorded is ``missing``, ``short`` or ``unreadable``."""

    call_id: str
    recording_id: str
    problem: str


EventData = (
    AgentLoggedIn
    | AgentLoggedOut
    | AgentStateChanged
    | AgentOverstayed
    | AgentNextStateChosen
    | CallCreated
    | CallFlowStep
    | CallQueued
    | CallPriorityChanged
    | CallLeftQueue
    | CallOffered
    | CallOfferWithdrawn
    | CallConnected
    | CallOutRefused
    | CallHeld
    | CallResumed
    | CallTransferred
    | CallEnded
    | CallWrapupStarted
    | CallWrapupCompleted
    | RecordingAvailable
    | RecordingFailed
)

EVENTS: dict[str, type[EventData]] = {
    "agent.logged_in": AgentLoggedIn,
    "agent.logged_out": AgentLoggedOut,
    "agent.state_changed": AgentStateChanged,
    "agent.overstayed": AgentOverstayed,
    "agent.next_state_chosen": AgentNextStateChosen,
    "call.created": CallCreated,
    "call.flow_step": CallFlowStep,
    "call.queued": CallQueued,
    "call.priority_changed": CallPriorityChanged,
    "call.left_queue": CallLeftQueue,
    "call.offered": CallOffered,
    "call.offer_withdrawn": CallOfferWithdrawn,
    "call.connected": CallConnected,
    "call.out_refused": CallOutRefused,
    "call.held": CallHeld,
    "call.resumed": CallResumed,
    "call.transferred": CallTransferred,
    "call.ended": CallEnded,
    "call.wrapup_started": CallWrapupStarted,
    "call.wrapup_completed": CallWrapupCompleted,
    "recording.available": RecordingAvailable,
    "recording.failed": RecordingFailed,
}
TYPES: dict[type[EventData], str] = {kind: name for name, kind in EVENTS.items()}


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What stands round every event.

    ``seq`` is the dense number in the log, from 1; ``id`` is the same for the same event for ever (drop what you have
    seen). ``subject``: ``call/<id>`` or ``agent/<id>``. ``corr``: the call that it belongs to, or "".
    """

    v: int
    id: str
    seq: int
    type: str
    time: str
    tenant: str
    subject: str
    corr: str
    data: Any
