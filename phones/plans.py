"""What people do by themselves: which keys they press, and how they answer when their phone rings. Pure."""

from typing import Annotated

import msgspec

from phones.words import tag_of

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=86_400_000)]
Keys = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-D*#]{1,64}$")]


class KeyPress(msgspec.Struct, frozen=True, kw_only=True):
    """Keys pressed one after the other, `after_ms` after the answer or after the keys before them."""

    keys: Keys
    after_ms: Milliseconds = 0
    gap_ms: Milliseconds = 120


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag_field="plan", tag=tag_of):
    """What a phone does by itself when it rings; a phone without one lets it ring."""


class PicksUp(Plan, frozen=True, kw_only=True):
    """Answers `after_ms` after the first ring, and hangs up `hang_up_after_ms` after that, or never."""

    after_ms: Milliseconds = 0
    hang_up_after_ms: Milliseconds | None = None


class PicksUpWhenTold(Plan, frozen=True, kw_only=True):
    """Answers at once when the INVITE's headers ask for it, else lets it ring or answers after `otherwise_after_ms`."""

    otherwise_after_ms: Milliseconds | None = None
    hang_up_after_ms: Milliseconds | None = None


class Declines(Plan, frozen=True, kw_only=True):
    """Refuses with 603."""

    after_ms: Milliseconds = 0


class IsBusy(Plan, frozen=True, kw_only=True):
    """Refuses with 486."""

    after_ms: Milliseconds = 0


class DoesNotDisturb(Plan, frozen=True, kw_only=True):
    """Refuses with 480, as many phones do that are set not to disturb."""

    after_ms: Milliseconds = 0


class Forwards(Plan, frozen=True, kw_only=True):
    """Sends the caller elsewhere with 302: ``to`` is a whole sip: URI."""

    to: Annotated[str, msgspec.Meta(pattern=r"^sips?:[!-~]{1,200}$")]
    after_ms: Milliseconds = 0


class LetsItRing(Plan, frozen=True, kw_only=True):
    """Rings until the caller's side gives up."""


AnyPlan = PicksUp | PicksUpWhenTold | Declines | IsBusy | DoesNotDisturb | Forwards | LetsItRing
