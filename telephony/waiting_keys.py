"""Which keys of callers are told to the engine: exit keys, of those who wait in a queue that has one, and no others.

What else callers press (in menus, to banks, to their agent) is nobody's business here: it is neither kept nor logged.
"""

from acd.core.checkpoint import EngineCheckpoint
from acd.core.facts import (
    InteractionAbandoned,
    InteractionAnswered,
    InteractionLeftQueue,
    InteractionQueued,
    QueueDefined,
)
from acd.core.waiting_words import KeyPressed
from kernel.entry import Entry
from kernel.ids import InteractionId, QueueId
from telephony.ami.wire import AmiEvent
from telephony.leg_names import interaction_of


class WaitingKeys:
    """A FactSubscriber that knows who waits where."""

    def __init__(self) -> None:
        self._exit_keys: dict[QueueId, str] = {}
        self._waiting: dict[InteractionId, QueueId] = {}

    def resume(self, checkpoint: EngineCheckpoint) -> None:
        """Know who waited then."""
        self._exit_keys = {queue_id: queue.exit_key for queue_id, queue in checkpoint.queues.items()}
        self._waiting = {
            interaction_id: interaction.wait.queue_id
            for interaction_id, interaction in checkpoint.interactions.items()
            if interaction.wait is not None
        }

    def on_entry(self, entry: Entry) -> None:
        """Follow who waits."""
        for fact in entry.facts:
            match fact:
                case QueueDefined():
                    self._exit_keys[fact.settings.queue_id] = fact.settings.exit_key
                case InteractionQueued():
                    self._waiting[fact.interaction_id] = fact.queue_id
                case InteractionAnswered() | InteractionAbandoned() | InteractionLeftQueue():
                    self._waiting.pop(fact.interaction_id, None)
                case _:
                    pass

    def see(self, event: AmiEvent) -> tuple[KeyPressed, ...]:
        """What a ``DTMFEnd`` means; most mean nothing."""
        if event.name != "DTMFEnd" or event.fields.get("Direction") != "Received":
            return ()
        interaction_id = interaction_of(event.fields.get("Uniqueid", ""))
        queue_id = self._waiting.get(interaction_id) if interaction_id is not None else None
        key = event.fields.get("Digit", "")
        if interaction_id is None or queue_id is None or not key or key != self._exit_keys.get(queue_id):
            return ()
        return (KeyPressed(interaction_id=interaction_id, key=key),)
