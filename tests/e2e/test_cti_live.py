"""The event socket and the REST API with live calls, as a CRM sees them (CTI-t, CTI-u, REC-c, RPT-a)."""

import hashlib
import re
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

from acd.core.inputs import SetAux, SetReady
from kernel.ids import AgentId
from kernel.instants import Instant
from phones.caller_script import CallerScript
from phones.crowd import AgentPhones
from phones.events import Answered, Ringing
from phones.plans import PicksUp
from sambut.program import Running, run_program
from sambut.settings import Crm as CrmSettings
from sambut.settings import Settings
from tests.e2e.crm import Crm, Frame, crm_of, new_token
from tests.e2e.floor import CallFloor, eventually, is_ready, open_floor, put_centre, settings_in, trunk_callers
from tests.e2e.quick_number import QUICK, with_quick_number

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

RING_S = 5
POP_LATE_MS_MAX = 200
PAUSES = 1100
"""Two events each: more than may be sent unacknowledged and may wait, together."""


def hurried(text: str) -> str:
    """A quick number, and phones that ring for the shortest time there is."""
    return with_quick_number(text).replace("ring_s_max = 15", f"ring_s_max = {RING_S}")


def with_pop(settings: Settings) -> Settings:
    crm = CrmSettings(pop_url="https://crm.example.id/open?key={key}&call={call_id}&by={agent_id}")
    return msgspec.structs.replace(settings, crm=crm)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    async with open_floor(tmp_path, rewrite=hurried, settings=with_pop(settings_in(tmp_path))) as opened:
        yield opened


@pytest.fixture
async def crm(floor: CallFloor) -> AsyncIterator[Crm]:
    """With every scope."""
    async with crm_of(floor.running.settings) as opened:
        yield opened


def is_dense(frames: list[Frame]) -> bool:
    return all(later.seq == earlier.seq + 1 for earlier, later in pairwise(frames))


async def test_a_live_call_is_told_step_by_step_and_its_pop_comes_with_the_ringing(floor: CallFloor, crm: Crm) -> None:
    for phone in ("phone-1", "phone-2"):
        await floor.plug_in(phone)
    async with (
        crm_of(floor.running.settings, (await new_token(floor.running, "read"))[1]) as wall,
        crm.follow() as told,
        wall.follow(filter={"types": ["call.offered"]}) as masked,
    ):
        await told.until("snapshot")
        for agent, phone in (("a1", "phone-1"), ("a2", "phone-2")):
            status, seated = await crm.ask("POST", f"/agents/{agent}/login", json={"device_id": phone})
            assert (status, seated["device"]) == (200, phone)
            await floor.until(agent, "aux")  # the switch may tell of the phone's registration a moment later
        assert (await crm.ask("POST", "/agents/a1/ready"))[1]["state"] == "ready"
        await floor.phones.behave("phone-2", PicksUp(after_ms=200))
        call = await floor.callers.start(CallerScript(number="081234567890", did=QUICK))

        offered = await told.until("call.offered", agent_id="a1")
        ringing = await floor.phones.wait_for(Ringing, device="phone-1", within_ms=5000)
        assert offered.at_ms <= ringing.at_ms + POP_LATE_MS_MAX
        call_id = offered.data["call_id"]
        queue = await crm.get("/queues/indonesia")
        assert [(one["call_id"], one["offered_to"]) for one in queue["waiting"]] == [(call_id, "a1")]
        assert (await crm.get("/agents/a1"))["call_id"] == call_id
        pages = await crm.raw("/metrics")
        assert _sample(pages[1], "sambut_queue_waiting", queue="indonesia") == 1

        await crm.ask("POST", "/agents/a2/ready")
        withdrawn = await told.until("call.offer_withdrawn", within_s=RING_S + 3)
        await told.until("call.connected", agent_id="a2")
        await floor.phones.wait_for(Answered, device="phone-2", within_ms=5000)
        await floor.phones.hold("phone-2")
        await told.until("call.held")
        await floor.phones.resume("phone-2")
        await told.until("call.resumed")
        status, aux = await crm.ask("POST", "/agents/a2/aux", json={"reason_code": "lunch"})
        assert (status, aux["state"], aux["next_state"]) == (200, "talking", "aux")
        await floor.phones.hang_up("phone-2")
        ended = await told.until("call.ended")
        available = await told.until("recording.available")
        await told.until("call.wrapup_completed", within_s=8)
        hidden = await masked.until("call.offered", agent_id="a2")
    await call.outcome()

    assert is_dense(told.events)
    steps = [frame.type for frame in told.events if frame.data.get("call_id") == call_id]
    assert [step for step in steps if step.startswith("call.") and step != "call.flow_step"] == [
        "call.created", "call.queued", "call.offered", "call.offer_withdrawn", "call.offered", "call.connected",
        "call.held", "call.resumed", "call.wrapup_started", "call.ended", "call.wrapup_completed",
    ]  # fmt: skip
    assert offered.data["ani"] == {"e164": "+6281234567890", "raw": "081234567890", "privacy": "open"}
    assert offered.data["ivr_attributes"] == {"customer_id": "K-77", "language": "id"}
    assert offered.data["pop"]["url"] == f"https://crm.example.id/open?key=K-77&call={call_id}&by=a1"
    assert (withdrawn.data["offer_id"], withdrawn.data["reason"]) == (offered.data["offer_id"], "timeout")
    assert (hidden.data["ani"]["e164"], hidden.data["pop"]) == ("+6281xxxxxxx90", None)
    assert {frame.whole["tenant"] for frame in told.events} == {"Layanan 169"}
    moves = [f.data for f in told.events if f.type == "agent.state_changed" and f.data["agent_id"] == "a1"]
    assert [move["state"] for move in moves] == ["aux", "ready", "reserved", "alerting", "aux"]
    assert (ended.data["reason"], ended.data["by"]) == ("answered", "agent")
    await _history_agrees(crm, floor.running, call_id, available.data["recording_id"])


