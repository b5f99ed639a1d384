"""A small well history, made by the engine itself: two agents, three callers, one kill of the program."""

from zoneinfo import ZoneInfo

from acd.core.inputs import Input
from kernel.entry import ENGINE_STREAM, RECORDER_STREAM, Entry
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.result_codes import EndedBy
from recorder.facts import RecordingStored
from reports.fold import Fold
from reports.memory import Memory
from reports.rows import QueueIntervalRow
from tests.acd import makers as m
from tests.acd.floor import NOON, Floor
from tests.chaos.history import History
from tests.chaos.ledgers import CallerCall, PhoneCall
from tests.chaos.outages import Kind, Outage

ANN, BOB = "ann", "bob"
RECORDED_MS = {"c1-r1": 4_500, "c2-r1": 6_400, "c3-r1": 3_000}


class Teller:
    """Lets the engine live through it, and writes down what it says."""

    def __init__(self) -> None:
        self._floor = Floor()
        self.entries: list[Entry] = []
        setup: list[Input] = [m.queue(wrap_up_ms=0), m.agent(ANN), m.agent(BOB)]
        for agent in (ANN, BOB):
            phone = f"phone-{agent}"
            setup += [m.device(phone), m.seen(phone), m.log_in(agent, phone), m.set_ready(agent)]
        for given in setup:
            self.at(0, given)

    def at(self, ms: int, given: Input) -> None:
        """Hand in one input, so long after noon."""
        told = self._floor.give(given, after_ms=NOON + ms - self._floor.now)
        entry = Entry(
            seq=len(self.entries) + 1, at=self._floor.now, stream=ENGINE_STREAM, given=given, facts=tuple(told)
        )
        self.entries.append(entry)
        due = self._floor.engine.next_deadline()
        if due is not None and due <= self._floor.now:
            self.at(ms, m.TIME)

    def stored(self, reservation_id: str, agent_id: str, duration_ms: int) -> None:
        """The recorder writes down that the sound of a talk is on the shelf."""
        fact = RecordingStored(
            interaction_id=InteractionId(reservation_id.partition("-")[0]),
            reservation_id=ReservationId(reservation_id),
            queue_id=QueueId("sales"),
            agent_id=AgentId(agent_id),
            file_name=f"{reservation_id}.wav",
            started_at=NOON,
            duration_ms=duration_ms,
            byte_count=duration_ms * 32,
            sha256="",
        )
        self.entries.append(
            Entry(seq=len(self.entries) + 1, at=self._floor.now, stream=RECORDER_STREAM, given=None, facts=(fact,))
        )


def well_history() -> History:
    """c1 and c2 are served at once, c3 waits until ann is free, and the program is killed meanwhile."""
    teller = Teller()
    for number, ms in ((1, 0), (2, 100), (3, 200)):
        teller.at(ms, m.arrived(f"c{number}"))
        teller.at(ms, m.enter(f"c{number}"))
    teller.at(500, m.picked_up("c1-r1"))
    teller.at(600, m.picked_up("c2-r1"))
    teller.at(5_500, m.left("c1-r1"))
    teller.at(5_500, m.hung_up("c1"))
    teller.at(6_000, m.picked_up("c3-r1"))
    teller.at(7_000, m.left("c2-r1"))
    teller.at(7_000, m.hung_up("c2"))
    teller.at(9_000, m.left("c3-r1", EndedBy.CALLER))
    for reservation_id, agent in (("c1-r1", ANN), ("c2-r1", BOB), ("c3-r1", ANN)):
        teller.stored(reservation_id, agent, RECORDED_MS[reservation_id])
    teller.at(9_000, m.hung_up("c3"))
    fold = Fold(Memory(), ZoneInfo("Asia/Jakarta"))
    for entry in teller.entries:
        fold.take(entry)
    changes = fold.drain()
    return History(
        callers=[
            CallerCall(number="1", placed_ms=NOON - 10, answered_ms=NOON - 5, ended_ms=NOON + 5_010),
            CallerCall(number="2", placed_ms=NOON + 90, answered_ms=NOON + 95, ended_ms=NOON + 7_010),
            CallerCall(number="3", placed_ms=NOON + 190, answered_ms=NOON + 195, left_ms=NOON + 9_000),
        ],
        phones=[
            phone_call(ANN, "1", 10, 480, 5_000, by_agent=True),
            phone_call(BOB, "2", 110, 580, 6_990, by_agent=True),
            phone_call(ANN, "3", 5_510, 5_990, 9_010, by_agent=False),
        ],
        entries=teller.entries,
        numbers={InteractionId(f"c{number}"): str(number) for number in (1, 2, 3)},
        rows=list(changes.interactions.values()),
        intervals=[row for row in changes.sums.values() if isinstance(row, QueueIntervalRow)],
        sounds={ReservationId(each): ms for each, ms in RECORDED_MS.items()},
        outages=[Outage(kind=Kind.KILL, began_ms=NOON + 4_800, born_ms=NOON + 5_000, back_ms=NOON + 5_400)],
    )


def phone_call(
    phone: str, number: str, invited: int, joined: int | None, over: int | None, *, by_agent: bool
) -> PhoneCall:
    """A call at a phone, in ms after noon."""
    return PhoneCall(
        phone=phone,
        number=number,
        invited_ms=NOON + invited,
        joined_ms=None if joined is None else NOON + joined,
        over_ms=None if over is None else NOON + over,
        by_agent=by_agent,
    )
