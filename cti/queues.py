"""REST: queues, live."""

from aiohttp import web

from cti.bearer import admitted
from cti.problems import not_found
from cti.resources import Operation, json_answer, known_only, path_id
from cti.room import ROOM
from cti.shapes import QueueList
from cti.views import QueueView, queue_view
from kernel.ids import QueueId
from kernel.result_codes import RefusalCode


async def list_queues(request: web.Request) -> web.Response:
    """Every queue, with who waits in it, in the order in which they are served."""
    admitted(request, "read")
    known_only(request)
    room = request.app[ROOM]
    now = room.clock.now()
    queues = tuple(queue_view(room.hub.picture, queue_id, now) for queue_id in room.hub.picture.queues)
    return json_answer(QueueList(seq=room.hub.head_seq, queues=queues))


async def show_queue(request: web.Request) -> web.Response:
    """One queue."""
    admitted(request, "read")
    room = request.app[ROOM]
    queue_id = QueueId(path_id(request, "queue_id", RefusalCode.UNKNOWN_QUEUE.value))
    if queue_id not in room.hub.picture.queues:
        raise not_found(RefusalCode.UNKNOWN_QUEUE.value, "There is no such queue.", "queue_id")
    return json_answer(queue_view(room.hub.picture, queue_id, room.clock.now()))


OPERATIONS = (
    Operation(
        method="GET",
        path="/queues",
        name="listQueues",
        says="Every queue now: who waits, in the order of service, how long, and counts.",
        scopes=("read",),
        serve=list_queues,
        answer_type=QueueList,
    ),
    Operation(
        method="GET",
        path="/queues/{queue_id}",
        name="showQueue",
        says="One queue now.",
        scopes=("read",),
        serve=show_queue,
        answer_type=QueueView,
        refusals=(404,),
    ),
)
