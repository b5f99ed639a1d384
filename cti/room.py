"""Everything the handlers need, in one place; made once by wiring."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from acd.ports import Clock, FrontDoor
from cti.frames import FrameMaker
from cti.hub import Hub
from cti.list_ports import ListOffice
from cti.ports import CallControl, CentreOffice, Explainer, InteractionArchive, RecordingShelf, TokenBook
from cti.settings import CtiSettings
from kernel.contact import ContactBook
from reports.live import Now


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The ports, and what was built on them. ``country``: where national numbers are from just now."""

    settings: CtiSettings
    hub: Hub
    frames: FrameMaker
    door: FrontDoor
    clock: Clock
    contacts: ContactBook
    tokens: TokenBook
    archive: InteractionArchive
    explainer: Explainer
    shelf: RecordingShelf
    office: CentreOffice
    lists: ListOffice
    country: Callable[[], str]
    calls: CallControl
    numbers: Callable[[], Now]


ROOM = web.AppKey("room", Room)
