"""What the live table shows, at every size of terminal, and how calls are told in lines and in JSON."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from acd.core import facts
from acd.core.agent_states import AgentState
from cti.picture import Picture
from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from reports.live import Now, QueueNow
from reports.rows import QueueIntervalRow
from sambut.demo.lines import CallLine, Errand, Summary, as_json, call_text, errand_text, summary_text
from sambut.demo.screen import Glance, frame
from sambut.demo.watch import CallSeen
from tests.cti import calls

LINE = CallLine(
    ordinal=3, kind="vip", number="+628111690001", did="169", queue="indonesia", wait_ms=2_700, agent="a3", talk_ms=3_800,
    disposition="answered", ended_by="caller", recording="2026/11/24/c1/c1-r1.wav", recording_ms=3_800, problems=(),
)  # fmt: skip
BAD = replace(LINE, ordinal=4, recording="", problems=("there is no recording",))
SUMMARY = Summary(
    calls=2, as_meant=1, answered=2, abandoned=0, blocked=0, service_level=0.5,
    errands=(Errand(agent_id=AgentId("a1"), device="phone-1", what="logs in (*10)", problem=""),),
    first_call_s=6.5, lasted_s=70.0, recordings="var/demo/data/recordings",
)  # fmt: skip


def glance(call_count: int) -> Glance:
    picture = Picture()
    at = Instant(1_795_000_060_000)
    picture.apply(calls.queue_defined(), at)
    for name in ("ann", "bob"):
        picture.apply(calls.agent_defined(name), at)
    picture.apply(calls.moved("ann", AgentState.READY, AgentState.AUX, reason="break"), Instant(at - 65_000))
    for number in range(call_count):
        picture.apply(calls.created(f"c{number:03}"), at)
    picture.apply(
        facts.InteractionQueued(
            interaction_id=InteractionId("c000"), queue_id=calls.SALES, priority=5, requirements=(), position=1
        ),
        Instant(at - 9_000),
    )
    seen = CallSeen(number="+628111690001", ordinal=1, kind="vip")
    today = QueueIntervalRow(
        queue_id=QueueId("sales"), starts_at=at, offered_count=4, answered_count=3, short_abandoned_count=1
    )
    queue = QueueNow(queue_id=QueueId("sales"), waiting_count=1, longest_wait_ms=9_000, today=today, service_level=0.75)
    numbers = Now(
        at=at, interaction_count=call_count, waiting_count=1, longest_wait_ms=9_000, service_level=0.75,
        queues=(queue,), agents_by_state={},
    )  # fmt: skip
    return Glance(
        at=at, picture=picture, numbers=numbers, seen={InteractionId("c000"): seen}, placed=7, ended=6, as_meant=5,
        asked=20, addresses=[("API", "http://127.0.0.1:18169/api/v1"), ("CTI socket", "ws://127.0.0.1:18169/cti/v1/ws")],
    )  # fmt: skip


def drawn(of: Glance, *, width: int, height: int) -> list[str]:
    paper = Console(file=io.StringIO(), width=width, record=True)
    paper.print(frame(of, width=width, height=height))
    return paper.export_text().splitlines()


@pytest.mark.parametrize("width", [80, 160])
def test_calls_agents_and_queues_are_shown_with_their_times(width: int) -> None:
    text = "\n".join(drawn(glance(2), width=width, height=40))

    assert "7 calls placed of 20, 6 ended, 5 as meant" in text
    for words in (
        ("+628111690001", "vip", "waiting", "Sales", "0:09"),
        ("ann Ann", "aux (break)", "1:05"),
        ("Sales", "75%"),
    ):
        assert any(all(word in line for word in words) for line in text.splitlines()), words
    assert "ws://127.0.0.1:18169/cti/v1/ws" in text


@pytest.mark.parametrize(("width", "height"), [(80, 23), (80, 40), (100, 30), (160, 24), (200, 60)])
@pytest.mark.parametrize("call_count", [1, 4, 90])
def test_it_fits_the_terminal_and_says_what_it_leaves_out(width: int, height: int, call_count: int) -> None:
    lines = drawn(glance(call_count), width=width, height=height)

    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    shown = sum("+628111690001" in line or " flow " in line for line in lines)
    left_out = [line for line in lines if " more" in line]
    assert shown == call_count if not left_out else f"and {call_count - shown} more" in left_out[0]


def test_a_call_is_told_in_one_line_and_its_problems_below() -> None:
    assert "\n" not in call_text(LINE)
    for word in ("ok", "vip", "+628111690001", "indonesia", "2.7 s", "a3", "3.8 s", "answered", "c1-r1.wav 3.8 s"):
        assert word in call_text(LINE)
    assert call_text(BAD).splitlines()[0].startswith("BAD")
    assert call_text(BAD).splitlines()[1].strip() == "there is no recording"


def test_the_whole_is_well_only_when_every_call_and_errand_was() -> None:
    late = Errand(agent_id=AgentId("a1"), device="phone-1", what="gets ready (*12)", problem="did not hear agent-ready")

    assert not SUMMARY.ok
    assert replace(SUMMARY, as_meant=2).ok
    assert not replace(SUMMARY, as_meant=2, errands=(late,)).ok
    assert errand_text(late).startswith("BAD")
    assert "service level 50%" in summary_text(SUMMARY)
    assert "service level -" in summary_text(replace(SUMMARY, service_level=None))


def test_the_json_has_every_call_and_a_summary() -> None:
    told = json.loads(as_json([LINE, BAD], SUMMARY))

    assert [call["ok"] for call in told["calls"]] == [True, False]
    assert told["calls"][0]["recording_ms"] == 3_800
    assert told["calls"][1]["problems"] == ["there is no recording"]
    assert told["summary"]["calls"] == 2
    assert told["summary"]["ok"] is False
    assert told["summary"]["errands"][0]["ok"] is True
