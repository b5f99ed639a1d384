"""Explanations as the REST API shows them. Pure. Moments are RFC 3339 in UTC, lengths end in ``_s`` (seconds)."""

import msgspec

from acd.core.explanation import Candidate, Choice, Explanation, Rival
from acd.core.reasons import Filter, KeyPart, Measure
from cti.translate import seconds
from kernel.instants import Instant, to_iso


class FilterView(msgspec.Struct, frozen=True, kw_only=True):
    """One filter, asked of one agent for one interaction: what was needed, what was found."""

    name: str
    passed: bool
    needed: str
    found: str


class KeyPartView(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a place in a line; the first that differs decides.

    ``measure``: ``instant`` (``value`` is a moment, the earlier comes first), ``rank`` (a number, the smaller first),
    ``priority`` (a number, the greater first). ``words``: what the value was made of, where it says little by itself.
    """

    name: str
    measure: str
    value: str | int
    words: str


class CandidateView(msgspec.Struct, frozen=True, kw_only=True):
    """One agent. ``standing``: ``chosen``, ``behind`` (could have, but another came first) or ``unfit`` (a filter failed).

    ``rank`` from 1 and ``key``: of those who could have taken it. ``lost_by``: the part of the key that decided against them.
    """

    agent_id: str
    name: str
    standing: str
    rank: int | None
    key: tuple[KeyPartView, ...]
    lost_by: str
    filters: tuple[FilterView, ...]


class RivalView(msgspec.Struct, frozen=True, kw_only=True):
    """Another interaction that waited, ``ahead`` in the line or behind; ``decided_by``: the part of the key that says so.

    ``filters``: asked of the agent of this choice, for that interaction; ``fits``: all of them passed.
    """

    interaction_id: str
    queue: str
    queue_name: str
    ahead: bool
    key: tuple[KeyPartView, ...]
    decided_by: str
    fits: bool
    filters: tuple[FilterView, ...]


class ChoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One moment at which something was chosen. ``seq``, ``at``: its journal entry.

    ``kind``: ``reserved`` (offered by the rules), ``brought`` (joined otherwise), ``passed_over`` (an agent was given
    another), ``nobody`` (nobody could take it), ``suspended`` (the switch served callers by itself).
    ``result``, ``rang_s``: how an offer ended, once it has.
    """

    kind: str
    seq: int
    at: str
    queue: str
    queue_name: str
    waited_s: float
    key: tuple[KeyPartView, ...]
    ahead_count: int
    behind_count: int
    agent_id: str | None
    agent_name: str
    reservation_id: str | None
    result: str | None
    rang_s: float | None
    candidates: tuple[CandidateView, ...]
    rivals: tuple[RivalView, ...]


class ExplanationView(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice about one interaction, in order; ``passed_over_count`` counts also those that are not listed."""

    interaction_id: str
    passed_over_count: int
    choices: tuple[ChoiceView, ...]


def explanation_view(explanation: Explanation) -> ExplanationView:
    """An explanation as the API shows it."""
    return ExplanationView(
        interaction_id=explanation.interaction_id,
        passed_over_count=explanation.passed_over_count,
        choices=tuple(map(_choice, explanation.choices)),
    )


def _choice(choice: Choice) -> ChoiceView:
    return ChoiceView(
        kind=choice.kind.value,
        seq=choice.seq,
        at=to_iso(choice.at),
        queue=choice.queue_id,
        queue_name=choice.queue_name,
        waited_s=seconds(choice.waited_ms),
        key=_key(choice.key),
        ahead_count=choice.ahead_count,
        behind_count=choice.behind_count,
        agent_id=choice.agent_id,
        agent_name=choice.agent_name,
        reservation_id=choice.reservation_id,
        result=None if choice.result is None else choice.result.value,
        rang_s=None if choice.rang_ms is None else seconds(choice.rang_ms),
        candidates=tuple(map(_candidate, choice.candidates)),
        rivals=tuple(map(_rival, choice.rivals)),
    )


def _candidate(candidate: Candidate) -> CandidateView:
    return CandidateView(
        agent_id=candidate.agent_id,
        name=candidate.name,
        standing=candidate.standing.value,
        rank=candidate.rank,
        key=_key(candidate.key),
        lost_by=candidate.lost_by,
        filters=_filters(candidate.filters),
    )


def _rival(rival: Rival) -> RivalView:
    return RivalView(
        interaction_id=rival.interaction_id,
        queue=rival.queue_id,
        queue_name=rival.queue_name,
        ahead=rival.ahead,
        key=_key(rival.key),
        decided_by=rival.decided_by,
        fits=rival.fits,
        filters=_filters(rival.filters),
    )


def _filters(filters: tuple[Filter, ...]) -> tuple[FilterView, ...]:
    return tuple(
        FilterView(name=each.name, passed=each.passed, needed=each.needed, found=each.found) for each in filters
    )


def _key(parts: tuple[KeyPart, ...]) -> tuple[KeyPartView, ...]:
    return tuple(
        KeyPartView(
            name=part.name,
            measure=part.measure.value,
            value=to_iso(Instant(part.value)) if part.measure is Measure.INSTANT else part.value,
            words=part.words,
        )
        for part in parts
    )
