"""What follows from an input: one file per subject. Each function reads a step's state and records facts on it."""

from collections.abc import Callable
from typing import Any

from acd.core import inputs, outbound_words, transfer_words
from acd.core.callback_words import BookCallback, CustomerReached
from acd.core.decide import (
    agents,
    aside,
    callbacks,
    calls,
    configuration,
    deadlines,
    outbound,
    presence,
    queueing,
    ranks,
    reservations,
    transfers,
)
from acd.core.decide.relaxing import call_reserves
from acd.core.inputs import Input
from acd.core.rank_words import MoveToQueue, RoutingConfigured, SetPriority
from acd.core.step import Step
from acd.core.waiting_words import KeyPressed

DECIDERS: dict[type, Callable[[Step, Any], None]] = {
    RoutingConfigured: ranks.configure_routing,
    inputs.QueueConfigured: configuration.configure_queue,
    inputs.QueueRemoved: configuration.remove_queue,
    inputs.AgentConfigured: configuration.configure_agent,
    inputs.AgentRemoved: configuration.remove_agent,
    inputs.DeviceConfigured: configuration.configure_device,
    inputs.DeviceRemoved: configuration.remove_device,
    inputs.AuxReasonConfigured: configuration.configure_aux_reason,
    inputs.AuxReasonRemoved: configuration.remove_aux_reason,
    inputs.InteractionArrived: queueing.arrive,
    inputs.EnterQueue: queueing.enter,
    MoveToQueue: ranks.move_to_queue,
    SetPriority: ranks.set_priority,
    inputs.FlowEnded: callbacks.end_flow,
    inputs.CallerHungUp: callbacks.hang_up,
    inputs.CallerLost: callbacks.lose,
    BookCallback: callbacks.book,
    CustomerReached: callbacks.reach,
    KeyPressed: queueing.press_key,
    inputs.LogIn: agents.log_in,
    inputs.LogOut: agents.log_out,
    inputs.SetReady: agents.set_ready,
    inputs.SetAux: agents.set_aux,
    inputs.ExtendWrapUp: agents.extend_wrap_up,
    inputs.DevicePresenceSeen: presence.see_device,
    inputs.DeviceMoved: presence.move_device,
    inputs.AgentRang: reservations.ring,
    inputs.AgentPickedUp: reservations.pick_up,
    inputs.AgentLegFailed: reservations.fail,
    inputs.AgentLeft: calls.leave,
    inputs.AgentHeldCaller: calls.hold,
    inputs.AgentResumedCaller: calls.resume,
    transfer_words.CallerTransferred: transfers.transfer,
    transfer_words.CallerReturned: transfers.take_back,
    inputs.AsideBegan: aside.begin,
    inputs.TakenAside: aside.take,
    inputs.LeftAside: aside.leave,
    inputs.AsideEnded: aside.end,
    outbound_words.CallOut: outbound.call_out,
    outbound_words.CallOutTried: outbound.try_trunk,
    outbound_words.CallOutPickedUp: outbound.pick_up,
    outbound_words.CallOutOver: outbound.over,
    inputs.TimePassed: deadlines.pass_time,
}


def decide(step: Step, given: Input) -> None:
    """Record what follows from one input."""
    DECIDERS[type(given)](step, given)
    call_reserves(step)
