"""The sample centre with queues whose callers are told more while they wait, and a past in which others waited there."""

from dataclasses import replace

from acd.core.inputs import Input
from kernel.entry import Entry
from kernel.instants import Instant
from sambut.settings import Settings
from sambut.storage import open_storage
from tests.acd import makers as m
from tests.acd.floor import NOON
from tests.reports.story import Story

TOLD, TOLD_ENGLISH = "776921", "776922"
"""Told their place and their wait; the second in English."""
KEYED = "776923"
"""1 leads out of the queue, and digit-6 is heard."""

_QUEUES = """
[[queues]]
id = "told"
name = "Told"
requires = { indonesian = 3 }
wrap_up_s = 0
tells_wait = true
announcement_every_s = 10

[[queues]]
id = "keyed"
name = "Keyed"
requires = { indonesian = 3 }
exit_key = "1"
tells_wait = true
announcement = "queue-wait"
"""

_FLOW = """
[[flows]]
id = "@id@"
name = "@id@"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "speak" } }
speak = { kind = "set", variables = { language = "@language@" }, exits = { next = "wait" } }
wait = { kind = "enqueue", queue = "@queue@", exits = { timeout = "bye", refused = "bye", key = "key" } }
key = { kind = "play", prompts = ["digit-6"], exits = { next = "bye" } }
bye = { kind = "hangup", prompts = ["digit-9"] }

[[dids]]
number = "@did@"
flow = "@id@"
"""


def with_waiting(sample: str) -> str:
    """The sample's text with the numbers above."""
    parts = [sample, _QUEUES]
    for did, flow, language, queue in (
        (TOLD, "told", "id", "told"),
        (TOLD_ENGLISH, "told-english", "en", "told"),
        (KEYED, "keyed", "id", "keyed"),
    ):
        text = _FLOW
        for mark, value in (("did", did), ("id", flow), ("language", language), ("queue", queue)):
            text = text.replace(f"@{mark}@", value)
        parts.append(text)
    return "\n".join(parts)


async def put_waits(settings: Settings, queue_id: str, *, waited_ms: int, until: Instant) -> None:
    """Five callers have waited so long at the first place of a queue, one after the other, the last until then."""
    story = Story(m.queue(queue_id, wrap_up_ms=0))
    story.seat("ann")
    for number in range(1, 6):
        _wait_and_talk(story, f"c{number}-1", queue_id, waited_ms)
    story.give(m.log_out("ann"))
    moved_ms = until - story.now
    entries: list[Entry] = [replace(entry, at=Instant(entry.at + moved_ms)) for entry in story.entries]
    assert story.now > NOON, "time has passed in it"
    async with open_storage(settings) as storage:
        await storage.journal.append(entries)


def _wait_and_talk(story: Story, interaction_id: str, queue_id: str, waited_ms: int) -> None:
    story.call(interaction_id, queue_id)
    story.wait(waited_ms)
    talk: tuple[Input, ...] = (
        m.set_ready("ann"),
        m.picked_up(f"{interaction_id}-r1"),
        m.set_aux("ann"),
        m.left(f"{interaction_id}-r1"),
        m.hung_up(interaction_id),
    )
    for given in talk:
        story.give(given)


_CALLED_BACK = """
[[trunks]]
id = "outside"
host = "127.0.0.1"
port = @port@
match = ["192.0.2.1"]
caller_id = "169"

[[routes]]
id = "outside"
name = "Outside"
allows = ["+6281"]
trunks = ["outside"]
dials = "national"

[[queues]]
id = "called-back"
name = "Called back"
requires = { indonesian = 3 }
exit_key = "1"
wrap_up_s = 0

[[flows]]
id = "called-back"
name = "Called back"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "wait" } }
wait = { kind = "enqueue", queue = "called-back", exits = { timeout = "no", refused = "no", key = "offer" } }
yes = { kind = "hangup", prompts = ["callback-booked"] }
no = { kind = "hangup", prompts = ["digit-9"] }
[flows.nodes.offer]
kind = "callback"
queue = "called-back"
prompts = ["callback-offer"]
confirm_prompts = ["callback-confirm"]
exits = { booked = "yes", declined = "no", no_number = "no" }

[[dids]]
number = "776924"
flow = "called-back"
"""
CALLED_BACK = "776924"
"""1 leads out of the queue, and to an offer to be called back at the caller's own number, by a carrier of its own."""


def with_callbacks(sample: str, *, outside_port: int) -> str:
    """The sample's text with that number; the carrier is at that port of 127.0.0.1."""
    return sample + _CALLED_BACK.replace("@port@", str(outside_port))
