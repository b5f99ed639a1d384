"""Agent states and the table of legal moves between them."""

from enum import StrEnum


class AgentState(StrEnum):
    """One state at a time, with a reason code where the glossary asks for one."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    RESERVED = "reserved"
    ALERTING = "alerting"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    AUX = "aux"
    UNREACHABLE = "unreachable"
