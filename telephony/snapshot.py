"""What exists in Asterisk right now, asked over AMI, as the picture that recovery compares with the journal."""

from collections.abc import Iterable, Mapping

from acd.ports import AgentLegPhase, CallerPlace, CallerSeen, DeviceSeen, SwitchPicture
from kernel.ids import DeviceId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink
from telephony.ami.wire import AmiEvent
from telephony.aside import ASIDE_FAMILY, records_in
from telephony.leg_names import caller_leg, interaction_of, reservation_of
from telephony.legs import device_presence

# Of our callers' channels. A phone's own channel has a unique id of the same form, but none of these.
VARIABLES = ("ACD_CALL", "ACD_DID", "ACD_TRUNK", "ACD_STATE", "ACD_QUEUE")
SNAPSHOT_MS_MAX = 15_000
LOST_FAMILY = "acd-lost"
"""Where in its own database Asterisk notes the callers whom it turned away: interaction -> ``<did>|<trunk>``."""

_PLACES = {
    "answered": CallerPlace.JOINED,
    "after": CallerPlace.JOINED,
    "waiting": CallerPlace.WAITING,
    "away": CallerPlace.AWAY,
    "out": CallerPlace.CALLS_OUT,
    "out_talk": CallerPlace.TALKS_OUT,
    "aside": CallerPlace.ASIDE,
    "aside_talk": CallerPlace.TALKS_ASIDE,
}


async def take_snapshot(commands: AmiLink, *, begun_at: Instant) -> SwitchPicture:
    """Ask for channels and phones. Raises AmiFailure when Asterisk does not answer whole."""
    channels = await commands.collect(
        Action(name="Status", fields={"Variables": ",".join(VARIABLES), "AllVariables": "false"}),
        "StatusComplete",
        timeout_ms=SNAPSHOT_MS_MAX,
    )
    devices = await commands.collect(
        Action(name="DeviceStateList"), "DeviceStateListComplete", timeout_ms=SNAPSHOT_MS_MAX
    )
    lost = await commands.collect(
        Action(name="DBGetTree", fields={"Family": LOST_FAMILY}), "DBGetTreeComplete", timeout_ms=SNAPSHOT_MS_MAX
    )
    aside = await commands.collect(
        Action(name="DBGetTree", fields={"Family": ASIDE_FAMILY}), "DBGetTreeComplete", timeout_ms=SNAPSHOT_MS_MAX
    )
    return SwitchPicture(
        callers=callers_in(channels),
        agent_legs=agent_legs_in(channels),
        devices=devices_in(devices),
        begun_at=begun_at,
        turned_away=turned_away_in(lost),
        aside=records_in(aside),
    )


def clear_turned_away(interaction_id: InteractionId) -> Action:
    """Strike a caller off Asterisk's list of those it turned away: they are counted."""
    return Action(name="DBDel", fields={"Family": LOST_FAMILY, "Key": interaction_id})


def callers_in(channels: Iterable[AmiEvent]) -> dict[InteractionId, CallerSeen]:
    """The callers' legs among Status rows."""
    found: dict[InteractionId, CallerSeen] = {}
    for row in channels:
        unique_id = row.fields.get("Uniqueid", "")
        interaction_id = interaction_of(unique_id)
        variables = _variables(row)
        if interaction_id is None or variables.get("ACD_CALL") != interaction_id:
            continue
        found[interaction_id] = CallerSeen(
            leg_id=unique_id,
            did=Did(variables.get("ACD_DID", "")),
            trunk_id=TrunkId(variables.get("ACD_TRUNK", "")),
            place=_PLACES.get(variables.get("ACD_STATE", ""), CallerPlace.FLOW),
            queue_id=QueueId(variables["ACD_QUEUE"]) if variables.get("ACD_QUEUE") else None,
            number=_said(row, "CallerIDNum"),
            name=_said(row, "CallerIDName"),
        )
    return found


def turned_away_in(rows: Iterable[AmiEvent]) -> dict[InteractionId, CallerSeen]:
    """The callers whom Asterisk turned away, among DBGetTree rows."""
    found: dict[InteractionId, CallerSeen] = {}
    for row in rows:
        interaction_id = InteractionId(row.fields.get("Key", "").rpartition("/")[2])
        try:
            leg_id = caller_leg(interaction_id)
        except ValueError:
            continue
        did, _, trunk_id = row.fields.get("Val", "").partition("|")
        found[interaction_id] = CallerSeen(
            leg_id=leg_id, did=Did(did), trunk_id=TrunkId(trunk_id), place=CallerPlace.FLOW
        )
    return found


def agent_legs_in(channels: Iterable[AmiEvent]) -> dict[ReservationId, AgentLegPhase]:
    """The agents' legs among Status rows; one in a bridge is joined."""
    found: dict[ReservationId, AgentLegPhase] = {}
    for row in channels:
        reservation_id = reservation_of(row.fields.get("Uniqueid", ""))
        if reservation_id is not None:
            joined = bool(row.fields.get("BridgeID"))
            found[reservation_id] = AgentLegPhase.JOINED if joined else AgentLegPhase.RINGING
    return found


def devices_in(rows: Iterable[AmiEvent]) -> dict[DeviceId, DeviceSeen]:
    """Our phones among DeviceStateList rows."""
    found: dict[DeviceId, DeviceSeen] = {}
    for row in rows:
        for seen in device_presence(row.fields):
            found[seen.device_id] = DeviceSeen(reachable=seen.reachable, in_use=seen.in_use)
    return found


def _said(row: AmiEvent, name: str) -> str:
    """What the network said of a caller; Asterisk has a word of its own for nothing."""
    value = row.fields.get(name, "")
    return "" if value == "<unknown>" else value


def _variables(row: AmiEvent) -> Mapping[str, str]:
    lines = row.repeated.get("Variable") or (row.fields.get("Variable", ""),)
    return dict(_assignment(line) for line in lines)


def _assignment(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name, value
