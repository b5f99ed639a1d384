"""Which legs are ended after a phone has sent a call elsewhere: those that Originate dials without a reservation."""

from importlib.resources import files

from kernel.ids import ReservationId
from telephony.ami.wire import AmiEvent
from telephony.forwarding import NOWHERE, strays_in
from telephony.leg_names import agent_leg


def leg(channel: str, unique_id: str, application: str = "AppDial2") -> AmiEvent:
    return AmiEvent(
        name="Status", fields={"Channel": channel, "Uniqueid": unique_id, "Application": application}, repeated={}
    )


def test_only_a_leg_that_no_reservation_asked_for_is_a_stray() -> None:
    rows = [
        leg("PJSIP/phone-1-00000001", agent_leg(ReservationId("c1764000000-12-r1"))),
        leg("PJSIP/trunk-carrier-00000000", "1764000000.12", "BridgeWait"),
        leg("PJSIP/trunk-carrier-00000005", "1764000000.20", "AppDial"),
        leg("Local/play@acd-announce-00000001;1", "1764000000.30"),
        leg("PJSIP/trunk-carrier-00000007", "1764000000.40"),
    ]

    assert strays_in(rows) == ["1764000000.40"]


def test_a_number_that_a_phone_names_leads_into_a_context_that_is_none() -> None:
    dialplan = (files("asterisk_conf") / "templates" / "extensions.conf.j2").read_text("utf-8")

    assert f"[{NOWHERE}]" not in dialplan
