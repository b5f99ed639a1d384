"""The centre as one text for keeping: its file, and in the first line what the file leaves out. Pure."""

import re

from centre.model import Centre
from centre.reader import CentreInvalid, read_centre
from centre.writer import flow_versions, write_centre
from kernel.ids import FlowId

_MARK = "# flow versions:"
_VERSION = re.compile(r"([a-z][a-z0-9-]{0,39})=([1-9][0-9]{0,8})")


class ShelfTextBroken(Exception):
    """A kept text is not one that ``to_shelf_text`` made, or this version of the program refuses it."""


def to_shelf_text(centre: Centre) -> str:
    """The text to keep. The same centre always gives the same text."""
    versions = " ".join(f"{flow_id}={version}" for flow_id, version in sorted(flow_versions(centre).items()))
    return f"{_MARK} {versions}\n{write_centre(centre)}"


def from_shelf_text(text: str) -> Centre:
    """The centre that was kept.

    Raises:
        ShelfTextBroken: the text says no centre.
    """
    first, _, rest = text.partition("\n")
    if not first.startswith(_MARK):
        raise ShelfTextBroken("the first line does not give the flows' versions")
    versions: dict[FlowId, int] = {}
    for word in first.removeprefix(_MARK).split():
        version = _VERSION.fullmatch(word)
        if version is None:
            raise ShelfTextBroken("the first line does not give the flows' versions")
        versions[FlowId(version.group(1))] = int(version.group(2))
    try:
        return read_centre(rest, flow_versions=versions)
    except CentreInvalid as wrong:
        raise ShelfTextBroken(f"the kept centre is refused:\n{wrong}") from wrong
