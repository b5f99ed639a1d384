"""``sambut bench calls``: the same calls through this product, through app_queue, and by a plain Dial (the floor).

Rounds are interleaved, and Asterisk is started afresh for each way of each round. In a round a way is warmed up, then
gets a backlog (few agents, many callers: time from an agent's hang-up to the same agent's next ring), then an even
stream of calls for many agents (failures, processor time a call, time from the caller's answer to the ring), then calls
whose first agent has a dead phone. Signalling only: each caller sends one packet of sound, since Asterisk's ``Answer``
waits half a second for one that sends none.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from phones.sipp_program import sipp_words
from sambut.bench.bench_centre import phone_name
from sambut.bench.calls_figures import Trip, judge, mean, quantile_or_none
from sambut.bench.cpu import busy_share_of_machine
from sambut.bench.folder import new_folder
from sambut.bench.load import PhonesProcess, SippCallers
from sambut.bench.ways import Ground, Way, by_plain_dial, make_ground, through_app_queue, through_sambut

FAILED_SHARE_MAX = 0.001
SIPP_RTP_PORT = 50_000
BACKLOG_AGENTS = 10
BACKLOG_CALLS = 150
BACKLOG_RATE = 60.0
BACKLOG_TALK_MS = (800, 1200)
WARM_UP_S = 3.0
DEAD_KINDS = ("closed", "silent")
DEAD_CALLS = 2
"""So many calls for each kind: who starts with the living agent goes to the dead one next."""
SETTLE_S = 1.0
HIGHEST_STEP = 1.15
HIGHEST_S = 15.0
HIGHEST_MAX = 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is run. ``rate`` in calls a second; ``talk_ms`` between agents' pick-up and hang-up."""

    agents: int = 500
    queues: int = 1
    rate: float = 28.0
    seconds: float = 60.0
    rounds: int = 2
    talk_ms: tuple[int, int] = (800, 1200)
    highest: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one way came to over its rounds."""

    placed: int = 0
    failed: int = 0
    calls_per_s: list[float] = field(default_factory=list)
    asterisk_ms: float = 0.0
    program_ms: float = 0.0
    sipp_ms: float = 0.0
    phones_ms: float = 0.0
    answer_to_ring_ms: list[float] = field(default_factory=list)
    free_to_ring_ms: list[float] = field(default_factory=list)
    dead_phone_ms: list[float] = field(default_factory=list)
    backlog_failed: int = 0
    machine_busy: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One way's figures, as the report shows them; None where a figure does not apply."""

    calls_per_s: float
    failed: int
    cpu_ms_per_call_total: float
    cpu_ms_per_call_asterisk: float
    answer_to_ring_ms_p50: float | None
    answer_to_ring_ms_p99: float | None
    free_to_ring_ms_mean: float | None
    free_to_ring_ms_p50: float | None
    free_to_ring_ms_p99: float | None
    dead_phone_ms: float | None


Opens = Callable[[Ground], AbstractAsyncContextManager[Way]]
WAYS: dict[str, Opens] = {"sambut": through_sambut, "app_queue": through_app_queue, "floor": by_plain_dial}


class TooManyFailed(Exception):
    """More calls failed than figures can be believed of. The text says of which way, and how many."""


async def run_calls(plan: Plan, told: Callable[[str], None]) -> dict[str, Any]:
    """All rounds; ``told`` hears what is being done. The report's body.

    Raises TooManyFailed, NotComparable, AsteriskNotFound, FileNotFoundError (no SIPp), OSError.
    """
    tallies = {name: Tally() for name in WAYS}
    for number in range(plan.rounds):
        for name, opens in WAYS.items():
            told(f"round {number + 1} of {plan.rounds}: {name}")
            with new_folder(name) as folder:
                await _Round(plan, opens, folder, tallies[name]).run(has_queue=name != "floor")
            refuse_failures(name, tallies[name])
    body: dict[str, Any] = {name: asdict(figures_of(tally)) for name, tally in tallies.items()}
    body |= {
        "plan": asdict(plan),
        "load_generator_cpu_ms_per_call": {
            name: {"sipp": tally.sipp_ms / tally.placed, "phones": tally.phones_ms / tally.placed}
            for name, tally in tallies.items()
        },
        "machine_busy_share": {name: mean(tally.machine_busy) for name, tally in tallies.items()},
    }
    body["ratios"] = ratios(body)
    if plan.highest:
        body["highest_calls_per_s"] = {}
        for name, opens in WAYS.items():
            told(f"highest rate: {name}")
            body["highest_calls_per_s"][name] = await highest_rate(plan, opens, name, told)
    return body


