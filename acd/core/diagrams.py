"""Diagrams: the tables of states as pictures, for the documentation."""

from itertools import groupby

from acd.core.agent_states import MOVES
from acd.core.interaction_states import PHASES


def agent_page() -> str:
    """The page ``docs/states/agent.md``."""
    arrows = [(str(state), str(target), str(trigger)) for (state, trigger), target in MOVES.items()]
    return _page("Agent states", "`MOVES` in `acd/core/agent_states.py`", arrows)


def interaction_page() -> str:
    """The page ``docs/states/interaction.md``."""
    arrows = [(str(phase), str(target), str(trigger)) for (phase, trigger), target in PHASES.items()]
    return _page("Phases of an interaction", "`PHASES` in `acd/core/interaction_states.py`", arrows)


def _page(title: str, table: str, arrows: list[tuple[str, str, str]]) -> str:
    lines = [
        f"# {title}",
        "",
        f"Drawn from {table} by `python -m tests.acd.draw_states`.",
        "An arrow back to its own state is accepted and remembered, or changes only the reason.",
        "What has no arrow is refused, unless it asks for what is so already.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    for (state, target), group in groupby(sorted(arrows), key=lambda arrow: arrow[:2]):
        triggers = ", ".join(trigger for _, _, trigger in group)
        lines.append(f"    {state} --> {target}: {triggers}")
    lines += ["```", ""]
    return "\n".join(lines)