async def _history_agrees(crm: Crm, running: Running, call_id: str, recording_id: str) -> None:
    """Rows, timeline and recording of one ended call; and who may have them."""
    detail = await crm.get(f"/interactions/{call_id}")
    assert detail["interaction"]["agent_id"] == "a2"
    facts = [fact["fact"] for fact in detail["timeline"]]
    for fact in ("InteractionCreated", "FlowStarted", "InteractionQueued", "InteractionAnswered", "RecordingStored"):
        assert fact in facts, fact
    page = await crm.get("/interactions?agent=a2&queue=indonesia&disposition=answered")
    assert [one["interaction_id"] for one in page["interactions"]] == [call_id]
    (recording,) = (await crm.get(f"/interactions/{call_id}/recordings"))["recordings"]
    status, sound = await crm.raw(f"/api/v1/recordings/{recording_id}.wav")
    assert status == 200
    assert sound[:4] == b"RIFF"
    assert (len(sound), hashlib.sha256(sound).hexdigest()) == (recording["byte_count"], recording["sha256"])
    for scopes, wanted in ((("read", "pii"), 403), (("recordings",), 200), ((), 401)):
        token = (await new_token(running, *scopes))[1] if scopes else ""
        async with crm_of(running.settings, token) as other:
            assert (await other.raw(f"/api/v1/recordings/{recording_id}.wav"))[0] == wanted, scopes
            assert (await other.raw(f"/api/v1/interactions/{call_id}/recordings"))[0] == wanted, scopes


def _sample(page: bytes, name: str, **labels: str) -> float | None:
    for family in text_string_to_metric_families(page.decode()):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return None


