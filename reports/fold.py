"""Facts into rows: the one place where it is decided what counts where. Pure.

Attribution (each row's docstring says the same for its fields): a queue's offers and what became of them belong to the
half hour of the queue entry, handled parts to the half hour in which the handling ended, an agent's time is split at
the borders.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from acd.core.agent_states import AgentState
from acd.core.callback_words import CallbackBooked
from acd.core.facts import (
    AgentReserved,
    AgentStateChanged,
    InteractionAbandoned,
    InteractionAnswered,
    InteractionCreated,
    InteractionEnded,
    InteractionLeftQueue,
    InteractionQueued,
    InteractionReleased,
    QueueDefined,
    QueueWithdrawn,
    ReservationEnded,
    WaitTold,
)
from acd.core.outbound_words import CallOutAnswered, CallOutBegun, CallOutMoved, CallOutRefused, CallOutReleased
from acd.core.rank_words import PriorityChanged
from acd.core.settings import Direction
from acd.core.transfer_words import InteractionTransferred
from ivr.core.facts import FlowStarted, FlowStopped, NodeLeft
from kernel.entry import Entry
from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant, elapsed_ms
from kernel.records import replace
from kernel.result_codes import LeaveReason, ReservationResult
from reports.changes import Changes
from reports.intervals import day_of, interval_of, split
from reports.memory import AgentNow, Handling, Memory, OpenInteraction, Promise
from reports.rows import InteractionRow, MenuRow

LEFT_COUNTS: dict[LeaveReason, str] = {
    LeaveReason.TIMEOUT: "left_timeout_count",
    LeaveReason.OVERFLOW: "left_overflow_count",
    LeaveReason.CLOSED: "left_closed_count",
    LeaveReason.KEY: "left_key_count",
    LeaveReason.CALLBACK: "callback_failed_count",
    LeaveReason.WITHDRAWN: "left_withdrawn_count",
    LeaveReason.NO_AGENT: "left_no_agent_count",
    LeaveReason.SYSTEM_FAILURE: "left_system_failure_count",
}

# Not counted: an offer that ended because the caller left or the engine took it back says nothing about the agent.
OFFER_COUNTS: dict[ReservationResult, tuple[str | None, str | None]] = {
    ReservationResult.LAPSED: ("lapsed_count", "lapsed_count"),
    ReservationResult.DECLINED: ("declined_count", "declined_count"),
    ReservationResult.BUSY: ("busy_count", None),
    ReservationResult.UNREACHABLE: ("unreachable_count", None),
}


class Fold:
    """Takes entries in order. ``memory`` is what goes on, ``changes`` what has come up since the last ``drain``.

    ``zone`` may be changed between two entries: what comes then counts in the days and half hours of the new one.
    """

    def __init__(self, memory: Memory, zone: ZoneInfo) -> None:
        self.memory = memory
        self.changes = Changes()
        self.zone = zone
        self._agents_touched: dict[AgentId, None] = {}
        self._interactions_touched: dict[InteractionId, None] = {}
        self._hands: dict[InteractionId, set[AgentId]] = {}
        """Who has or had an open interaction in hand, so that not every agent is asked at its end."""
        for agent_id, agent in memory.agents.items():
            for interaction_id in _in_hand(agent):
                self._hands.setdefault(interaction_id, set()).add(agent_id)

    def take(self, entry: Entry) -> None:
        """One entry of any stream; facts that no report counts pass by."""
        self._cross_border(entry.at)
        for fact in entry.facts:
            taker = TAKERS.get(type(fact))
            if taker is not None:
                taker(self, fact, entry.at)
        self._settle(entry.at)

    def drain(self) -> Changes:
        """The changes so far; the next ones start from nothing."""
        drained, self.changes = self.changes, Changes()
        return drained

    # --- interactions --------------------------------------------------------------------------------------------

    def _created(self, fact: InteractionCreated, at: Instant) -> None:
        row = InteractionRow(
            interaction_id=fact.interaction_id,
            channel=fact.channel,
            did=fact.did,
            trunk_id=fact.trunk_id,
            arrived_at=at,
            queued_at=None,
            answered_at=None,
            ended_at=None,
            queue_id=None,
            agent_id=None,
            reservation_id=None,
            priority=None,
            flow_ms=0,
            wait_ms=0,
            ring_ms=0,
            talk_ms=0,
            hold_ms=0,
            wrap_up_ms=0,
            reservation_count=0,
            disposition=None,
            ended_by=None,
            service_level_met=None,
            direction=fact.direction.value,
        )
        self.memory.open[fact.interaction_id] = OpenInteraction(row=row)
        self._amend(fact.interaction_id)

    def _queued(self, fact: InteractionQueued, at: Instant) -> None:
        known = self.memory.open.get(fact.interaction_id)
        if known is not None and known.is_callback:
            return  # they entered when they called
        self.changes.queue(fact.queue_id, interval_of(at, self.zone), offered_count=1)
        if known is None:
            return
        known.entered_at = at
        known.service_level_ms = self.memory.service_level_ms.get(fact.queue_id, 0)
        first = known.row.queued_at is None
        self._amend(
            fact.interaction_id,
            queue_id=fact.queue_id,
            priority=fact.priority,
            queued_at=at if first else known.row.queued_at,
            flow_ms=elapsed_ms(known.row.arrived_at, at) if first else known.row.flow_ms,
        )

    def _priority_changed(self, fact: PriorityChanged, at: Instant) -> None:
        self._amend(fact.interaction_id, priority=fact.priority)

    def _answered(self, fact: InteractionAnswered, at: Instant) -> None:
        in_time: bool | None = None
        if self._is_callback(fact.interaction_id):
            self.changes.queue(fact.queue_id, interval_of(at, self.zone), callback_answered_count=1)
        else:
            in_time = self._answered_in_queue(fact, at)
        self.changes.agent(fact.agent_id, interval_of(at, self.zone), answered_count=1)
        known = self.memory.open.get(fact.interaction_id)
        self._amend(
            fact.interaction_id,
            queue_id=fact.queue_id,
            agent_id=fact.agent_id,
            reservation_id=fact.reservation_id,
            answered_at=known.row.answered_at or at if known else at,
            ring_ms=fact.rang_ms,
            service_level_met=in_time,
        )

    def _answered_in_queue(self, fact: InteractionAnswered, at: Instant) -> bool:
        self._settle_promise(fact.interaction_id, fact.queue_id, at, answered=True)
        in_time = self._out_of_queue(fact.interaction_id, fact.queue_id, fact.waited_ms)
        self.changes.queue(
            fact.queue_id,
            interval_of(Instant(at - fact.waited_ms), self.zone),
            answered_count=1,
            answered_in_time_count=int(in_time),
            answered_wait_ms=fact.waited_ms,
            wait_ms_max=fact.waited_ms,
        )
        return in_time

    def _abandoned(self, fact: InteractionAbandoned, at: Instant) -> None:
        if self._is_callback(fact.interaction_id):
            self.changes.queue(fact.queue_id, interval_of(at, self.zone), callback_failed_count=1)
            return
        self._settle_promise(fact.interaction_id, fact.queue_id, at, answered=False)
        in_time = self._out_of_queue(fact.interaction_id, fact.queue_id, fact.waited_ms)
        self.changes.queue(
            fact.queue_id,
            interval_of(Instant(at - fact.waited_ms), self.zone),
            abandoned_count=int(not fact.short),
            short_abandoned_count=int(fact.short),
            abandoned_in_time_count=int(in_time),
            abandoned_wait_ms=0 if fact.short else fact.waited_ms,
            wait_ms_max=fact.waited_ms,
        )
        self._amend(fact.interaction_id, service_level_met=False)

    def _left_queue(self, fact: InteractionLeftQueue, at: Instant) -> None:
        if self._is_callback(fact.interaction_id):
            self.changes.queue(fact.queue_id, interval_of(at, self.zone), callback_failed_count=1)
            return
        self._settle_promise(fact.interaction_id, fact.queue_id, at, answered=False)
        self._out_of_queue(fact.interaction_id, fact.queue_id, fact.waited_ms)
        by = {LEFT_COUNTS[fact.reason]: 1, "left_wait_ms": fact.waited_ms, "wait_ms_max": fact.waited_ms}
        self.changes.queue(fact.queue_id, interval_of(Instant(at - fact.waited_ms), self.zone), **by)
        self._amend(fact.interaction_id, service_level_met=False)

    def _callback_booked(self, fact: CallbackBooked, at: Instant) -> None:
        self.changes.queue(fact.queue_id, interval_of(at, self.zone), callback_booked_count=1)
        known = self.memory.open.get(fact.interaction_id)
        if known is not None:
            known.is_callback = True

    def _is_callback(self, interaction_id: InteractionId) -> bool:
        known = self.memory.open.get(interaction_id)
        return known is not None and known.is_callback

    def _told(self, fact: WaitTold, at: Instant) -> None:
        known = self.memory.open.get(fact.interaction_id)
        if known is None or known.promise is not None or fact.minutes is None:
            return
        known.promise = Promise(told_at=at, minutes=fact.minutes)
        self.changes.wait_told(fact.queue_id, interval_of(at, self.zone), fact.minutes, told_count=1)

    def _settle_promise(self, interaction_id: InteractionId, queue_id: QueueId, at: Instant, *, answered: bool) -> None:
        known = self.memory.open.get(interaction_id)
        if known is None or known.promise is None:
            return
        promise, known.promise = known.promise, None
        is_over = elapsed_ms(promise.told_at, at) > promise.minutes * 60_000
        if is_over or answered:
            starts_at = interval_of(promise.told_at, self.zone)
            outcome = "broken_count" if is_over else "kept_count"
            self.changes.wait_told(queue_id, starts_at, promise.minutes, **{outcome: 1})

    def _out_of_queue(self, interaction_id: InteractionId, queue_id: QueueId, waited_ms: int) -> bool:
        """Close the wait; whether it was within the service level."""
        known = self.memory.open.get(interaction_id)
        if known is None:
            return waited_ms <= self.memory.service_level_ms.get(queue_id, 0)
        known.entered_at = None
        self._amend(interaction_id, wait_ms=known.row.wait_ms + waited_ms)
        return waited_ms <= known.service_level_ms

    def _released(self, fact: InteractionReleased, at: Instant) -> None:
        known = self.memory.open.get(fact.interaction_id)
        if known is not None:
            talk_ms, hold_ms = known.row.talk_ms + fact.talk_ms, known.row.hold_ms + fact.hold_ms
            self._amend(fact.interaction_id, talk_ms=talk_ms, hold_ms=hold_ms)
        handling = Handling(
            interaction_id=fact.interaction_id, queue_id=fact.queue_id, talk_ms=fact.talk_ms, hold_ms=fact.hold_ms
        )
        agent = self.memory.agents.get(fact.agent_id)
        if agent is None:
            self._handled(fact.agent_id, handling, 0, at)
        else:
            agent.handlings.append(handling)
            self._hands.setdefault(fact.interaction_id, set()).add(fact.agent_id)
            self._agents_touched[fact.agent_id] = None

    def _transferred(self, fact: InteractionTransferred, at: Instant) -> None:
        self.changes.queue(fact.queue_id, interval_of(at, self.zone), transferred_count=1)
        self.changes.agent(fact.agent_id, interval_of(at, self.zone), transferred_count=1)
        known = self.memory.open.get(fact.interaction_id)
        if known is not None:
            self._amend(fact.interaction_id, transfer_count=known.row.transfer_count + 1)

    def _ended(self, fact: InteractionEnded, at: Instant) -> None:
        known = self.memory.open.get(fact.interaction_id)
        if known is None:
            return
        row = known.row
        known.entered_at = None
        had_flow = row.queued_at is None and row.direction == Direction.INBOUND
        flow_ms = elapsed_ms(row.arrived_at, at) if had_flow else row.flow_ms
        self._amend(
            fact.interaction_id, ended_at=at, disposition=fact.disposition, ended_by=fact.ended_by, flow_ms=flow_ms
        )

    def _amend(self, interaction_id: InteractionId, **values: Any) -> None:
        known = self.memory.open.get(interaction_id)
        if known is None:
            return
        known.row = replace(known.row, **values)
        self.changes.interactions[interaction_id] = known.row
        self._interactions_touched[interaction_id] = None

    # --- calls that agents make ----------------------------------------------------------------------------------

    def _call_out(self, fact: CallOutBegun | CallOutMoved | CallOutAnswered | CallOutReleased, at: Instant) -> None:
        starts_at = interval_of(at, self.zone)
        match fact:
            case CallOutBegun():
                self.changes.agent(fact.agent_id, starts_at, out_count=1)
                self._amend(fact.interaction_id, agent_id=fact.agent_id)
            case CallOutMoved():
                self._amend(fact.interaction_id, trunk_id=fact.trunk_id)
            case CallOutAnswered():
                self.changes.agent(fact.agent_id, starts_at, out_answered_count=1)
                answered = {"answered_at": at, "ring_ms": fact.rang_ms, "reservation_id": fact.reservation_id}
                self._amend(fact.interaction_id, **answered)
            case CallOutReleased():
                self.changes.agent(fact.agent_id, starts_at, out_talk_ms=fact.talk_ms + fact.hold_ms)
                self._amend(fact.interaction_id, talk_ms=fact.talk_ms, hold_ms=fact.hold_ms)

    def _call_out_refused(self, fact: CallOutRefused, at: Instant) -> None:
        if fact.agent_id is not None:
            self.changes.agent(fact.agent_id, interval_of(at, self.zone), out_refused_count=1)

    # --- offers and agents ---------------------------------------------------------------------------------------

    def _queue_defined(self, fact: QueueDefined, _at: Instant) -> None:
        self.memory.service_level_ms[fact.settings.queue_id] = fact.settings.service_level_ms

    def _queue_withdrawn(self, fact: QueueWithdrawn, _at: Instant) -> None:
        self.memory.service_level_ms.pop(fact.queue_id, None)

    def _reserved(self, fact: AgentReserved, at: Instant) -> None:
        starts_at = interval_of(at, self.zone)
        self.changes.queue(fact.queue_id, starts_at, reserved_count=1)
        self.changes.agent(fact.agent_id, starts_at, reserved_count=1)
        known = self.memory.open.get(fact.interaction_id)
        if known is not None:
            self._amend(fact.interaction_id, reservation_count=known.row.reservation_count + 1)

    def _offer_ended(self, fact: ReservationEnded, at: Instant) -> None:
        of_queue, of_agent = OFFER_COUNTS.get(fact.result, (None, None))
        if of_queue is not None:
            self.changes.queue(fact.queue_id, interval_of(at, self.zone), **{of_queue: 1})
        if of_agent is not None:
            self.changes.agent(fact.agent_id, interval_of(at, self.zone), **{of_agent: 1})

    def _agent_state(self, fact: AgentStateChanged, at: Instant) -> None:
        before = self.memory.agents.get(fact.agent_id)
        handlings: list[Handling] = []
        if before is not None:
            self._count_time(fact.agent_id, before, at)
            handlings = before.handlings
            if before.interaction_id is not None:
                self._interactions_touched[before.interaction_id] = None
            if before.state == AgentState.WRAP_UP and fact.state is not AgentState.WRAP_UP:
                self._count_handlings(fact.agent_id, handlings, elapsed_ms(before.since, at), at)
                handlings = []
        self._agents_touched[fact.agent_id] = None
        if fact.state is AgentState.LOGGED_OUT and not handlings:
            self.memory.agents.pop(fact.agent_id, None)
            return
        # A wrap-up that is made longer is one wrap-up.
        goes_on = before is not None and before.state == fact.state == AgentState.WRAP_UP
        self.memory.agents[fact.agent_id] = AgentNow(
            state=fact.state,
            reason_code=fact.reason_code,
            since=before.since if before is not None and goes_on else at,
            counted_to=at,
            interaction_id=fact.interaction_id,
            handlings=handlings,
        )
        if fact.interaction_id is not None:
            self._hands.setdefault(fact.interaction_id, set()).add(fact.agent_id)

    def _count_time(self, agent_id: AgentId, now: AgentNow, until: Instant) -> None:
        if now.state != AgentState.LOGGED_OUT:
            for starts_at, length_ms in split(now.counted_to, until, self.zone):
                self.changes.agent_time(agent_id, starts_at, now.state, now.reason_code, length_ms)
        now.counted_to = max(now.counted_to, until)

    def _count_handlings(self, agent_id: AgentId, handlings: list[Handling], wrap_up_ms: int, at: Instant) -> None:
        for handling in handlings:
            # One wrap-up follows one talk; were there ever several talks before it, the last one gets its time.
            last = handling is handlings[-1]
            self._handled(agent_id, handling, wrap_up_ms if last else 0, at)

    def _handled(self, agent_id: AgentId, handling: Handling, wrap_up_ms: int, at: Instant) -> None:
        by = {
            "handled_count": 1,
            "talk_ms": handling.talk_ms,
            "hold_ms": handling.hold_ms,
            "wrap_up_ms": wrap_up_ms,
        }
        self.changes.queue(handling.queue_id, interval_of(at, self.zone), **by)
        self.changes.agent(agent_id, interval_of(at, self.zone), **by)
        known = self.memory.open.get(handling.interaction_id)
        if known is not None:
            self._amend(handling.interaction_id, wrap_up_ms=known.row.wrap_up_ms + wrap_up_ms)

    # --- flows ---------------------------------------------------------------------------------------------------

    def _flow(self, fact: FlowStarted | NodeLeft | FlowStopped, at: Instant) -> None:
        kind, exit_name = "flow", "started"
        if isinstance(fact, NodeLeft):
            kind, exit_name = fact.kind, fact.exit
        elif isinstance(fact, FlowStopped):
            exit_name = fact.reason
        visited = MenuRow(
            day=day_of(at, self.zone),
            flow_id=fact.flow_id,
            version=fact.version,
            node_id=fact.node_id,
            kind=kind,
            exit=exit_name,
        )
        self.changes.menu(visited)

    # --- around each entry ---------------------------------------------------------------------------------------

    def _cross_border(self, at: Instant) -> None:
        """Once an interval is over, bring every agent's time in it into the rows."""
        interval = interval_of(at, self.zone)
        if interval <= self.memory.interval:
            return
        self.memory.interval = interval
        for agent_id, agent in self.memory.agents.items():
            self._count_time(agent_id, agent, interval)

    def _settle(self, at: Instant) -> None:
        """After all facts of an entry, whatever their order in it: count what is finished, let go of what is closed."""
        for agent_id in self._agents_touched:
            agent = self.memory.agents.get(agent_id)
            if agent is None or agent.state == AgentState.WRAP_UP:
                continue
            finished, agent.handlings = agent.handlings, []
            self._count_handlings(agent_id, finished, 0, at)
            if agent.state == AgentState.LOGGED_OUT:
                del self.memory.agents[agent_id]
        self._agents_touched.clear()
        for interaction_id in self._interactions_touched:
            known = self.memory.open.get(interaction_id)
            if known is not None and known.row.ended_at is not None and not self._is_in_hand(interaction_id):
                del self.memory.open[interaction_id]
            if interaction_id not in self.memory.open:
                self._hands.pop(interaction_id, None)
        self._interactions_touched.clear()

    def _is_in_hand(self, interaction_id: InteractionId) -> bool:
        agents = self.memory.agents
        had = self._hands.get(interaction_id, ())
        return any(agent_id in agents and interaction_id in _in_hand(agents[agent_id]) for agent_id in had)


