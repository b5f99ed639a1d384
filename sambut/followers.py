"""Everyone who reads the facts while the program runs: made, told in one order, brought up to the journal's end."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from acd.ports import FactSubscriber
from centre.model import Centre
from cti.hub import Hub
from cti.screen_pop import ScreenPop
from cti.settings import CtiSettings
from kernel.entry import RECORDER_STREAM, Entry
from recorder.facts import RecorderFact
from recorder.follower import Recorder
from reports.follower import RowFollower
from sambut.checkpoints import AtRest, Checkpoint, Checkpointer
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
    checkpointer: Checkpointer
    cti_settings: CtiSettings

    def told(self, exchange: Exchange) -> list[FactSubscriber]:
        """Those who must know before a phone rings, the ear on Asterisk and its list of seats among them."""
        return [self.floor, self.hub, exchange.listener, exchange.seats]

    def counting(self) -> list[FactSubscriber]:
        """Those for whom no phone waits."""
        return [self.numbers, self.metrics, self.rows, self.recorder, self.checkpointer]

    def runs(self, at_rest: AtRest) -> "tuple[Callable[[], Coroutine[Any, Any, None]], ...]":
        """What each does for as long as the program lives."""
        recording = (self.recorder.run, self.recorder.watch.run)
        return (self.hub.run, *recording, self.rows.run, partial(self.checkpointer.run, at_rest))

    def show(self, centre: Centre) -> None:
        """From now on, this is the centre: its days are those of its zone."""
        for follower in (self.numbers, self.rows):
            follower.move_to(ZoneInfo(centre.timezone))

    async def resume(self, seq: int, checkpoint: Checkpoint | None, exchange: Exchange) -> None:
        """Know what was known at a checkpoint, or (0, None) nothing. Rows stand where they stand, metrics count from now on.

        Raises CtiLogFailed.
        """
        await self.hub.begin(journal_seq=seq, checkpoint=checkpoint.followed.hub if checkpoint is not None else None)
        self.checkpointer.start_at(seq)
        if checkpoint is not None:
            for follower in (self.floor, exchange.listener, exchange.seats):
                follower.resume(checkpoint.engine)
            self.numbers.resume(checkpoint.followed.numbers)
            self.recorder.resume(checkpoint.followed.talks)

    async def hear(self, entry: Entry, exchange: Exchange) -> None:
        """Take an entry that came after the checkpoint, before the program takes anything new."""
        heard = (self.floor, self.numbers, exchange.listener, exchange.seats, self.recorder, self.checkpointer)
        for follower in heard:
            follower.on_entry(entry)
        await self.hub.hear(entry)


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
    recorder = Recorder(
        spool=exchange.spool,
        shelf_dir=settings.recording_dir,
        shelf=storage.recordings,
        notes=RecorderJournal(door),
        free_bytes_min=settings.recording.free_disk_bytes_min,
        records=settings.recording.enabled,
    )
    return Followers(
        floor=FloorFollower(),
        hub=hub,
        numbers=numbers,
        metrics=Metrics(picture=lambda: hub.picture, numbers=numbers.now),
        recorder=recorder,
        rows=RowFollower(storage.journal, storage.rows, zone),
        checkpointer=Checkpointer(shelf=storage.checkpoints, clock=clock, hub=hub, numbers=numbers, recorder=recorder),
        cti_settings=cti_settings,
    )
