"""Numbers for Prometheus follow the facts."""

from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from acd.core.agent_states import AgentState
from acd.core.facts import InputRefused, InteractionAbandoned
from cti.picture import Picture
from kernel.ids import InteractionId
from kernel.instants import Instant
from kernel.result_codes import Disposition, RefusalCode, ReservationResult
from sambut.live_numbers import CentreNumbers
from sambut.metrics import Metrics
from tests.cti.calls import SALES, answered_call, created, ended, moved, open_floor, queued, reservation_ended, reserved
from tests.cti.fakes import Script


class Counted:
    """Metrics, and the picture beside them, fed with a script."""

    def __init__(self, script: Script) -> None:
        self.picture = Picture()
        self.now = script.entries[-1].at
        numbers = CentreNumbers(ZoneInfo("Asia/Jakarta"), lambda: self.now)
        self.metrics = Metrics(picture=lambda: self.picture, numbers=numbers.now)
        for entry in script.entries:
            self.metrics.on_entry(entry)
            numbers.on_entry(entry)
            for fact in entry.facts:
                self.picture.apply(fact, entry.at)

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


def test_calls_are_counted_by_how_they_ended() -> None:
    script = Script()
    open_floor(script)
    answered_call(script, "c1-1")
    script.entry(created("c2-1"))
    script.entry(queued("c2-1"))
    script.entry(
        InteractionAbandoned(
            interaction_id=InteractionId("c2-1"), queue_id=SALES, waited_ms=30_000, short=False, while_offered=False
        ),
        ended("c2-1", Disposition.ABANDONED),
    )

    counted = Counted(script)

    assert counted.value("sambut_calls_total") == 2
    assert counted.value("sambut_calls_ended_total", disposition="answered") == 1
    assert counted.value("sambut_calls_ended_total", disposition="abandoned") == 1
    assert counted.value("sambut_queue_offered_total", queue="sales") == 2
    assert counted.value("sambut_queue_answered_total", queue="sales") == 1
    assert counted.value("sambut_queue_abandoned_total", queue="sales", short="false") == 1
    assert counted.value("sambut_answer_wait_seconds_sum") == 6.5
    assert counted.value("sambut_recordings_total", outcome="stored") == 1
    assert counted.value("sambut_journal_entries_total") == len(script.entries)


def test_a_lapsed_reservation_is_a_ring_no_answer() -> None:
    script = Script()
    script.entry(reservation_ended("c1-1", "ann", ReservationResult.LAPSED))
    script.entry(reservation_ended("c1-1", "bob", ReservationResult.BUSY, 2))
    script.entry(InputRefused(code=RefusalCode.UNKNOWN_AGENT, subject="eve"))

    counted = Counted(script)

    assert counted.value("sambut_ring_no_answer_total", queue="sales") == 1
    assert counted.value("sambut_reservations_total", queue="sales", result="busy") == 1
    assert counted.value("sambut_reservation_seconds_count", result="lapsed") == 1
    assert counted.value("sambut_inputs_refused_total", code="unknown_agent") == 1


def test_gauges_show_the_moment_of_the_scrape() -> None:
    script = Script()
    open_floor(script)
    for call in ("c1-1", "c2-1"):
        script.entry(created(call))
        script.entry(queued(call))
    script.entry(reserved("c1-1", "ann", until=0), moved("ann", AgentState.READY, AgentState.RESERVED, call="c1-1"))

    counted = Counted(script)
    counted.now = Instant(script.entries[7].at + 10_000)

    assert counted.value("sambut_agents", state="ready") == 1
    assert counted.value("sambut_agents", state="reserved") == 1
    assert counted.value("sambut_calls_live", phase="offered") == 1
    assert counted.value("sambut_queue_waiting", queue="sales") == 2
    assert counted.value("sambut_queue_longest_wait_seconds", queue="sales") == 11
    assert counted.value("sambut_queue_service_level_today_ratio", queue="sales") == 0


async def test_scraping_gives_prometheus_text_with_the_readings_of_other_parts() -> None:
    script = Script()
    open_floor(script)
    answered_call(script)
    counted = Counted(script)
    counted.metrics.add_readings(
        "sambut_ami", "The AMI connection.", counters=lambda: {"events": 41.0}, gauges=lambda: {"connected": 1.0}
    )
    app = web.Application()
    counted.metrics.mount(app)

    async with TestClient(TestServer(app)) as client:
        response = await client.get("/metrics")
        text = await response.text()

    samples = {sample.name: sample for family in text_string_to_metric_families(text) for sample in family.samples}
    assert response.headers["Content-Type"].startswith("text/plain")
    assert samples["sambut_ami_events_total"].value == 41
    assert samples["sambut_ami_connected"].value == 1
    labels = {label for sample in samples.values() for label in sample.labels}
    assert labels <= {"queue", "short", "disposition", "result", "reason", "outcome", "code", "state", "phase", "le"}
