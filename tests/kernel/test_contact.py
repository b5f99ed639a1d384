"""What of a contact people may see."""

from kernel.contact import Contact, shown_attributes
from kernel.ids import InteractionId


def test_the_programs_own_attributes_are_not_shown() -> None:
    contact = Contact(
        interaction_id=InteractionId("c1-1"), number="", number_raw="", attributes={"language": "id", "_flow": "[]"}
    )
    assert shown_attributes(contact) == {"language": "id"}
