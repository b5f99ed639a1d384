"""What the switch did by itself, as inputs at their own instants, and how they are taken in before all else."""

from typing import Any

from acd.aside import told_aside
from acd.core import inputs
from acd.core.inputs import AsideBegan
from acd.ports import AsideRecord, CallerPlace, CallerSeen, SwitchPicture
from acd.recovery import differences
from kernel.ids import DeviceId, Did, InteractionId, QueueId, TrunkId
from kernel.instants import Instant, after
from kernel.result_codes import EndedBy
from tests.acd import makers as m
from tests.acd.floor import NOON, Floor


def at(s: int) -> Instant:
    return after(NOON, s * 1000)


def seen(interaction_id: str, queue_id: str) -> CallerSeen:
    return CallerSeen(
        leg_id=f"leg-{interaction_id}",
        did=Did("169"),
        trunk_id=TrunkId("carrier"),
        place=CallerPlace.ASIDE,
        queue_id=QueueId(queue_id) if queue_id else None,
    )


def came(interaction_id: str, s: int, queue_id: str = "", **more: Any) -> AsideRecord:
    return AsideRecord(seen=seen(interaction_id, queue_id), arrived_at=at(s), came_at=at(s), **more)


def taken(s: int, phone: str = "phone-ann") -> dict[str, Any]:
    return {"taken_at": at(s), "taken_by": DeviceId(phone)}


def left(s: int, by: EndedBy) -> dict[str, Any]:
    return {"left_at": at(s), "left_by": by}


def picture(**records: AsideRecord) -> SwitchPicture:
    return SwitchPicture(
        callers={},
        agent_legs={},
        devices={},
        aside={InteractionId(one): record for one, record in records.items()},
    )


def waiting(*interaction_ids: str) -> Floor:
    floor = Floor(m.queue("sales"), m.queue("help"))
    floor.seat("ann")
    for one in interaction_ids:
        floor.call(one, "help")
    return floor


def hung_up(interaction_id: str) -> inputs.CallerHungUp:
    return m.hung_up(interaction_id, cause_code=16)


def test_each_thing_is_told_at_its_own_instant_in_the_order_in_which_it_happened() -> None:
    floor = waiting("c1", "c2")
    seen_aside = picture(
        c1=came("c1", 10, "help", **taken(20), **left(50, EndedBy.AGENT)),
        c2=came("c2", 11, "help", **left(30, EndedBy.CALLER)),
    )

    assert told_aside(floor.engine.state, seen_aside) == (
        (at(20), AsideBegan()),
        (at(20), m.taken_aside("c1", "phone-ann")),
        (at(30), hung_up("c2")),
        (at(50), m.left_aside("c1", EndedBy.AGENT)),
        (at(50), hung_up("c1")),
    )


def test_a_stranger_who_was_served_arrived_and_waited_in_the_first_queue() -> None:
    floor = waiting()

    told = told_aside(floor.engine.state, picture(c9=came("c9", 10, **left(12, EndedBy.CALLER))))

    assert told == (
        (at(10), AsideBegan()),
        (at(10), m.arrived("c9")),
        (at(10), m.enter("c9", "sales")),
        (at(12), hung_up("c9")),
    )


def test_one_who_was_in_a_flow_waited_in_the_queue_only_if_they_were_served_there() -> None:
    floor = waiting()
    floor.give(m.arrived("c1"))
    floor.give(m.arrived("c2"))
    record = {"c1": came("c1", 10, **taken(20)), "c2": came("c2", 10)}

    told = told_aside(floor.engine.state, picture(**record))

    assert [given for _, given in told] == [
        AsideBegan(),
        m.enter("c1", "sales"),
        m.taken_aside("c1", "phone-ann"),
    ]


def test_one_who_waited_all_through_it_is_no_news_and_keeps_the_place() -> None:
    floor = waiting("c1")
    assert told_aside(floor.engine.state, picture(c1=came("c1", 10, "help"))) == ()


def test_a_queue_that_is_gone_gives_way_to_the_first() -> None:
    floor = waiting()
    told = told_aside(floor.engine.state, picture(c9=came("c9", 10, "gone", **taken(11))))
    assert m.enter("c9", "sales") in [given for _, given in told]


def test_what_has_its_final_record_is_not_told_again() -> None:
    floor = waiting("c1")
    floor.give(m.hung_up("c1"))
    assert told_aside(floor.engine.state, picture(c1=came("c1", 10, "help", **taken(20)))) == ()


def test_the_end_of_a_talk_of_an_outage_before_is_told_by_itself_and_of_a_stranger_not_at_all() -> None:
    floor = waiting("c1")
    floor.give(m.taken_aside("c1", "phone-ann"))
    only_end = AsideRecord(left_at=at(70), left_by=EndedBy.AGENT)

    told = told_aside(floor.engine.state, picture(c1=only_end, c9=only_end))

    assert [given for _, given in told] == [AsideBegan(), m.left_aside("c1", EndedBy.AGENT), hung_up("c1")]


def test_a_talk_that_the_switch_brought_about_goes_on_though_its_agents_leg_is_none_of_ours() -> None:
    floor = waiting("c1")
    floor.give(m.taken_aside("c1", "phone-ann"))
    talks = CallerSeen(
        leg_id="leg-c1", did=Did("169"), trunk_id=TrunkId("carrier"), place=CallerPlace.TALKS_ASIDE, queue_id=None
    )
    look = SwitchPicture(callers={InteractionId("c1"): talks}, agent_legs={}, devices={}, begun_at=at(99))

    assert differences(floor.engine.state, look) == ()
