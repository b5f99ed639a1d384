"""From INVITE to report row, on a real Asterisk with real phones (TEL-a, TEL-c, ACD-b, ACD-e, ACD-f, REC-a)."""

import pytest

from kernel.result_codes import Disposition, EndedBy
from phones import tones
from phones.caller_script import CallerScript
from phones.events import Ended, Ringing
from phones.plans import Declines, KeyPress, PicksUp
from recorder.facts import RecordingStored
from tests.e2e.floor import CallFloor, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

CALLER_HZ = 440
AGENT_HZ = 1000


async def test_a_caller_reaches_an_agent_and_each_hears_the_other(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1", tone_hz=AGENT_HZ)
    await floor.phones.behave("phone-1", PicksUp(after_ms=300, hang_up_after_ms=4000))
    call = await floor.callers.start(
        CallerScript(
            number="081234567890",
            did="169",
            tone_hz=CALLER_HZ,
            records=True,
            press=(KeyPress(keys="1", after_ms=500),),
        )
    )
    ringing = await floor.phones.wait_for(Ringing, device="phone-1", within_ms=15_000)
    assert ringing.number == "+6281234567890"
    assert ringing.name == "Indonesia"
    heard_by_agent = (await floor.phones.wait_for(Ended, device="phone-1", within_ms=15_000)).heard
    outcome = await call.outcome()

    assert outcome.ending == "hung_up_far"
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(AGENT_HZ) > 2500
    assert heard_by_agent is not None
    assert heard_by_agent.heard_ms_of(CALLER_HZ) > 2500
    row = await floor.ended_row()
    assert (row.disposition, row.ended_by, row.agent_id) == (Disposition.ANSWERED, EndedBy.AGENT, "a1")
    assert 3500 <= row.talk_ms <= 5000
    assert floor.state_of("a1") in ("wrap_up", "ready")

    async def stored() -> RecordingStored | None:
        found = await floor.running.storage.recordings.of_interaction(row.interaction_id)
        return found[0] if found else None

    recording = await eventually(stored, within_s=10, what="the recording on the shelf")
    sound = tones.read_wav(floor.running.settings.recording_dir / recording.file_name)
    assert abs(recording.duration_ms - row.talk_ms) < 1000
    caller_side, agent_side = sound.channel(0), sound.channel(1)
    assert tones.hears(caller_side, CALLER_HZ)
    assert not tones.hears(caller_side, AGENT_HZ)
    assert tones.hears(agent_side, AGENT_HZ)
    assert not tones.hears(agent_side, CALLER_HZ)


async def test_a_blocked_number_hears_the_refusal_and_no_agent_rings(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1")
    call = await floor.callers.start(CallerScript(number="08111690666", did="169"))
    await call.outcome()
    row = await floor.ended_row()
    assert row.disposition is Disposition.BLOCKED
    assert floor.phones.seen(Ringing) == []


async def test_a_caller_who_gives_up_in_the_queue_is_abandoned(floor: CallFloor) -> None:
    call = await floor.callers.start(
        CallerScript(
            number="081234567891", did="169", hang_up_after_ms=5_000, press=(KeyPress(keys="1", after_ms=500),)
        )
    )
    await call.outcome()
    row = await floor.ended_row()
    assert row.disposition in (Disposition.ABANDONED, Disposition.SHORT_ABANDONED)
    assert row.queue_id == "indonesia"


async def test_a_declined_call_goes_to_the_next_agent(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", Declines())
    await floor.seat("a2", "phone-2")
    await floor.phones.behave("phone-2", PicksUp(after_ms=200))
    call = await floor.callers.start(
        CallerScript(
            number="081234567892", did="169", hang_up_after_ms=8_000, press=(KeyPress(keys="1", after_ms=500),)
        )
    )
    await call.outcome()
    row = await floor.ended_row()
    assert (row.disposition, row.ended_by, row.agent_id) == (Disposition.ANSWERED, EndedBy.CALLER, "a2")
    assert row.reservation_count == 2


async def test_an_unknown_number_is_told_so(floor: CallFloor) -> None:
    call = await floor.callers.start(CallerScript(number="081234567893", did="555"))
    await call.outcome()
    row = await floor.ended_row()
    assert row.disposition is Disposition.UNKNOWN


async def test_a_hostile_caller_id_harms_nothing(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=200, hang_up_after_ms=1000))
    name = '"${SHELL(id)}" <x>; `ls` \u738b ' + "x" * 500
    call = await floor.callers.start(
        CallerScript(number="081234567894", did="169", display_name=name, press=(KeyPress(keys="1", after_ms=500),))
    )
    await call.outcome()
    row = await floor.ended_row()
    assert row.disposition is Disposition.ANSWERED
