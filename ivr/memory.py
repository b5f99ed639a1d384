"""Keeps a caller's place in the flow among the attributes of their contact: personal data, erased with it.

Variables are attributes by their own names, so that the agent's screen shows what the flow collected. The place itself
is the attribute ``_flow``; attributes that begin with ``_`` are ours and not for any screen.
"""

import json
from dataclasses import replace
from typing import Any

from ivr.ports import KeptPlace
from kernel.contact import ContactBook
from kernel.ids import FlowId, InteractionId, NodeId

PLACE_ATTRIBUTE = "_flow"
_ATTRIBUTES_MAX = 64


class ContactFlowMemory:
    """FlowMemory over the contact book."""

    def __init__(self, contacts: ContactBook) -> None:
        self._contacts = contacts

    async def keep(self, interaction_id: InteractionId, place: KeptPlace) -> None:
        """See FlowMemory. What others know of the contact stays; of too many variables those first by name are kept."""
        contact = await self._contacts.read(interaction_id)
        if contact is None:
            return
        attributes = dict(contact.attributes)
        for name in sorted(place.variables):
            if name in attributes or len(attributes) < _ATTRIBUTES_MAX - 1:
                attributes[name] = place.variables[name]
        record = [place.flow_id, place.version, place.node_id, dict(place.visits)]
        attributes[PLACE_ATTRIBUTE] = json.dumps(record, separators=(",", ":"))
        self._contacts.write(replace(contact, attributes=attributes))

    async def recall(self, interaction_id: InteractionId) -> KeptPlace | None:
        """See FlowMemory. A record that is not ours counts as none."""
        contact = await self._contacts.read(interaction_id)
        if contact is None or PLACE_ATTRIBUTE not in contact.attributes:
            return None
        variables = {name: text for name, text in contact.attributes.items() if not name.startswith("_")}
        try:
            return _place(json.loads(contact.attributes[PLACE_ATTRIBUTE]), variables)
        except ValueError:
            return None


def _place(record: Any, variables: dict[str, str]) -> KeptPlace:
    match record:
        case [str(flow_id), int(version), str(node_id), dict(visits)] if all(
            isinstance(n, int) for n in visits.values()
        ):
            return KeptPlace(
                flow_id=FlowId(flow_id),
                version=version,
                node_id=NodeId(node_id),
                variables=variables,
                visits={NodeId(node): count for node, count in visits.items()},
            )
        case _:
            raise ValueError("not a place")
