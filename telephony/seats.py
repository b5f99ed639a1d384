"""Who sits where, as Asterisk is to know it for the time when nobody asks us: kept in its own database."""

from dataclasses import dataclass, replace

from acd.core.agent_states import AgentState
from acd.core.checkpoint import EngineCheckpoint
from acd.core.facts import AgentStateChanged, NextStateChosen
from kernel.entry import Entry
from kernel.ids import AgentId, DeviceId
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink

SEATS_FAMILY = "acd-seats"
"""In Asterisk's own database: phone -> 1, for every phone that may be rung while the program is away."""

_AT_WORK = frozenset(AgentState) - {AgentState.LOGGED_OUT, AgentState.AUX}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """``stays``: in the line, now or after what they do now; else in aux, or on the way there, or out."""

    device_id: DeviceId | None
    at_work: bool
    stays: bool


class SeatList:
    """A FactSubscriber. A phone is on the list while its agent is in the line, or will be after what they do now.

    Not those in aux, nor those who asked for aux or log-out during a call. A phone that cannot be reached stays on it:
    Asterisk sees that for itself, and sees its return too.
    """

    def __init__(self, commands: AmiLink) -> None:
        self._commands = commands
        self._agents: dict[AgentId, _Seat] = {}
        self._listed: set[DeviceId] | None = None

    @property
    def phones(self) -> frozenset[DeviceId]:
        """The phones that may be rung."""
        return frozenset(
            seat.device_id
            for seat in self._agents.values()
            if seat.device_id is not None and seat.at_work and seat.stays
        )

    def resume(self, checkpoint: EngineCheckpoint) -> None:
        """Know who sat where, and was to stay, as the engine knew it then."""
        leaving = (AgentState.AUX, AgentState.LOGGED_OUT)
        self._agents = {
            agent_id: _Seat(
                device_id=agent.device_id,
                at_work=agent.state in _AT_WORK,
                stays=agent.state not in leaving and agent.next_state not in leaving,
            )
            for agent_id, agent in checkpoint.agents.items()
        }

    def on_entry(self, entry: Entry) -> None:
        """Follow the agents' states; what changes is told to Asterisk, once it has been told all of it."""
        before = self._agents
        for fact in entry.facts:
            match fact:
                case AgentStateChanged():
                    self._put(fact.agent_id, self._seat_after(fact))
                case NextStateChosen() if fact.agent_id in self._agents:
                    stays = fact.state not in (AgentState.AUX, AgentState.LOGGED_OUT)
                    self._put(fact.agent_id, replace(self._agents[fact.agent_id], stays=stays))
                case _:
                    pass
        if self._listed is not None and self._agents is not before:
            self._tell_changes()

    def tell_all(self) -> None:
        """Write the whole list anew: what Asterisk knows may be of another time."""
        self._commands.send(Action(name="DBDelTree", fields={"Family": SEATS_FAMILY}))
        self._listed = set()
        self._tell_changes()

    def _seat_after(self, fact: AgentStateChanged) -> _Seat:
        known = self._agents.get(fact.agent_id)
        stays = known is not None and known.stays
        if fact.state in (AgentState.READY, AgentState.AUX):
            stays = fact.state is AgentState.READY
        return _Seat(device_id=fact.device_id, at_work=fact.state in _AT_WORK, stays=stays)

    def _put(self, agent_id: AgentId, seat: _Seat) -> None:
        if self._agents.get(agent_id) != seat:
            self._agents = {**self._agents, agent_id: seat}

    def _tell_changes(self) -> None:
        listed, phones = self._listed or set(), self.phones
        for phone in sorted(phones - listed):
            self._commands.send(Action(name="DBPut", fields={"Family": SEATS_FAMILY, "Key": phone, "Val": "1"}))
        for phone in sorted(listed - phones):
            self._commands.send(Action(name="DBDel", fields={"Family": SEATS_FAMILY, "Key": phone}))
        self._listed = set(phones)
