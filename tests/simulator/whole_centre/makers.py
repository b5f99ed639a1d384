"""Small days: every field has a plain default, a test names only what its story is about."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from acd.core.inputs import Input, QueueConfigured
from acd.core.settings import QueueSettings
from kernel.ids import AgentId, DeviceId, QueueId
from simulator.whole_centre.description import Break, Day, Fault, Habits, Rate, Shift, Stream
from simulator.whole_centre.lengths import Lengths, fixed
from tests.acd import makers as m
from tests.acd.floor import NOON

HOUR_MS = 3_600_000
MINUTE_MS = 60_000

AT_ONCE = Habits(rings_after=fixed(0), reaction=fixed(0), comes_back=fixed(60_000))
"""Phones that answer by themselves."""


def habits(*, ignores: float = 0.0, declines: float = 0.0) -> Habits:
    return Habits(
        rings_after=fixed(200), reaction=fixed(2_000), ignores=ignores, declines=declines, comes_back=fixed(60_000)
    )


def stream(
    calls_per_hour: float = 60,
    *,
    queue_id: str = "sales",
    talk: Lengths | None = None,
    work: Lengths | None = None,
    patience: Lengths | None = None,
    lasts_ms: int = HOUR_MS,
    priority: int | None = None,
) -> Stream:
    return Stream(
        queue_id=QueueId(queue_id),
        rates=(Rate(from_ms=0, to_ms=lasts_ms, calls_per_hour=calls_per_hour),),
        talk=talk or fixed(120_000),
        work=work or fixed(0),
        patience=patience,
        priority=priority,
    )


def day(
    *streams: Stream,
    agents: int = 3,
    seed: int = 1,
    lasts_ms: int = HOUR_MS,
    breaks: Sequence[Break] = (),
    how: Habits | None = None,
    faults: Sequence[Fault] = (),
    queues: Sequence[QueueSettings] = (),
) -> Day:
    shifts = tuple(
        Shift(
            agent_id=AgentId(f"a{number}"),
            device_id=DeviceId(f"p{number}"),
            begins_ms=0,
            ends_ms=lasts_ms,
            breaks=tuple(breaks),
        )
        for number in range(1, agents + 1)
    )
    people: list[Input] = []
    for shift in shifts:
        people += [m.agent(shift.agent_id), m.device(shift.device_id)]
    from_queues = [QueueConfigured(settings=one) for one in queues or [m.queue_settings(wrap_up_ms=30_000)]]
    return Day(
        name="a day",
        seed=seed,
        begins_at=NOON,
        lasts_ms=lasts_ms,
        zone=ZoneInfo("Asia/Jakarta"),
        configuration=(*from_queues, *people),
        streams=streams or (stream(),),
        shifts=shifts,
        habits=how or habits(),
        faults=tuple(faults),
    )
