"""The FastAGI server: the right script for each path, limits for everyone, and a clean end."""

import asyncio

import pytest

from ivr.ports import CallerGone
from telephony.agi.caller_channel import Channel
from telephony.agi.failures import AgiBroken
from telephony.agi.server import AgiServer, AgiSettings
from tests.telephony.agi.fake_caller import OK, LedScript, block, calling, serving
from tests.telephony.waiting import eventually


async def test_a_request_runs_the_script_of_its_path() -> None:
    ran: list[str] = []

    async def inbound(channel: Channel) -> None:
        ran.append(f"inbound {channel.arguments}")

    async def survey(channel: Channel) -> None:
        ran.append(f"survey {channel.arguments}")

    async with serving(inbound=inbound, survey=survey) as server:
        for path in ("survey", "inbound", "survey?lang=id"):
            async with calling(server, block(path, path)) as caller:
                await caller.echo()
                assert await caller.closed()

        assert ran == ["survey ('survey',)", "inbound ('inbound',)", "survey ('survey?lang=id',)"]
        assert server.counters.sessions == 3


@pytest.mark.parametrize("path", ["nowhere", "", "../inbound", "inbound/x"])
async def test_an_unknown_path_is_closed(path: str) -> None:
    async with serving(inbound=LedScript()) as server, calling(server, block(path)) as caller:
        await caller.echo()
        assert await caller.closed()
        assert server.counters.paths_unknown == 1


@pytest.mark.parametrize("opening", [b"GET / HTTP/1.1\n\n", b"\n\n", b"agi_network: yes\n\n", b"x" * 40_000])
async def test_an_opening_that_is_none_is_closed_without_a_command(opening: bytes) -> None:
    async with serving(inbound=LedScript()) as server, calling(server, opening) as caller:
        assert await caller.closed()
        assert server.counters.requests_bad == 1


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_an_opening_cut_short_ends_its_session(how: str) -> None:
    async with serving(inbound=LedScript()) as server, calling(server, block()[:100]) as caller:
        await eventually(lambda: server.session_count == 1)
        if how == "reset":
            caller.reset()
        else:
            caller.writer.close()
        await eventually(lambda: server.session_count == 0)

        assert server.counters.requests_bad == 1


async def test_a_forged_end_of_the_opening_block_runs_no_script() -> None:
    script = LedScript()
    name = "x\nagi_threadid: 1\nagi_arg_1: forged\n\n200 result=1 (forged)"
    async with serving(inbound=script) as server:
        for rest_comes_later in (False, True):
            opening = block("inbound", "real", calleridname=name)
            end = opening.index(b"\n\n") + 2
            async with calling(server, opening[:end] if rest_comes_later else opening) as caller:
                if rest_comes_later:
                    await caller.hear()
                    caller.writer.write(opening[end:])
                assert await caller.closed()

        assert server.counters.requests_bad == 2
        assert not script.has_begun


@pytest.mark.parametrize(
    "answer", ["200 result=0", "200 result=1 (something)", "510 Invalid or unknown command", "HANGUP"]
)
async def test_who_cannot_echo_is_not_served(answer: str) -> None:
    script = LedScript()
    async with serving(inbound=script) as server, calling(server, block()) as caller:
        await caller.answers(answer)
        caller.writer.write_eof()
        assert await caller.closed()

        assert (server.counters.requests_bad + server.counters.callers_gone, script.has_begun) == (1, False)


async def test_a_slow_opening_is_given_up() -> None:
    settings = AgiSettings(port=0, opening_ms_max=20)
    async with serving(settings=settings, inbound=LedScript()) as server, calling(server, block()[:100]) as caller:
        assert await caller.closed()
        assert server.counters.requests_bad == 1


async def test_a_slow_caller_is_served_within_the_time() -> None:
    script = LedScript()
    async with serving(inbound=script) as server, calling(server, b"") as caller:
        for byte in block("inbound", "Ñ王"):
            caller.writer.write(bytes([byte]))
            await caller.writer.drain()
        await caller.echo()

        assert (await script.channel()).arguments == ("Ñ王",)
        script.end()


