"""Numbers for Prometheus: what happened, counted by following facts, and what is the case, asked for when scraped.

Labels are ids of queues, reasons and states only: never an agent, a call or a number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from acd.core import facts as acd
from acd.core import outbound_words as out
from acd.core.agent_states import AgentState
from acd.core.settings import Direction
from cti.picture import Picture
from ivr.core import facts as flow
from kernel.entry import Entry
from kernel.result_codes import ReservationResult
from recorder import facts as rec
from reports.live import Now

Reading = Callable[[], Mapping[str, float]]
"""Named readings of some other part, taken at each scrape."""

_SECONDS = (0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)


class Metrics:
    """A FactSubscriber that counts. ``picture`` and ``numbers`` are asked when somebody scrapes."""

    def __init__(self, *, picture: Callable[[], Picture], numbers: Callable[[], Now]) -> None:
        self.registry = CollectorRegistry()
        self._counters(self.registry)
        self.registry.register(_Live(picture))
        self.registry.register(_Queues(numbers))

    def _counters(self, registry: CollectorRegistry) -> None:
        self._entries = Counter("sambut_journal_entries", "Journal entries seen.", registry=registry)
        self._calls = Counter("sambut_calls", "Calls that came in.", registry=registry)
        self._ended = Counter("sambut_calls_ended", "Calls that ended.", ["disposition"], registry=registry)
        self._offered = Counter("sambut_queue_offered", "Calls that entered a queue.", ["queue"], registry=registry)
        self._answered = Counter("sambut_queue_answered", "Calls answered.", ["queue"], registry=registry)
        self._abandoned = Counter(
            "sambut_queue_abandoned",
            "Calls abandoned in a queue; short ones apart.",
            ["queue", "short"],
            registry=registry,
        )
        self._left = Counter(
            "sambut_queue_left", "Calls that left a queue by rule.", ["queue", "reason"], registry=registry
        )
        self._reservations = Counter(
            "sambut_reservations", "Reservations that ended, by result.", ["queue", "result"], registry=registry
        )
        self._no_answer = Counter(
            "sambut_ring_no_answer", "Reservations that lapsed: nobody picked up (RONA).", ["queue"], registry=registry
        )
        self._refused = Counter("sambut_inputs_refused", "Inputs refused.", ["code"], registry=registry)
        self._prompts = Counter(
            "sambut_prompts_missing",
            "Prompts that callers should have heard.",
            ["prompt", "language"],
            registry=registry,
        )
        self._recordings = Counter("sambut_recordings", "Talks recorded, or not.", ["outcome"], registry=registry)
        self._calls_out = Counter(
            "sambut_calls_out", "Calls by agents: begun, or why refused.", ["outcome"], registry=registry
        )
        self._wait = Histogram(
            "sambut_answer_wait_seconds", "Wait in the queue of answered calls.", buckets=_SECONDS, registry=registry
        )
        self._ring = Histogram(
            "sambut_reservation_seconds",
            "From reservation to its end.",
            ["result"],
            buckets=_SECONDS,
            registry=registry,
        )

    def add_readings(self, prefix: str, says: str, *, counters: Reading, gauges: Reading) -> None:
        """Show another part's own numbers, such as AMI's: ``<prefix>_<name>``, asked for at each scrape."""
        self.registry.register(_Readings(prefix, says, counters, gauges))

    def on_entry(self, entry: Entry) -> None:
        """Count one journalled entry. What was before the program started is not counted, as Prometheus expects."""
        self._entries.inc()
        for fact in entry.facts:
            self._count(fact)

    def _count(self, fact: object) -> None:
        match fact:
            case acd.InteractionCreated() if fact.direction is Direction.INBOUND:
                self._calls.inc()
            case out.CallOutBegun():
                self._calls_out.labels("begun").inc()
            case out.CallOutRefused():
                self._calls_out.labels(fact.reason.value).inc()
            case acd.InteractionEnded():
                self._ended.labels(fact.disposition.value).inc()
            case acd.InputRefused():
                self._refused.labels(fact.code.value).inc()
            case flow.PromptMissed():
                self._prompts.labels(fact.prompt_id, fact.language).inc()
            case rec.RecordingStored():
                self._recordings.labels("stored").inc()
            case rec.RecordingFailed():
                self._recordings.labels(fact.problem).inc()
            case _:
                self._count_queue(fact)

    def _count_queue(self, fact: object) -> None:
        match fact:
            case acd.InteractionQueued():
                self._offered.labels(fact.queue_id).inc()
            case acd.InteractionAnswered():
                self._answered.labels(fact.queue_id).inc()
                self._wait.observe(fact.waited_ms / 1000)
            case acd.InteractionAbandoned():
                self._abandoned.labels(fact.queue_id, str(fact.short).lower()).inc()
            case acd.InteractionLeftQueue():
                self._left.labels(fact.queue_id, fact.reason.value).inc()
            case acd.ReservationEnded():
                self._reservations.labels(fact.queue_id, fact.result.value).inc()
                self._ring.labels(fact.result.value).observe(fact.rang_ms / 1000)
                if fact.result is ReservationResult.LAPSED:
                    self._no_answer.labels(fact.queue_id).inc()
            case _:
                pass

    def mount(self, app: web.Application) -> None:
        """Add /metrics. It needs no token; the address it listens on is the operator's choice."""
        app.router.add_get("/metrics", self._scraped)

    async def _scraped(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Live(Collector):
    """Gauges out of the live picture."""

    def __init__(self, picture: Callable[[], Picture]) -> None:
        self._picture = picture

    def collect(self) -> Iterable[Metric]:
        """Agents by state, calls by phase."""
        picture = self._picture()
        agents = GaugeMetricFamily("sambut_agents", "Agents by state.", labels=["state"])
        states = [agent.state for agent in picture.agents.values()]
        for state in AgentState:
            agents.add_metric([state.value], states.count(state))
        yield agents
        calls = GaugeMetricFamily("sambut_calls_live", "Calls by phase.", labels=["phase"])
        phases = [call.phase for call in picture.calls.values()]
        for phase in ("flow", "waiting", "offered", "dialling", "talking", "held"):
            calls.add_metric([phase], phases.count(phase))
        yield calls


class _Queues(Collector):
    """Gauges out of the live numbers."""

    def __init__(self, numbers: Callable[[], Now]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterable[Metric]:
        """Each queue's line, and its strict service level since local midnight once somebody was offered."""
        waiting = GaugeMetricFamily("sambut_queue_waiting", "Callers waiting.", labels=["queue"])
        longest = GaugeMetricFamily("sambut_queue_longest_wait_seconds", "The longest wait now.", labels=["queue"])
        level = GaugeMetricFamily(
            "sambut_queue_service_level_today_ratio",
            "Answered within the threshold, of those offered since local midnight.",
            labels=["queue"],
        )
        told = GaugeMetricFamily(
            "sambut_queue_wait_told_today",
            "Callers told so many minutes since local midnight, and of them those for whom it was kept or broken.",
            labels=["queue", "minutes", "outcome"],
        )
        for queue in self._numbers().queues:
            waiting.add_metric([queue.queue_id], queue.waiting_count)
            longest.add_metric([queue.queue_id], queue.longest_wait_ms / 1000)
            if queue.service_level is not None:
                level.add_metric([queue.queue_id], queue.service_level)
            for each in queue.waits_told:
                outcomes = {"told": each.told_count, "kept": each.kept_count, "broken": each.broken_count}
                for outcome, count in outcomes.items():
                    told.add_metric([queue.queue_id, str(each.minutes), outcome], count)
        yield from (waiting, longest, level, told)


class _Readings(Collector):
    """Numbers that another part keeps itself."""

    def __init__(self, prefix: str, says: str, counters: Reading, gauges: Reading) -> None:
        self._prefix = prefix
        self._says = says
        self._counters = counters
        self._gauges = gauges

    def describe(self) -> Iterable[Metric]:
        """Nothing: names are known only once the part runs."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """One family for each reading."""
        for name, value in self._counters().items():
            yield CounterMetricFamily(f"{self._prefix}_{name}", self._says, value=value)
        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"{self._prefix}_{name}", self._says, value=value)
