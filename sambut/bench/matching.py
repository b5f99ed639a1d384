"""``sambut bench matching``: the choice of the next caller and agent, on floors of growing size.

Each case is played on the real engine. Timed is the engine's choice for a newcomer; the plain choice (everybody is
looked at) is timed in the same steps, a few of them, and must choose the same.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from acd.core import inputs
from kernel.ids import AgentId, InteractionId, QueueId
from kernel.result_codes import ReservationResult
from sambut.bench.figures import log_log_slope, quantile
from sambut.bench.matching_floor import MatchingFloor, Size
from sambut.collector import settle_collector

SAMPLES = 20_000
COMPARED = 20
"""How many steps of a case are timed of the plain choice as well, where its work is not beyond all patience."""
NAIVE_LOOKS_MAX = 500_000

SMALL, MIDDLE, LARGE = (
    Size(agents=500, waiting=1_000, classes=16),
    Size(agents=5_000, waiting=10_000, classes=256),
    Size(agents=50_000, waiting=100_000, classes=1_000),
)
AGENT_AXIS = tuple(Size(agents=agents, waiting=10_000, classes=256) for agents in (500, 5_000, 50_000))
WAITING_AXIS = tuple(Size(agents=5_000, waiting=waiting, classes=256) for waiting in (1_000, 10_000, 100_000))
HOPELESS = QueueId("hopeless")
UNSKILLED = AgentId("unskilled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case at one size. Times in microseconds of one choice; ``naive_us_p50`` of the plain choice."""

    agents: int
    waiting: int
    classes: int
    case: str
    decision_us_p50: float
    decision_us_p99: float
    decision_us_p999: float
    naive_us_p50: float | None
    naive_ratio: float | None
    compared: int
    mismatches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Steps of one kind, without end; ``naive_looks``: how often the plain choice looks at somebody in one step."""

    name: str
    steps: Callable[[MatchingFloor], Iterator[None]]
    naive_looks: Callable[[Size], int]


def agent_frees(floor: MatchingFloor) -> Iterator[None]:
    """An agent becomes ready while everybody waits."""
    while True:
        agent_id = floor.any_agent()
        floor.timed(inputs.SetReady(agent_id=agent_id))
        _put_back(floor, agent_id)
        yield


def nobody_waits_for_this_agent(floor: MatchingFloor) -> Iterator[None]:
    """An agent becomes ready who can take none of those who wait."""
    while True:
        floor.timed(inputs.SetReady(agent_id=UNSKILLED))
        floor.give(inputs.SetAux(agent_id=UNSKILLED, reason_code="break"))
        yield


def caller_arrives(floor: MatchingFloor) -> Iterator[None]:
    """A caller enters a queue while all agents are ready; those who wait are for nobody here."""
    while True:
        interaction_id, enter = floor.caller()
        floor.timed(enter)
        floor.give(inputs.CallerHungUp(interaction_id=interaction_id, cause_code=16))
        yield


def nobody_can_take_this_caller(floor: MatchingFloor) -> Iterator[None]:
    """A caller enters whom none of the ready agents can take."""
    while True:
        interaction_id, enter = floor.caller(HOPELESS)
        floor.timed(enter)
        floor.give(inputs.CallerHungUp(interaction_id=interaction_id, cause_code=16))
        yield


def _put_back(floor: MatchingFloor, agent_id: AgentId) -> None:
    reservation_id = floor.reservation_of(agent_id)
    if reservation_id is None:
        floor.give(inputs.SetAux(agent_id=agent_id, reason_code="break"))
    else:
        floor.give(inputs.AgentLegFailed(reservation_id=reservation_id, result=ReservationResult.DECLINED))


BACKLOG = (
    Case(name="agent_frees", steps=agent_frees, naive_looks=lambda size: 20 * size.agents),
    Case(
        name="nobody_waits_for_this_agent",
        steps=nobody_waits_for_this_agent,
        naive_looks=lambda size: size.waiting * size.agents,
    ),
)
IDLE = (
    Case(name="caller_arrives", steps=caller_arrives, naive_looks=lambda size: size.waiting * size.agents),
    Case(
        name="nobody_can_take_this_caller",
        steps=nobody_can_take_this_caller,
        naive_looks=lambda size: size.waiting * size.agents,
    ),
)


def measure(size: Size, *, samples: int = SAMPLES) -> Iterator[Row]:
    """Every case at one size, each on a floor in the state that the case needs."""
    floor = MatchingFloor(size)
    for _ in range(size.waiting):
        _, enter = floor.caller()
        floor.give(enter)
    settle_collector()
    yield from (_play(floor, case, samples) for case in BACKLOG)
    floor = MatchingFloor(size)
    for agent_id in floor.agents:
        floor.give(inputs.SetReady(agent_id=agent_id))
    for _ in range(size.waiting):
        _, enter = floor.caller(HOPELESS)
        floor.give(enter)
    settle_collector()
    yield from (_play(floor, case, samples) for case in IDLE)


def _play(floor: MatchingFloor, case: Case, samples: int) -> Row:
    watch, size = floor.watch, floor.size
    watch.reset()
    compared = COMPARED if case.naive_looks(size) <= NAIVE_LOOKS_MAX else 0
    steps = case.steps(floor)
    for number in range(samples + compared):
        watch.compares = number < compared
        next(steps)
    times_us = sorted(ns / 1_000 for ns in watch.times_ns[compared:])
    naive_us = sorted(ns / 1_000 for ns in watch.naive_ns)
    p50 = quantile(times_us, 0.5)
    naive_p50 = quantile(naive_us, 0.5) if naive_us else None
    return Row(
        agents=size.agents,
        waiting=size.waiting,
        classes=size.classes,
        case=case.name,
        decision_us_p50=p50,
        decision_us_p99=quantile(times_us, 0.99),
        decision_us_p999=quantile(times_us, 0.999),
        naive_us_p50=naive_p50,
        naive_ratio=None if naive_p50 is None else naive_p50 / p50,
        compared=compared,
        mismatches=watch.mismatches,
    )


def slopes(rows: list[Row]) -> dict[str, float]:
    """How each case's median grows with agents and with waiting callers, all else equal: the log-log slope."""
    found: dict[str, float] = {}
    for axis, sizes in (("agents", AGENT_AXIS), ("waiting", WAITING_AXIS)):
        for case in (case.name for case in (*BACKLOG, *IDLE)):
            points = {
                getattr(size, axis): row.decision_us_p50
                for size in sizes
                for row in rows
                if row.case == case
                and (row.agents, row.waiting, row.classes) == (size.agents, size.waiting, size.classes)
            }
            found[f"{case} by {axis}"] = log_log_slope(list(points.items()))
    return found


