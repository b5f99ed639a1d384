"""What docs/supervisor.md says can be asked and done, can be (RPT-a, REC-c)."""

import re
from pathlib import Path

import pytest

from acd.core.agent_states import AgentState
from reports.definitions import QUEUE_METRICS
from tests.e2e.crm import crm_of
from tests.e2e.floor import CallFloor
from tests.e2e.shell import sambut, write_settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "supervisor.md").read_text("utf-8")


def test_the_page_tells_of_every_state() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE))

    assert set(map(str, AgentState)) <= told


async def test_what_the_page_asks_for_is_answered_with_the_token_that_it_makes(
    floor: CallFloor, tmp_path: Path
) -> None:
    file = write_settings(floor.running.settings, tmp_path / "sambut.toml")
    (words,) = re.findall(r"^sambut (token add .*)$", PAGE, re.MULTILINE)
    token = (await sambut(file, *words.split())).out.strip()
    for number in (1, 4):
        await floor.plug_in(f"phone-{number}")
    await floor.running.storage.tokens.load()
    asked = re.findall(
        r"^curl (-X POST )?-H \"\$AUTH\" (?:-H '[^']+' -d '(.*)' )?\"?\$API(\S+?)\"?$", PAGE, re.MULTILINE
    )
    async with crm_of(floor.running.settings, token) as supervisor:
        await supervisor.ask("POST", "/agents/a1/login", json={"device_id": "phone-1"})
        for post, body, path in asked:
            more = {"data": body, "headers": {"Content-Type": "application/json"}} if body else {}
            status, answer = await supervisor.ask("POST" if post else "GET", path.replace("ayu", "a1"), **more)
            assert status == 200, (path, answer)
        (queue, *_) = (await supervisor.get("/queues"))["queues"]
    assert len(asked) == 6
    assert queue["today"].keys() == {metric.id for metric in QUEUE_METRICS}
