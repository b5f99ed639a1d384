"""The demo's centre: right once it has PINs, and refused without."""

from importlib.resources import files

import pytest

from centre.model import Centre
from centre.plan import plan
from centre.reader import read_centre
from centre.writer import write_centre
from kernel.ids import AgentId
from sambut.announcements import announcements_in
from sambut.asterisk_site import sounds_dir
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.settings import Settings
from tests.centre.samples import PIN_HASH


@pytest.fixture
def centre() -> Centre:
    announcements = announcements_in(sounds_dir(Settings()))
    assert announcements
    return read_centre(demo_centre(dict.fromkeys(AGENT_IDS, PIN_HASH)), announcements=announcements)


def test_every_announcement_it_plays_is_shipped_and_it_survives_export(centre: Centre) -> None:
    assert plan(centre, write_centre(centre)).changes == ()


def test_it_has_what_the_demo_calls(centre: Centre) -> None:
    assert [did.number for did in centre.dids] == ["169", "1690", "1691"]
    assert [queue.id for queue in centre.queues] == ["english", "indonesia", "jawa"]
    assert {agent.id for agent in centre.agents} == set(AGENT_IDS)
    assert [device.id for device in centre.devices if device.auto_answer] == ["phone-6"]
    assert len(centre.devices) == len(centre.agents)
    assert {one.id: one.kind for one in centre.caller_lists} == {"blocked": "block", "vip": "priority"}


def test_each_queue_has_agents_who_can_serve_it_but_the_one_whose_callers_wait_in_vain(centre: Centre) -> None:
    able = {
        queue.id: sum(
            all(dict(agent.skills).get(skill, 0) >= level for skill, level in queue.requires) for agent in centre.agents
        )
        for queue in centre.queues
    }
    assert able == {"indonesia": 5, "english": 3, "jawa": 0}


def test_the_file_alone_has_no_pins(centre: Centre) -> None:
    text = files("sambut.demo").joinpath("centre.toml").read_text(encoding="utf-8")

    assert [agent.pin_hash for agent in read_centre(text).agents] == [""] * len(AGENT_IDS)
    assert all(agent.pin_hash for agent in centre.agents)


def test_an_agent_without_a_pin_is_not_left_out() -> None:
    with pytest.raises(KeyError):
        demo_centre({AgentId("a1"): PIN_HASH})
