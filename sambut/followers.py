"""Everyone who reads the facts while the program runs: made, told in one order, brought up to the journal's end."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from acd.ports import FactSubscriber
from centre.model import Centre
from cti.hub import Hub
from cti.screen_pop import ScreenPop
from cti.settings import CtiSettings
from kernel.entry import RECORDER_STREAM
from recorder.facts import RecorderFact
from recorder.follower import Recorder
from reports.follower import RowFollower
from sambut.clock import WallClock
from sambut.exchange import Exchange
from sambut.follow import FloorFollower
from sambut.late_door import LateDoor
from sambut.live_numbers import CentreNumbers
from sambut.metrics import Metrics
from sambut.settings import Settings
from sambut.storage import Storage


class RecorderJournal:
    """Implements ``recorder.ports.RecorderNotes`` by the front door."""

    def __init__(self, door: LateDoor) -> None:
        self._door = door

    async def note(self, facts: Sequence[RecorderFact]) -> None:
        """Write facts to the journal's recorder stream."""
        await self._door.note(RECORDER_STREAM, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followers:
    """Everyone who reads the facts, in the order in which they are told."""

    floor: FloorFollower
    hub: Hub
    numbers: CentreNumbers
    metrics: Metrics
    recorder: Recorder
    rows: RowFollower
    cti_settings: CtiSettings
    records: bool

    def told(self, exchange: Exchange) -> list[FactSubscriber]:
        """All, the ear on Asterisk and its list of seats among them."""
        always: list[FactSubscriber] = [
            self.floor,
            self.hub,
            self.numbers,
            exchange.listener,
            exchange.seats,
            self.metrics,
            self.rows,
        ]
        return [*always, self.recorder] if self.records else always

    def runs(self) -> "tuple[Callable[[], Coroutine[Any, Any, None]], ...]":
        """What each does for as long as the program lives."""
        return (self.hub.run, self.recorder.run, self.rows.run)

    def show(self, centre: Centre) -> None:
        """From now on, this is the centre: its days are those of its zone."""
        for follower in (self.numbers, self.rows):
            follower.move_to(ZoneInfo(centre.timezone))

    async def catch_up(self, storage: Storage, exchange: Exchange) -> None:
        """Read the journal to where it ends. Rows do so by themselves; metrics count from now on."""
        await self.hub.catch_up(storage.journal)
        async for entry in storage.journal.read():
            for follower in (self.floor, self.numbers, exchange.listener, exchange.seats, self.recorder):
                follower.on_entry(entry)
        await storage.contacts.recall(list(self.hub.picture.calls))


def tenant_of(centre: Centre) -> str:
    """What the centre is called in every event."""
    return centre.name[:32]


def make_followers(
    settings: Settings, centre: Centre, storage: Storage, exchange: Exchange, clock: WallClock, door: LateDoor
) -> Followers:
    """All of them, none of which has heard anything yet."""
    cti_settings = CtiSettings(
        tenant=tenant_of(centre),
        recordings_folder=settings.recording_dir,
        origins=settings.http.allowed_origins,
        screen_pop=ScreenPop(
            url_template=settings.crm.pop_url,
            entity=settings.crm.pop_entity,
            key_attribute=settings.crm.pop_key_attribute,
        ),
    )
    hub = Hub(cti_settings, storage.cti_log)
    zone = ZoneInfo(centre.timezone)
    numbers = CentreNumbers(zone, clock.now)
    return Followers(
        floor=FloorFollower(),
        hub=hub,
        numbers=numbers,
        metrics=Metrics(picture=lambda: hub.picture, numbers=numbers.now),
        recorder=Recorder(
            spool=exchange.spool,
            shelf_dir=settings.recording_dir,
            shelf=storage.recordings,
            notes=RecorderJournal(door),
            free_bytes_min=settings.recording.free_disk_bytes_min,
        ),
        rows=RowFollower(storage.journal, storage.rows, zone),
        cti_settings=cti_settings,
        records=settings.recording.enabled,
    )
