"""The agents of a simulated day: they come, answer or do not, work after calls, take breaks and leave."""

from dataclasses import dataclass
from random import Random

from acd.core.agent_states import AgentState, ReasonCode
from acd.core.facts import AgentReserved, AgentStateChanged, ReservationEnded
from acd.core.inputs import (
    AgentLegFailed,
    AgentPickedUp,
    AgentRang,
    DevicePresenceSeen,
    ExtendWrapUp,
    LogIn,
    LogOut,
    SetAux,
    SetReady,
)
from kernel.ids import AgentId, ReservationId
from kernel.result_codes import ReservationResult
from simulator.whole_centre.crowd import Crowd
from simulator.whole_centre.description import Break, Habits, Shift
from simulator.whole_centre.hall import Hall

_BACK_AFTER = (ReasonCode.RONA, ReasonCode.DECLINED)


@dataclass(slots=True)
class Person:
    """One agent as they sit there. ``turn`` counts their changes of state: what was planned in another is off.

    ``wish``: a break that is due, ``leaves``: the shift is over; both as soon as the work in hand is done.
    """

    shift: Shift
    state: AgentState = AgentState.LOGGED_OUT
    turn: int = 0
    wish: Break | None = None
    on_break: Break | None = None
    leaves: bool = False


class Desks:
    """Everybody who answers."""

    def __init__(self, hall: Hall, crowd: Crowd, habits: Habits, seed: int) -> None:
        self._hall = hall
        self._crowd = crowd
        self._habits = habits
        chance = Random(f"{seed} agents")
        self._chance = chance
        self._rings_after = habits.rings_after.drawer(chance)
        self._reaction = habits.reaction.drawer(chance)
        self._comes_back = habits.comes_back.drawer(chance)
        self._says_ringing = habits.rings_after.mean_ms > 0
        self._offers: set[ReservationId] = set()
        self._people: dict[AgentId, Person] = {}
        self.staffed_count = 0
        """How many are logged in."""
        hall.reactions[AgentReserved] = self._reserved
        hall.reactions[ReservationEnded] = self._offer_ended
        hall.reactions[AgentStateChanged] = self._changed

    def expect(self, shift: Shift, day_ends_ms: int) -> None:
        """Somebody comes to work then."""
        person = Person(shift=shift)
        self._people[shift.agent_id] = person
        diary = self._hall.diary
        diary.put(shift.begins_ms, self._sit_down, person)
        for one in shift.breaks:
            diary.put(one.at_ms, self._want_break, (person, one))
        if shift.ends_ms < day_ends_ms:
            diary.put(shift.ends_ms, self._want_to_leave, person)

    def send_home(self) -> None:
        """The day is over: whoever is still there leaves."""
        for person in self._people.values():
            self._want_to_leave(person)

    # --- shift -----------------------------------------------------------------------------------------------------------

    def _sit_down(self, person: Person) -> None:
        shift, hall = person.shift, self._hall
        hall.give(DevicePresenceSeen(device_id=shift.device_id, reachable=True, in_use=False))
        hall.give(LogIn(agent_id=shift.agent_id, device_id=shift.device_id))
        hall.give(SetReady(agent_id=shift.agent_id))

    def _want_break(self, what: tuple[Person, Break]) -> None:
        person, one = what
        if person.state is not AgentState.LOGGED_OUT:
            person.wish = one
            self._follow_wish(person)

    def _want_to_leave(self, person: Person) -> None:
        if person.state is not AgentState.LOGGED_OUT:
            person.leaves = True
            self._follow_wish(person)

    def _follow_wish(self, person: Person) -> None:
        """What is wished for is asked for; but work after a call is done first, and a break is had to its end."""
        if person.state is AgentState.WRAP_UP or (person.on_break is not None and not person.leaves):
            return
        agent_id = person.shift.agent_id
        if person.leaves:
            self._hall.give(LogOut(agent_id=agent_id))
        elif person.wish is not None:
            self._hall.give(SetAux(agent_id=agent_id, reason_code=person.wish.reason_code))

    # --- states ----------------------------------------------------------------------------------------------------------

    def _changed(self, fact: AgentStateChanged) -> None:
        person = self._people.get(fact.agent_id)
        if person is None:
            return
        before, person.state = person.state, fact.state
        person.turn += 1
        if AgentState.LOGGED_OUT in (before, fact.state):
            self.staffed_count += 1 if before is AgentState.LOGGED_OUT else -1
        diary = self._hall.diary
        if fact.state is AgentState.WRAP_UP:
            if before is not AgentState.WRAP_UP and fact.until is not None:
                self._plan_work(person, self._hall.since_beginning(fact.until))
        elif fact.state is AgentState.AUX:
            if fact.reason_code in _BACK_AFTER:
                diary.put(diary.now_ms + self._comes_back(), self._be_ready, (person, person.turn))
            elif person.wish is not None and fact.reason_code == person.wish.reason_code:
                person.on_break, person.wish = person.wish, None
                diary.put(diary.now_ms + person.on_break.lasts_ms, self._be_ready, (person, person.turn))
        elif fact.state is AgentState.READY and (person.leaves or person.wish is not None):
            diary.put(diary.now_ms, self._follow_wish, person)

    def _plan_work(self, person: Person, until_ms: int) -> None:
        """Work after a call ends by a word of the agent, or takes longer than the queue's rule and is extended."""
        diary = self._hall.diary
        work_ms = self._crowd.work_ms.get(person.shift.agent_id, 0)
        longer_ms = diary.now_ms + work_ms - until_ms
        if longer_ms < 0:
            diary.put(diary.now_ms + work_ms, self._be_ready, (person, person.turn))
        elif longer_ms > 0:
            diary.put(diary.now_ms, self._work_longer, (person, person.turn, longer_ms))

    def _work_longer(self, what: tuple[Person, int, int]) -> None:
        person, turn, by_ms = what
        if person.turn == turn:
            self._hall.give(ExtendWrapUp(agent_id=person.shift.agent_id, by_ms=by_ms))

    def _be_ready(self, what: tuple[Person, int]) -> None:
        person, turn = what
        if person.turn != turn:
            return
        agent_id = person.shift.agent_id
        person.on_break = None
        if person.leaves:
            self._hall.give(LogOut(agent_id=agent_id))
        elif person.wish is not None:
            self._hall.give(SetAux(agent_id=agent_id, reason_code=person.wish.reason_code))
        else:
            self._hall.give(SetReady(agent_id=agent_id))

    # --- offers ----------------------------------------------------------------------------------------------------------

    def _reserved(self, fact: AgentReserved) -> None:
        self._offers.add(fact.reservation_id)
        diary, habits = self._hall.diary, self._habits
        rings_ms = diary.now_ms + self._rings_after()
        if self._says_ringing:
            diary.put(rings_ms, self._ring, fact.reservation_id)
        acts_ms = rings_ms + self._reaction()
        mood = self._chance.random()
        if mood < habits.ignores:
            return
        if mood < habits.ignores + habits.declines:
            diary.put(acts_ms, self._decline, fact.reservation_id)
        else:
            diary.put(acts_ms, self._pick_up, fact.reservation_id)

    def _offer_ended(self, fact: ReservationEnded) -> None:
        self._offers.discard(fact.reservation_id)

    def _ring(self, reservation_id: ReservationId) -> None:
        if reservation_id in self._offers:
            self._hall.give(AgentRang(reservation_id=reservation_id))

    def _pick_up(self, reservation_id: ReservationId) -> None:
        if reservation_id in self._offers:
            self._hall.give(AgentPickedUp(reservation_id=reservation_id))

    def _decline(self, reservation_id: ReservationId) -> None:
        if reservation_id in self._offers:
            self._hall.give(AgentLegFailed(reservation_id=reservation_id, result=ReservationResult.DECLINED))
