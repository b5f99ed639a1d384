"""The centre changes while people work: whole or not at all, and what is in use goes when it is free."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from acd.core.effects import Effect
from acd.core.inputs import LogIn, LogOut
from acd.distributor import Distributor, open_distributor
from centre.model import Centre
from centre.reader import read_centre
from centre.writer import write_centre
from kernel.ids import AgentId, DeviceId
from kernel.instants import Instant
from sambut.follow import FloorFollower
from sambut.live_centre import LiveCentre
from store.database import StoreFailed
from telephony.ami.failures import LinkLost
from telephony.config.deploy import ConfigMismatch
from tests.centre.samples import SMALL
from tests.fakes.journal import MemoryJournal

ANN, DESK = AgentId("ann"), DeviceId("desk-1")
WITHOUT_THE_PHONE = SMALL.replace('id = "desk-1"', 'id = "desk-2"')


class Clock:
    """Always the same moment."""

    def now(self) -> Instant:
        return Instant(1_795_500_000_000)


class Switch:
    """Does nothing."""

    def perform(self, effect: Effect) -> None:
        """Nothing."""


@dataclass(kw_only=True)
class Floor:
    """A live centre with a real engine behind its door."""

    centre: Centre = field(default_factory=lambda: read_centre(SMALL))
    follower: FloorFollower = field(default_factory=FloorFollower)
    saved: list[Centre] = field(default_factory=list)
    in_asterisk: list[Centre] = field(default_factory=list)
    shown: list[Centre] = field(default_factory=list)
    asterisk_says: Exception | None = None
    database_says: Exception | None = None
    door: Distributor
    office: LiveCentre = field(init=False)

    def __post_init__(self) -> None:
        self.office = LiveCentre(
            centre=self.centre,
            shelf=self,
            clock=Clock(),
            door=self.door,
            announcements=None,
            transports=frozenset({"udp"}),
            known=lambda: self.follower.configured,
            freed=self.follower.freed,
            change_switch=self.change_switch,
            shown_to=(self.shown.append,),
        )

    async def change_switch(self, centre: Centre) -> None:
        if self.asterisk_says is not None:
            raise self.asterisk_says
        self.in_asterisk.append(centre)

    async def load(self) -> Centre | None:
        return self.saved[-1] if self.saved else None

    async def save(self, centre: Centre, published_at: Instant) -> None:
        if self.database_says is not None:
            raise self.database_says
        self.saved.append(centre)


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    follower = FloorFollower()
    door = await open_distributor(journal=MemoryJournal(), switch=Switch(), clock=Clock(), subscribers=[follower])
    deciding = asyncio.create_task(door.run())
    opened = Floor(follower=follower, door=door)
    await opened.office.tell_engine()
    telling = asyncio.create_task(opened.office.run())
    yield opened
    telling.cancel()
    door.close()
    await asyncio.gather(deciding, telling, return_exceptions=True)


async def test_a_phone_that_is_taken_away_under_somebody_goes_when_they_leave_it(floor: Floor) -> None:
    await floor.door.submit(LogIn(agent_id=ANN, device_id=DESK))

    result = await floor.office.apply(WITHOUT_THE_PHONE, dry_run=False)

    assert result.applied
    assert sorted(floor.follower.configured.devices) == ["desk-1", "desk-2"]
    await floor.door.submit(LogOut(agent_id=ANN))
    async with asyncio.timeout(1):
        while DESK in floor.follower.configured.devices:  # noqa: ASYNC110  # the follower has no event for it
            await asyncio.sleep(0)
    assert sorted(floor.follower.configured.devices) == ["desk-2"]


@pytest.mark.parametrize("wrong", [ConfigMismatch("Asterisk did not take: endpoint desk-2"), LinkLost("down")])
async def test_what_asterisk_refuses_is_in_force_nowhere(floor: Floor, wrong: Exception) -> None:
    floor.asterisk_says = wrong

    result = await floor.office.apply(WITHOUT_THE_PHONE, dry_run=False)

    assert not result.applied
    assert [(problem.where, problem.what) for problem in result.problems] == [("Asterisk", str(wrong))]
    assert (floor.saved, floor.shown) == ([], [])
    assert await floor.office.current() == write_centre(floor.centre)
    assert sorted(floor.follower.configured.devices) == ["desk-1"]


async def test_what_cannot_be_kept_is_taken_back_from_asterisk(floor: Floor) -> None:
    floor.database_says = StoreFailed("disk full")

    result = await floor.office.apply(WITHOUT_THE_PHONE, dry_run=False)

    assert [problem.where for problem in result.problems] == ["database"]
    assert floor.in_asterisk[-1] == floor.centre
    assert floor.shown == []
    assert await floor.office.current() == write_centre(floor.centre)


async def test_a_dry_run_and_an_unchanged_file_touch_nothing(floor: Floor) -> None:
    told = await floor.office.apply(WITHOUT_THE_PHONE, dry_run=True)
    same = await floor.office.apply(SMALL, dry_run=False)

    assert told.difference != ()
    assert (told.applied, same.applied, same.difference) == (False, False, ())
    assert (floor.in_asterisk, floor.saved, floor.shown) == ([], [], [])
