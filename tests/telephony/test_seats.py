"""The list of seats: which phones Asterisk may ring while the program is away."""

from collections.abc import Callable

import pytest

from acd.core.facts import Fact
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import DeviceId
from kernel.instants import Instant
from telephony.seats import SeatList
from tests.acd import makers as m
from tests.acd.floor import Floor
from tests.telephony.ami.fake_asterisk import FakeAsterisk
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

ANN = DeviceId("phone-ann")


def told(seats: SeatList, facts: list[Fact]) -> None:
    seats.on_entry(Entry(seq=1, at=Instant(0), stream=ENGINE_STREAM, given=None, facts=tuple(facts)))


async def listed_after(does: Callable[[Floor], object]) -> frozenset[DeviceId]:
    """The phones on the list once ann, who was ready, has done something."""
    floor = Floor(ready=("ann",))
    does(floor)
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        seats = SeatList(link)
        told(seats, floor.facts)
        resumed = SeatList(link)
        resumed.resume(floor.engine.checkpoint())
        assert resumed.phones == seats.phones
        return seats.phones


def talk(floor: Floor) -> None:
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))


def ask_for_aux(floor: Floor) -> None:
    talk(floor)
    floor.give(m.set_aux("ann"))


def change_their_mind(floor: Floor) -> None:
    ask_for_aux(floor)
    floor.give(m.set_ready("ann"))


def lose_the_phone_in_aux(floor: Floor) -> None:
    floor.give(m.set_aux("ann"))
    floor.give(m.seen("phone-ann", reachable=False))


@pytest.mark.parametrize(
    ("does", "listed"),
    [
        (lambda floor: None, True),
        (lambda floor: floor.call("c1"), True),
        (talk, True),
        (lambda floor: floor.give(m.seen("phone-ann", reachable=False)), True),
        (change_their_mind, True),
        (lambda floor: floor.give(m.set_aux("ann")), False),
        (lambda floor: floor.give(m.log_out("ann")), False),
        (ask_for_aux, False),
        (lose_the_phone_in_aux, False),
    ],
)
async def test_a_phone_is_listed_while_its_agent_is_in_the_line_or_will_be(
    does: Callable[[Floor], object], listed: bool
) -> None:
    assert await listed_after(does) == ({ANN} if listed else frozenset())


async def test_asterisk_is_told_the_whole_list_and_from_then_on_what_changes() -> None:
    floor = Floor(ready=("ann", "bob"))
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        seats = SeatList(link)
        told(seats, floor.facts)
        assert asterisk.named("DBPut") == []

        seats.tell_all()
        known = len(floor.facts)
        floor.give(m.set_aux("ann"))
        told(seats, floor.facts[known:])

        await eventually(lambda: asterisk.named("DBDel") != [])
        assert [one["Family"] for one in asterisk.named("DBDelTree")] == ["acd-seats"]
        assert [one["Key"] for one in asterisk.named("DBPut")] == ["phone-ann", "phone-bob"]
        assert [(one["Family"], one["Key"]) for one in asterisk.named("DBDel")] == [("acd-seats", "phone-ann")]
