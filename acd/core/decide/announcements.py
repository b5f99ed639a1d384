"""Announcements: what a waiting caller hears, and what of their wait they are told."""

from acd.core import facts
from acd.core.estimates import estimate_ms, minutes_for
from acd.core.state import Interaction, Told
from acd.core.step import Step
from kernel.ids import InteractionId


def announce(step: Step, interaction_id: InteractionId) -> None:
    """The waiting caller is to hear the queue's announcement, their wait, or both."""
    interaction = step.state.interactions[interaction_id]
    stay = interaction.stay
    queue = step.state.queues[stay.queue_id]
    if queue.tells_wait:
        _tell_wait(step, interaction)
        return
    assert queue.announcement is not None, "a queue without an announcement makes none due"
    step.record(
        facts.WaitAnnouncementDue(
            interaction_id=interaction_id,
            queue_id=stay.queue_id,
            prompt_id=queue.announcement,
            ordinal=stay.announcements + 1,
        )
    )


def _tell_wait(step: Step, interaction: Interaction) -> None:
    """A place is never told worse than before, since those of higher priority go before; and no wait is silently longer."""
    stay = interaction.stay
    position = step.state.lines.position(stay.queue_id, interaction.key)
    wait_ms = estimate_ms(step.state.wait_samples.get(stay.queue_id, ()), position, step.now)
    minutes = minutes_for(wait_ms)
    step.record(
        facts.WaitTold(
            interaction_id=interaction.interaction_id,
            queue_id=stay.queue_id,
            prompt_id=step.state.queues[stay.queue_id].announcement,
            ordinal=stay.announcements + 1,
            position=position if stay.told is None or position <= stay.told.position else None,
            minutes=minutes,
            is_longer=_is_longer(step, stay.told, minutes),
            estimate_ms=wait_ms,
        )
    )


def _is_longer(step: Step, told: Told | None, minutes: int | None) -> bool:
    """Whether more is told than the last time, or that time is over."""
    if told is None or told.minutes is None or told.until is None or minutes is None:
        return False
    return minutes > told.minutes or step.now >= told.until
