"""The watch: who called, who waits, and waking those who wait for it."""

import asyncio
from typing import Any

from acd.core.agent_states import AgentState
from cti import wire
from cti.frames import NumberedEvent, numbered
from cti.translate import Draft
from kernel.contact import Contact
from kernel.ids import AgentId, InteractionId
from kernel.instants import Instant
from sambut.demo.watch import Watch, within
from tests.cti.fakes import FakeContacts

NUMBER = "+628111690001"


def event(data: Any, at: int = 1_000, call_id: str = "c1") -> NumberedEvent:
    return numbered(
        Draft(data=data, agent_id="", queue_id="", call_id=call_id), seq=1, journal_seq=1, ordinal=1, at=Instant(at)
    )


def came_in(call_id: str = "c1") -> NumberedEvent:
    return event(
        wire.CallCreated(
            call_id=call_id, direction="in", channel="voice", ani=wire.HIDDEN, dnis="169", trunk="carrier", leg_id="1"
        ),
        call_id=call_id,
    )


def queued(at: int) -> NumberedEvent:
    return event(wire.CallQueued(call_id="c1", queue="indonesia", skills=(), priority=5, position=1), at)


def offered(at: int) -> NumberedEvent:
    return event(
        wire.CallOffered(
            call_id="c1", offer_id="r1", agent_id="a1", device="phone-1", ani=wire.HIDDEN, name="", ivr_attributes={},
            queue="indonesia", wait_s=0, expires_at="", auto_answer=False, pop=None,
        ),
        at,
    )  # fmt: skip


def withdrawn(at: int) -> NumberedEvent:
    return event(
        wire.CallOfferWithdrawn(
            call_id="c1", offer_id="r1", agent_id="a1", queue="indonesia", reason="timeout", ring_s=15
        ),
        at,
    )


def waiting(watch: Watch) -> list[int]:
    return [seen.ordinal for seen in watch.calls.values() if seen.waits_unoffered]


def opened() -> Watch:
    contact = Contact(interaction_id=InteractionId("c1"), number=NUMBER, number_raw=NUMBER)
    return Watch(FakeContacts(contact))


def test_a_call_is_known_by_its_number_and_followed_through_its_offers() -> None:
    watch = opened()
    seen = watch.expect(NUMBER, ordinal=18, kind="vip")
    watch.offer(came_in())
    watch.offer(queued(2_000))
    assert (seen.interaction_id, seen.queue_id, seen.queued_at) == ("c1", "indonesia", 2_000)
    assert waiting(watch) == [18]
    assert watch.expected(NUMBER) is seen

    watch.offer(offered(3_000))
    assert waiting(watch) == []
    watch.offer(withdrawn(5_000))

    assert waiting(watch) == [18]
    assert [offer.ended for offer in seen.offers] == ["timeout"]
    assert [seen.offers[0].stands_at(Instant(at)) for at in (2_999, 3_000, 4_999, 5_000)] == [False, True, True, False]


def test_a_call_that_nobody_expected_is_nobodys() -> None:
    watch = opened()
    seen = watch.expect("+6281210000001", ordinal=1, kind="indonesian")
    watch.offer(came_in())

    assert seen.interaction_id is None
    assert watch.calls[InteractionId("c1")].ordinal == 0


async def test_who_waits_for_a_state_is_woken_by_it() -> None:
    watch = opened()
    agent = AgentId("a1")
    woken = asyncio.create_task(watch.until(lambda: watch.agents.get(agent)))
    await asyncio.sleep(0)
    assert not woken.done()
    watch.offer(
        event(
            wire.AgentStateChanged(
                agent_id="a1", state="aux", reason_code="break", previous="wrap_up", since="", until=None,
                routable=False, next_state=None, device="phone-1", call_id=None,
            )
        )
    )  # fmt: skip

    assert await woken == (AgentState.AUX, "break")


async def test_waiting_has_an_end() -> None:
    await within(0.01, asyncio.Event().wait())
