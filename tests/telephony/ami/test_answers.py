"""Answers find their action: single ones, lists, originates, and what answers nobody."""

import asyncio

import pytest

from telephony.ami.actions import Action, originate, set_variable
from telephony.ami.failures import ActionRefused, ActionTimedOut, TooManyPending
from tests.telephony.ami.fake_asterisk import Answer, FakeAsterisk, Received, Session
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

CHANNELS = Action(name="CoreShowChannels")
DIAL = originate(channel="Local/s@x", channel_id="leg-1", context="x", extension="s", ring_ms_max=1_000)


def queued(session: Session, action: Received) -> None:
    session.reply(action, "Success", "Originate successfully queued")


def listing(count: int, how: str = "Complete") -> dict[str, Answer]:
    """CoreShowChannels answered with so many rows."""
    return {
        "CoreShowChannels": lambda session, action: session.rows(
            action, "CoreShowChannel", count, "CoreShowChannelsComplete", how
        )
    }


def says(text: str, response: str = "Success") -> FakeAsterisk:
    """An Asterisk that answers every Thing so."""
    return FakeAsterisk(answers={"Thing": lambda session, action: session.reply(action, response, text)})


async def test_an_originate_without_async_is_answered_like_any_action() -> None:
    async with FakeAsterisk(answers={"Originate": queued}) as asterisk, link_to(asterisk) as link:
        reply = await link.perform(Action(name="Originate", fields={"Channel": "Local/s@x"}))
        assert reply.text == "Originate successfully queued"
        assert (await link.perform(Action(name="Ping"))).ok

    assert len(asterisk.sessions) == 1


@pytest.mark.parametrize(
    "text", ["Added interface to queue", "Added AGI command to queue", "A listing will follow", "", "Message: odd"]
)
async def test_no_wording_of_an_answer_keeps_an_action_waiting(text: str) -> None:
    async with says(text) as asterisk, link_to(asterisk) as link:
        reply = await link.perform(Action(name="Thing"), timeout_ms=1_000)

    assert reply.text == text


async def test_a_refusal_raises_with_asterisks_words() -> None:
    async with says("No such channel", "Error") as asterisk, link_to(asterisk) as link:
        with pytest.raises(ActionRefused) as refused:
            await link.perform(Action(name="Thing"))

    assert refused.value.reply.text == "No such channel"
    assert link.counters.actions_refused == 1


async def test_actions_go_out_back_to_back_and_in_order() -> None:
    asked: list[Received] = []

    def answer_both(session: Session, action: Received) -> None:
        asked.append(action)
        if len(asked) == 2:
            for each in reversed(asked):
                session.reply(each, text=each["Action"])

    answers = {"Setvar": answer_both, "Originate": answer_both}
    async with FakeAsterisk(answers=answers) as asterisk, link_to(asterisk) as link:
        marked = link.send(set_variable(channel="c", name="STATE", value="ringing"))
        dialled = link.send(DIAL)
        texts = [(await marked).text, (await dialled).text]

    assert texts == ["Setvar", "Originate"]
    assert [action["Action"] for action in asked] == ["Setvar", "Originate"]


async def test_a_repeated_header_is_written_once_for_each_value() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        await link.perform(Action(name="Thing", fields={"Variable": ["A=1", "B=é 王"]}))

    assert asterisk.named("Thing")[0].all("Variable") == ["A=1", "B=é 王"]


async def test_a_list_is_collected_to_its_closing_event() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        asterisk.answers = listing(500)
        rows = await link.collect(CHANNELS, "CoreShowChannelsComplete")
        assert [row.fields["N"] for row in rows] == [str(number) for number in range(500)]
        assert link.counters.events["CoreShowChannel"] == 0


async def test_two_lists_at_once_do_not_mix() -> None:
    def crosswise(session: Session, action: Received) -> None:
        first, second = asterisk.named("A")[0], action
        for each in (first, second):
            session.reply(each, text="will follow")
        for number in range(3):
            for each in (second, first):
                session.event("Row", ("ActionID", each["ActionID"]), ("Of", each["Action"]), ("N", str(number)))
        for each in (first, second):
            session.event("RowsComplete", ("ActionID", each["ActionID"]))

    answers = {"A": lambda *_: None, "B": crosswise}
    async with FakeAsterisk(answers=answers) as asterisk, link_to(asterisk) as link:
        a, b = await asyncio.gather(
            link.collect(Action(name="A"), "RowsComplete"), link.collect(Action(name="B"), "RowsComplete")
        )

    assert [row.fields["Of"] + row.fields["N"] for row in (*a, *b)] == ["A0", "A1", "A2", "B0", "B1", "B2"]


async def test_nothing_found_is_an_empty_list() -> None:
    async with says("No Contacts found", "Error") as asterisk, link_to(asterisk) as link:
        assert await link.collect(Action(name="Thing"), "ContactListComplete") == []


@pytest.mark.parametrize("text", ["Permission denied", "No such bridge", "Specified BridgeUniqueid not found"])
async def test_another_error_of_a_list_is_a_refusal(text: str) -> None:
    async with says(text, "Error") as asterisk, link_to(asterisk) as link:
        with pytest.raises(ActionRefused):
            await link.collect(Action(name="Thing"), "ThingComplete")


async def test_a_list_that_asterisk_broke_off_is_not_taken_for_whole() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        asterisk.answers = listing(2, "Cancelled")
        with pytest.raises(ActionRefused):
            await link.collect(CHANNELS, "CoreShowChannelsComplete")


async def test_a_list_without_end_times_out() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        with pytest.raises(ActionTimedOut):
            await link.collect(CHANNELS, "CoreShowChannelsComplete", timeout_ms=20)

        assert link.counters.actions_timed_out == 1


