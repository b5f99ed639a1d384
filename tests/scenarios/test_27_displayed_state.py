"""Scenario 27: whatever an agent's call, wish and phone are together, the state shown is the right one."""

import pytest

from acd.core.facts import Fact
from cti.picture import Picture
from kernel.ids import AgentId
from tests.acd import makers as m
from tests.acd.floor import Floor

ANN = AgentId("ann")

SHOWN = {
    # call: {wish: (shown at a phone that is well, in a private call, gone)}
    "none": {
        "ready": ("ready", "unreachable phone_in_use", "unreachable not_reachable"),
        "aux": ("aux lunch", "aux lunch", "unreachable not_reachable"),
        "log out": ("logged_out own_wish", "logged_out own_wish", "logged_out own_wish"),
    },
    "offered": {
        "ready": ("reserved", "reserved", "unreachable not_reachable"),
        "aux": ("reserved then aux", "reserved then aux", "unreachable not_reachable"),
        "log out": ("reserved then logged_out", "reserved then logged_out", "logged_out own_wish"),
    },
    "ringing": {
        "ready": ("alerting", "alerting", "unreachable not_reachable"),
        "aux": ("alerting then aux", "alerting then aux", "unreachable not_reachable"),
        "log out": ("alerting then logged_out", "alerting then logged_out", "logged_out own_wish"),
    },
    "talking": {
        "ready": ("talking", "talking", "talking"),
        "aux": ("talking then aux", "talking then aux", "talking then aux"),
        "log out": ("talking then logged_out", "talking then logged_out", "talking then logged_out"),
    },
    "held": {
        "ready": ("hold", "hold", "hold"),
        "aux": ("hold then aux", "hold then aux", "hold then aux"),
        "log out": ("hold then logged_out", "hold then logged_out", "hold then logged_out"),
    },
    "wrapping up": {
        "ready": ("wrap_up", "wrap_up", "wrap_up"),
        "aux": ("aux lunch", "aux lunch", "unreachable not_reachable"),
        "log out": ("logged_out own_wish", "logged_out own_wish", "logged_out own_wish"),
    },
}
PHONES = {
    "well": m.seen("phone-ann"),
    "private": m.seen("phone-ann", in_use=True),
    "gone": m.seen("phone-ann", reachable=False),
}
CASES = [
    (call, wish, phone, shown)
    for call, wishes in SHOWN.items()
    for wish, states in wishes.items()
    for phone, shown in zip(PHONES, states, strict=True)
]


@pytest.mark.parametrize(("call", "wish", "phone", "shown"), CASES)
def test_scenario_27_the_state_shown_is_right(call: str, wish: str, phone: str, shown: str) -> None:
    floor = Floor(ready=("ann",))
    _bring_to(floor, call)
    if wish == "aux":
        floor.give(m.set_aux("ann", "lunch"))
    elif wish == "log out":
        floor.give(m.log_out("ann"))
    floor.give(PHONES[phone])

    assert _shown(floor.facts, floor) == shown


def _bring_to(floor: Floor, call: str) -> None:
    if call == "none":
        return
    floor.call("c1")
    reservation_id = floor.agent("ann").reservation_id
    assert reservation_id is not None
    if call == "offered":
        return
    if call == "ringing":
        floor.give(m.rang(reservation_id))
        return
    floor.give(m.picked_up(reservation_id))
    if call == "held":
        floor.give(m.held(reservation_id))
    elif call == "wrapping up":
        floor.give(m.left(reservation_id))


def _shown(facts: list[Fact], floor: Floor) -> str:
    """As a supervisor's page has it, which follows the facts only."""
    picture = Picture()
    for fact in facts:
        picture.apply(fact, floor.now)
    agent = picture.agents[ANN]
    following = agent.next_state if agent.state not in ("unreachable", "logged_out") else None
    words = [str(agent.state), agent.reason_code, "" if following is None else f"then {following}"]
    return " ".join(word for word in words if word)