def figures_of(tally: Tally) -> Figures:
    """A way's figures from its tally."""
    rings, freed = sorted(tally.answer_to_ring_ms), sorted(tally.free_to_ring_ms)
    return Figures(
        calls_per_s=mean(tally.calls_per_s) or 0.0,
        failed=tally.failed + tally.backlog_failed,
        cpu_ms_per_call_total=(tally.asterisk_ms + tally.program_ms) / tally.placed,
        cpu_ms_per_call_asterisk=tally.asterisk_ms / tally.placed,
        answer_to_ring_ms_p50=quantile_or_none(rings, 0.5),
        answer_to_ring_ms_p99=quantile_or_none(rings, 0.99),
        free_to_ring_ms_mean=mean(freed),
        free_to_ring_ms_p50=quantile_or_none(freed, 0.5),
        free_to_ring_ms_p99=quantile_or_none(freed, 0.99),
        dead_phone_ms=max(tally.dead_phone_ms, default=None),
    )


def ratios(body: dict[str, Any]) -> dict[str, float | None]:
    """What the product is to the other two, in this very run."""
    ours, queue, floor = body["sambut"], body["app_queue"], body["floor"]

    def share(above: float | None, below: float | None) -> float | None:
        return above / below if above is not None and below else None

    return {
        "free_to_ring_mean_app_queue_to_sambut": share(queue["free_to_ring_ms_mean"], ours["free_to_ring_ms_mean"]),
        "answer_to_ring_p50_sambut_to_floor": share(ours["answer_to_ring_ms_p50"], floor["answer_to_ring_ms_p50"]),
        "cpu_total_sambut_to_app_queue": share(ours["cpu_ms_per_call_total"], queue["cpu_ms_per_call_total"]),
        "cpu_total_sambut_to_floor": share(ours["cpu_ms_per_call_total"], floor["cpu_ms_per_call_total"]),
    }


def refuse_failures(name: str, tally: Tally) -> None:
    """Raise TooManyFailed when more than a thousandth of a way's calls failed."""
    failed, placed = tally.failed + tally.backlog_failed, tally.placed
    if failed > FAILED_SHARE_MAX * placed:
        raise TooManyFailed(f"{name}: {failed} of {placed} calls failed; figures of such a run say nothing")


