"""The what-if as text: the numbers side by side, what they rest on, and whether the run as it was proves them."""

from collections.abc import Iterator, Sequence

from kernel.ids import AgentId
from reports.definitions import AGENT_METRICS, QUEUE_METRICS, Unit
from simulator.rerun.figures import Numbers, RunFigures
from simulator.rerun.what_if import WhatIf

_LABELS: dict[str, tuple[str, Unit]] = {
    **{metric.id: (metric.english, metric.unit) for metric in QUEUE_METRICS},
    **{metric.id: (metric.english, metric.unit) for metric in AGENT_METRICS},
}
_WIDTH = 34
_COLUMN = 12


def lines_of(what_if: WhatIf, came: Sequence[AgentId], gone: Sequence[AgentId]) -> Iterator[str]:
    """All of it. ``came``, ``gone``: agents whom only the file, or only the record has."""
    yield f"{what_if.interaction_count} interactions arrived."
    yield _proof(what_if)
    is_proved = what_if.differs_at is None
    heads = ("recorded", "as it was", "with file", "difference")
    yield ""
    yield " " * _WIDTH + "".join(f"{head:>{_COLUMN}}" for head in heads if is_proved is False or head != "as it was")
    runs = (what_if.recorded, what_if.as_it_was, what_if.other)
    yield from _block("All queues", [run.queues for run in runs], is_proved=is_proved)
    yield from _block("All agents", [run.agents for run in runs], is_proved=is_proved)
    for queue_id in sorted(set().union(*(run.by_queue for run in runs))):
        numbers = [run.by_queue.get(queue_id, {}) for run in runs]
        yield from _block(f"Queue {queue_id}", numbers, is_proved=is_proved)
    yield ""
    yield from _rests_on(what_if, came, gone)


def difference(run: RunFigures, other: RunFigures) -> dict[str, float | None]:
    """What is more in the other run, of all queues and all agents."""
    return {
        name: _minus(numbers.get(name), before.get(name))
        for before, numbers in ((run.queues, other.queues), (run.agents, other.agents))
        for name in {**before, **numbers}
    }


def _proof(what_if: WhatIf) -> str:
    if what_if.differs_at is None:
        return f"Played again as it was, all {what_if.fact_count} facts came out as they are recorded."
    return (
        f"Played again as it was, entry {what_if.differs_at} came out otherwise: other rules of the program wrote the "
        "journal. The difference is between the two runs of today's rules."
    )


def _block(title: str, runs: Sequence[Numbers], *, is_proved: bool) -> Iterator[str]:
    yield title
    for name in {**runs[0], **runs[1], **runs[2]}:
        label, unit = _LABELS[name]
        recorded, as_it_was, other = (run.get(name) for run in runs)
        shown = [_shown(recorded, unit), _shown(as_it_was, unit), _shown(other, unit)]
        if is_proved:
            del shown[1]
        shown.append(_signed(_minus(other, as_it_was), unit))
        yield f"  {label:<{_WIDTH - 2}.{_WIDTH - 3}}" + "".join(f"{each:>{_COLUMN}}" for each in shown)


def _rests_on(what_if: WhatIf, came: Sequence[AgentId], gone: Sequence[AgentId]) -> Iterator[str]:
    borrowed = what_if.rests_on.borrowed
    yield "What the run with the file rests on:"
    yield "  - As recorded: when callers came, what they did in menus, how long they talked and on what the work after it took;"
    yield "    when agents logged in, took breaks and left; how soon each of their phones was picked up, or not."
    yield "  - Menus, hours and lists are not played again: callers come to the queues that they came to."
    if what_if.rests_on.given_up:
        yield f"  - {what_if.rests_on.given_up} callers gave up by estimate: they waited longer than in the record, where"
        yield "    they were served (Kaplan-Meier over all waits of the span, by queue)."
    for name, words in (
        ("answer", "offers that were not made in the record were met as the same agent met the one nearest in time"),
        ("talk", "talks that there were not in the record took as long as the nearest in time of that queue"),
        ("departure", "callers who left a queue went on as the nearest in time who left it for that reason"),
    ):
        if borrowed[name]:
            yield f"  - {borrowed[name]} {words}."
    if came:
        yield f"  - New, and at work all the time without a break: {', '.join(came)}."
    if gone:
        yield f"  - Not in the file, so not there: {', '.join(gone)}."


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _shown(value: float | None, unit: Unit) -> str:
    if value is None:
        return "-"
    match unit:
        case Unit.COUNT:
            return f"{value:.0f}"
        case Unit.RATIO:
            return f"{value * 100:.2f} %"
        case Unit.MS:
            return f"{value / 1000:.1f} s"


def _signed(value: float | None, unit: Unit) -> str:
    if value is None:
        return "-"
    return "0" if value == 0 else ("+" if value > 0 else "") + _shown(value, unit)
