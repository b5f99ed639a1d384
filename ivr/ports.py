"""What a flow needs of the outside: the caller's ear and keypad, the queues, the centre's lists and hours."""

from dataclasses import dataclass
from typing import Protocol

from kernel.ids import Did, InteractionId, NodeId, PromptId, QueueId, TrunkId
from kernel.result_codes import Disposition


class CallerGone(Exception):
    """The caller hung up; every further word to them raises this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One call as it reaches us. Numbers are cleaned of control characters but not yet normalised."""

    interaction_id: InteractionId
    did: Did
    trunk_id: TrunkId
    leg_id: str
    caller_number: str
    caller_name: str


class Caller(Protocol):
    """The caller on the line, during a flow. Every method raises CallerGone once they hung up."""

    async def answer(self) -> None:
        """Pick up (idempotent)."""

    async def play(self, prompt_ids: tuple[PromptId, ...], language: str, stop_keys: str = "") -> str:
        """Play prompts one after another; a key of ``stop_keys`` ends it at once and is returned, else ``""``.

        Raises PromptMissing when Asterisk cannot play one of them.
        """

    async def wait_key(self, ms_max: int) -> str:
        """The next key (0-9, *, #), or ``""`` after ``ms_max`` milliseconds of none."""

    async def leave_to_queue(self, queue_id: QueueId, music: str) -> None:
        """After this the dialplan holds the caller in the waiting room with music."""

    async def leave_to_number(self, number: str, trunk_id: TrunkId, ring_ms_max: int, return_to: NodeId) -> None:
        """After this the dialplan dials a number outside; if it is not answered the flow resumes at ``return_to``."""

    async def hang_up(self, cause_code: int) -> None:
        """After this the dialplan hangs up with that Q.850 cause (21 rejected, 17 busy, 16 normal)."""


class PromptMissing(Exception):
    """A prompt could not be played: its file is missing or unreadable to Asterisk."""


class QueueDoor(Protocol):
    """The way into (and out of) the distributor, for a flow."""

    async def arrive(self, arrival: Arrival) -> None:
        """Tell that the interaction exists. Idempotent for one still open."""

    async def enter(
        self,
        interaction_id: InteractionId,
        queue_id: QueueId,
        priority: int | None,
        skills: tuple[tuple[str, int], ...],
    ) -> bool:
        """Put the interaction into a queue; False when it was refused."""

    async def end(self, interaction_id: InteractionId, disposition: Disposition) -> None:
        """Tell that the flow let the caller go."""
