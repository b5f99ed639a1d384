"""What a waiting caller hears of their place and their wait: announcements one after the other, numbers put together. Pure.

Every number is said with the same announcements in each language; the texts in ``asterisk_conf/sounds`` are made so that
they may stand one after the other.
"""

from collections.abc import Iterator
from typing import Final

from acd.core.effects import TellWait
from kernel.ids import PromptId

NUMBER_MAX: Final = 999
"""A place beyond it is not said."""
PLACE_BEFORE: Final = PromptId("place-before")
PLACE_AFTER: Final = PromptId("place-after")
WAIT_BEFORE: Final = PromptId("wait-before")
WAIT_MINUTE: Final = PromptId("wait-minute")
WAIT_MINUTES: Final = PromptId("wait-minutes")
WAIT_LONGER: Final = PromptId("wait-longer")
HUNDRED: Final = PromptId("number-100")
HUNDREDS: Final = PromptId("number-hundreds")

SAID: Final = frozenset(
    {
        PLACE_BEFORE,
        PLACE_AFTER,
        WAIT_BEFORE,
        WAIT_MINUTE,
        WAIT_MINUTES,
        WAIT_LONGER,
        HUNDRED,
        HUNDREDS,
        *(PromptId(f"digit-{digit}") for digit in range(10)),
        *(PromptId(f"number-{number}") for number in (*range(10, 20), *range(20, 100, 10))),
    }
)
"""Every announcement that can be among them, the queue's own apart."""


def spoken_wait(effect: TellWait) -> tuple[PromptId, ...]:
    """What is to be played, in order; nothing when there is nothing to say."""
    said: list[PromptId] = [] if effect.prompt_id is None else [effect.prompt_id]
    if effect.position is not None and effect.position <= NUMBER_MAX:
        said += [PLACE_BEFORE, *spoken_number(effect.position), PLACE_AFTER]
    if effect.minutes is not None:
        if effect.is_longer:
            said.append(WAIT_LONGER)
        unit = WAIT_MINUTE if effect.minutes == 1 else WAIT_MINUTES
        said += [WAIT_BEFORE, *spoken_number(effect.minutes), unit]
    return tuple(said)


def spoken_number(number: int) -> Iterator[PromptId]:
    """A whole number from 0 to 999, as its parts."""
    hundreds, rest = divmod(number, 100)
    if hundreds == 1:
        yield HUNDRED
    elif hundreds > 1:
        yield from (PromptId(f"digit-{hundreds}"), HUNDREDS)
    if 10 <= rest < 20:
        yield PromptId(f"number-{rest}")
        return
    tens, units = divmod(rest, 10)
    if tens:
        yield PromptId(f"number-{tens}0")
    if units or number == 0:
        yield PromptId(f"digit-{units}")
