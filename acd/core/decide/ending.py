"""The end of an interaction: its one final record."""

from acd.core import facts
from acd.core.interaction_states import Phase
from acd.core.step import Step
from kernel.ids import InteractionId
from kernel.instants import elapsed_ms
from kernel.result_codes import Disposition, EndedBy


def end(
    step: Step, interaction_id: InteractionId, disposition: Disposition, ended_by: EndedBy, *, cause_code: int
) -> None:
    """The one final record. Once answered, an interaction is answered, and whoever ended the talk has ended it."""
    interaction = step.state.interactions[interaction_id]
    if interaction.released_by is not None:
        disposition = Disposition.ANSWERED
        if interaction.phase is Phase.AFTER:
            ended_by = interaction.released_by
    step.record(
        facts.InteractionEnded(
            interaction_id=interaction_id,
            disposition=disposition,
            ended_by=ended_by,
            cause_code=cause_code,
            lasted_ms=elapsed_ms(interaction.arrived_at, step.now),
        )
    )
