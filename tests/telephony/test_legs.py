"""What the events of legs mean, whatever their order (scenarios: races, phone refusals)."""

import pytest

from acd.core.callback_words import CustomerReached
from acd.core.inputs import (
    AgentLeft,
    AgentLegFailed,
    AgentPickedUp,
    AgentRang,
    CallerHungUp,
    CallerLost,
    DeviceMoved,
    DevicePresenceSeen,
    FlowEnded,
)
from kernel.ids import DeviceId, InteractionId, ReservationId
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from telephony.ami.wire import AmiEvent
from telephony.leg_names import agent_leg, caller_leg, interaction_of, reservation_of
from telephony.legs import LegTracker, Phase

CALL = InteractionId("c1764000000-12")
OFFER = ReservationId("c1764000000-12-r1")


def event(name: str, **fields: str) -> AmiEvent:
    return AmiEvent(name=name, fields=fields, repeated={})


def ringing_leg() -> LegTracker:
    legs = LegTracker()
    legs.caller_known(CALL)
    legs.ring_started(OFFER, CALL)
    return legs


def joined_leg() -> LegTracker:
    legs = ringing_leg()
    legs.see(event("BridgeEnter", Uniqueid=agent_leg(OFFER)))
    return legs


def test_a_look_does_not_bring_back_a_leg_that_was_given_up() -> None:
    legs = ringing_leg()
    legs.ring_cancelled(OFFER)
    legs.adopted(OFFER, CALL, Phase.RINGING)
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")) == ()


def test_a_leg_that_was_given_up_and_is_joined_all_the_same_is_joined() -> None:
    legs = ringing_leg()
    legs.ring_cancelled(OFFER)
    legs.adopted(OFFER, CALL, Phase.JOINED)
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")) == (
        AgentLeft(reservation_id=OFFER, ended_by=EndedBy.SYSTEM),
    )


def test_a_leg_found_ringing_or_joined_goes_on_from_there() -> None:
    legs = LegTracker()
    legs.adopted(OFFER, CALL, Phase.RINGING)
    assert legs.see(event("Newstate", Uniqueid=agent_leg(OFFER), ChannelStateDesc="Ringing")) == ()
    assert legs.see(event("BridgeEnter", Uniqueid=agent_leg(OFFER))) == (AgentPickedUp(reservation_id=OFFER),)


def test_a_look_that_is_older_than_the_join_does_not_undo_it() -> None:
    legs = joined_leg()
    legs.adopted(OFFER, CALL, Phase.RINGING)
    assert legs.see(event("BridgeEnter", Uniqueid=agent_leg(OFFER))) == ()


def test_a_leg_whose_talk_is_over_is_forgotten_though_its_end_was_missed() -> None:
    legs = joined_leg()
    legs.released(OFFER)
    assert legs.agent_legs == {}
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")) == ()
    hung_up = event("Hangup", Uniqueid=caller_leg(CALL), Cause="16")
    assert legs.see(hung_up) == (CallerHungUp(interaction_id=CALL, cause_code=16),)


def test_a_caller_on_the_safety_route_is_lost_and_one_we_do_not_know_is_left_to_the_next_look() -> None:
    legs = ringing_leg()
    turned_away = event("UserEvent", UserEvent="AcdNoService", Call=CALL)
    assert legs.see(turned_away) == (CallerLost(interaction_id=CALL),)
    legs.caller_over(CALL)
    assert legs.see(turned_away) == ()


def test_a_leg_rings_and_is_picked_up_once() -> None:
    legs = ringing_leg()
    ringing = event("Newstate", Uniqueid=agent_leg(OFFER), ChannelStateDesc="Ringing")
    entered = event("BridgeEnter", Uniqueid=agent_leg(OFFER))
    assert legs.see(ringing) == (AgentRang(reservation_id=OFFER),)
    assert legs.see(ringing) == ()
    assert legs.see(entered) == (AgentPickedUp(reservation_id=OFFER),)
    assert legs.see(entered) == ()


