"""The parts' own counts are on the page that Prometheus reads."""

from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from cti.picture import Picture
from kernel.instants import Instant
from recorder.follower import Recorder
from sambut.live_numbers import CentreNumbers
from sambut.metrics import Metrics
from sambut.readings import show_readings
from store.database import Database
from telephony.agi.server import AgiServer, AgiSettings
from telephony.ami.connection import AmiLink
from telephony.ami.failures import ActionTimedOut, LinkLost
from telephony.ami.settings import LinkSettings
from tests.fakes.recordings import MemoryNotes, MemoryRecordings


async def test_links_recorder_and_scripts_are_on_the_page_without_agents_or_calls(tmp_path: Path) -> None:
    numbers = CentreNumbers(ZoneInfo("Asia/Jakarta"), lambda: Instant(0))
    metrics = Metrics(picture=Picture, numbers=numbers.now)
    link = AmiLink(LinkSettings(host="127.0.0.1", port=1, username="x", secret="x"), now=lambda: Instant(0))
    agi = AgiServer({}, AgiSettings())
    recorder = Recorder(
        spool=tmp_path, shelf_dir=tmp_path, shelf=MemoryRecordings(), notes=MemoryNotes(), free_bytes_min=1 << 60
    )
    database = Database(f"sqlite:///{tmp_path / 'none.sqlite3'}")
    show_readings(metrics, links={"events": link}, agi=agi, recorder=recorder, database=database)
    link.counters.events["Hangup"] += 3
    link.counters.events["Newchannel"] += 4
    link.counters.count_action(ActionTimedOut("late"), 3_000)
    link.counters.count_action(LinkLost("gone"), 0)
    link.counters.queue_depth_max = 12
    agi.counters.turned_away = 2
    recorder.counters.left_out = 1
    recorder.watch.counters.stood_still = 3
    database.failed_writes = 4

    page = generate_latest(metrics.registry).decode()
    values = {s.name: s.value for family in text_string_to_metric_families(page) for s in family.samples}

    assert values["sambut_ami_events_events_total"] == 7
    assert values["sambut_ami_events_actions_timed_out_total"] == 1
    assert values["sambut_ami_events_actions_lost_total"] == 1
    assert values["sambut_ami_events_connects_total"] == 0
    assert values["sambut_ami_events_overflows_total"] == 0
    assert (values["sambut_ami_events_queue_depth_max"], values["sambut_ami_events_queue_depth"]) == (12, 0)
    assert values["sambut_ami_events_up"] == 0
    assert values["sambut_fastagi_turned_away_total"] == 2
    assert values["sambut_recorder_left_out_total"] == 1
    assert values["sambut_recorder_disk_short_now"] == 1
    assert (values["sambut_recorder_stood_still_total"], values["sambut_recorder_still_now"]) == (3, 0)
    assert (values["sambut_database_failed_writes_total"], values["sambut_database_late_writes_total"]) == (4, 0)
    assert values["sambut_database_write_waits_seconds"] == 0
    recorder.close()
    await database.close()
