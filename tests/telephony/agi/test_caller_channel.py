"""A script talks with a channel: every answer belongs to its own command, whatever happens on the line."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ivr.ports import CallerGone
from telephony.agi.caller_channel import Channel, Keyed, Played
from telephony.agi.failures import AgiBroken, AgiTimedOut, CommandFailed, CommandRefused
from telephony.line_values import UnsafeValue
from tests.telephony.agi.fake_caller import OK, block, session

DEAD = "511 Command Not Permitted on a dead channel or intercept routine"


async def test_a_channel_knows_who_calls_and_where_to() -> None:
    opening = block("inbound", "c1", "", calleridname='Bu "Ani" 王')
    async with session(opening) as (channel, _):
        assert (channel.name, channel.unique_id) == ("PJSIP/trunk-00000001", "1795493415.1")
        assert (channel.caller_number, channel.caller_name) == ("0812345", 'Bu "Ani" 王')
        assert (channel.dialled_number, channel.context, channel.extension) == ("169", "from-trunk", "169")
        assert (channel.path, channel.arguments, channel.language) == ("inbound", ("c1", ""), "id")


async def test_an_unknown_caller_has_no_number() -> None:
    async with session(block(callerid="unknown")) as (channel, _):
        assert (channel.caller_number, channel.caller_name) == ("", "")


Step = Callable[[Channel], Awaitable[object]]
STEPS: list[tuple[Step, str, str, object]] = [
    (lambda c: c.answer(), "ANSWER", OK, None),
    (
        lambda c: c.stream_file("welcome", "12"),
        'STREAM FILE "welcome" "12"',
        "200 result=49 endpos=800",
        Played(key="1", position=800),
    ),
    (
        lambda c: c.stream_file("welcome", from_sample=800),
        'STREAM FILE "welcome" "" "800"',
        "200 result=0 endpos=1600",
        Played(key=None, position=1600),
    ),
    (lambda c: c.say_digits("169", "#"), 'SAY DIGITS "169" "#"', "200 result=35", "#"),
    (lambda c: c.wait_for_digit(3_000), 'WAIT FOR DIGIT "3000"', "200 result=0", None),
    (lambda c: c.wait_for_digit(3_000), 'WAIT FOR DIGIT "3000"', "200 result=42", "*"),
    (
        lambda c: c.get_data("pin", key_wait_ms=2_000, digits_max=4),
        'GET DATA "pin" "2000" "4"',
        "200 result=1234",
        Keyed(digits="1234", timed_out=False),
    ),
    (
        lambda c: c.get_data("pin", key_wait_ms=2_000, digits_max=4),
        'GET DATA "pin" "2000" "4"',
        "200 result= (timeout)",
        Keyed(digits="", timed_out=True),
    ),
    (lambda c: c.set_variable("A", 'x "y" \\'), 'SET VARIABLE "A" "x \\"y\\" \\\\"', "200 result=1", None),
    (lambda c: c.get_variable("A"), 'GET VARIABLE "A"', '200 result=1 (x "y" (z))', 'x "y" (z)'),
    (lambda c: c.get_variable("A"), 'GET VARIABLE "A"', "200 result=1 (two\nlines)", "two\nlines"),
    (lambda c: c.get_variable("A"), 'GET VARIABLE "A"', "200 result=0", None),
    (lambda c: c.get_full_variable("${A}-${B}"), 'GET FULL VARIABLE "${A}-${B}"', "200 result=1 (1-2)", "1-2"),
    (lambda c: c.exec("Playback", "a&b"), 'EXEC "Playback" "a&b"', "200 result=0", "0"),
]


@pytest.mark.parametrize(("step", "command", "answer", "outcome"), STEPS)
async def test_each_step_is_one_command_and_reads_its_answer(
    step: Step, command: str, answer: str, outcome: object
) -> None:
    async with session() as (channel, caller):
        stepping = asyncio.ensure_future(step(channel))

        assert await caller.answers(answer) == command
        assert await stepping == outcome


async def test_the_hangup_line_is_no_answer() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.get_variable("A"))
        await caller.answers("HANGUP", "200 result=1 (mine)")

        assert await asked == "mine"
        assert channel.is_hung_up
        with pytest.raises(CallerGone):
            await channel.get_variable("B")


async def test_a_hangup_between_two_commands_does_not_shift_the_answers() -> None:
    async with session() as (channel, caller):
        first = asyncio.ensure_future(channel.get_variable("A"))
        await caller.answers("200 result=1 (first)", "HANGUP")
        assert await first == "first"

        with pytest.raises(CallerGone):
            await channel.get_variable("B")


@pytest.mark.parametrize("lines", [[DEAD], ["HANGUP", DEAD]])
async def test_a_dead_channel_means_the_caller_is_gone(lines: list[str]) -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.stream_file("welcome"))
        await caller.answers(*lines)

        with pytest.raises(CallerGone):
            await asked


async def test_minus_one_on_a_dead_channel_is_a_hangup() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.stream_file("welcome"))
        await caller.answers("200 result=-1 endpos=100")
        assert await caller.answers(DEAD) == "CHANNEL STATUS"

        with pytest.raises(CallerGone):
            await asked


async def test_minus_one_on_a_live_channel_is_a_failure_and_the_session_goes_on() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.stream_file("welcome"))
        await caller.answers("200 result=-1")
        await caller.answers("200 result=6")
        with pytest.raises(CommandFailed):
            await asked
        again = asyncio.ensure_future(channel.wait_for_digit(10))
        await caller.answers("200 result=53")

        assert await again == "5"


async def test_a_sound_of_which_nothing_was_played_is_a_failure() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.stream_file("missing"))
        await caller.answers("200 result=0 endpos=0")

        with pytest.raises(CommandFailed):
            await asked


async def test_an_unknown_application_is_a_failure() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.exec("NoSuchThing"))
        await caller.answers("200 result=-2")

        with pytest.raises(CommandFailed):
            await asked


@pytest.mark.parametrize(
    "lines",
    [
        ["510 Invalid or unknown command"],
        ["520 Invalid command syntax.  Proper usage not available."],
        [
            "520-Invalid command syntax.  Proper usage follows:",
            "Usage: STREAM FILE <filename>",
            "200 result=1 (looks like an answer)",
            "",
            "520 End of proper usage.",
        ],
    ],
)
async def test_a_refused_command_leaves_the_session_in_step(lines: list[str]) -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.stream_file("welcome"))
        await caller.answers(*lines)
        with pytest.raises(CommandRefused):
            await asked
        again = asyncio.ensure_future(channel.get_variable("A"))
        await caller.answers("200 result=1 (in step)")

        assert await again == "in step"


async def test_trying_is_not_yet_the_answer() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.get_variable("A"))
        await caller.answers("100 result=0 Trying...", "200 result=1 (done)")

        assert await asked == "done"


async def test_an_answer_in_single_bytes_is_whole() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.get_variable("A"))
        await caller.hear()
        for byte in "200 result=1 (Ñandú 王)\n".encode():
            caller.writer.write(bytes([byte]))
            await caller.writer.drain()
            await asyncio.sleep(0)

        assert await asked == "Ñandú 王"


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_asterisk_gone_in_mid_command_means_the_caller_is_gone(how: str) -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.stream_file("welcome"))
        await caller.hear()
        if how == "reset":
            caller.reset()
        else:
            caller.writer.close()

        with pytest.raises(CallerGone):
            await asked
        with pytest.raises(CallerGone):
            await channel.answer()


async def test_no_answer_in_time_ends_the_session() -> None:
    async with session() as (channel, caller):
        with pytest.raises(AgiTimedOut):
            await channel.stream_file("welcome", ms_max=20)
        caller.say("200 result=49 endpos=100")

        with pytest.raises(AgiBroken):
            await channel.get_variable("A")


async def test_a_given_up_command_ends_the_session() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.stream_file("welcome"))
        await caller.hear()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

        with pytest.raises(AgiBroken):
            await channel.get_variable("A")


@pytest.mark.parametrize(
    "lines",
    [
        ["agi_calleridname: shifted"],
        ["200 result=1 (" + "x" * 70_000],
        ["x" * 70_000],
        ["200 result=1 (never closed", *["x" * 1_000] * 100],
        ["520-Usage", *["more"] * 300],
    ],
)
async def test_nonsense_for_an_answer_ends_the_session(lines: list[str]) -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.get_variable("A"))
        await caller.answers(*lines)

        with pytest.raises(AgiBroken):
            await asked


async def test_an_answer_smuggled_in_through_a_value_is_taken_for_no_ones() -> None:
    async with session() as (channel, caller):
        asked = asyncio.ensure_future(channel.get_variable("NAME"))
        await caller.answers("200 result=1 (name)\n200 result=1 (forged))")
        assert await asked == "name"

        with pytest.raises(AgiBroken):
            await channel.get_variable("IS_VIP")


async def test_a_refused_value_sends_nothing_and_the_session_goes_on() -> None:
    async with session() as (channel, caller):
        with pytest.raises(UnsafeValue):
            await channel.set_variable("NAME", "x\nHANGUP")
        asked = asyncio.ensure_future(channel.answer())

        assert await caller.answers(OK) == "ANSWER"
        await asked


@pytest.mark.parametrize(("cause", "command"), [(None, "HANGUP"), (21, 'EXEC "Hangup" "21"')])
async def test_after_our_own_hangup_the_caller_counts_as_gone(cause: int | None, command: str) -> None:
    async with session() as (channel, caller):
        hanging_up = asyncio.ensure_future(channel.hang_up(cause))
        assert await caller.answers("200 result=1") == command
        await hanging_up

        with pytest.raises(CallerGone):
            await channel.get_variable("A")
