"""Draw the state diagrams in docs/states anew: ``python -m tests.acd.draw_states``."""

from pathlib import Path

from acd.core.diagrams import agent_page, interaction_page

FOLDER = Path(__file__).parents[2] / "docs" / "states"
PAGES = {"agent.md": agent_page, "interaction.md": interaction_page}

if __name__ == "__main__":
    for name, draw in PAGES.items():
        (FOLDER / name).write_text(draw(), encoding="utf-8")
