"""Inputs of those who wait: what a waiting caller asks for by a key. Listed with all others in ``inputs``."""

from dataclasses import dataclass

from kernel.ids import InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """A waiting caller pressed a key. The queue's exit key leads back into the flow; any other changes nothing.

    Refused (``wrong_state``) unless it is in a queue.
    """

    interaction_id: InteractionId
    key: str
