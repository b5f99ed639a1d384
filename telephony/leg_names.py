"""Whose leg a channel is, read off its unique id alone. Pure.

A caller's leg has the unique id that Asterisk gave it (``1764000000.12``) and the interaction is named after it
(``c1764000000-12``); an agent's leg is originated by us with the unique id ``leg-<reservation id>``. So no table of
channels is needed, and a program that has just started knows whose leg is whose.
"""

import re
from typing import Final

from kernel.ids import InteractionId, ReservationId

LEG_PREFIX: Final = "leg-"
_INTERACTION: Final = re.compile(r"c([0-9]{1,12})-([0-9]{1,12})", re.ASCII)
_CALLER_LEG: Final = re.compile(r"([0-9]{1,12})\.([0-9]{1,12})", re.ASCII)
_RESERVATION: Final = re.compile(r"c[0-9]{1,12}-[0-9]{1,12}-r[0-9]{1,9}", re.ASCII)


def caller_leg(interaction_id: InteractionId) -> str:
    """The unique id of an interaction's caller leg. Raises ValueError when the id is not of our making."""
    found = _INTERACTION.fullmatch(interaction_id)
    if found is None:
        raise ValueError("not an interaction that came through Asterisk")
    return f"{found.group(1)}.{found.group(2)}"


def interaction_of(unique_id: str) -> InteractionId | None:
    """The interaction a caller's leg would belong to; None for legs of another kind."""
    found = _CALLER_LEG.fullmatch(unique_id)
    return None if found is None else InteractionId(f"c{found.group(1)}-{found.group(2)}")


def interaction_of_reservation(reservation_id: ReservationId) -> InteractionId:
    """The interaction that a reservation holds."""
    return InteractionId(reservation_id.rpartition("-r")[0])


def talk_of_call_out(interaction_id: InteractionId) -> ReservationId:
    """The name of the talk, and of its recording, in a call that an agent made: it has only one."""
    return ReservationId(f"{interaction_id}-r1")


def agent_leg(reservation_id: ReservationId) -> str:
    """The unique id of an agent's leg. Raises ValueError when the id is not of our making: it names files too."""
    if _RESERVATION.fullmatch(reservation_id) is None:
        raise ValueError("not a reservation id of ours")
    return f"{LEG_PREFIX}{reservation_id}"


def reservation_of(unique_id: str) -> ReservationId | None:
    """The reservation an agent's leg belongs to; None for legs of another kind."""
    rest = unique_id.removeprefix(LEG_PREFIX)
    if rest == unique_id or _RESERVATION.fullmatch(rest) is None:
        return None
    return ReservationId(rest)
