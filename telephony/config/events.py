"""The manager events that the engine lives on; Asterisk is told to send no others. Pure."""

from typing import Final

WANTED_EVENTS: Final = frozenset(
    {
        "FullyBooted",
        "Shutdown",
        "Newstate",
        "BlindTransfer",
        "BridgeEnter",
        "HangupRequest",
        "SoftHangupRequest",
        "Hangup",
        "Hold",
        "Unhold",
        "DTMFEnd",
        "UserEvent",
        "DeviceStateChange",
        "ContactStatus",
    }
)

DECLINED_MESSAGES: Final = (
    "agi_exec_end_type",
    "agi_exec_start_type",
    "ast_rtp_rtcp_received_type",
    "ast_rtp_rtcp_sent_type",
)
"""Asterisk's own messages (main/stasis.c of 22) that would become events which nobody wants.

Those of channels (as ast_channel_varset_type) cannot be declined: the manager does not start without them.
"""
