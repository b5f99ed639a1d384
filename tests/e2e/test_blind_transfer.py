"""An agent sends the caller on, by the phone's own transfer and over the API, on a real Asterisk (TEL-b, scenario 20)."""

from pathlib import Path

import pytest
from aiohttp import ClientResponseError

from acd.core.facts import InteractionQueued, InteractionReleased
from acd.core.transfer_words import InteractionTransferred
from kernel.result_codes import Disposition, EndedBy
from phones import tones
from phones.caller_script import CallerScript
from phones.events import Answered, Ended, Ringing, TransferFailed
from phones.plans import KeyPress, PicksUp
from recorder.facts import RecordingStored
from tests.e2e.floor import CallFloor, eventually
from tests.e2e.house import open_house

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

CALLER_HZ = 440
FIRST_HZ = 1000
SECOND_HZ = 1600
INDONESIAN = (KeyPress(keys="1", after_ms=500),)


def caller() -> CallerScript:
    return CallerScript(number="081234567890", did="169", tone_hz=CALLER_HZ, records=True, press=INDONESIAN)


async def test_scenario_20_a_caller_sent_to_a_colleague_talks_with_them_and_each_talk_is_recorded(
    floor: CallFloor,
) -> None:
    await floor.seat("a1", "phone-1", tone_hz=FIRST_HZ)
    await floor.phones.behave("phone-1", PicksUp(after_ms=200))
    call = await floor.callers.start(caller())
    await floor.phones.wait_for(Answered, device="phone-1", within_ms=15_000)
    # The colleague has no skill that the queue asks for: a transfer reaches whom it names.
    await floor.seat("a5", "phone-5", tone_hz=SECOND_HZ)
    await floor.phones.behave("phone-5", PicksUp(after_ms=300, hang_up_after_ms=3000))
    await floor.stays("a1", "talking", 2000)

    await floor.phones.transfer("phone-1", "1005")

    await floor.phones.wait_for(Ringing, device="phone-5", within_ms=5000)
    await floor.until("a1", "wrap_up", within_s=2)
    first_heard = (await floor.phones.wait_for(Ended, device="phone-1", within_ms=5000)).heard
    second_heard = (await floor.phones.wait_for(Ended, device="phone-5", within_ms=10_000)).heard
    outcome = await call.outcome()
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(FIRST_HZ) > 1500
    assert outcome.heard.heard_ms_of(SECOND_HZ) > 2000
    assert first_heard is not None
    assert first_heard.heard_ms_of(CALLER_HZ) > 1500
    assert second_heard is not None
    assert second_heard.heard_ms_of(CALLER_HZ) > 2000

    row = await floor.ended_row()
    assert (row.disposition, row.ended_by, row.agent_id) == (Disposition.ANSWERED, EndedBy.AGENT, "a5")
    assert row.transfer_count == 1
    (transferred,) = await floor.all_facts(InteractionTransferred)
    assert (transferred.interaction_id, transferred.agent_id, transferred.target) == (row.interaction_id, "a1", "a5")
    released = await floor.all_facts(InteractionReleased)
    assert [(one.agent_id, one.ended_by) for one in released] == [("a1", EndedBy.AGENT), ("a5", EndedBy.AGENT)]
    assert [one.queue_id for one in await floor.all_facts(InteractionQueued)] == ["indonesia", "indonesia"]

    async def stored() -> list[RecordingStored] | None:
        found = await floor.running.storage.recordings.of_interaction(row.interaction_id)
        return list(found) if len(found) == 2 else None

    talks = await eventually(stored, within_s=10, what="both recordings on the shelf")
    assert [one.agent_id for one in talks] == ["a1", "a5"]
    for recording, agent_hz, other_hz in zip(talks, (FIRST_HZ, SECOND_HZ), (SECOND_HZ, FIRST_HZ), strict=True):
        sound = tones.read_wav(floor.running.settings.recording_dir / recording.file_name)
        assert tones.hears(sound.channel(0), CALLER_HZ)
        assert tones.hears(sound.channel(1), agent_hz)
        assert not tones.hears(sound.channel(1), other_hz)


async def test_a_caller_who_is_sent_to_a_queue_waits_there_and_is_answered(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1", tone_hz=FIRST_HZ)
    await floor.phones.behave("phone-1", PicksUp(after_ms=200))
    call = await floor.callers.start(caller())
    await floor.phones.wait_for(Answered, device="phone-1", within_ms=15_000)
    await floor.until("a1", "talking")

    await floor.phones.transfer("phone-1", "82")

    interaction_id = await floor.queued()
    assert floor.running.hub.picture.calls[interaction_id].queue_id == "english"
    await floor.plug_in("phone-5", tone_hz=SECOND_HZ)
    await floor.phones.behave("phone-5", PicksUp(after_ms=200, hang_up_after_ms=2500))
    await floor.sit_down("a5", "phone-5")
    outcome = await call.outcome()
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(SECOND_HZ) > 1500
    row = await floor.ended_row()
    assert (row.queue_id, row.agent_id, row.interaction_id) == ("english", "a5", interaction_id)


async def test_what_is_no_agent_and_no_queue_is_refused_and_the_talk_goes_on(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1", tone_hz=FIRST_HZ)
    await floor.phones.behave("phone-1", PicksUp(after_ms=200))
    call = await floor.callers.start(caller())
    await floor.phones.wait_for(Answered, device="phone-1", within_ms=15_000)

    await floor.until("a1", "talking")
    for target in ("0215550100", "*10", "s"):
        await floor.phones.transfer("phone-1", target)
        assert (await floor.phones.wait_for(TransferFailed, device="phone-1", within_ms=5000)).status == 404

    assert floor.state_of("a1") == "talking"
    await floor.phones.hang_up("phone-1")
    await call.outcome()
    assert await floor.all_facts(InteractionTransferred) == []


@pytest.mark.slow
async def test_a_program_that_dies_while_a_caller_is_sent_on_cuts_nobody_off(tmp_path: Path) -> None:
    """Over the API first, to a colleague; who sends the caller back with the phone, while nobody is there to ask."""
    async with open_house(tmp_path, engine={"survivable_after_s": 60}) as house:
        call, interaction_id = await house.begin_talk("a1", "phone-1")
        with pytest.raises(ClientResponseError, match="Conflict"):
            await house.post("agents/a1/transfer", to="1005")
        await house.seat("a5", "phone-5", tone_hz=SECOND_HZ)
        await house.phones.behave("phone-5", PicksUp(after_ms=100))
        await house.post("agents/a1/transfer", to="1005")
        await house.agent_is("a5", "talking")
        await house.agent_is("a1", "ready")

        await house.kill()
        await house.phones.transfer("phone-5", "1001")
        await house.phones.wait_for(Ended, device="phone-5", within_ms=5_000)
        await house.up()

        await house.agent_is("a1", "talking", within_s=20)
        await house.agent_is("a5", "wrap_up", "ready")
        call.hang_up()
        ended = await house.ended(interaction_id)
        assert (ended["disposition"], ended["ended_by"], ended["agent_id"]) == ("answered", "caller", "a1")
        assert (ended["transfer_count"], ended["reservation_count"]) == (2, 3)
