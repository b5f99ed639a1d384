"""docs/operations.md: its settings are those of the code, its metrics those of /metrics, its probes those of the doctor."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.docs.scrape import scraped
from tests.docs.settings_table import PAGE, written
from tests.tidy.tree import ROOT

TEXT = PAGE.read_text("utf-8")


def test_the_settings_are_those_of_the_code() -> None:
    assert written(TEXT) == TEXT, "run python -m tests.docs.settings_table"


async def test_its_metrics_are_those_that_are_scraped(tmp_path: Path) -> None:
    families = text_string_to_metric_families(await scraped(tmp_path))
    # The parser takes a counter's ending off, and makes a family of when a counter was made.
    there = {f"{each.name}{'_total' if each.type == 'counter' else ''}" for each in families}
    there = {name for name in there if not name.endswith("_created")}

    named = set(re.findall(r"sambut_[a-z_]+[a-z](?![a-z_.])", TEXT))
    assert len(named) > 40
    assert named - {"sambut_ami_commands_up"} == there


def test_every_page_that_is_linked_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", TEXT)

    assert linked
    assert [page for page in linked if not (PAGE.parent / page).exists()] == []


def test_newcomers_find_the_page() -> None:
    assert "docs/operations.md" in (ROOT / "README.md").read_text("utf-8")
    assert "operations.md" in (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