async def test_a_client_resumes_without_loss_or_doubles_also_over_a_restart_of_the_program(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    await put_centre(settings, rewrite=with_quick_number)
    seen: list[Frame] = []
    async with AgentPhones() as phones, trunk_callers(settings, tmp_path) as callers:
        async with run_program(settings, stop_asterisk=False) as running, crm_of(settings) as crm:
            await is_ready(running)
            floor = CallFloor(running=running, phones=phones, callers=callers, folder=tmp_path)
            async with crm.follow(resume={"from_seq": 1}) as first:
                await first.until("replay.end")
                await floor.seat("a1", "phone-1")
                await floor.phones.behave("phone-1", PicksUp(after_ms=100))
                talk = await callers.start(CallerScript(number="081234567890", did=QUICK))
                await first.until("call.queued")
            seen += first.events
            await floor.phones.wait_for(Answered, device="phone-1", within_ms=5000)
            async with crm.follow(resume={"from_seq": seen[-1].seq + 1}) as second:
                await second.until("replay.end")
                await second.until("call.connected")
                begun = await callers.start(CallerScript(number="081234567891", did=QUICK))
                await second.until("call.queued")
            seen += second.events
            begun.hang_up()
            await begun.outcome()
            written = running.hub.head_seq
        # The program is away; the talk is not, and ends now.
        talk.hang_up()
        await talk.outcome()
        async with run_program(settings, stop_asterisk=True) as running, crm_of(settings) as crm:
            await is_ready(running)
            async with crm.follow(resume={"from_seq": seen[-1].seq + 1}, ack="batch") as third:
                replayed = await third.until("replay.end")
                await third.until("call.ended", count=2)
            seen += third.events
            async with crm.follow(resume={"from_seq": 1}) as whole:
                await whole.until("replay.end")
                await eventually_same(whole.events, seen)
    assert replayed.data["seq"] >= written
    assert [frame.seq for frame in seen] == list(range(1, len(seen) + 1))


async def eventually_same(again: list[Frame], seen: list[Frame]) -> None:
    """The same events under the same numbers and ids, however often they are read."""

    async def look() -> bool | None:
        return True if len(again) >= len(seen) else None

    await eventually(look, within_s=5, what="all events again")
    assert [(f.seq, f.whole["id"], f.type) for f in again][: len(seen)] == [
        (f.seq, f.whole["id"], f.type) for f in seen
    ]


async def test_bad_tokens_stay_outside_and_a_slow_reader_is_let_go_while_others_follow(floor: CallFloor) -> None:
    running, settings = floor.running, floor.running.settings
    expired = (await new_token(running, "read", expires_at=2))[1]
    revoked_id, revoked = await new_token(running, "read")
    await running.storage.tokens.revoke(revoked_id, Instant(3))
    tapes = (await new_token(running, "recordings"))[1]
    for token, status in (("", 401), ("nonsense", 401), (expired, 401), (revoked, 401), (tapes, 403)):
        async with crm_of(settings, token) as other:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with other.follow():
                    pass
            assert refused.value.status == status
            assert (await other.ask("GET", "/agents"))[0] == status
    own = (await new_token(running, "agent:a1"))[1]
    leaving_id, leaving = await new_token(running, "read")
    async with (
        crm_of(settings) as crm,
        crm_of(settings, own) as desk,
        crm_of(settings, leaving) as other,
        crm.follow(ack="batch") as slow,
        crm.follow() as good,
        desk.follow() as a1_only,
        other.follow() as doomed,
    ):
        await good.until("snapshot")
        for agent in ("a1", "a2"):
            await floor.seat(agent, "phone-" + agent[1], ready=False)
        await a1_only.until("agent.state_changed")
        await running.storage.tokens.revoke(leaving_id, Instant(3))
        assert await doomed.closed() == 4401
        for _ in range(PAUSES):
            await running.distributor.submit(SetReady(agent_id=AgentId("a2")))
            await running.distributor.submit(SetAux(agent_id=AgentId("a2"), reason_code="break"))
        assert await slow.closed() == 4429
        assert len(slow.events) <= 1000
        await good.until("agent.state_changed", count=2 * PAUSES)
        assert is_dense(good.events)
        assert {frame.data["agent_id"] for frame in a1_only.events} == {"a1"}
        async with crm.follow(resume={"from_seq": slow.events[-1].seq + 1}) as again:
            await again.until("replay.end")
        assert is_dense([*slow.events, *again.events])


async def test_every_documented_path_answers_and_health_and_metrics_tell_the_truth(floor: CallFloor, crm: Crm) -> None:
    document = await crm.get("/openapi.json")
    validate(document)
    ids = {"agent_id": "a1", "queue_id": "indonesia", "interaction_id": "c1-1", "recording_id": "c1-1-r1"}
    ids |= {"list_id": "vip", "request_id": "1"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            asked = re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path)
            body: dict[str, Any] = {"json": {}} if "requestBody" in operation else {}
            status, answer = await crm.ask(method.upper(), asked, **body)
            known = set(operation["responses"])
            assert str(status) in known, (method, path, status, answer)
            if status != 200:
                assert answer["code"] not in ("not_found", "method_not_allowed"), (path, answer)
    assert (await crm.raw("/health/live"))[0] == 200
    status, told = await crm.raw("/health/ready")
    assert (status, msgspec.json.decode(told)["problems"]) == (200, [])
    page = (await crm.raw("/metrics"))[1]
    assert _sample(page, "sambut_ami_events_up") == 1
    assert _sample(page, "sambut_ami_commands_connects_total") == 1
    assert _sample(page, "sambut_agents", state="logged_out") == 6
    assert _sample(page, "sambut_recorder_disk_short_now") in (0, 1)
    # Asterisk dies: it is told until the program has started another one.
    await floor.running.exchange.process.command("core stop now")

    async def down() -> bool | None:
        return True if (await crm.raw("/health/ready"))[0] == 503 else None

    await eventually(down, within_s=5, what="not ready")
    assert (await crm.raw("/health/live"))[0] == 200

    async def up() -> bool | None:
        return True if (await crm.raw("/health/ready"))[0] == 200 else None

    await eventually(up, within_s=20, what="ready again")
    page = (await crm.raw("/metrics"))[1]
    assert (_sample(page, "sambut_ami_events_connects_total") or 0) >= 2
    assert _sample(page, "sambut_ami_events_losses_total") == 1
