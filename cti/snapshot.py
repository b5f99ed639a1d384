"""A snapshot for one reader: what is live, of the topics it asked for, cut so that each part keeps within a frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from cti import control
from cti.disclose import ani
from cti.frames import FrameMaker
from cti.picture import LiveCall, Picture
from cti.topics import Interest
from cti.views import AgentView, CallView, QueueView, agent_view, call_view, queue_view
from cti.wire import HIDDEN
from kernel.instants import Instant

_ITEMS_PER_PART = 25
_WAITING_SHOWN_MAX = 10
"""Of a long line, only the head is in the snapshot; the calls themselves are all there, and GET /queues has it whole."""

_Item = AgentView | QueueView | CallView


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPart:
    """One part, its calls still without numbers."""

    snapshot_seq: int
    part: int
    parts: int
    items: Sequence[_Item]

    async def disclosed(self, frames: FrameMaker, *, may_see: bool) -> control.Snapshot:
        """The part with what the reader may know of the callers."""
        calls = []
        for item in self.items:
            if isinstance(item, CallView):
                contact = await frames.contact(item.call_id)
                calls.append(msgspec.structs.replace(item, ani=ani(contact, may_see=may_see)))
        return control.Snapshot(
            snapshot_seq=self.snapshot_seq,
            part=self.part,
            parts=self.parts,
            agents=tuple(item for item in self.items if isinstance(item, AgentView)),
            queues=tuple(item for item in self.items if isinstance(item, QueueView)),
            calls=tuple(calls),
        )


def snapshot_parts(picture: Picture, wanted: Interest, snapshot_seq: int, now: Instant) -> list[SnapshotPart]:
    """The picture at this moment, at least one part."""
    items = [*_agents(picture, wanted), *_queues(picture, wanted, now), *_calls(picture, wanted)]
    cuts = [items[start : start + _ITEMS_PER_PART] for start in range(0, len(items), _ITEMS_PER_PART)] or [[]]
    return [
        SnapshotPart(snapshot_seq=snapshot_seq, part=number, parts=len(cuts), items=cut)
        for number, cut in enumerate(cuts, start=1)
    ]


def _agents(picture: Picture, wanted: Interest) -> Iterator[_Item]:
    for agent in picture.agents.values():
        if wanted.hears_agent(agent.settings.agent_id):
            yield agent_view(agent)


def _queues(picture: Picture, wanted: Interest, now: Instant) -> Iterator[_Item]:
    for queue_id in picture.queues:
        if wanted.hears_queue(queue_id):
            view = queue_view(picture, queue_id, now)
            yield msgspec.structs.replace(view, waiting=view.waiting[:_WAITING_SHOWN_MAX])


def _calls(picture: Picture, wanted: Interest) -> Iterator[_Item]:
    for call in picture.calls.values():
        if _hears_call(call, wanted):
            yield call_view(call, HIDDEN)


def _hears_call(call: LiveCall, wanted: Interest) -> bool:
    agent_id = call.offer.agent_id if call.offer else call.agent_id
    return (
        wanted.hears_call(call.interaction_id)
        or wanted.hears_queue(call.queue_id or "")
        or wanted.hears_agent(agent_id or "")
    )
