"""One caller through one flow: everywhere they can hang up, everything of ours that can fail."""

import asyncio

import pytest

from ivr.core.facts import FlowStarted, FlowStopped, NodeLeft, PromptMissed
from ivr.core.flow import Flow
from ivr.core.steps import QueueLeft, TransferFailed, TransferResult
from ivr.memory import PLACE_ATTRIBUTE, ContactFlowMemory
from ivr.session import FlowSession, FlowWorld, Stop
from kernel.contact import Contact
from kernel.ids import InteractionId, QueueId
from kernel.result_codes import Disposition, LeaveReason
from tests.ivr.fakes import NOON, FakeCaller, FakeContacts, FakeLookUps, FakeNotes, FakeQueueDoor
from tests.ivr.makers import bye, flow, node, start

CALL = InteractionId("c1-1")
VIP = "+6281234567890"

CENTRE = flow(
    start("blocked", answer=False),
    node("blocked", "caller_list", {"listed": "away", "not_listed": "vip"}, list="blocked"),
    node("away", "hangup", prompts=["oops"], cause=21, disposition="blocked"),
    node("vip", "caller_list", {"listed": "hours", "not_listed": "hours"}, list="vip"),
    node("hours", "hours", {"open": "menu", "closed": "bye"}, hours="office"),
    node(
        "menu",
        "menu",
        {"key-1": "wait", "key-2": "account", "key-3": "mobile", "timeout": "bye", "invalid": "bye"},
        prompts=["welcome"],
        keys="123",
        tries=1,
    ),
    node(
        "account",
        "collect",
        {"done": "wait", "timeout": "bye", "invalid": "bye"},
        prompts=["welcome"],
        variable="account",
        digits_max=3,
    ),
    node("wait", "enqueue", {"timeout": "bye", "refused": "mobile"}, queue="sales"),
    node("mobile", "transfer_number", {"failed": "bye"}, number="112", trunk="carrier", ring_s=20),
    bye(prompts=["goodbye"]),
)


class Call:
    """One caller in one flow, with all that is around them."""

    def __init__(
        self,
        caller: FakeCaller,
        *,
        number: str = "",
        given: Flow = CENTRE,
        door: FakeQueueDoor | None = None,
        notes: FakeNotes | None = None,
        contacts: FakeContacts | None = None,
    ) -> None:
        self.caller = caller
        self.door = door or FakeQueueDoor()
        self.notes = notes or FakeNotes()
        self.contacts = contacts or FakeContacts(Contact(interaction_id=CALL, number=number, number_raw=number))
        self.memory = ContactFlowMemory(self.contacts)
        self.world = FlowWorld(
            door=self.door, look_ups=FakeLookUps(), notes=self.notes, memory=self.memory, now=lambda: NOON
        )
        self.session = FlowSession(flow=given, caller=caller, world=self.world, interaction_id=CALL, number=number)

    async def begin(self) -> Stop:
        return await self.session.begin({"language": "id"})

    def exits(self) -> list[str]:
        return [f"{fact.node_id} {fact.exit}" for fact in self.notes.facts if isinstance(fact, NodeLeft)]


