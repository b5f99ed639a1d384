"""What the engine is told of a centre, and in which order."""

import pytest
from hypothesis import HealthCheck, given, settings

from acd.core.inputs import (
    AgentConfigured,
    AgentRemoved,
    AuxReasonConfigured,
    AuxReasonRemoved,
    DeviceConfigured,
    DeviceRemoved,
    Input,
    QueueConfigured,
    QueueRemoved,
)
from acd.core.rank_words import RoutingConfigured
from acd.core.settings import NoAnswerPolicy, Requirement
from centre.model import Centre
from centre.reader import read_centre
from centre.to_inputs import Configured, configured, inputs_between
from kernel.ids import SkillId
from tests.centre.samples import SMALL, centres

ORDER: list[type[Input]] = [
    RoutingConfigured,
    QueueConfigured,
    AgentConfigured,
    DeviceConfigured,
    AuxReasonConfigured,
    AuxReasonRemoved,
    AgentRemoved,
    DeviceRemoved,
    QueueRemoved,
]  # fmt: skip


def learnt(known: Configured, inputs: tuple[Input, ...]) -> Configured:  # noqa: C901 - a case for each input
    """What an engine knows after it took the inputs."""
    routing, queues, agents, devices = known.routing, dict(known.queues), dict(known.agents), dict(known.devices)
    reasons = dict(known.aux_reasons)
    for given_input in inputs:
        match given_input:
            case RoutingConfigured(settings=settings):
                routing = settings
            case QueueConfigured(settings=queue):
                queues[queue.queue_id] = queue
            case AgentConfigured(settings=agent):
                agents[agent.agent_id] = agent
            case DeviceConfigured(settings=device):
                devices[device.device_id] = device
            case AuxReasonConfigured(settings=reason):
                reasons[reason.reason_code] = reason
            case AuxReasonRemoved(reason_code=reason_code):
                del reasons[reason_code]
            case QueueRemoved(queue_id=queue_id):
                del queues[queue_id]
            case AgentRemoved(agent_id=agent_id):
                del agents[agent_id]
            case DeviceRemoved(device_id=device_id):
                del devices[device_id]
    return Configured(routing=routing, queues=queues, agents=agents, devices=devices, aux_reasons=reasons)


@given(one=centres(), other=centres())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.slow  # draws whole centres
def test_an_engine_gets_from_any_centre_to_any_other(one: Centre, other: Centre) -> None:
    known, wanted = configured(one), configured(other)

    inputs = inputs_between(known, wanted)

    assert learnt(known, inputs) == wanted
    places = [ORDER.index(type(one_input)) for one_input in inputs]
    assert places == sorted(places)
    assert inputs_between(wanted, wanted) == ()


def test_seconds_become_milliseconds_and_no_limit_becomes_none() -> None:
    (queue,) = configured(read_centre(SMALL)).queues.values()

    assert queue.ring_ms_max == 20_000
    assert queue.wrap_up_ms == 30_000
    assert queue.short_abandon_ms == 5_000
    assert queue.service_level_ms == 20_000
    assert queue.announcement_every_ms == 60_000
    assert queue.wait_ms_max is None
    assert queue.requirements == (Requirement(skill_id=SkillId("english"), level_min=2),)
    assert queue.no_answer_policy is NoAnswerPolicy.AUX


@pytest.mark.parametrize(
    ("written", "step_ms"), [("", 60_000), ("priority_step_s = 90", 90_000), ("priority_step_s = 0", None)]
)
def test_a_step_of_priority_is_worth_a_minute_unless_the_file_says_otherwise(written: str, step_ms: int | None) -> None:
    centre = read_centre(SMALL.replace("[centre]", f"[centre]\n{written}"))

    assert configured(centre).routing.priority_step_ms == step_ms


def test_what_the_engine_does_not_know_of_is_not_told() -> None:
    before = configured(read_centre(SMALL))
    after = configured(read_centre(SMALL.replace('login = "1001"', 'login = "2002"')))

    assert inputs_between(before, after) == ()