@pytest.mark.parametrize(
    ("cause", "result"),
    [
        ("17", ReservationResult.BUSY),
        ("18", ReservationResult.UNREACHABLE),
        ("19", ReservationResult.DECLINED),
        ("20", ReservationResult.UNREACHABLE),
        ("21", ReservationResult.DECLINED),
        ("23", ReservationResult.LAPSED),
        ("rubbish", ReservationResult.DECLINED),
    ],
)
def test_a_refusal_is_told_by_its_cause(cause: str, result: ReservationResult) -> None:
    legs = ringing_leg()
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause=cause)) == (
        AgentLegFailed(reservation_id=OFFER, result=result),
    )


def test_a_leg_given_up_says_nothing_more_but_a_join_is_the_truth() -> None:
    legs = ringing_leg()
    legs.ring_cancelled(OFFER)
    assert legs.see(event("BridgeEnter", Uniqueid=agent_leg(OFFER))) == (AgentPickedUp(reservation_id=OFFER),)
    legs = ringing_leg()
    legs.ring_cancelled(OFFER)
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="26")) == ()


def test_the_agent_who_hung_up_first_ended_it_whichever_hangup_comes_first() -> None:
    left = AgentLeft(reservation_id=OFFER, ended_by=EndedBy.AGENT)
    gone = CallerHungUp(interaction_id=CALL, cause_code=16)
    asked = event("HangupRequest", Uniqueid=agent_leg(OFFER))
    agent_gone = event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")
    caller_gone = event("Hangup", Uniqueid=caller_leg(CALL), Cause="16")
    legs = joined_leg()
    assert [legs.see(each) for each in (asked, agent_gone, caller_gone)] == [(), (left,), (gone,)]
    legs = joined_leg()
    assert [legs.see(each) for each in (asked, caller_gone, agent_gone)] == [(), (left, gone), ()]


def test_a_caller_sent_away_since_the_phone_fell_silent_is_told_of_after_it_whichever_hangup_comes_first() -> None:
    left = AgentLeft(reservation_id=OFFER, ended_by=EndedBy.SYSTEM, phone_silent=True)
    gone = CallerHungUp(interaction_id=CALL, cause_code=16)
    agent_gone = event("Hangup", Uniqueid=agent_leg(OFFER), Cause="44")
    caller_gone = event("Hangup", Uniqueid=caller_leg(CALL), Cause="16")
    legs = joined_leg()
    assert [legs.see(each) for each in (agent_gone, caller_gone)] == [(left,), (gone,)]
    legs = joined_leg()
    assert [legs.see(each) for each in (caller_gone, agent_gone)] == [(), (left, gone)]


def test_a_caller_whose_line_fell_silent_is_told_of_at_once() -> None:
    caller_gone = event("Hangup", Uniqueid=caller_leg(CALL), Cause="44")
    assert joined_leg().see(caller_gone) == (CallerHungUp(interaction_id=CALL, cause_code=44),)


def test_the_caller_who_hung_up_first_ended_it() -> None:
    legs = joined_leg()
    legs.see(event("HangupRequest", Uniqueid=caller_leg(CALL)))
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")) == (
        AgentLeft(reservation_id=OFFER, ended_by=EndedBy.CALLER),
    )


def test_a_hangup_that_overtook_its_arrival_is_not_lost() -> None:
    legs = LegTracker()
    assert legs.see(event("Hangup", Uniqueid=caller_leg(CALL), Cause="16")) == ()
    assert legs.caller_known(CALL) == (CallerHungUp(interaction_id=CALL, cause_code=16),)


def test_an_answered_transfer_ends_the_interaction_as_transferred_out() -> None:
    legs = ringing_leg()
    told = event("UserEvent", UserEvent="AcdTransferred", Call=CALL)
    assert legs.see(told) == (FlowEnded(interaction_id=CALL, disposition=Disposition.TRANSFERRED_OUT),)
    assert legs.see(event("UserEvent", UserEvent="AcdTransferred", Call="c1-1")) == ()


@pytest.mark.parametrize(
    ("state", "reachable", "in_use"),
    [("NOT_INUSE", True, False), ("INUSE", True, True), ("RINGING", True, True), ("UNAVAILABLE", False, False)],
)
def test_a_phones_state_is_its_presence(state: str, *, reachable: bool, in_use: bool) -> None:
    seen = LegTracker().see(event("DeviceStateChange", Device="PJSIP/phone-1", State=state))
    assert seen == (DevicePresenceSeen(device_id=DeviceId("phone-1"), reachable=reachable, in_use=in_use),)


