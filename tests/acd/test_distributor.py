"""The distributor: written first, then published, then performed; deadlines on time; a clean stop and an unclean one."""

import asyncio
from dataclasses import replace

import pytest

from acd.core import facts
from acd.core.effects import CancelRing, RingAgent
from acd.core.engine import Engine
from acd.core.inputs import AgentPickedUp, TimePassed
from acd.distributor import COMPANY_MS_MAX, Start, open_distributor
from acd.ports import AgentLegPhase, CallerPlace, CallerSeen, DoorClosed, JournalFailed, SwitchPicture
from kernel.entry import FLOW_STREAM, Entry
from kernel.ids import Did, InteractionId, ReservationId, TrunkId
from kernel.instants import after
from simulator.virtual_time import VirtualClock
from tests.acd import makers as m
from tests.acd.desk import READY_ANN, Desk, story
from tests.acd.floor import NOON

THE_TWO_TALK = SwitchPicture(
    callers={
        InteractionId("c1"): CallerSeen(
            leg_id="leg-c1", did=Did("169"), trunk_id=TrunkId("carrier"), place=CallerPlace.JOINED
        )
    },
    agent_legs={ReservationId("c1-r1"): AgentLegPhase.JOINED},
    devices={},
)


@story
async def test_the_one_who_asks_gets_the_facts_once_they_are_written() -> None:
    desk = Desk()
    async with desk.open():
        told = await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))

        assert [type(fact) for fact in told[-3:]] == [
            facts.InteractionQueued,
            facts.AgentReserved,
            facts.AgentStateChanged,
        ]
        assert desk.journal.entries[-1].facts == tuple(told[-3:])


@story
async def test_followers_hear_of_it_before_the_phone_rings() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))

    entry, effect = desk.outside.seen[-2:]
    assert isinstance(entry, Entry)
    assert isinstance(effect, RingAgent)
    assert (effect.agent_id, effect.device_id, effect.until) == ("ann", "p1", after(NOON, 15_000))


@story
async def test_what_waits_is_written_together() -> None:
    desk = Desk(inbox_max=200, batch_max=50)
    async with desk.open():
        desk.journal.gate.clear()
        desk.door.post(m.queue())
        await asyncio.sleep(1)  # the first append waits at the gate
        for number in range(120):
            desk.door.post(m.arrived(f"c{number}"))
        desk.journal.gate.set()

    assert desk.journal.batches == [1, 50, 50, 20]
    assert desk.outside.seqs == list(range(1, 122))


@story
async def test_nothing_is_published_or_performed_while_the_journal_is_slow() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"))
        before = len(desk.outside.seen)
        desk.journal.gate.clear()
        asked = asyncio.create_task(desk.door.submit(m.enter("c1")))
        await asyncio.sleep(30)
        assert not asked.done()
        assert len(desk.outside.seen) == before

        desk.journal.gate.set()
        await asked
        assert isinstance(desk.outside.seen[before + 1], RingAgent)


@story
async def test_when_the_journal_fails_nothing_is_acted_on_and_the_door_is_shut() -> None:
    desk = Desk()
    running = asyncio.create_task(desk.door.run())
    await desk.give(*READY_ANN, m.arrived("c1"))
    before = len(desk.outside.seen)

    desk.journal.fail_next = True
    with pytest.raises(DoorClosed):
        await desk.door.submit(m.enter("c1"))
    with pytest.raises(JournalFailed):
        await running

    assert len(desk.outside.seen) == before
    with pytest.raises(DoorClosed):
        desk.door.post(m.hung_up("c1"))


@story
async def test_those_still_in_the_inbox_are_told_when_the_journal_fails() -> None:
    desk = Desk(batch_max=1)
    running = asyncio.create_task(desk.door.run())
    desk.journal.fail_next = True
    asked = [asyncio.create_task(desk.door.submit(m.arrived(f"c{number}"))) for number in range(3)]

    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [DoorClosed] * 3
    with pytest.raises(JournalFailed):
        await running


@story
async def test_a_bug_in_the_engine_stops_the_program() -> None:
    def confused(state: object, newcomers: object) -> None:
        raise ZeroDivisionError

    desk = Desk(engine=Engine(choose=confused))
    running = asyncio.create_task(desk.door.run())

    with pytest.raises(DoorClosed):
        await desk.door.submit(m.queue())
    with pytest.raises(ZeroDivisionError):
        await running
    assert desk.journal.entries == []


@story
async def test_deadlines_are_taken_when_they_are_due() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))
        await asyncio.sleep(14.999)
        assert len(desk.outside.effects) == 1

        await asyncio.sleep(0.002)
        assert isinstance(desk.outside.effects[1], CancelRing)
        lapse = desk.journal.entries[-1]
        assert (lapse.given, lapse.at) == (TimePassed(), after(NOON, 15_000))


