"""A centre made up from a few numbers: one queue, so many agents, calls as this centre's own day has them."""

from zoneinfo import ZoneInfo

from acd.core.inputs import AgentConfigured, DeviceConfigured, Input, QueueConfigured
from acd.core.settings import AgentSettings, DeviceSettings, NoAnswerPolicy, QueueSettings
from kernel.ids import AgentId, DeviceId, QueueId
from kernel.instants import Instant
from simulator.whole_centre import own_day
from simulator.whole_centre.description import HOUR_MS, Break, Day, Habits, Shift, Stream
from simulator.whole_centre.lengths import exponential, fixed, log_normal

FIRST_DAY = Instant(1_798_765_200_000)
"""Friday, 1 January 2027, 08:00 in Jakarta. Nothing depends on the date."""

ZONE = ZoneInfo("Asia/Jakarta")
QUEUE = QueueId("voice")
BREAK_EVERY_MS = 2 * HOUR_MS
BREAK_MS = 15 * 60_000

HABITS = Habits(
    rings_after=fixed(200),
    reaction=log_normal(2_500, 0.5),
    ignores=0.01,
    declines=0.005,
    comes_back=fixed(60_000),
)
"""A phone rings after a fifth of a second and is picked up in two or three; one offer in a hundred is let ring."""


def made_up_day(*, agents: int, calls_per_hour: float, hours: float, seed: int, aht_s: float | None = None) -> Day:
    """One queue, agents who can all take its calls, and a break of a quarter of an hour after every two.

    ``aht_s`` None: the centre's own average handling time of calls.
    """
    handling_ms = 1_000 * (own_day.aht_s("voice") if aht_s is None else aht_s)
    stream = Stream(
        queue_id=QUEUE,
        rates=own_day.rates(calls_per_hour, hours, own_day.shape("voice")),
        talk=log_normal(handling_ms * (1 - own_day.WORK_SHARE), own_day.TALK_SPREAD),
        work=log_normal(handling_ms * own_day.WORK_SHARE, own_day.WORK_SPREAD),
        patience=exponential(own_day.PATIENCE_S * 1_000),
    )
    lasts_ms = round(hours * HOUR_MS)
    names = [AgentId(f"agent-{number}") for number in range(1, agents + 1)]
    shifts = tuple(
        Shift(
            agent_id=agent_id,
            device_id=DeviceId(f"phone-{number}"),
            begins_ms=0,
            ends_ms=lasts_ms,
            breaks=_breaks(number, agents, lasts_ms),
        )
        for number, agent_id in enumerate(names, start=1)
    )
    return Day(
        name=f"{agents} agents, {calls_per_hour:g} calls an hour, {hours:g} h",
        seed=seed,
        begins_at=FIRST_DAY,
        lasts_ms=lasts_ms,
        zone=ZONE,
        configuration=_configuration(shifts, work_ms=round(handling_ms * own_day.WORK_SHARE)),
        streams=(stream,),
        shifts=shifts,
        habits=HABITS,
    )


def _breaks(number: int, agents: int, lasts_ms: int) -> tuple[Break, ...]:
    """One after every two hours of work, and not everybody's at once."""
    late_ms = (number - 1) * BREAK_EVERY_MS // max(1, agents)
    first_ms = BREAK_EVERY_MS + late_ms
    return tuple(
        Break(at_ms=at_ms, lasts_ms=BREAK_MS) for at_ms in range(first_ms, lasts_ms - BREAK_MS, BREAK_EVERY_MS)
    )


def _configuration(shifts: tuple[Shift, ...], work_ms: int) -> tuple[Input, ...]:
    queue = QueueSettings(
        queue_id=QUEUE,
        name="Voice",
        requirements=(),
        priority=5,
        ring_ms_max=20_000,
        wrap_up_ms=work_ms,
        wait_ms_max=None,
        short_abandon_ms=5_000,
        service_level_ms=20_000,
        no_answer_policy=NoAnswerPolicy.AUX,
        announcement=None,
        announcement_every_ms=0,
    )
    people: list[Input] = []
    for shift in shifts:
        agent = AgentSettings(agent_id=shift.agent_id, name=shift.agent_id, skills=())
        people.append(AgentConfigured(settings=agent))
        people.append(DeviceConfigured(settings=DeviceSettings(device_id=shift.device_id, auto_answer=False)))
    return (QueueConfigured(settings=queue), *people)
