"""A call as it was meant, to be spoiled by a test in one place."""

from dataclasses import replace
from typing import Any

from kernel.ids import AgentId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy
from phones.caller_script import CallOutcome
from reports.rows import InteractionRow
from sambut.demo.checks import Sound, Told
from sambut.demo.scripts import DemoCall, Talks, demo_call
from sambut.demo.watch import CallSeen, Offer

ABLE = frozenset({AgentId("a1"), AgentId("a2")})
AGENT_HZ = 800
CALL = demo_call(1)


def told(call: DemoCall = CALL, **row: Any) -> Told:
    """All as it was meant, but for what ``row`` says of the report's row."""
    talk_ms = call.conduct.ms if isinstance(call.conduct, Talks) else 5_000
    right = InteractionRow(
        interaction_id=InteractionId("c1"),
        channel="voice",
        did=Did("169"),
        trunk_id=TrunkId("carrier"),
        arrived_at=Instant(0),
        queued_at=Instant(8_000),
        answered_at=Instant(10_000),
        ended_at=Instant(10_000 + talk_ms),
        queue_id=call.meant.queue,
        agent_id=AgentId("a1"),
        reservation_id=ReservationId("r1"),
        priority=5,
        flow_ms=8_000,
        wait_ms=2_000,
        ring_ms=600,
        talk_ms=talk_ms,
        hold_ms=0,
        wrap_up_ms=0,
        reservation_count=1,
        disposition=Disposition.ANSWERED,
        ended_by=call.meant.ended_by,
        service_level_met=True,
    )
    by_caller = call.meant.ended_by is EndedBy.CALLER
    return Told(
        outcome=CallOutcome(
            script=call.script,
            ending="hung_up_here" if by_caller else "hung_up_far",
            status=None,
            rang_after_ms=None,
            answered_after_ms=100,
            ended_after_ms=20_000,
            keys_are_pressed=True,
            heard=None,
            exit_code=0,
            errors="",
        ),
        seen=seen(call.ordinal, queued_at=8_000, offered_at=9_000),
        row=replace(right, **row),
        sound=Sound(duration_ms=talk_ms, caller_side=frozenset({call.tone_hz}), agent_side=frozenset({AGENT_HZ})),
        agent_hz=AGENT_HZ,
    )


def seen(ordinal: int, *, queued_at: int, offered_at: int | None = None, ended: str = "") -> CallSeen:
    """A call of the Indonesian queue; offered, and answered a second later unless ``ended`` says otherwise."""
    call = CallSeen(number=f"+62812{ordinal}", ordinal=ordinal, kind="waits")
    call.queue_id, call.queued_at = QueueId("indonesia"), Instant(queued_at)
    if offered_at is not None:
        over = Instant(offered_at + 1_000)
        call.offers.append(
            Offer(
                offer_id="r1",
                agent_id=AgentId("a1"),
                at=Instant(offered_at),
                ended=ended,
                ended_at=over if ended else None,
            )
        )
        call.answered_at = None if ended else over
    return call
