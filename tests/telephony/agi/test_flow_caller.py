"""The caller of a flow, on a channel: what Asterisk is told, and in which order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest

from centre.call_routes import Allowed, NotAllowed, Way
from ivr.core.steps import ALL_KEYS
from ivr.ports import CallerGone, LookUpUnknown, PromptMissing
from kernel.ids import NodeId, PromptId, QueueId, RouteId, TrunkId
from telephony.agi.flow_caller import KEYS_KEPT_MAX, FlowCaller
from tests.telephony.agi.fake_caller import OK, FakeCaller, block, session

CARRIER = Way(
    trunk_id=TrunkId("carrier"),
    dialled="+62812",
    caller_id="+62215252008",
    lines_max=30,
    calls_out_max=1,
    calls_out_per_hour_max=1,
    calls_out_per_day_max=1,
)
WELCOME, GOODBYE = PromptId("welcome"), PromptId("goodbye")
PLAYED = "200 result=0 endpos=800"
DEAD = "511 Command Not Permitted on a dead channel or intercept routine"


def decide(number: str, trunk_id: TrunkId | None) -> Allowed | NotAllowed:
    """One number is allowed, by one trunk."""
    if (number, trunk_id) != ("+62812", CARRIER.trunk_id):
        return NotAllowed.NO_ROUTE
    return Allowed(route_id=RouteId("mobile"), number=number, ways=(CARRIER,), ring_ms_max=45_000, wrap_up_ms=0)


@asynccontextmanager
async def line(*arguments: str, **changed: str) -> AsyncIterator[tuple[FlowCaller, FakeCaller]]:
    async with session(block("inbound", *arguments, **changed)) as (channel, asterisk):
        yield FlowCaller(channel, decide), asterisk


async def commands(asterisk: FakeCaller, doing: Awaitable[None], count: int) -> list[str]:
    """The commands that something sends, each answered with success."""
    running = asyncio.ensure_future(doing)
    sent = [await asterisk.answers("200 result=1") for _ in range(count)]
    await running
    return sent


async def test_a_line_knows_its_arguments_and_who_calls() -> None:
    async with line("c1-1", "169", callerid="0812", calleridname="Ani") as (caller, _):
        assert [caller.argument(position) for position in (0, 1, 2, 3)] == ["", "c1-1", "169", ""]
        assert (caller.caller_number, caller.caller_name, caller.leg_id) == ("0812", "Ani", "1795493415.1")


async def test_a_call_is_answered_once() -> None:
    async with line() as (caller, asterisk):
        answering = asyncio.ensure_future(caller.answer())
        assert await asterisk.answers(OK) == "ANSWER"
        await answering

        async with asyncio.timeout(1):
            await caller.answer()


async def test_prompts_are_played_in_turn_in_the_language() -> None:
    async with line() as (caller, asterisk):
        playing = asyncio.ensure_future(caller.play((WELCOME, GOODBYE), "id", "12"))

        assert await asterisk.answers(PLAYED) == 'STREAM FILE "sambut/id/welcome" "0123456789*#"'
        assert await asterisk.answers("200 result=50 endpos=80") == 'STREAM FILE "sambut/id/goodbye" "0123456789*#"'
        assert await playing == "2"


async def test_a_key_ends_all_prompts() -> None:
    async with line() as (caller, asterisk):
        playing = asyncio.ensure_future(caller.play((WELCOME, GOODBYE), "id", "12"))
        await asterisk.answers("200 result=49 endpos=80")

        assert await playing == "1"


async def test_a_key_in_a_prompt_it_cannot_end_is_kept_and_the_prompt_goes_on_from_there() -> None:
    async with line() as (caller, asterisk):
        playing = asyncio.ensure_future(caller.play((WELCOME,), "id"))
        assert await asterisk.answers("200 result=49 endpos=4000") == 'STREAM FILE "sambut/id/welcome" "0123456789*#"'
        assert await asterisk.answers("200 result=50 endpos=4800") == (
            'STREAM FILE "sambut/id/welcome" "0123456789*#" "4000"'
        )
        assert await asterisk.answers(PLAYED) == 'STREAM FILE "sambut/id/welcome" "0123456789*#" "4800"'
        assert await playing == ""

        async with asyncio.timeout(1):
            assert await caller.play((GOODBYE,), "id", ALL_KEYS, takes_key=False) == "1"
            assert await caller.play((GOODBYE,), "id", ALL_KEYS) == "1"
            assert await caller.wait_key(3_000) == "2"


async def test_a_key_that_comes_late_is_thrown_away_once() -> None:
    async with line() as (caller, asterisk):
        caller.ignore_late_key("#")
        waiting = asyncio.ensure_future(caller.wait_key(3_000))
        await asterisk.answers("200 result=35")
        await asterisk.answers("200 result=35")
        assert await waiting == "#"

        caller.ignore_late_key("#")
        playing = asyncio.ensure_future(caller.play((WELCOME,), "id", ALL_KEYS))
        await asterisk.answers("200 result=35 endpos=800")
        assert await asterisk.answers("200 result=49 endpos=900") == (
            'STREAM FILE "sambut/id/welcome" "0123456789*#" "800"'
        )
        assert await playing == "1"


async def test_only_the_next_key_is_late() -> None:
    async with line() as (caller, asterisk):
        caller.ignore_late_key("#")
        for answered, key in (("200 result=49", "1"), ("200 result=35", "#")):
            waiting = asyncio.ensure_future(caller.wait_key(3_000))
            await asterisk.answers(answered)
            assert await waiting == key


async def test_of_a_flood_of_keys_a_few_are_kept_and_the_prompt_is_left_alone() -> None:
    async with line() as (caller, asterisk):
        playing = asyncio.ensure_future(caller.play((WELCOME,), "id"))
        for position in range(1, KEYS_KEPT_MAX + 1):
            await asterisk.answers(f"200 result=57 endpos={position}")

        assert await asterisk.answers(PLAYED) == f'STREAM FILE "sambut/id/welcome" "" "{KEYS_KEPT_MAX}"'
        assert await playing == ""


async def test_a_sound_that_asterisk_cannot_play_is_a_missing_prompt() -> None:
    async with line() as (caller, asterisk):
        playing = asyncio.ensure_future(caller.play((WELCOME,), "en"))
        await asterisk.answers("200 result=0 endpos=0")

        with pytest.raises(PromptMissing):
            await playing


@pytest.mark.parametrize(
    ("prompt", "language"),
    [("../../etc/passwd", "id"), ("a&b", "id"), ("", "id"), ("welcome", ""), ("welcome", "../x"), ("w\n", "id")],
)
async def test_no_name_leads_to_another_folder(prompt: str, language: str) -> None:
    async with line() as (caller, _):
        with pytest.raises(PromptMissing):
            await caller.play((PromptId(prompt),), language)


@pytest.mark.parametrize(("code", "key"), [(0, ""), (49, "1"), (35, "#"), (65, "")])
async def test_a_key_or_none_comes_back(code: int, key: str) -> None:
    async with line() as (caller, asterisk):
        waiting = asyncio.ensure_future(caller.wait_key(3_000))

        assert await asterisk.answers(f"200 result={code}") == 'WAIT FOR DIGIT "3000"'
        assert await waiting == key


async def test_the_way_to_a_queue_is_told_last() -> None:
    async with line() as (caller, asterisk):
        assert await commands(asterisk, caller.leave_to_queue(QueueId("sales"), "calm"), 1) == [
            'SET VARIABLE "ARRAY(ACD_QUEUE,ACD_MUSIC,ACD_NEXT)" "sales,calm,queue"',
        ]


async def test_music_of_no_proper_name_is_the_default() -> None:
    async with line() as (caller, asterisk):
        sent = await commands(asterisk, caller.leave_to_queue(QueueId("sales"), "calm),System(reboot"), 1)

        assert sent == ['SET VARIABLE "ARRAY(ACD_QUEUE,ACD_MUSIC,ACD_NEXT)" "sales,default,queue"']


async def test_a_number_outside_is_dialled_over_its_trunk() -> None:
    async with line() as (caller, asterisk):
        leaving = caller.leave_to_number("+62812", TrunkId("carrier"), 20_000, NodeId("mobile"))

        assert await commands(asterisk, leaving, 1) == [
            'SET VARIABLE "ARRAY(ACD_DIAL,ACD_DIAL_S,ACD_DIAL_CALLERID,ACD_DIAL_TRUNK,ACD_DIAL_LINES,ACD_NEXT)" '
            '"PJSIP/+62812@trunk-carrier,20,+62215252008,carrier,30,transfer"',
        ]


@pytest.mark.parametrize("number", ["112", "112&PJSIP/999", "112@evil", "", "٠٨١٢"])
async def test_what_no_route_allows_is_never_dialled(number: str) -> None:
    async with line() as (caller, _):
        with pytest.raises(LookUpUnknown):
            await caller.leave_to_number(number, TrunkId("carrier"), 20_000, NodeId("mobile"))


async def test_letting_go_and_taking_it_back() -> None:
    async with line() as (caller, asterisk):
        assert await commands(asterisk, caller.hang_up(21), 1) == [
            'SET VARIABLE "ARRAY(ACD_CAUSE,ACD_NEXT)" "21,hangup"'
        ]
        assert await commands(asterisk, caller.stay(), 1) == ['SET VARIABLE "ACD_NEXT" ""']


async def test_who_hung_up_is_not_put_into_a_queue() -> None:
    """Variables can still be set on a channel that is hung up: Asterisk only adds the line HANGUP."""
    async with line() as (caller, asterisk):
        leaving = asyncio.ensure_future(caller.leave_to_queue(QueueId("sales"), "calm"))
        await asterisk.answers("HANGUP", "200 result=1")

        with pytest.raises(CallerGone):
            await leaving


async def test_a_dead_channel_is_a_caller_gone() -> None:
    async with line() as (caller, asterisk):
        playing = asyncio.ensure_future(caller.play((WELCOME,), "id"))
        await asterisk.answers(DEAD)

        with pytest.raises(CallerGone):
            await playing
