"""What the demo shows while it runs: on a terminal a live table, elsewhere plain lines. Frames are made from one glance."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from acd.core.agent_states import AgentState
from cti.picture import LiveAgent, LiveCall, Picture
from kernel.ids import AgentId, InteractionId
from kernel.instants import Instant, elapsed_ms
from reports.live import Now, QueueNow
from sambut.demo.watch import CallSeen

WIDE = 120
"""Columns from which calls and agents stand side by side."""
CALLS_MIN = 6
"""Rows of calls that go before the addresses where there is not room for both."""

_PHASE_STYLES = {"flow": "dim", "waiting": "yellow", "offered": "cyan", "talking": "green", "held": "magenta"}
_STATE_STYLES: dict[AgentState, str] = {
    AgentState.READY: "green",
    AgentState.RESERVED: "cyan",
    AgentState.ALERTING: "cyan",
    AgentState.TALKING: "bold green",
    AgentState.WRAP_UP: "blue",
    AgentState.AUX: "yellow",
    AgentState.UNREACHABLE: "red",
    AgentState.LOGGED_OUT: "dim",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """All that one frame shows. ``seen``: who the demo's callers are; ``asked``: how many calls there will be."""

    at: Instant
    picture: Picture
    numbers: Now
    seen: Mapping[InteractionId, CallSeen]
    placed: int
    ended: int
    as_meant: int
    asked: int | None
    addresses: Sequence[tuple[str, str]]


def frame(glance: Glance, *, width: int, height: int) -> RenderableType:
    """One frame, made for a terminal of so many columns and lines."""
    head = Text.assemble(
        ("Sambut demo  169", "bold"),
        f"   {glance.placed} calls placed" + (f" of {glance.asked}" if glance.asked else ""),
        f", {glance.ended} ended, ",
        (f"{glance.as_meant} as meant", "green" if glance.as_meant == glance.ended else "bold red"),
        ("   Ctrl-C stops", "dim"),
    )
    queues, agents = _queues(glance), _agents(glance)
    # A table's heading and rule are two lines; one more parts it from the next.
    taken = 1 + _lines(glance.numbers.queues) + (0 if width >= WIDE else _lines(glance.picture.agents)) + 3
    addresses = list(glance.addresses)
    if height - taken - len(addresses) < CALLS_MIN:
        addresses = addresses[:1]
    calls = _calls(glance, max(height - taken - len(addresses), 2))
    foot = Table.grid(padding=(0, 1))
    for name, address in addresses:
        foot.add_row(Text(name, style="dim"), Text(address, no_wrap=True, overflow="ellipsis"))
    if width >= WIDE:
        beside = Table.grid(padding=(0, 3))
        beside.add_row(calls, agents)
        return Group(head, queues, "", beside, "", foot)
    return Group(head, queues, "", agents, "", calls, foot)


def _lines(rows: Collection[object]) -> int:
    return len(rows) + 3


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, header_style="bold")
    for column in columns:
        is_number = column in {
            "waits",
            "longest",
            "level",
            "offered",
            "answered",
            "abandoned",
            "waiting",
            "for",
            "ready",
        }
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    return table


def _queues(glance: Glance) -> Table:
    table = _table("queue", "waiting", "longest", "level", "offered", "answered", "abandoned", "ready")
    for queue in glance.numbers.queues:
        today = queue.today
        table.add_row(
            _queue_name(glance, queue.queue_id),
            Text(str(queue.waiting_count), style="bold yellow" if queue.waiting_count else ""),
            clock(queue.longest_wait_ms),
            "-" if queue.service_level is None else f"{queue.service_level:.0%}",
            str(today.offered_count),
            str(today.answered_count),
            str(today.abandoned_count + today.short_abandoned_count),
            str(_ready(glance, queue)),
        )
    return table


def _agents(glance: Glance) -> Table:
    table = _table("agent", "phone", "state", "for")
    for agent_id, agent in glance.picture.agents.items():
        style = _STATE_STYLES[agent.state]
        reason = f" ({agent.reason_code})" if agent.reason_code and agent.state is not AgentState.READY else ""
        table.add_row(
            f"{agent_id} {agent.settings.name}",
            agent.device_id or "-",
            Text(f"{agent.state.replace('_', ' ')}{reason}", style=style),
            clock(elapsed_ms(agent.since, glance.at)) if agent.since else "-",
        )
    return table


def _calls(glance: Glance, rows_max: int) -> Table:
    table = _table("caller", "kind", "state", "queue", "waits", "agent")
    calls = sorted(glance.picture.calls.values(), key=lambda call: (call.arrived_at, call.interaction_id))
    # The line that counts those left out needs its row as well.
    shown = calls if len(calls) <= rows_max else calls[: rows_max - 1]
    for call in shown:
        seen = glance.seen.get(call.interaction_id)
        table.add_row(
            seen.number if seen else "-",
            seen.kind if seen else "",
            Text(call.phase, style=_PHASE_STYLES[call.phase]),
            _queue_name(glance, call.queue_id) if call.queue_id else "-",
            clock(_waits_ms(call, glance.at)) if call.queued_at is not None else "-",
            call.agent_id or (call.offer.agent_id if call.offer else "-"),
        )
    if len(shown) < len(calls):
        table.add_row(Text(f"and {len(calls) - len(shown)} more", style="dim"))
    return table


def _waits_ms(call: LiveCall, at: Instant) -> int:
    if call.waiting and call.queued_at is not None:
        return call.queue_ms + elapsed_ms(call.queued_at, at)
    return call.queue_ms


def _queue_name(glance: Glance, queue_id: str) -> str:
    return next((queue.name for key, queue in glance.picture.queues.items() if key == queue_id), queue_id)


def _ready(glance: Glance, queue: QueueNow) -> int:
    settings = glance.picture.queues.get(queue.queue_id)
    agents: Mapping[AgentId, LiveAgent] = glance.picture.agents
    return sum(
        settings is not None and agent.state is AgentState.READY and agent.may_serve(settings.requirements)
        for agent in agents.values()
    )


def clock(ms: int) -> str:
    """A length as minutes and seconds."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


def numbers_text(numbers: Now) -> str:
    """The queues in one plain line."""
    told = (
        f"{queue.queue_id}: {queue.waiting_count} waiting, {queue.today.answered_count} answered, "
        f"{queue.today.abandoned_count + queue.today.short_abandoned_count} abandoned, "
        f"level {'-' if queue.service_level is None else format(queue.service_level, '.0%')}"
        for queue in numbers.queues
    )
    return "    " + " | ".join(told)