class _Round:
    """One way, from a fresh start to its end."""

    def __init__(self, plan: Plan, opens: Opens, folder: Path, tally: Tally) -> None:
        self._plan = plan
        self._opens = opens
        self._folder = folder
        self._tally = tally
        self._all = [phone_name(number) for number in range(plan.agents)]

    async def run(self, *, has_queue: bool) -> None:
        """All of a round; without a queue there is no backlog and no second choice."""
        async with self._opened():
            if has_queue:
                await self._backlog()
            await self._stream()
            if has_queue:
                await self._dead_phones()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        ground = make_ground(self._folder, agents=self._plan.agents, queues=self._plan.queues)
        self._callers = SippCallers(
            sipp_words(), folder=self._folder, server_port=ground.sip_port, rtp_port_min=SIPP_RTP_PORT
        )
        async with PhonesProcess(self._folder / "phones.log") as self._phones, self._opens(ground) as way:
            self._ground, self._way = ground, way
            await self._phones.register(ground.phone_secrets(self._all), ground.sip_port)
            yield

    async def climb(self) -> AsyncGenerator[tuple[float, int], None]:
        """Run the way at rising rates: (rate, calls that failed at it), without end but for the highest rate."""
        async with self._opened():
            await self._way.seat(self._all)
            await self._phones.plan(*self._plan.talk_ms)
            for rate in rates(self._plan.rate):
                trip = await self._calls(round(rate * HIGHEST_S), rate)
                yield rate, trip.failed

    async def _calls(self, calls: int, rate: float) -> Trip:
        await self._phones.news()
        callers = await self._callers.call(self._ground.dids, calls=calls, rate=rate)
        await asyncio.sleep(SETTLE_S)
        return judge(callers, await self._phones.news(), placed=calls)

    async def _backlog(self) -> None:
        await self._way.seat(self._all[:BACKLOG_AGENTS])
        await self._phones.plan(*BACKLOG_TALK_MS)
        await self._calls(2 * BACKLOG_AGENTS, BACKLOG_AGENTS)
        trip = await self._calls(BACKLOG_CALLS, BACKLOG_RATE)
        self._tally.backlog_failed += trip.failed
        self._tally.free_to_ring_ms += trip.free_to_ring_ms

    async def _stream(self) -> None:
        plan, tally = self._plan, self._tally
        await self._way.seat(self._all)
        await self._phones.plan(*plan.talk_ms)
        await self._calls(max(1, round(plan.rate * WARM_UP_S)), plan.rate)
        before = self._readings()
        trip = await self._calls(round(plan.rate * plan.seconds), plan.rate)
        asterisk, program, sipp, phones, busy, total = (
            now - then for now, then in zip(self._readings(), before, strict=True)
        )
        tally.asterisk_ms += asterisk
        tally.program_ms += program
        tally.sipp_ms += sipp
        tally.phones_ms += phones
        tally.machine_busy.append(busy / total)
        tally.placed += trip.placed
        tally.failed += trip.failed
        tally.calls_per_s.append(trip.calls_per_s)
        tally.answer_to_ring_ms += trip.answer_to_ring_ms

    def _readings(self) -> tuple[float, ...]:
        way = self._way
        return (
            way.asterisk_cpu_ms(),
            way.program_cpu_ms(),
            self._callers.cpu_ms,
            self._phones.cpu_ms,
            *busy_share_of_machine(),
        )

    async def _dead_phones(self) -> None:
        """Two agents, the first of them dead: how long until the second one's phone rings."""
        living = self._all[-1]
        await self._phones.plan(100, 100)
        for place, kind in enumerate(DEAD_KINDS):
            dead = self._all[place]
            await self._phones.register(self._ground.phone_secrets([dead]), self._ground.sip_port)
            await self._way.seat([dead, living])
            await self._phones.die(kind)  # only now: a phone that is dead when it registers is found out by Asterisk
            for _ in range(DEAD_CALLS):
                await self._phones.news()
                callers = await self._callers.call(self._ground.dids[:1], calls=1, rate=10)
                trip = judge(callers, _rings_of(await self._phones.news(), living), placed=1)
                self._tally.dead_phone_ms += trip.answer_to_ring_ms


def _rings_of(records: Sequence[Any], phone: str) -> list[Any]:
    return [record for record in records if record.phone == phone]


async def highest_rate(plan: Plan, opens: Opens, name: str, told: Callable[[str], None]) -> float:
    """The highest of a growing series of rates at which not one call failed; 0.0 when the first had failures."""
    best = 0.0
    with new_folder(name) as folder:
        way = _Round(plan, opens, folder, Tally())
        async with aclosing(way.climb()) as tried:
            async for rate, failed in tried:
                told(f"{name}: {failed} failed at {rate:.0f}/s")
                if failed:
                    break
                best = rate
    return best


def rates(start: float) -> Iterator[float]:
    """The series of rates that are tried."""
    rate = start
    while rate <= HIGHEST_MAX:
        yield rate
        rate *= HIGHEST_STEP