@story
async def test_a_deadline_that_comes_nearer_wakes_the_distributor() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(m.queue(wait_ms_max=60_000), m.arrived("c1"), m.enter("c1"))
        await asyncio.sleep(5)
        await desk.give(m.queue("help", wait_ms_max=1_000), m.arrived("c2"), m.enter("c2", "help"))
        await asyncio.sleep(1.001)

    assert isinstance(desk.journal.entries[-1].facts[0], facts.InteractionLeftQueue)
    assert desk.journal.entries[-1].at == after(NOON, 6_000)


@story
async def test_a_pick_up_that_waited_in_the_inbox_beyond_its_deadline_is_in_time() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))
        desk.journal.gate.clear()
        desk.door.post(m.arrived("c2"))
        await asyncio.sleep(14)
        desk.door.post(m.picked_up("c1-r1"))
        await asyncio.sleep(6)
        desk.journal.gate.set()

    answered = [
        fact for entry in desk.journal.entries for fact in entry.facts if isinstance(fact, facts.ReservationEnded)
    ]
    assert [fact.result for fact in answered] == ["answered"]


@story
async def test_deadlines_follow_the_inputs_they_were_taken_with() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))
        desk.journal.gate.clear()
        desk.door.post(m.arrived("c2"))
        await asyncio.sleep(20)
        desk.door.post(m.arrived("c3"))
        desk.journal.gate.set()

    assert [entry.given for entry in desk.journal.entries[-2:]] == [m.arrived("c3"), TimePassed()]
    assert desk.outside.seqs == list(range(1, len(desk.journal.entries) + 1))


@story
async def test_other_streams_share_the_dense_sequence_and_ask_nothing_of_the_switch() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(m.queue())
        seq = await desk.door.note(FLOW_STREAM, ["a fact of a flow"])
        await desk.give(m.arrived("c1"))

    noted = desk.journal.entries[1]
    assert seq == 2
    assert (noted.stream, noted.given, noted.facts) == (FLOW_STREAM, None, ("a fact of a flow",))
    assert desk.outside.seqs == [1, 2, 3]


@story
async def test_notes_wait_a_moment_and_are_written_before_the_input_that_comes_after_them() -> None:
    desk = Desk()
    async with desk.open():
        desk.door.post_note(FLOW_STREAM, ["started"])
        await asyncio.sleep(COMPANY_MS_MAX / 2000)
        assert desk.journal.entries == []
        desk.door.post_note(FLOW_STREAM, ["left a node"])
        await desk.give(m.queue())
        desk.door.post_note(FLOW_STREAM, ["stopped"])
        await asyncio.sleep(COMPANY_MS_MAX / 500)
        assert len(desk.journal.entries) == 4
        desk.door.post_note(FLOW_STREAM, ["at the end"])

    told = [entry.facts for entry in desk.journal.entries if entry.stream == FLOW_STREAM]
    assert told == [("started",), ("left a node",), ("stopped",), ("at the end",)]
    assert desk.journal.batches == [3, 1, 1]
    assert desk.journal.entries[2].given == m.queue()


@story
async def test_small_news_waits_a_moment_for_company_and_what_a_phone_waits_for_does_not() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"))
        written = len(desk.journal.batches)
        desk.door.post(m.seen("p1"))
        await asyncio.sleep(COMPANY_MS_MAX / 2000)
        assert len(desk.journal.batches) == written, "nobody waits for it"
        desk.door.post(m.enter("c1"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert desk.journal.batches[written:] == [2]
        await asyncio.sleep(0)
        assert [type(effect) for effect in desk.outside.effects] == [RingAgent]

        desk.door.post(m.rang("c1-r1"))
        await asyncio.sleep(COMPANY_MS_MAX / 500)
        assert desk.journal.batches[written:] == [2, 1], "it does not wait for ever"


@story
async def test_a_ring_that_the_journal_held_up_counts_as_asked_for_when_it_was_asked_for() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"))
        desk.journal.gate.clear()
        desk.door.post(m.enter("c1"))
        await asyncio.sleep(2.0)
        look_begins = VirtualClock().now()
        await asyncio.sleep(0.4)
        desk.journal.gate.set()
        await asyncio.sleep(0.1)
        assert [type(effect) for effect in desk.outside.effects] == [RingAgent]

        waiting = replace(THE_TWO_TALK.callers[InteractionId("c1")], place=CallerPlace.WAITING)
        picture = SwitchPicture(callers={InteractionId("c1"): waiting}, agent_legs={}, devices={}, begun_at=look_begins)

        assert await desk.door.reconcile(picture) == ()


@story
async def test_those_who_count_are_told_once_the_phone_is_rung() -> None:
    desk = Desk(counts=True)
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))

    offered = next(entry for entry in desk.counter.seen if entry.given == m.enter("c1"))
    assert [entry.seq for entry in desk.counter.seen] == desk.outside.seqs
    assert desk.counter.after_effects[offered.seq] == 1


@story
async def test_a_clean_stop_serves_what_is_in_the_inbox_and_takes_nothing_more() -> None:
    desk = Desk()
    running = asyncio.create_task(desk.door.run())
    desk.door.post(m.queue())
    desk.door.post(m.arrived("c1"))
    desk.door.close()
    with pytest.raises(DoorClosed):
        desk.door.post(m.arrived("c2"))

    await running

    assert len(desk.journal.entries) == 2