def _in_hand(agent: AgentNow) -> set[InteractionId]:
    """What an agent talks about, or has not finished."""
    held = {handling.interaction_id for handling in agent.handlings}
    return held if agent.interaction_id is None else held | {agent.interaction_id}


TAKERS: dict[type, Callable[[Fold, Any, Instant], None]] = {
    InteractionCreated: Fold._created,
    InteractionQueued: Fold._queued,
    WaitTold: Fold._told,
    CallbackBooked: Fold._callback_booked,
    PriorityChanged: Fold._priority_changed,
    InteractionAnswered: Fold._answered,
    InteractionAbandoned: Fold._abandoned,
    InteractionLeftQueue: Fold._left_queue,
    InteractionTransferred: Fold._transferred,
    InteractionReleased: Fold._released,
    InteractionEnded: Fold._ended,
    QueueDefined: Fold._queue_defined,
    QueueWithdrawn: Fold._queue_withdrawn,
    AgentReserved: Fold._reserved,
    ReservationEnded: Fold._offer_ended,
    AgentStateChanged: Fold._agent_state,
    CallOutBegun: Fold._call_out,
    CallOutMoved: Fold._call_out,
    CallOutAnswered: Fold._call_out,
    CallOutReleased: Fold._call_out,
    CallOutRefused: Fold._call_out_refused,
    FlowStarted: Fold._flow,
    NodeLeft: Fold._flow,
    FlowStopped: Fold._flow,
}
"""What is counted, by class of fact."""