async def test_a_failing_script_harms_no_other_session() -> None:
    def failing(kind: type[Exception]) -> type[LedScript]:
        class Failing(LedScript):
            async def __call__(self, channel: Channel) -> None:
                raise kind

        return Failing

    good = LedScript()
    async with serving(
        good=good, mistake=failing(KeyError)(), broken=failing(AgiBroken)(), gone=failing(CallerGone)()
    ) as server:
        async with calling(server, block("good")) as caller:
            await caller.echo()
            channel = await good.channel()
            for path in ("mistake", "broken", "gone"):
                async with calling(server, block(path)) as other:
                    await other.echo()
                    assert await other.closed()
            asked = asyncio.ensure_future(channel.answer())
            assert await caller.answers(OK) == "ANSWER"
            await asked
            good.end()
            assert await caller.closed()

        assert (server.counters.scripts_failed, server.counters.callers_gone) == (2, 1)


async def test_more_sessions_than_allowed_are_turned_away() -> None:
    scripts = [LedScript(), LedScript()]
    settings = AgiSettings(port=0, sessions_max=2, grace_ms=100)
    async with serving(settings=settings, a=scripts[0], b=scripts[1]) as server:
        async with calling(server, block("a")) as first, calling(server, block("b")) as second:
            await first.echo()
            await second.echo()
            await scripts[0].channel()
            await scripts[1].channel()
            async with calling(server, block("a")) as third:
                assert await third.closed()
            assert (server.session_count, server.counters.turned_away) == (2, 1)
            scripts[1].end()
            assert await second.closed()
            await eventually(lambda: server.session_count == 1)
            async with calling(server, block("nowhere")) as fourth:
                await fourth.echo()
                assert await fourth.closed()
            assert server.counters.turned_away == 1
        scripts[0].end()


async def test_close_lets_a_running_script_finish() -> None:
    script = LedScript()
    server = AgiServer({"inbound": script}, AgiSettings(port=0, grace_ms=60_000))
    await server.start()
    port = server.port
    async with calling(server) as caller:
        channel = await script.channel()
        closing = asyncio.ensure_future(server.close())
        asked = asyncio.ensure_future(channel.answer())
        assert await caller.answers(OK) == "ANSWER"
        await asked
        with pytest.raises(OSError, match="onnect"):
            await asyncio.open_connection("127.0.0.1", port)
        assert not closing.done()
        script.end()
        await closing

        assert await caller.closed()


async def test_close_cancels_a_script_that_does_not_finish() -> None:
    cancelled: list[str] = []

    async def endless(channel: Channel) -> None:
        try:
            await channel.wait_for_digit(600_000)
        except asyncio.CancelledError:
            cancelled.append(channel.unique_id)
            raise

    server = AgiServer({"inbound": endless}, AgiSettings(port=0, grace_ms=20))
    await server.start()
    async with calling(server) as caller:
        await caller.hear()
        await server.close()

        assert cancelled == ["1795493415.1"]
        assert server.session_count == 0
        assert await caller.closed()


async def test_a_taken_port_is_an_error_at_start() -> None:
    async with serving() as server:
        another = AgiServer({}, AgiSettings(port=server.port))
        with pytest.raises(OSError, match="in use"):
            await another.start()
        await another.close()


async def test_hundreds_of_callers_at_once_are_kept_apart() -> None:
    async def echo(channel: Channel) -> None:
        await channel.set_variable("ME", channel.arguments[0])

    async def call(server: AgiServer, number: int) -> str:
        async with calling(server, block("echo", str(number))) as caller:
            await caller.echo()
            return await caller.answers("200 result=1")

    async with serving(echo=echo) as server:
        said = await asyncio.gather(*(call(server, number) for number in range(200)))

    assert said == [f'SET VARIABLE "ME" "{number}"' for number in range(200)]