@story
async def test_a_full_inbox_shuts_the_door_until_there_is_room() -> None:
    desk = Desk(inbox_max=2)
    async with desk.open():
        desk.door.post(m.arrived("c1"))
        desk.door.post(m.arrived("c2"))
        with pytest.raises(DoorClosed):
            desk.door.post(m.arrived("c3"))

        await asyncio.sleep(0.001)
        assert len(await desk.door.submit(m.arrived("c3"))) == 1


@story
async def test_one_who_gave_up_waiting_harms_nobody() -> None:
    desk = Desk()
    async with desk.open():
        desk.journal.gate.clear()
        asked = asyncio.create_task(desk.door.submit(m.arrived("c1")))
        await asyncio.sleep(1)
        asked.cancel()
        desk.journal.gate.set()
        assert await desk.door.submit(m.hung_up("c1"))


@story
async def test_the_next_run_goes_on_where_the_last_one_ended() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))
    desk.outside.seen.clear()

    again = await open_distributor(
        journal=desk.journal, switch=desk.outside, clock=VirtualClock(), subscribers=[desk.outside]
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(again.run())
        await asyncio.sleep(0.001)
        assert desk.outside.seen == []  # effects are never performed again
        differing = await again.reconcile(THE_TWO_TALK)
        again.close()

    assert differing == (AgentPickedUp(reservation_id=ReservationId("c1-r1")),)
    assert [entry.seq for entry in desk.journal.entries] == list(range(1, 10))
    assert isinstance(desk.journal.entries[-1].facts[1], facts.InteractionAnswered)


@story
async def test_the_next_run_goes_on_from_a_checkpoint_and_tells_only_what_came_after_it() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN)
        seq, checkpoint = await desk.door.at_rest(lambda seq, known: (seq, known))
        await desk.give(m.arrived("c1"), m.enter("c1"))
        end = await desk.door.at_rest(lambda seq, known: known)
    told: list[int] = []

    async def hear(entry: Entry) -> None:
        told.append(entry.seq)

    again = await open_distributor(
        journal=desk.journal,
        switch=desk.outside,
        clock=VirtualClock(),
        subscribers=[],
        start=Start(seq=seq, checkpoint=checkpoint, hear=hear),
    )

    async with asyncio.TaskGroup() as group:
        group.create_task(again.run())
        assert await again.at_rest(lambda seq, known: (seq, known)) == (len(desk.journal.entries), end)
        again.close()
    assert told == [seq + 1, seq + 2]


@story
async def test_who_looks_sees_engine_and_followers_at_the_same_entry() -> None:
    desk = Desk()
    async with desk.open():
        desk.journal.gate.clear()
        for each in (*READY_ANN, m.arrived("c1")):
            desk.door.post(each)
        looking = asyncio.create_task(desk.door.at_rest(lambda seq, known: (seq, known, desk.outside.seqs)))
        desk.door.post(m.arrived("c2"))
        await asyncio.sleep(1)
        assert not looking.done()
        desk.journal.gate.set()

        seq, known, published = await looking

    assert published == list(range(1, seq + 1))
    assert (InteractionId("c2") in known.interactions) == (seq == len(desk.journal.entries))


@story
async def test_a_look_that_fails_is_its_askers_affair_alone() -> None:
    desk = Desk()
    async with desk.open():
        with pytest.raises(ZeroDivisionError):
            await desk.door.at_rest(lambda seq, known: seq // 0)

        assert await desk.give(m.arrived("c1"))


@story
async def test_nobody_may_look_once_the_door_is_shut() -> None:
    desk = Desk()
    async with desk.open():
        pass

    with pytest.raises(DoorClosed):
        await desk.door.at_rest(lambda seq, known: seq)


@story
async def test_no_deadline_is_taken_while_the_switch_cannot_be_seen() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))
        desk.door.lose_sight()
        await asyncio.sleep(3_600)  # far beyond the ringing time
        await desk.give(m.set_ready("ann"))

        # She has picked up in time; nobody could tell.
        assert await desk.door.reconcile(THE_TWO_TALK) == (AgentPickedUp(reservation_id=ReservationId("c1-r1")),)
        assert [type(effect) for effect in desk.outside.effects] == [RingAgent]


@story
async def test_a_program_that_has_just_started_takes_no_deadline_before_it_has_seen_the_switch() -> None:
    desk = Desk()
    async with desk.open():
        await desk.give(*READY_ANN, m.arrived("c1"), m.enter("c1"))
    desk.outside.seen.clear()

    again = await open_distributor(
        journal=desk.journal, switch=desk.outside, clock=VirtualClock(), subscribers=[desk.outside]
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(again.run())
        await asyncio.sleep(3_600)
        assert desk.outside.seen == []
        await again.reconcile(SwitchPicture(callers={}, agent_legs={}, devices={}))
        again.close()

    assert [type(effect) for effect in desk.outside.effects] == [CancelRing]
