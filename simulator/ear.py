"""The program's side of the switch, reports: each becomes the input it means, said once, in its true order.

What the telephony room promises the engine of a real Asterisk, promised here of the pretend one.
"""

from collections.abc import Callable

from acd.core import inputs
from acd.core.inputs import Input
from kernel.ids import DeviceId, InteractionId, ReservationId
from kernel.result_codes import EndedBy, ReservationResult
from simulator.legs import Progress
from simulator.news import News, Report

RESULT_OF_CAUSE = {
    16: ReservationResult.CANCELLED,
    17: ReservationResult.BUSY,
    19: ReservationResult.LAPSED,
    20: ReservationResult.UNREACHABLE,
    21: ReservationResult.DECLINED,
    26: ReservationResult.CANCELLED,
}

_ENDED_BY = {"agent": EndedBy.AGENT, "caller": EndedBy.CALLER}


class Ear:
    """One program's."""

    def __init__(self) -> None:
        self.legs: dict[ReservationId, Progress] = {}
        self.leg_gone: Callable[[ReservationId], None] = lambda _: None
        self._callers: dict[InteractionId, None] = {}
        self._gone_early: dict[InteractionId, int] = {}

    # --- what the program did itself -----------------------------------------------------------------------------------

    def caller_known(self, interaction_id: InteractionId) -> tuple[Input, ...]:
        """An interaction exists; its hang-up may have overtaken it."""
        self._callers[interaction_id] = None
        cause = self._gone_early.pop(interaction_id, None)
        return () if cause is None else (inputs.CallerHungUp(interaction_id=interaction_id, cause_code=cause),)

    def caller_over(self, interaction_id: InteractionId) -> None:
        """An interaction has its final record."""
        self._callers.pop(interaction_id, None)

    def ring_started(self, reservation_id: ReservationId) -> None:
        """A phone is being rung."""
        self.legs[reservation_id] = Progress.DIALLING

    def ring_cancelled(self, reservation_id: ReservationId) -> None:
        """No more is wanted of this leg, unless it is joined."""
        if self.legs.get(reservation_id, Progress.JOINED) is not Progress.JOINED:
            self.legs[reservation_id] = Progress.OVER

    def adopted(self, reservation_id: ReservationId, *, joined: bool) -> None:
        """A look at the switch has found this leg."""
        known = self.legs.setdefault(reservation_id, Progress.DIALLING)
        if joined:
            self.legs[reservation_id] = Progress.JOINED
        elif known is Progress.DIALLING:
            self.legs[reservation_id] = Progress.RINGING

    def released(self, reservation_id: ReservationId) -> None:
        """The talk of a leg is over."""
        self.legs.pop(reservation_id, None)

    def fail(self, reservation_id: ReservationId, result: ReservationResult) -> tuple[Input, ...]:
        """A leg failed, for a reason that no report tells."""
        if self.legs.get(reservation_id, Progress.OVER) in (Progress.JOINED, Progress.OVER):
            return ()
        self.legs[reservation_id] = Progress.OVER
        return (inputs.AgentLegFailed(reservation_id=reservation_id, result=result),)

    # --- what the switch told --------------------------------------------------------------------------------------------

    def hear(self, report: Report) -> tuple[Input, ...]:
        """The inputs that one report means."""
        match report.news:
            case News.PHONE:
                return (
                    inputs.DevicePresenceSeen(
                        device_id=DeviceId(report.subject), reachable=report.reachable, in_use=report.in_use
                    ),
                )
            case News.CALLER_OVER:
                return self._caller_over(InteractionId(report.subject), report.cause)
            case News.TURNED_AWAY:
                interaction_id = InteractionId(report.subject)
                return (inputs.CallerLost(interaction_id=interaction_id),) if interaction_id in self._callers else ()
            case _:
                return self._of_leg(report, ReservationId(report.subject))

    def _of_leg(self, report: Report, reservation_id: ReservationId) -> tuple[Input, ...]:
        if report.news is News.LEG_OVER:
            self.leg_gone(reservation_id)
        progress = self.legs.get(reservation_id)
        if progress is None:
            return ()
        match report.news:
            case News.RANG if progress is Progress.DIALLING:
                self.legs[reservation_id] = Progress.RINGING
                return (inputs.AgentRang(reservation_id=reservation_id),)
            case News.JOINED if progress is not Progress.JOINED:
                self.legs[reservation_id] = Progress.JOINED
                return (inputs.AgentPickedUp(reservation_id=reservation_id),)
            case News.CLAIM_LOST:
                return self.fail(reservation_id, ReservationResult.CALLER_LEFT)
            case News.LEG_OVER:
                del self.legs[reservation_id]
                return self._leg_over(report, reservation_id, progress)
            case News.HELD if progress is Progress.JOINED:
                return (inputs.AgentHeldCaller(reservation_id=reservation_id),)
            case News.RESUMED if progress is Progress.JOINED:
                return (inputs.AgentResumedCaller(reservation_id=reservation_id),)
            case _:
                return ()

    def _leg_over(self, report: Report, reservation_id: ReservationId, progress: Progress) -> tuple[Input, ...]:
        if progress is Progress.OVER:
            return ()
        if progress is Progress.JOINED:
            ended_by = _ENDED_BY.get(report.by, EndedBy.SYSTEM)
            return (inputs.AgentLeft(reservation_id=reservation_id, ended_by=ended_by),)
        result = RESULT_OF_CAUSE.get(report.cause, ReservationResult.DECLINED)
        return (inputs.AgentLegFailed(reservation_id=reservation_id, result=result),)

    def _caller_over(self, interaction_id: InteractionId, cause: int) -> tuple[Input, ...]:
        if interaction_id in self._callers:
            return (inputs.CallerHungUp(interaction_id=interaction_id, cause_code=cause),)
        self._gone_early[interaction_id] = cause
        return ()
