"""Aside: Asterisk serves callers by itself while the program is away, and here is how it is told that we are back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog

from acd.ports import AsideRecord, CallerSeen
from acd.ports import CallerPlace as Place
from kernel.ids import DeviceId, Did, InteractionId, QueueId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import EndedBy
from telephony.ami.actions import Action, hang_up
from telephony.ami.connection import AmiLink
from telephony.ami.wire import AmiEvent
from telephony.leg_names import caller_leg

log = structlog.get_logger(__name__)

ASIDE_FAMILY = "acd-aside"
"""In Asterisk's own database: ``<interaction>/in`` -> ``<ms>|<did>|<trunk>|<queue>|<number>``, ``/joined`` ->
``<ms>|<phone>``, ``/left`` -> ``<ms>|agent`` or ``<ms>|caller``. Times are the epoch's milliseconds."""
ASIDE_QUEUE = "acd-aside"
OFFERED = "aside"
"""A caller's ACD_STATE while Asterisk offers them to agents by itself."""
LOOK_S = 0.1
BACK_S_MAX = 4.0
"""app_queue looks once a second whether it has members left."""
LIST_MS_MAX = 15_000
_SAME_MOMENT_MS = 2_000


def records_in(rows: Iterable[AmiEvent]) -> dict[InteractionId, AsideRecord]:
    """The callers whom Asterisk has served by itself, among DBGetTree rows. What is not of our making is left out."""
    notes: dict[InteractionId, dict[str, list[str]]] = {}
    for row in rows:
        interaction_id, _, what = row.fields.get("Key", "").rpartition("/")
        notes.setdefault(InteractionId(interaction_id.rpartition("/")[2]), {})[what] = row.fields.get("Val", "").split(
            "|"
        )
    found: dict[InteractionId, AsideRecord] = {}
    for interaction_id, noted in notes.items():
        try:
            found[interaction_id] = _record(caller_leg(interaction_id), noted)
        except ValueError:
            log.warning("note of the switch not understood", interaction_id=interaction_id)
    return found


def _record(leg_id: str, noted: Mapping[str, list[str]]) -> AsideRecord:
    """Raises ValueError for what is no note of ours."""
    seen = arrived_at = came_at = taken_by = taken_at = left_by = left_at = None
    number = ""
    if "in" in noted:
        ms, did, trunk_id, queue_id, number = noted["in"]
        came_at, arrived_at = Instant(int(ms)), Instant(int(leg_id.partition(".")[0]) * 1000)
        if came_at - arrived_at < _SAME_MOMENT_MS:
            arrived_at = came_at  # a unique id knows the second only
        seen = CallerSeen(
            leg_id=leg_id,
            did=Did(did),
            trunk_id=TrunkId(trunk_id),
            place=Place.ASIDE,
            queue_id=QueueId(queue_id) if queue_id else None,
        )
    if "joined" in noted:
        ms, device_id = noted["joined"]
        taken_at, taken_by = Instant(int(ms)), DeviceId(device_id)
    if "left" in noted:
        ms, by = noted["left"]
        left_at, left_by = Instant(int(ms)), EndedBy(by)
    return AsideRecord(
        seen=seen,
        number=number,
        arrived_at=arrived_at,
        came_at=came_at,
        taken_by=taken_by,
        taken_at=taken_at,
        left_by=left_by,
        left_at=left_at,
    )


def strike_off(interaction_id: InteractionId) -> Action:
    """Strike a caller off Asterisk's notes: what they say is in the journal."""
    return Action(name="DBDelTree", fields={"Family": ASIDE_FAMILY, "Key": interaction_id})


async def take_back(commands: AmiLink, *, beat: Callable[[], Awaitable[None]]) -> None:
    """Let Asterisk end what it does by itself: its queue loses its members, and who waits in it comes back to us.

    Talks go on. ``beat`` is given before that and all along: a caller who comes out looks at it. Raises AmiFailure.
    """
    rows = await commands.collect(
        Action(name="QueueStatus", fields={"Queue": ASIDE_QUEUE}), "QueueStatusComplete", timeout_ms=LIST_MS_MAX
    )
    members = [row.fields.get("Location", "") for row in rows if row.name == "QueueMember"]
    if not members:
        return
    await beat()
    log.info("the switch has served callers by itself", phones=len(members))
    for member in members:
        await commands.perform(Action(name="QueueRemove", fields={"Queue": ASIDE_QUEUE, "Interface": member}))
    until = asyncio.get_running_loop().time() + BACK_S_MAX
    while await _somebody_is_offered(commands):
        if asyncio.get_running_loop().time() > until:
            log.warning("a caller stays with the switch")
            return
        await asyncio.sleep(LOOK_S)
        await beat()


async def _somebody_is_offered(commands: AmiLink) -> bool:
    """Whether a caller is still offered by Asterisk; phones that ring for them are let go.

    No talk is cut by that: whoever picks up now finds that we are back, and hangs up again by themselves.
    """
    rows = await commands.collect(
        Action(name="Status", fields={"Variables": "ACD_STATE", "AllVariables": "false"}),
        "StatusComplete",
        timeout_ms=LIST_MS_MAX,
    )
    offered = {row.fields.get("Uniqueid") for row in rows if _state(row) == OFFERED}
    for row in rows:
        unique_id = row.fields.get("Uniqueid", "")
        rings = row.fields.get("ChannelStateDesc") in ("Down", "Ringing")
        if rings and unique_id not in offered and row.fields.get("Linkedid") in offered:
            commands.send(hang_up(channel=unique_id))
    return bool(offered)


def _state(row: AmiEvent) -> str:
    lines = row.repeated.get("Variable") or (row.fields.get("Variable", ""),)
    return next((line.partition("=")[2] for line in lines if line.startswith("ACD_STATE=")), "")
