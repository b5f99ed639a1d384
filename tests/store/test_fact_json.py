"""Facts as JSON: nothing changes on the way, and nothing written by an older release is lost."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core.facts import AgentLoggedOut, InteractionQueued
from acd.core.inputs import AgentPickedUp, LogOut, TimePassed
from acd.core.settings import Requirement
from kernel.ids import AgentId, DeviceId, InteractionId, QueueId, ReservationId, SkillId
from store.fact_json import ALL_CLASSES, FactJson, FactJsonError, OldName, interactions_of
from tests.store.samples import GOLDEN, golden_lines, sample_of


@pytest.mark.parametrize("kind", ALL_CLASSES, ids=lambda kind: kind.__name__)
def test_every_input_and_fact_comes_back_equal(kind: type) -> None:
    codec = FactJson()

    @settings(max_examples=25, deadline=None)
    @given(st.from_type(kind))
    def holds(value: object) -> None:
        assert codec.load(codec.dump(value)) == value
        assert codec.load_all(codec.dump_all((value, value))) == (value, value)

    holds()


def test_no_class_has_changed_its_json_since_it_was_released() -> None:
    kept = json.loads(GOLDEN.read_text())

    assert golden_lines() == kept, "give the old form an OldName, then run python -m tests.store.samples"


@pytest.mark.parametrize("kind", ALL_CLASSES, ids=lambda kind: kind.__name__)
def test_released_json_still_loads(kind: type) -> None:
    kept = json.loads(GOLDEN.read_text())[kind.__name__]

    assert FactJson().load(json.dumps(kept)) == sample_of(kind)


def test_nested_settings_and_tuples_keep_their_types() -> None:
    queued = InteractionQueued(
        interaction_id=InteractionId("c1"),
        queue_id=QueueId("sales"),
        priority=5,
        requirements=(Requirement(skill_id=SkillId("english"), level_min=3),),
        position=1,
    )

    back = FactJson().load(FactJson().dump(queued))

    assert isinstance(back, InteractionQueued)
    assert back.requirements == (Requirement(skill_id=SkillId("english"), level_min=3),)


@pytest.mark.parametrize("stranger", [None, "text", 7, {"type": "LogOut"}, object()])
def test_a_value_of_no_known_class_is_refused_by_name(stranger: object) -> None:
    with pytest.raises(FactJsonError, match=type(stranger).__name__):
        FactJson().dump(stranger)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "null",
        "[]",
        '{"type": "LogOut"}',
        '{"body": {}}',
        '{"type": "LogOut", "body": {}}',
        '{"type": "LogOut", "body": {"agent_id": 7}}',
        '{"type": "LogOut", "body": [1, 2]}',
        '{"type": "AgentLegFailed", "body": {"reservation_id": "c1-r1", "result": "exploded"}}',
    ],
)
def test_json_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(FactJsonError):
        FactJson().load(text)


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(FactJsonError, match="AgentTeleported"):
        FactJson().load_all('[{"type": "AgentTeleported", "body": {}}]')


def test_an_old_name_leads_to_the_class_of_today() -> None:
    def now(body: dict[str, Any]) -> dict[str, Any]:
        return {"agent_id": body["who"], "device_id": body["phone"], "reason_code": "own_wish"}

    codec = FactJson(old_names={"AgentWentHome": OldName(name="AgentLoggedOut", rewrite=now)})

    assert codec.load('{"type": "AgentWentHome", "body": {"who": "ann", "phone": "d1"}}') == AgentLoggedOut(
        agent_id=AgentId("ann"), device_id=DeviceId("d1"), reason_code="own_wish"
    )


@pytest.mark.parametrize(("old", "new"), [("LogOut", "LogIn"), ("GoneBefore", "GoneToo")])
def test_an_old_name_that_hides_a_class_or_leads_nowhere_is_refused_at_once(old: str, new: str) -> None:
    with pytest.raises(FactJsonError):
        FactJson(old_names={old: OldName(name=new, rewrite=dict)})


def test_two_classes_of_one_name_are_refused_at_once() -> None:
    @dataclass(frozen=True)
    class LogOut:
        agent_id: str

    with pytest.raises(FactJsonError, match="LogOut"):
        FactJson(classes=(*ALL_CLASSES, LogOut))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (AgentPickedUp(reservation_id=ReservationId("c1764-3-r2")), {"c1764-3"}),
        (AgentPickedUp(reservation_id=ReservationId("made-up-rx")), set()),
        (LogOut(agent_id=AgentId("ann")), set()),
        (TimePassed(), set()),
        (None, set()),
    ],
)
def test_interactions_are_found_directly_or_through_their_reservation(value: object, named: set[str]) -> None:
    assert interactions_of(value) == named
