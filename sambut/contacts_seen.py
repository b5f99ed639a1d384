"""Who is calling, as far as the switch itself knows: for callers whom no flow has asked yet. Pure."""

from collections.abc import Iterator

from acd.ports import SwitchPicture
from ivr.core.numbers import clean_name, clean_number, normalised
from kernel.contact import Contact


def contacts_in(picture: SwitchPicture, *, country: str) -> Iterator[Contact]:
    """Everybody on a line, and everybody whom the switch has served by itself. ``country``: where national numbers are from."""
    said = {each: (record.number, "") for each, record in picture.aside.items() if record.seen is not None}
    said |= {each: (seen.number, seen.name) for each, seen in picture.callers.items()}
    for interaction_id, (number_said, name) in said.items():
        number = clean_number(number_said)
        yield Contact(
            interaction_id=interaction_id,
            number=normalised(number, country=country),
            number_raw=number,
            name=clean_name(name),
        )
