"""Numbers that were clicked on: kept from the click until the agent's own phone asks what it is to call."""

from collections import OrderedDict

from kernel.ids import InteractionId

KEPT_MAX = 1000
"""Of phones that never picked up the oldest is forgotten."""


class ClickedNumbers:
    """Implements ``agi_scripts.ports.Clicks``."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[InteractionId, str] = OrderedDict()

    def put(self, interaction_id: InteractionId, number: str) -> None:
        """Remember the number for which a phone is being rung."""
        self._numbers[interaction_id] = number
        while len(self._numbers) > KEPT_MAX:
            self._numbers.popitem(last=False)

    def take(self, interaction_id: InteractionId) -> str | None:
        """See Clicks."""
        return self._numbers.pop(interaction_id, None)
