"""The page that Prometheus reads of a program in which nothing has happened yet."""

from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client.exposition import generate_latest

from cti.picture import Picture
from kernel.instants import Instant
from recorder.follower import Recorder
from sambut.live_numbers import CentreNumbers
from sambut.metrics import Metrics
from sambut.readings import show_readings
from store.database import Database
from telephony.agi.server import AgiServer, AgiSettings
from telephony.ami.connection import AmiLink
from telephony.ami.settings import LinkSettings
from tests.fakes.recordings import MemoryNotes, MemoryRecordings


async def scraped(folder: Path) -> str:
    """Every metric, with one of the two links to Asterisk."""
    numbers = CentreNumbers(ZoneInfo("Asia/Jakarta"), lambda: Instant(0))
    metrics = Metrics(picture=Picture, numbers=numbers.now)
    link = AmiLink(LinkSettings(host="127.0.0.1", port=1, username="x", secret="x"), now=lambda: Instant(0))
    recorder = Recorder(spool=folder, shelf_dir=folder, shelf=MemoryRecordings(), notes=MemoryNotes(), free_bytes_min=0)
    database = Database(f"sqlite:///{folder / 'none.sqlite3'}")
    show_readings(
        metrics, links={"events": link}, agi=AgiServer({}, AgiSettings()), recorder=recorder, database=database
    )
    recorder.close()
    page = generate_latest(metrics.registry).decode()
    await database.close()
    return page
