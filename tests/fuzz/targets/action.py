"""AMI's actions as they go out: what Asterisk would read is what was meant, or nothing is written."""

import asyncio
from collections.abc import Iterator

from telephony.ami.actions import Action, caller_id, hang_up, originate, set_variable, variable_line
from telephony.ami.pending import PendingAction
from telephony.line_values import UnsafeValue
from tests.fuzz.target import Feed, Target, part
from tests.telephony.ami.test_actions import split_as_asterisk

ACTION_ID = "f-1"


def take(data: bytes) -> None:
    """One action out of the input's own words."""
    feed = Feed(data)
    try:
        action = _made(feed.number(5), feed)
    except UnsafeValue as refusal:
        words = str(refusal)
    else:
        asyncio.run(_is_read_back(action))
        return
    # They go to the log: they name the place, and no value.
    assert words.isprintable()


def _made(kind: int, feed: Feed) -> Action:
    match kind:
        case 0:
            return Action(name=feed.text(), fields={feed.text(): feed.text(), feed.text(): [feed.text(), feed.text()]})
        case 1:
            return set_variable(channel=feed.text(), name=feed.text(), value=feed.text())
        case 2:
            return hang_up(channel=feed.text(), cause=feed.number(200) or None)
        case 3:
            return Action(name="Originate", fields={"CallerID": caller_id(name=feed.text(), number=feed.text())})
        case _:
            name, value = feed.text(), feed.text()
            if not set(name) & set('\\"'):
                assert split_as_asterisk(variable_line(name, value)) == [f"{name}={value}"]
            return originate(
                channel=feed.text(),
                channel_id=feed.text(),
                context=feed.text(),
                extension=feed.text(),
                ring_ms_max=feed.number(256),
                other_channel_id=feed.text(),
                variables={name: value, "B": feed.text()},
            )


async def _is_read_back(action: Action) -> None:
    """As Asterisk reads it: lines up to an empty one."""
    written = str(PendingAction(action, ACTION_ID)).encode()
    assert written.endswith(b"\r\n\r\n")
    assert b"\0" not in written
    lines = written.decode().removesuffix("\r\n\r\n").split("\r\n")
    assert all("\n" not in line and "\r" not in line and len(line.encode()) <= 1_022 for line in lines)
    read = [tuple(line.split(": ", 1)) for line in lines]
    assert sorted(read) == sorted([("Action", action.name), ("ActionID", ACTION_ID), *action.lines()])


def seeds() -> Iterator[bytes]:
    """One of each kind, and a break-in for each."""
    yield b"\0" + b"".join(map(part, ["Ping", "A", "1", "B", "2", "3"]))
    yield b"\0" + b"".join(map(part, ["Ping", "A\r\nB", "1", "B", "2\r\n\r\nAction: Hangup", ""]))
    yield b"\1" + b"".join(map(part, ["PJSIP/x-1", "__A", "b"]))
    yield b"\1" + b"".join(map(part, ["x", "A", "\r\n"]))
    yield b"\2" + part("leg-c1-1-r1") + b"\x15"
    yield b"\3" + b"".join(map(part, ['Evil" <911>', "+62-169"]))
    yield b"\4" + b"".join(map(part, ["A,B[(", '1"\\,', "PJSIP/a", "leg-1", "acd-agent", "s"])) + b"\x0f"


TARGET = Target(take=take, seeds=seeds, bytes_max=2_048)