@pytest.mark.parametrize(("skippable", "heard"), [(False, ["id/welcome", "id/goodbye"]), (True, ["id/welcome"])])
async def test_a_key_pressed_before_the_menu_speaks_is_its_choice(skippable: bool, heard: list[str]) -> None:
    given = flow(
        start("hello"),
        node("hello", "play", {"next": "news"}, prompts=["welcome"]),
        node("news", "play", {"next": "menu"}, prompts=["goodbye"], skippable=skippable),
        node("menu", "menu", {"key-1": "account", "timeout": "bye", "invalid": "bye"}, prompts=["oops"], keys="1"),
        node(
            "account",
            "collect",
            {"done": "wait", "timeout": "bye", "invalid": "bye"},
            prompts=["oops"],
            variable="account",
            digits_max=2,
        ),
        node("wait", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales"),
        bye(),
    )
    call = Call(FakeCaller(early="145"), given=given)

    assert await call.begin() is Stop.QUEUED
    assert call.caller.heard == heard
    kept = await call.memory.recall(CALL)
    assert kept is not None
    assert kept.variables["account"] == "45"


async def test_the_terminator_behind_a_full_entry_is_no_key_of_the_next_menu() -> None:
    given = flow(
        start("hello"),
        node("hello", "play", {"next": "account"}, prompts=["welcome"]),
        node(
            "account",
            "collect",
            {"done": "menu", "timeout": "bye", "invalid": "bye"},
            prompts=["oops"],
            variable="account",
            digits_max=2,
        ),
        node(
            "menu", "menu", {"key-1": "wait", "timeout": "bye", "invalid": "bye"}, prompts=["oops"], keys="1", tries=1
        ),
        node("wait", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales"),
        bye(),
    )

    assert await Call(FakeCaller(early="45#1"), given=given).begin() is Stop.QUEUED
    assert await Call(FakeCaller(early="45##"), given=given).begin() is Stop.HUNG_UP


async def test_a_farewell_that_breaks_off_ends_the_call_and_does_not_begin_the_flow_anew() -> None:
    """The way out is set before the farewell is said: whoever falls out of it is hung up."""
    call = Call(FakeCaller(breaks_at="oops"), number="+6281111111111")

    assert await call.begin() is Stop.FAILED
    assert call.caller.way == "hangup 16"
    assert call.door.ended == [Disposition.BLOCKED]


async def test_a_caller_comes_to_the_queue_of_their_choice() -> None:
    call = Call(FakeCaller(["1"]))

    assert await call.begin() is Stop.QUEUED

    assert call.caller.heard == ["id/welcome"]
    assert call.caller.way == "queue sales calm"
    assert call.door.entered == [(QueueId("sales"), None)]
    assert call.exits()[-1] == "menu key-1"
    assert isinstance(call.notes.facts[0], FlowStarted)
    assert call.notes.facts[-1] == FlowStopped(
        interaction_id=CALL, flow_id=CENTRE.id, version=1, node_id=CENTRE.nodes[7].id, reason="queued"
    )


async def test_a_vip_brings_their_priority() -> None:
    call = Call(FakeCaller(["1"]), number=VIP)

    await call.begin()

    assert call.door.entered == [(QueueId("sales"), 9)]


async def test_a_blocked_caller_hears_the_refusal_and_reaches_no_queue() -> None:
    call = Call(FakeCaller(["1"]), number="+6281111111111")

    assert await call.begin() is Stop.HUNG_UP

    assert call.caller.heard == ["id/oops"]
    assert (call.caller.way, call.door.entered, call.door.ended) == ("hangup 21", [], [Disposition.BLOCKED])


async def test_who_hangs_up_on_the_refusal_counts_as_blocked() -> None:
    call = Call(FakeCaller(gone_at=1), number="+6281111111111")

    assert await call.begin() is Stop.CALLER_HUNG_UP

    assert call.door.ended == [Disposition.BLOCKED]


async def test_what_was_typed_is_kept_for_the_agent() -> None:
    call = Call(FakeCaller(["2", "1", "6", "9"]))

    assert await call.begin() is Stop.QUEUED

    assert call.contacts.contacts[CALL].attributes["account"] == "169"


async def test_scenario_13_a_full_queue_is_an_exit_of_its_own_and_the_reason_is_kept() -> None:
    given = flow(
        start("wait"),
        node("wait", "enqueue", {"timeout": "away", "refused": "away", "overflow": "bye"}, queue="sales"),
        node("away", "hangup", prompts=["oops"]),
        bye(prompts=["goodbye"]),
    )
    call = Call(FakeCaller(), given=given, door=FakeQueueDoor(full=True))

    assert await call.begin() is Stop.HUNG_UP
    assert call.exits() == ["start next", "wait overflow"]
    assert call.caller.heard == ["id/goodbye"]
    assert call.door.ended == [Disposition.OVERFLOW]


async def test_a_refusing_queue_is_an_exit() -> None:
    call = Call(FakeCaller(["1"]), door=FakeQueueDoor(refuses=True))

    assert await call.begin() is Stop.TRANSFERRED

    assert "wait refused" in call.exits()
    assert call.caller.way == "transfer 112 carrier 20000 mobile"


async def test_a_trunk_that_is_gone_fails_the_transfer() -> None:
    gone = flow(
        start("mobile"), node("mobile", "transfer_number", {"failed": "bye"}, number="112", trunk="gone"), bye()
    )
    call = Call(FakeCaller(), given=gone)

    assert await call.begin() is Stop.HUNG_UP
    assert call.exits()[-1] == "mobile failed"


async def test_hours_that_are_gone_count_as_open() -> None:
    gone = flow(
        start("hours"),
        node("hours", "hours", {"open": "wait", "closed": "bye"}, hours="gone"),
        node("wait", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales"),
        bye(),
    )

    assert await Call(FakeCaller(), given=gone).begin() is Stop.QUEUED


async def test_a_missing_prompt_does_not_stop_the_others() -> None:
    two = flow(start("hello"), node("hello", "play", {"next": "bye"}, prompts=["oops", "welcome"]), bye())
    call = Call(FakeCaller(missing=["oops"]), given=two)

    assert await call.begin() is Stop.HUNG_UP
    assert call.caller.heard == ["id/welcome"]


async def test_a_missing_prompt_is_written_down() -> None:
    call = Call(FakeCaller(missing=["oops"]), given=flow(start("bye"), bye(prompts=["oops", "goodbye"])))

    await call.begin()

    (missed,) = [fact for fact in call.notes.facts if isinstance(fact, PromptMissed)]
    assert (missed.node_id, missed.prompt_id, missed.language) == ("bye", "oops", "id")


async def test_a_missing_prompt_takes_the_error_exit_at_once() -> None:
    two = flow(
        start("hello"), node("hello", "play", {"next": "bye", "error": "bye"}, prompts=["oops", "welcome"]), bye()
    )
    call = Call(FakeCaller(missing=["oops"]), given=two)

    await call.begin()

    assert call.caller.heard == []
    assert call.exits()[-1] == "hello error"


# --- the caller hangs up ---------------------------------------------------------------------------------------------

PLANS = {"queue": ["1"], "typed": ["2", "1", "6", "9"], "mobile": ["3"], "silent": [""], "wrong": ["9"]}


@pytest.mark.parametrize("plan", PLANS)
async def test_a_caller_may_hang_up_at_every_step(plan: str) -> None:
    whole = Call(FakeCaller(PLANS[plan]))
    await whole.begin()

    for turn in range(whole.caller.turns):
        call = Call(FakeCaller(PLANS[plan], gone_at=turn))

        assert await call.begin() is Stop.CALLER_HUNG_UP

        assert call.door.entered == [], f"gone at turn {turn}, and in a queue"
        stops = [fact for fact in call.notes.facts if isinstance(fact, FlowStopped)]
        assert [fact.reason for fact in stops] == ["caller_hung_up"]


# --- the caller comes back ---------------------------------------------------------------------------------------------


async def test_a_caller_goes_on_after_the_queue_in_another_run_of_the_program() -> None:
    before = Call(FakeCaller(["2", "1", "6", "9"]))
    await before.begin()

    after = Call(FakeCaller(), contacts=before.contacts)
    kept = await after.memory.recall(CALL)
    assert kept is not None
    assert await after.session.resume(kept, QueueLeft(reason=LeaveReason.TIMEOUT)) is Stop.HUNG_UP

    assert kept.variables == {"language": "id", "account": "169"}
    assert after.exits() == ["wait timeout"]
    assert after.caller.heard == ["id/goodbye"]
    assert after.door.ended == [Disposition.TIMEOUT]


async def test_a_caller_goes_on_after_a_transfer_that_failed() -> None:
    before = Call(FakeCaller(["3"]))
    assert await before.begin() is Stop.TRANSFERRED

    after = Call(FakeCaller(), contacts=before.contacts)
    kept = await after.memory.recall(CALL)
    assert kept is not None
    assert await after.session.resume(kept, TransferFailed(result=TransferResult.BUSY)) is Stop.HUNG_UP

    assert after.exits() == ["mobile failed"]


async def test_a_node_that_is_gone_from_the_flow_leads_to_the_safety_route() -> None:
    before = Call(FakeCaller(["1"]))
    await before.begin()
    after = Call(FakeCaller(), contacts=before.contacts, given=flow(start("bye"), bye()))
    kept = await after.memory.recall(CALL)
    assert kept is not None

    assert await after.session.resume(kept, QueueLeft(reason=LeaveReason.TIMEOUT)) is Stop.FAILED

    assert after.caller.way == "no-service"


# --- our side fails ------------------------------------------------------------------------------------------------------


async def test_a_broken_door_leaves_the_caller_to_the_safety_route() -> None:
    call = Call(FakeCaller(["1"]), door=FakeQueueDoor(breaks=True))

    assert await call.begin() is Stop.FAILED

    assert call.caller.way == ""
    assert call.notes.facts[-1] == FlowStopped(
        interaction_id=CALL, flow_id=CENTRE.id, version=1, node_id=CENTRE.nodes[7].id, reason="failed"
    )


async def test_a_broken_door_does_not_bring_back_who_was_let_go() -> None:
    call = Call(FakeCaller([""]), door=FakeQueueDoor(breaks=True))

    assert await call.begin() is Stop.HUNG_UP

    assert call.caller.way == "hangup 16"


async def test_a_flow_that_cannot_be_read_leads_to_the_safety_route() -> None:
    call = Call(FakeCaller(), given=flow(bye(), start="start"))

    assert await call.begin() is Stop.FAILED
    assert call.caller.way == "no-service"


async def test_nobody_waits_for_the_journal_but_what_the_engine_is_told_comes_behind_it() -> None:
    written = asyncio.Event()
    call = Call(FakeCaller(["1"]), notes=FakeNotes(until=written))
    running = asyncio.ensure_future(call.begin())
    # Three turns for each of the steps before the queue are plenty: nothing here really waits.
    for _ in range(50):
        await asyncio.sleep(0)

    assert call.caller.heard == ["id/welcome"]
    assert (call.notes.facts, call.door.entered) == ([], [])

    written.set()
    assert await running is Stop.QUEUED
    assert [type(fact) for fact in call.notes.facts][-1] is FlowStopped
    assert call.exits() == ["start next", "blocked not_listed", "vip not_listed", "hours open", "menu key-1"]


async def test_a_caller_is_served_while_the_journal_is_away() -> None:
    call = Call(FakeCaller(["1"]), notes=FakeNotes(breaks=True))

    assert await call.begin() is Stop.QUEUED
    assert call.door.entered == [(QueueId("sales"), None)]


async def test_what_others_know_of_the_caller_stays() -> None:
    known = Contact(interaction_id=CALL, number="", number_raw="", attributes={"crm": "C-1", "language": "en"})
    call = Call(FakeCaller(["1"]), contacts=FakeContacts(known))

    assert await call.begin() is Stop.QUEUED

    contact = await call.contacts.read(CALL)
    assert contact is not None
    assert (contact.attributes["crm"], contact.attributes["language"]) == ("C-1", "id")


async def test_a_caller_is_served_while_the_store_is_away() -> None:
    contacts = FakeContacts(Contact(interaction_id=CALL, number="", number_raw=""), breaks=True)
    call = Call(FakeCaller(["1"]), contacts=contacts)

    assert await call.begin() is Stop.QUEUED


@pytest.mark.parametrize("record", ["", "{}", "[1]", '["main", 1, "wait", {"wait": "x"}]', "[" * 50, "null"])
async def test_a_place_that_is_none_is_forgotten(record: str) -> None:
    contact = Contact(interaction_id=CALL, number="", number_raw="", attributes={PLACE_ATTRIBUTE: record})

    assert await ContactFlowMemory(FakeContacts(contact)).recall(CALL) is None


async def test_nothing_is_kept_of_a_caller_without_a_contact() -> None:
    call = Call(FakeCaller(["1"]), contacts=FakeContacts())

    assert await call.begin() is Stop.QUEUED
    assert await call.memory.recall(CALL) is None


# --- callbacks ---

OFFER = flow(
    start("offer"),
    node(
        "offer",
        "callback",
        {"booked": "bye", "declined": "wait", "no_number": "wait"},
        queue="sales",
        prompts=["welcome"],
        confirm_prompts=["oops"],
        expires_min=30,
    ),
    node("wait", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales"),
    bye(prompts=["goodbye"]),
)


@pytest.mark.parametrize(("hours", "minutes"), [(None, 30), ("office", 1), ("nowhere", 30)])
async def test_nobody_is_called_back_after_the_time_or_the_closing(hours: str | None, minutes: int) -> None:
    offer = OFFER.nodes[next(at for at, one in enumerate(OFFER.nodes) if one.id == "offer")]
    settings = dict(offer.settings) | ({"hours": hours} if hours else {})
    given = flow(
        *(one if one is not offer else node("offer", "callback", {**offer.exits}, **settings) for one in OFFER.nodes)
    )
    call = Call(FakeCaller(keys="1"), number=VIP, given=given)

    assert await call.begin() is Stop.HUNG_UP
    assert call.door.booked == [("sales", NOON + minutes * 60_000, 3, 5 * 60_000)]


async def test_who_is_not_booked_goes_on_waiting() -> None:
    call = Call(FakeCaller(keys="2"), number=VIP, given=OFFER)

    assert await call.begin() is Stop.QUEUED
    assert call.door.booked == []
