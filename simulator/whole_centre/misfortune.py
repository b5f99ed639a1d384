"""What goes wrong in a simulated day: phones that cannot be reached, a switch that dies."""

from random import Random

from acd.core.agent_states import CALL_STATES, OFFERED_STATES
from acd.core.inputs import AgentLeft, AgentLegFailed, DevicePresenceSeen
from acd.core.state import Agent
from kernel.ids import AgentId
from kernel.result_codes import EndedBy, ReservationResult
from simulator.whole_centre.crowd import Crowd
from simulator.whole_centre.description import Day, Fault, FaultKind, Shift
from simulator.whole_centre.hall import Hall


class Misfortune:
    """Brings one fault about, and ends it."""

    def __init__(self, hall: Hall, crowd: Crowd, day: Day, number: int) -> None:
        self._hall = hall
        self._crowd = crowd
        fault = day.faults[number]
        struck = round(fault.share * len(day.shifts)) if fault.kind is FaultKind.PHONES_LOST else len(day.shifts)
        self._struck = Random(f"{day.seed} fault {number}").sample(day.shifts, struck)
        hall.diary.put(fault.at_ms, self._begin, fault)
        hall.diary.put(fault.at_ms + fault.lasts_ms, self._end, fault)

    def _begin(self, fault: Fault) -> None:
        if fault.kind is FaultKind.SWITCH_DEATH:
            self._crowd.is_switch_dead = True
            self._crowd.lose_all()
        for shift in self._struck:
            self._cut(shift)
            self._see(shift, reachable=False)

    def _end(self, fault: Fault) -> None:
        if fault.kind is FaultKind.SWITCH_DEATH:
            self._crowd.is_switch_dead = False
        for shift in self._struck:
            self._see(shift, reachable=True)

    def _see(self, shift: Shift, *, reachable: bool) -> None:
        self._hall.give(DevicePresenceSeen(device_id=shift.device_id, reachable=reachable, in_use=False))

    def _cut(self, shift: Shift) -> None:
        """What the phone was doing ends as the switch would see it end."""
        agent = self._agent(shift.agent_id)
        if agent.reservation_id is None:
            return
        if agent.state in OFFERED_STATES:
            self._hall.give(AgentLegFailed(reservation_id=agent.reservation_id, result=ReservationResult.UNREACHABLE))
        elif agent.state in CALL_STATES:
            self._hall.give(AgentLeft(reservation_id=agent.reservation_id, ended_by=EndedBy.SYSTEM, phone_silent=True))

    def _agent(self, agent_id: AgentId) -> Agent:
        return self._hall.engine.state.agents[agent_id]
