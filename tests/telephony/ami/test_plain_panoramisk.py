"""Why the layer is needed: panoramisk 1.4 by itself, against the same fake Asterisk.

When one of these fails, panoramisk has changed, and the part of the layer that answers it may go.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from panoramisk.manager import Manager

from tests.telephony.ami.fake_asterisk import FakeAsterisk, Received, Session
from tests.telephony.waiting import eventually


@asynccontextmanager
async def plain_manager(asterisk: FakeAsterisk, **config: Any) -> AsyncIterator[Any]:
    """panoramisk's own manager, logged in; kept from connecting for ever at the end."""
    manager = Manager(
        host="127.0.0.1", port=asterisk.port, username="engine", secret="secret", reconnect_timeout=0, **config
    )
    # It reports a broken data_received through the loop; the tests look at what follows from it.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    manager.connect()
    try:
        await eventually(lambda: manager.authenticated)
        yield manager
    finally:
        manager.connect = lambda: None
        manager.close()
        await eventually(lambda: all(session.writer.is_closing() for session in asterisk.sessions))


def queued(session: Session, action: Received) -> None:
    session.reply(action, "Success", "Originate successfully queued")


async def test_1_an_originate_without_async_breaks_the_connection() -> None:
    async with FakeAsterisk(answers={"Originate": queued}) as asterisk, plain_manager(asterisk) as manager:
        manager.send_action({"Action": "Originate", "Channel": "Local/s@x"})

        await eventually(lambda: len(asterisk.sessions) == 2)


async def test_2_an_asynchronous_originate_has_no_acknowledgement() -> None:
    async with FakeAsterisk(answers={"Originate": queued}) as asterisk, plain_manager(asterisk) as manager:
        dialled = manager.send_action({"Action": "Originate", "Channel": "Local/s@x", "Async": "true"})
        await manager.send_action({"Action": "Ping"})

        assert not dialled.done()


async def test_4_a_split_utf8_character_is_lost() -> None:
    heard: list[str] = []
    async with FakeAsterisk() as asterisk, plain_manager(asterisk) as manager:
        manager.register_event("Newstate", lambda _, event: heard.append(event.CallerIDName))
        for byte in "Event: Newstate\r\nCallerIDName: Café 王!\r\n\r\n".encode():
            manager.protocol.data_received(bytes([byte]))

    assert heard == ["Caf !"]


async def test_6_a_line_break_in_a_value_is_another_action() -> None:
    async with FakeAsterisk() as asterisk, plain_manager(asterisk) as manager:
        await manager.send_action({"Action": "Setvar", "Value": "x\r\n\r\nAction: Hangup\r\nActionID: 0"})

        await eventually(lambda: asterisk.named("Hangup"))


async def test_7_an_unanswered_action_is_sent_again_after_a_reconnect() -> None:
    answers: dict[str, Callable[[Session, Received], None]] = {"Hangup": lambda *_: None}
    async with FakeAsterisk(answers=answers) as asterisk, plain_manager(asterisk) as manager:
        manager.send_action({"Action": "Hangup", "Channel": "leg-1"})
        await eventually(lambda: asterisk.named("Hangup"))
        asterisk.session.reset()

        await eventually(lambda: [action.session for action in asterisk.named("Hangup")] == [0, 1])


async def test_10_close_during_the_reconnect_wait_does_not_stop_it() -> None:
    async with FakeAsterisk() as asterisk, plain_manager(asterisk, on_disconnect=lambda m, _: m.close()):
        asterisk.session.reset()

        await eventually(lambda: len(asterisk.sessions) == 2)
