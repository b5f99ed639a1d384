"""The callers of a simulated day: they come, wait, lose patience, talk and hang up."""

from collections.abc import Iterator

from acd.core.facts import InteractionAnswered, InteractionEnded, InteractionLeftQueue
from acd.core.inputs import CallerHungUp, CallerLost, EnterQueue, FlowEnded, InteractionArrived
from acd.core.settings import Channel
from kernel.ids import AgentId, CallLegId, Did, InteractionId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition
from simulator.whole_centre.callers import Caller
from simulator.whole_centre.hall import Hall

NORMAL_CLEARING = 16
"""Q.850: the caller hung up, as callers do."""

DID, TRUNK = Did("169"), TrunkId("carrier")


class Crowd:
    """Everybody who calls. ``work_ms``: what each agent has to do after the talk of the moment."""

    def __init__(self, hall: Hall, begins_at: Instant) -> None:
        self._hall = hall
        self._epoch_s = begins_at // 1000
        self._number = 0
        self._open: dict[InteractionId, Caller] = {}
        self._waiting: set[InteractionId] = set()
        self.work_ms: dict[AgentId, int] = {}
        self.turned_away_count = 0
        """Who called while the switch was dead."""
        self.is_switch_dead = False
        hall.reactions[InteractionAnswered] = self._answered
        hall.reactions[InteractionLeftQueue] = self._left_queue
        hall.reactions[InteractionEnded] = self._ended

    @property
    def open_count(self) -> int:
        """How many are on the line."""
        return len(self._open)

    @property
    def waiting_count(self) -> int:
        """How many wait, those who are being offered included."""
        return len(self._waiting)

    def expect(self, callers: Iterator[Caller]) -> None:
        """Somebody of this stream comes next, and then the next one."""
        caller = next(callers, None)
        if caller is not None:
            self._hall.diary.put(caller.at_ms, self._come, (caller, callers))

    def lose_all(self) -> None:
        """The switch died, and every call with it."""
        for interaction_id in list(self._open):
            self._hall.give(CallerLost(interaction_id=interaction_id))

    def give_up(self) -> None:
        """Nobody waits any longer."""
        for interaction_id in list(self._open):
            self._lose_patience(interaction_id)

    def _come(self, what: tuple[Caller, Iterator[Caller]]) -> None:
        caller, callers = what
        self.expect(callers)
        if self.is_switch_dead:
            self.turned_away_count += 1
            return
        self._number += 1
        interaction_id = InteractionId(f"c{self._epoch_s}-{self._number}")
        self._open[interaction_id] = caller
        hall, stream = self._hall, caller.stream
        hall.give(
            InteractionArrived(
                interaction_id=interaction_id,
                channel=Channel.VOICE,
                did=DID,
                trunk_id=TRUNK,
                leg_id=CallLegId(f"{interaction_id[1:]}.1"),
            )
        )
        self._waiting.add(interaction_id)
        if caller.patience_ms is not None:
            hall.diary.put(hall.diary.now_ms + caller.patience_ms, self._lose_patience, interaction_id)
        hall.give(
            EnterQueue(
                interaction_id=interaction_id,
                queue_id=stream.queue_id,
                priority=stream.priority,
                requirements=stream.requirements,
            )
        )

    def _lose_patience(self, interaction_id: InteractionId) -> None:
        if interaction_id in self._waiting:
            self._hall.give(CallerHungUp(interaction_id=interaction_id, cause_code=NORMAL_CLEARING))

    def _answered(self, fact: InteractionAnswered) -> None:
        caller = self._open[fact.interaction_id]
        self._waiting.discard(fact.interaction_id)
        self.work_ms[fact.agent_id] = caller.work_ms
        diary = self._hall.diary
        diary.put(diary.now_ms + caller.talk_ms, self._hang_up, fact.interaction_id)

    def _hang_up(self, interaction_id: InteractionId) -> None:
        if interaction_id in self._open:
            self._hall.give(CallerHungUp(interaction_id=interaction_id, cause_code=NORMAL_CLEARING))

    def _left_queue(self, fact: InteractionLeftQueue) -> None:
        self._waiting.discard(fact.interaction_id)
        self._hall.diary.put(self._hall.diary.now_ms, self._say_goodbye, fact.interaction_id)

    def _say_goodbye(self, interaction_id: InteractionId) -> None:
        """The flow has nothing more to offer to whom the queue let go."""
        if interaction_id in self._open:
            self._hall.give(FlowEnded(interaction_id=interaction_id, disposition=Disposition.FLOW_ENDED))

    def _ended(self, fact: InteractionEnded) -> None:
        self._open.pop(fact.interaction_id, None)
        self._waiting.discard(fact.interaction_id)
