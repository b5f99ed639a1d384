"""Whom the switch has on the line is known by number, whether or not a flow has asked."""

from acd.ports import AsideRecord, CallerPlace, CallerSeen, SwitchPicture
from kernel.contact import Contact
from kernel.ids import Did, InteractionId, TrunkId
from sambut.contacts_seen import contacts_in


def caller(number: str, name: str = "") -> CallerSeen:
    return CallerSeen(
        leg_id="1.1", did=Did("169"), trunk_id=TrunkId("carrier"), place=CallerPlace.FLOW, number=number, name=name
    )


def test_callers_on_the_line_and_those_served_without_the_program_are_told_by_their_numbers() -> None:
    on_line, aside, only_joined = InteractionId("c1"), InteractionId("c2"), InteractionId("c3")
    picture = SwitchPicture(
        callers={on_line: caller("+62811223344", " Siti\r\n")},
        agent_legs={},
        devices={},
        aside={
            aside: AsideRecord(seen=caller(""), number="0812000006"),
            only_joined: AsideRecord(seen=None),
        },
    )

    assert {each.interaction_id: each for each in contacts_in(picture, country="ID")} == {
        on_line: Contact(interaction_id=on_line, number="+62811223344", number_raw="+62811223344", name="Siti"),
        aside: Contact(interaction_id=aside, number="+62812000006", number_raw="0812000006"),
    }


def test_a_withheld_number_stays_withheld() -> None:
    withheld = InteractionId("c1")
    (found,) = contacts_in(SwitchPicture(callers={withheld: caller("")}, agent_legs={}, devices={}), country="ID")

    assert (found.number, found.number_raw, found.name) == ("", "", "")