@pytest.mark.parametrize("device", ["PJSIP/trunk-carrier", "Local/play@acd-announce", "Custom:x", ""])
def test_trunks_and_other_channels_are_no_phones(device: str) -> None:
    assert LegTracker().see(event("DeviceStateChange", Device=device, State="INUSE")) == ()


def test_legs_are_named_both_ways() -> None:
    assert interaction_of(caller_leg(CALL)) == CALL
    assert reservation_of(agent_leg(OFFER)) == OFFER
    assert interaction_of(agent_leg(OFFER)) is None
    assert reservation_of("1764000000.12") is None


@pytest.mark.parametrize("hostile", ["../../etc/passwd", "c1-1-r1\n", "c1-1-r1,x", "", "c1-1"])
def test_an_id_that_is_not_ours_names_no_leg(hostile: str) -> None:
    with pytest.raises(ValueError, match="not a reservation"):
        agent_leg(ReservationId(hostile))


def test_a_forwarded_leg_has_failed_before_its_hangup_comes() -> None:
    legs = ringing_leg()
    asked = event("HangupRequest", Uniqueid=agent_leg(OFFER), Cause="23")
    assert legs.see(asked) == (AgentLegFailed(reservation_id=OFFER, result=ReservationResult.LAPSED),)
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="23")) == ()


def test_a_leg_that_found_nobody_is_known_from_one_that_was_refused_or_joined() -> None:
    gone = event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")
    assert ringing_leg().found_nobody(gone)
    assert ringing_leg().found_nobody(event("UserEvent", UserEvent="AcdClaim", Reservation=OFFER))
    assert not ringing_leg().found_nobody(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="21"))
    assert not ringing_leg().found_nobody(event("Hangup", Uniqueid=caller_leg(CALL), Cause="16"))
    assert not joined_leg().found_nobody(gone)


def contact(status: str, uri: str, *, aor: str = "phone-1") -> AmiEvent:
    return event("ContactStatus", AOR=aor, ContactStatus=status, URI=uri)


def test_a_phone_has_moved_when_an_address_goes_and_another_stays() -> None:
    legs = LegTracker()
    assert legs.see(contact("NonQualified", "sip:a")) == ()
    assert legs.see(contact("Reachable", "sip:a")) == ()
    assert legs.see(contact("NonQualified", "sip:b")) == ()
    assert legs.see(contact("Removed", "sip:a")) == (DeviceMoved(device_id=DeviceId("phone-1")),)
    # Gone altogether is no move: its presence tells that.
    assert legs.see(contact("Removed", "sip:b")) == ()


def test_a_trunks_address_is_no_phones() -> None:
    legs = LegTracker()
    for uri in ("sip:a", "sip:b"):
        assert legs.see(contact("NonQualified", uri, aor="trunk-x")) == ()
    assert legs.see(contact("Removed", "sip:a", aor="trunk-x")) == ()


def test_an_agent_who_sends_the_caller_on_has_ended_the_talk() -> None:
    legs = joined_leg()
    assert legs.see(event("BlindTransfer", TransfererUniqueid=agent_leg(OFFER), Result="Success")) == ()
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")) == (
        AgentLeft(reservation_id=OFFER, ended_by=EndedBy.AGENT),
    )


def test_a_transfer_that_failed_ends_nothing() -> None:
    legs = joined_leg()
    legs.see(event("BlindTransfer", TransfererUniqueid=agent_leg(OFFER), Result="Fail"))
    assert legs.see(event("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")) == (
        AgentLeft(reservation_id=OFFER, ended_by=EndedBy.SYSTEM),
    )


def test_a_customer_who_is_called_back_is_reached_once_the_dialplan_says_so() -> None:
    legs = LegTracker()
    said = event("UserEvent", UserEvent="AcdReached", Call=CALL)
    assert legs.see(said) == ()
    legs.caller_known(CALL)

    assert legs.see(said) == (CustomerReached(interaction_id=CALL),)
