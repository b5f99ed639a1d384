"""An explanation as text for a supervisor: names with their ids, times of the centre's day. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from acd.core.explanation import Candidate, Choice, ChoiceKind, Explanation, Rival, Standing
from acd.core.reasons import Filter, KeyPart, Measure
from kernel.ids import AgentId
from kernel.instants import Instant, to_datetime

LISTED_MAX = 10
"""Agents, callers, or times of being passed over that are told one by one; the rest is counted."""


def lines_of(explanation: Explanation, zone: ZoneInfo, *, agent_id: AgentId | None = None) -> Iterator[str]:
    """The whole of it, a line each. ``agent_id``: of the agents tell of this one only."""
    choices = explanation.choices
    told = Counter(choice.kind for choice in choices)
    offers = told[ChoiceKind.RESERVED] + told[ChoiceKind.BROUGHT]
    yield f"{explanation.interaction_id}: offered {_times(offers)}, passed over {_times(explanation.passed_over_count)}"
    for kind, alike in groupby(choices, key=lambda choice: choice.kind):
        run = list(alike)
        listed = run[:LISTED_MAX] if kind is ChoiceKind.PASSED_OVER else run
        for choice in listed:
            yield ""
            yield from _choice(choice, zone, agent_id)
        if len(run) > len(listed):
            yield ""
            yield f"  ... passed over {_times(len(run) - len(listed))} more"


def _choice(choice: Choice, zone: ZoneInfo, agent_id: AgentId | None) -> Iterator[str]:
    yield f"{_clock(choice.at, zone)}  {choice.queue_name} ({choice.queue_id}): {_headline(choice)}"
    if choice.kind is ChoiceKind.PASSED_OVER:
        yield from _passing(choice, zone)
        return
    yield from _agents(choice, zone, agent_id)
    if choice.kind in (ChoiceKind.RESERVED, ChoiceKind.BROUGHT):
        yield from _callers(choice, zone)


def _headline(choice: Choice) -> str:
    waited = f"after {_seconds(choice.waited_ms)}"
    agent = f"{choice.agent_name} ({choice.agent_id})"
    match choice.kind:
        case ChoiceKind.RESERVED:
            return f"offered to {agent} {waited}{_ending(choice)}"
        case ChoiceKind.BROUGHT:
            return f"brought to {agent} {waited}, not by the rules of the line{_ending(choice)}"
        case ChoiceKind.PASSED_OVER:
            return f"passed over {waited}: {agent} was given {choice.rivals[0].interaction_id}"
        case ChoiceKind.NOBODY:
            return f"nobody could take it {waited}"
        case ChoiceKind.SUSPENDED:
            return f"not offered {waited}: the switch served callers by itself"


def _ending(choice: Choice) -> str:
    return "" if choice.result is None else f"; {choice.result} after {_seconds(choice.rang_ms or 0)}"


# --- agents --------------------------------------------------------------------------------------------------------


def _agents(choice: Choice, zone: ZoneInfo, agent_id: AgentId | None) -> Iterator[str]:
    candidates = [each for each in choice.candidates if agent_id in (None, each.agent_id)]
    fitting = [each for each in candidates if each.rank is not None]
    unfit = [each for each in candidates if each.rank is None]
    if choice.kind is ChoiceKind.RESERVED:
        yield f"  why {choice.agent_name}: {_why_agent(choice)}"
    alike = _alike(fitting)
    for each in fitting[:LISTED_MAX]:
        place = ", ".join(_part(part, zone) for part in each.key if part.name not in alike)
        lost = f"; comes later by {_label(each.lost_by)}" if each.lost_by else ""
        yield f"    {each.rank}. {each.name} ({each.agent_id}): {place}{lost}"
    if len(fitting) > LISTED_MAX:
        yield f"    ... and {len(fitting) - LISTED_MAX} more who could have taken it"
    for each in unfit[:LISTED_MAX]:
        chosen = "got it all the same" if each.standing is Standing.CHOSEN else "could not"
        yield f"    {each.name} ({each.agent_id}) {chosen}: {_failures(each.filters)}"
    if len(unfit) > LISTED_MAX:
        yield f"    ... and {len(unfit) - LISTED_MAX} more who could not: {_summed(unfit[LISTED_MAX:])}"
    if not choice.candidates:
        yield "    there are no agents at all"


def _alike(fitting: list[Candidate]) -> set[str]:
    """Ranks that say nothing, since all who fit have the same."""
    values: dict[str, set[int]] = {}
    for part in (part for each in fitting for part in each.key if part.measure is not Measure.INSTANT):
        values.setdefault(part.name, set()).add(part.value)
    return {name for name, known in values.items() if len(known) == 1}


def _why_agent(choice: Choice) -> str:
    fitting = [each for each in choice.candidates if each.rank is not None]
    if len(fitting) == 1:
        return "the only one who could take it"
    return f"first of {len(fitting)} who could take it, by {_label(fitting[1].lost_by)}"


def _failures(filters: Iterable[Filter]) -> str:
    return "; ".join(
        f"is {each.found}" if each.name == "state" else f"{_label(each.name)} needs {each.needed}, has {each.found}"
        for each in filters
        if not each.passed
    )


def _summed(candidates: Iterable[Candidate]) -> str:
    """How many failed first at what."""
    first = Counter(
        f"{failed.found}" if failed.name == "state" else f"lack {_label(failed.name)}"
        for each in candidates
        for failed in [next(one for one in each.filters if not one.passed)]
    )
    return ", ".join(f"{count} {what}" for what, count in sorted(first.items()))


# --- callers -------------------------------------------------------------------------------------------------------


def _callers(choice: Choice, zone: ZoneInfo) -> Iterator[str]:
    ahead = [rival for rival in choice.rivals if rival.ahead]
    behind = [rival for rival in choice.rivals if not rival.ahead]
    place = ", ".join(_part(part, zone) for part in choice.key)
    if not ahead:
        yield f"  why this caller: first in the line ({place})"
    else:
        yield f"  why this caller ({place}): {choice.agent_name} could take nobody of the {len(ahead)} ahead in the line"
    for rival in ahead[:LISTED_MAX]:
        yield f"    ahead {_name(rival)}: {_for_rival(rival, choice, zone)}"
    if len(ahead) > LISTED_MAX:
        yield f"    ... and {len(ahead) - LISTED_MAX} more ahead"
    for rival in behind:
        yield f"    next behind {_name(rival)}: {_decided(rival, zone)}"
    if choice.behind_count > 1:
        yield f"    {choice.behind_count} waited behind it in all"


def _passing(choice: Choice, zone: ZoneInfo) -> Iterator[str]:
    rival = choice.rivals[0]
    if rival.ahead:
        yield f"  {_name(rival)} stood ahead: {_decided(rival, zone)}, here {_own(choice, rival.decided_by, zone)}"
    else:
        yield f"  {_name(rival)} stood behind, but {choice.agent_name}: {_failures(choice.candidates[0].filters)}"


def _for_rival(rival: Rival, choice: Choice, zone: ZoneInfo) -> str:
    if rival.fits:
        return f"{_decided(rival, zone)}; {choice.agent_name} could have taken it"
    return f"{choice.agent_name}: {_failures(each for each in rival.filters if each.name != 'state')}"


def _decided(rival: Rival, zone: ZoneInfo) -> str:
    return next((_part(part, zone) for part in rival.key if part.name == rival.decided_by), "by its id")


def _own(choice: Choice, name: str, zone: ZoneInfo) -> str:
    return next((_part(part, zone) for part in choice.key if part.name == name), choice.interaction_id)


def _name(rival: Rival) -> str:
    return f"{rival.interaction_id} in {rival.queue_name} ({rival.queue_id})"


# --- small words ---------------------------------------------------------------------------------------------------


def _part(part: KeyPart, zone: ZoneInfo) -> str:
    shown = _clock(Instant(part.value), zone) if part.measure is Measure.INSTANT else str(part.value)
    return f"{_label(part.name)} {part.words or shown}"


def _label(name: str) -> str:
    return name.replace("_", " ")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"


def _clock(at: Instant, zone: ZoneInfo) -> str:
    return to_datetime(at).astimezone(zone).strftime("%H:%M:%S.%f")[:-3]
