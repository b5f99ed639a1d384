"""The screen pop: which record the CRM opens for an offered call. Pure."""

from dataclasses import dataclass
from urllib.parse import quote

from cti import wire
from kernel.contact import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPop:
    """How the CRM is opened. ``url_template`` may hold ``{key}``, ``{call_id}`` and ``{agent_id}`` ("" for no URL).

    ``key_attribute``: the flow's attribute that names the customer; without it the caller's number is the key.
    """

    url_template: str = ""
    entity: str = "contact"
    key_attribute: str = "customer_id"


def pop(offered: wire.CallOffered, contact: Contact, rules: ScreenPop) -> wire.Pop:
    """What the CRM is to open for an offered call."""
    key = contact.attributes.get(rules.key_attribute) or contact.number
    url = ""
    if rules.url_template:
        url = (
            rules.url_template.replace("{key}", quote(key, safe=""))
            .replace("{call_id}", quote(offered.call_id, safe=""))
            .replace("{agent_id}", quote(offered.agent_id, safe=""))
        )
    return wire.Pop(key=key, url=url, entity=rules.entity, search=contact.number or key)
