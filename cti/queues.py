"""REST: queues, live."""

from collections.abc import Iterator

import msgspec
from aiohttp import web

from cti.bearer import admitted
from cti.problems import not_found
from cti.resources import Operation, json_answer, known_only, path_id
from cti.room import ROOM, Room
from cti.shapes import QueueDetail, QueueList, WaitTold
from cti.views import queue_view
from kernel.ids import QueueId
from kernel.result_codes import RefusalCode
from reports.definitions import QUEUE_METRICS
from reports.rows import QueueIntervalRow


async def list_queues(request: web.Request) -> web.Response:
    """Every queue, with who waits in it, in the order in which they are served."""
    admitted(request, "read")
    known_only(request)
    room = request.app[ROOM]
    return json_answer(QueueList(seq=room.hub.head_seq, queues=tuple(_details(room))))


async def show_queue(request: web.Request) -> web.Response:
    """One queue."""
    admitted(request, "read")
    room = request.app[ROOM]
    queue_id = QueueId(path_id(request, "queue_id", RefusalCode.UNKNOWN_QUEUE.value))
    if queue_id not in room.hub.picture.queues:
        raise not_found(RefusalCode.UNKNOWN_QUEUE.value, "There is no such queue.", "queue_id")
    return json_answer(next(detail for detail in _details(room) if detail.queue_id == queue_id))


def _details(room: Room) -> Iterator[QueueDetail]:
    now = room.clock.now()
    numbers = {queue.queue_id: queue for queue in room.numbers().queues}
    for queue_id in room.hub.picture.queues:
        known = numbers.get(queue_id)
        row = known.today if known is not None else QueueIntervalRow(queue_id=queue_id, starts_at=now)
        told = known.waits_told if known is not None else ()
        yield QueueDetail(
            **msgspec.structs.asdict(queue_view(room.hub.picture, queue_id, now)),
            today={metric.id: metric.of(row) for metric in QUEUE_METRICS},
            waits_told=tuple(
                WaitTold(minutes=each.minutes, told=each.told_count, kept=each.kept_count, broken=each.broken_count)
                for each in told
            ),
        )


OPERATIONS = (
    Operation(
        method="GET",
        path="/queues",
        name="listQueues",
        says="Every queue now: who waits, in the order of service, how long, counts, and today's metrics.",
        scopes=("read",),
        serve=list_queues,
        answer_type=QueueList,
    ),
    Operation(
        method="GET",
        path="/queues/{queue_id}",
        name="showQueue",
        says="One queue now, and its metrics of today.",
        scopes=("read",),
        serve=show_queue,
        answer_type=QueueDetail,
        refusals=(404,),
    ),
)
