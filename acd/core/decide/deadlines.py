"""Deadlines: what is due by now, soonest first."""

from typing import assert_never

from acd.core import inputs
from acd.core.decide.agents import overstay
from acd.core.decide.announcements import announce
from acd.core.decide.callbacks import expire, lapse, retry
from acd.core.decide.calls import end_wrap_up
from acd.core.decide.presence import retry_phone
from acd.core.decide.queueing import end_wait
from acd.core.decide.relaxing import relax
from acd.core.step import Step
from acd.core.timetable import DeadlineKind, Due
from kernel.ids import AgentId, InteractionId, ReservationId


def pass_time(step: Step, given: inputs.TimePassed) -> None:
    taken: Due | None = None
    while (due := step.state.timetable.first()) is not None and due[0] <= step.now:
        assert due != taken, "a deadline that was taken is still there"
        _take(step, due[1], due[2])
        taken = due


def _take(step: Step, kind: DeadlineKind, subject: str) -> None:
    match kind:
        case DeadlineKind.RESERVATION_LAPSES:
            lapse(step, ReservationId(subject))
        case DeadlineKind.WRAP_UP_ENDS:
            end_wrap_up(step, AgentId(subject))
        case DeadlineKind.PHONE_RETRIED:
            retry_phone(step, AgentId(subject))
        case DeadlineKind.WAIT_ENDS:
            end_wait(step, InteractionId(subject))
        case DeadlineKind.ANNOUNCEMENT_DUE:
            announce(step, InteractionId(subject))
        case DeadlineKind.CALLBACK_DUE:
            retry(step, InteractionId(subject))
        case DeadlineKind.CALLBACK_EXPIRES:
            expire(step, InteractionId(subject))
        case DeadlineKind.RELAXATION_DUE:
            relax(step, InteractionId(subject))
        case DeadlineKind.AUX_OVERSTAYED:
            overstay(step, AgentId(subject))
        case _:
            assert_never(kind)