def agreement(decisions: int) -> int:
    """So many choices of a small, busy floor held against the plain choice: how many differ."""
    floor = MatchingFloor(Size(agents=12, waiting=0, classes=8))
    floor.watch.compares = True
    open_callers: deque[InteractionId] = deque()
    for number in range(decisions):
        agent_id = floor.any_agent()
        match number % 4:
            case 0 | 2:
                interaction_id, enter = floor.caller()
                open_callers.append(interaction_id)
                floor.timed(enter)
            case 1:
                floor.timed(inputs.SetReady(agent_id=agent_id))
            case _:
                floor.timed(inputs.SetAux(agent_id=agent_id, reason_code="break"))
        while len(open_callers) > 24 or (open_callers and number % 5 == 0):
            floor.timed(inputs.CallerHungUp(interaction_id=open_callers.popleft(), cause_code=16))
    return floor.watch.mismatches


def run_matching(told: Callable[[Row], None], *, decisions: int) -> dict[str, Any]:
    """All sizes; ``told`` hears of each row as it comes. The report's body: rows, slopes, mismatches."""
    rows: list[Row] = []
    for size in dict.fromkeys((SMALL, MIDDLE, LARGE, *AGENT_AXIS, *WAITING_AXIS)):
        for row in measure(size):
            rows.append(row)
            told(row)
    return {
        "rows": [asdict(row) for row in rows],
        "slopes": slopes(rows),
        "decisions_compared": decisions,
        "mismatches": sum(row.mismatches for row in rows) + agreement(decisions),
    }