async def test_an_originate_is_acknowledged_before_its_outcome() -> None:
    async with FakeAsterisk(answers={"Originate": queued}) as asterisk, link_to(asterisk) as link:
        dialled = link.originate(DIAL, outcome_ms_max=5_000)
        assert (await dialled.acknowledged).ok
        assert not dialled.outcome.done()
        asterisk.session.event(
            "OriginateResponse", ("ActionID", dialled.action_id), ("Response", "Failure"), ("Reason", "3")
        )
        outcome = await dialled.outcome
        seen = await link.next_event()
        if seen.name == "FullyBooted":
            seen = await link.next_event()

    assert outcome.fields["Reason"] == "3"
    assert seen == outcome


async def test_an_outcome_may_overtake_the_acknowledgement() -> None:
    def at_once(session: Session, action: Received) -> None:
        session.event("OriginateResponse", ("ActionID", action["ActionID"]), ("Response", "Success"))
        queued(session, action)

    async with FakeAsterisk(answers={"Originate": at_once}) as asterisk, link_to(asterisk) as link:
        dialled = link.originate(DIAL, outcome_ms_max=5_000)
        assert (await dialled.outcome).fields["Response"] == "Success"
        assert (await dialled.acknowledged).ok


async def test_a_refused_originate_has_no_outcome_to_wait_for() -> None:
    refuse = {"Originate": lambda session, action: session.reply(action, "Error", "Extension does not exist.")}
    async with FakeAsterisk(answers=refuse) as asterisk, link_to(asterisk) as link:
        dialled = link.originate(DIAL, outcome_ms_max=60_000)
        with pytest.raises(ActionRefused):
            await dialled.outcome


async def test_an_outcome_that_never_comes_times_out() -> None:
    async with FakeAsterisk(answers={"Originate": queued}) as asterisk, link_to(asterisk) as link:
        dialled = link.originate(DIAL, outcome_ms_max=20)
        with pytest.raises(ActionTimedOut):
            await dialled.outcome
        assert (await dialled.acknowledged).ok


async def test_answers_to_nobody_are_counted_and_harm_nobody() -> None:
    def twice_and_more(session: Session, action: Received) -> None:
        session.message(("Response", "Success"), ("ActionID", "of-nobody"))
        session.message(("Response", "Success"), ("Message", "no ActionID"))
        session.reply(action, text="first")
        session.reply(action, "Error", "second")

    async with FakeAsterisk(answers={"Thing": twice_and_more}) as asterisk, link_to(asterisk) as link:
        first = await link.perform(Action(name="Thing"))
        assert (await link.perform(Action(name="Ping"))).text == ""
        assert first.text == "first"
        assert link.counters.answers_unknown == 3


async def test_a_late_answer_is_nobodys() -> None:
    held: list[Received] = []
    answers = {"Thing": lambda _, action: held.append(action)}
    async with FakeAsterisk(answers=answers) as asterisk, link_to(asterisk) as link:
        with pytest.raises(ActionTimedOut):
            await link.perform(Action(name="Thing"), timeout_ms=20)
        asterisk.session.reply(held[0], text="late")
        assert (await link.perform(Action(name="Ping"))).ok

        assert link.counters.answers_unknown == 1


async def test_scenario_41_no_answer_two_answers_and_a_strange_answer_mix_nothing_up() -> None:
    def odd(session: Session, action: Received) -> None:
        session.message(("Response", "Success"), ("ActionID", "of-nobody"), ("Message", "strange"))
        for text in ("once", "twice"):
            session.reply(action, text=f"{text} {action['Which']}")

    answers = {"Thing": odd, "Silent": lambda *_: None}
    async with FakeAsterisk(answers=answers) as asterisk, link_to(asterisk) as link:
        for which in range(10):
            unanswered = link.send(Action(name="Silent"), timeout_ms=20)
            answer = await link.perform(Action(name="Thing", fields={"Which": str(which)}))
            assert answer.text == f"once {which}"
            with pytest.raises(ActionTimedOut):
                await unanswered
        assert link.waiting_count == 0
        assert (link.counters.answers_unknown, link.counters.actions_timed_out) == (20, 10)


async def test_giving_up_an_action_leaves_nothing_behind() -> None:
    async with FakeAsterisk(answers={"Thing": lambda *_: None}) as asterisk, link_to(asterisk, pending_max=1) as link:
        link.send(Action(name="Thing")).cancel()
        await eventually(lambda: asterisk.named("Thing"))
        assert (await link.perform(Action(name="Ping"))).ok


async def test_too_many_unanswered_actions_are_refused_unsent() -> None:
    async with FakeAsterisk(answers={"Thing": lambda *_: None}) as asterisk, link_to(asterisk, pending_max=3) as link:
        waiting = [link.send(Action(name="Thing")) for _ in range(3)]
        with pytest.raises(TooManyPending):
            await link.perform(Action(name="Thing"))
        assert not any(each.done() for each in waiting)

    assert len(asterisk.named("Thing")) <= 3


async def test_many_calls_leave_nothing_behind() -> None:
    def whole_call(session: Session, action: Received) -> None:
        queued(session, action)
        session.event("OriginateResponse", ("ActionID", action["ActionID"]), ("Response", "Success"))

    async with FakeAsterisk(answers={"Originate": whole_call}) as asterisk, link_to(asterisk) as link:
        for _ in range(20):
            await asyncio.gather(*(link.originate(DIAL, outcome_ms_max=5_000).outcome for _ in range(50)))
        assert (await link.perform(Action(name="Ping"))).ok
        assert link.waiting_count == 0


def test_an_action_is_made_without_an_event_loop() -> None:
    assert Action(name="Ping").lines() == []
