"""Names of sound files, from our own ids and the time alone: never from anything a caller sent. Pure."""

import re

from kernel.ids import InteractionId, ReservationId
from kernel.instants import Instant, to_datetime

_ID = re.compile(r"[A-Za-z0-9-]{1,80}", re.ASCII)


class NotOurId(ValueError):
    """An id that could leave the folder, or mean another file. Nothing was opened."""


def agent_side(reservation_id: ReservationId) -> str:
    """What the agent said, as Asterisk writes it into its spool. Raises NotOurId."""
    return f"{_checked(reservation_id)}-agent.wav"


def caller_side(reservation_id: ReservationId) -> str:
    """What the caller said. Raises NotOurId."""
    return f"{_checked(reservation_id)}-caller.wav"


def aside_sides(interaction_id: InteractionId) -> tuple[str, str]:
    """Agent and caller, of a talk that Asterisk brought about by itself: it knows of no reservation. Raises NotOurId."""
    return f"{_checked(interaction_id)}-aside-agent.wav", f"{_checked(interaction_id)}-aside-caller.wav"


def reservation_of(file_name: str) -> ReservationId | None:
    """Whose one-way file that is; None when it is none of ours."""
    for side in ("-agent.wav", "-caller.wav"):
        head = file_name.removesuffix(side)
        if head != file_name and _ID.fullmatch(head):
            return ReservationId(head)
    return None


def stored_name(interaction_id: InteractionId, reservation_id: ReservationId, started_at: Instant) -> str:
    """The merged file's place below the recordings folder: ``yyyy/mm/dd/<interaction>/<reservation>.wav``, UTC.

    Raises NotOurId.
    """
    day = to_datetime(started_at).strftime("%Y/%m/%d")
    return f"{day}/{_checked(interaction_id)}/{_checked(reservation_id)}.wav"


def _checked(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise NotOurId("an id of other than letters, digits and '-'")
    return text
