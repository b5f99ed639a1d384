"""The manager events that the engine lives on; Asterisk is told to send no others. Pure."""

from typing import Final

WANTED_EVENTS: Final = frozenset(
    {
        "FullyBooted",
        "Shutdown",
        "Newstate",
        "BridgeEnter",
        "HangupRequest",
        "SoftHangupRequest",
        "Hangup",
        "Hold",
        "Unhold",
        "UserEvent",
        "DeviceStateChange",
        "ContactStatus",
    }
)
