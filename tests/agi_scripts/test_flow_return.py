"""A caller comes back from a queue or from a number outside."""

import pytest

from acd.core.inputs import FlowEnded
from agi_scripts.inbound import inbound
from agi_scripts.queue_exit import queue_exit
from agi_scripts.transfer_exit import transfer_exit
from ivr.core.facts import NodeLeft
from kernel.ids import InteractionId
from kernel.result_codes import Disposition
from tests.agi_scripts.fakes import CALL, FakeLine, Office
from tests.ivr.makers import flow, node, start

WAYS = flow(
    start("wait"),
    node("wait", "enqueue", {"timeout": "out", "refused": "end", "overflow": "out"}, queue="sales"),
    node("out", "transfer_number", {"failed": "end", "busy": "busy"}, number="112", trunk="carrier"),
    node("busy", "hangup", cause=17),
    node("end", "hangup"),
)


async def waiting() -> Office:
    """An office with one caller in the queue."""
    office = Office(flows={"169": WAYS})
    await inbound(FakeLine(CALL, "169", "carrier"), office.services)
    return office


def last_exit(office: Office) -> str:
    return [note.exit for note in office.door.notes if isinstance(note, NodeLeft)][-1]


@pytest.mark.parametrize(
    ("reason", "taken"), [("timeout", "timeout"), ("overflow", "overflow"), ("", "timeout"), ("nonsense", "timeout")]
)
async def test_the_flow_goes_on_at_the_exit_of_the_reason(reason: str, taken: str) -> None:
    office = await waiting()
    line = FakeLine(CALL, reason)

    await queue_exit(line, office.services)

    assert last_exit(office) == taken
    assert line.way == "transfer 112 carrier 30000 out"


@pytest.mark.parametrize(
    ("status", "way"),
    [("BUSY", "hangup 17"), ("NOANSWER", "hangup 16"), ("CHANUNAVAIL", "hangup 16"), ("", "hangup 16")],
)
async def test_a_transfer_that_brought_nobody_goes_on(status: str, way: str) -> None:
    office = await waiting()
    await queue_exit(FakeLine(CALL, "timeout"), office.services)
    line = FakeLine(CALL, status)

    await transfer_exit(line, office.services)

    assert line.way == way
    assert office.door.inputs[-1] == FlowEnded(interaction_id=InteractionId(CALL), disposition=Disposition.TIMEOUT)


@pytest.mark.parametrize(("call", "way"), [("c9-9", "no-service"), ("", ""), ("nonsense", "")])
async def test_a_caller_nobody_remembers_takes_the_safety_route(call: str, way: str) -> None:
    office = await waiting()
    line = FakeLine(call, "timeout")

    await queue_exit(line, office.services)

    assert (line.way, line.heard) == (way, [])
