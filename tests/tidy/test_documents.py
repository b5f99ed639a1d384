"""What the page for newcomers names is there."""

import re

from tests.tidy.tree import ROOT


def test_every_place_that_hacking_names_exists() -> None:
    named = re.findall(r"`((?:\w+/)+[\w.]*)`", (ROOT / "HACKING.md").read_text("utf-8"))

    assert len(named) > 20
    assert [place for place in named if not (ROOT / place).exists()] == []


def test_every_target_that_the_pages_name_exists() -> None:
    pages = [ROOT / name for name in ("HACKING.md", "CONTRIBUTING.md", ".ci/run", ".github/workflows/test.yml")]
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target for page in pages for target in re.findall(r"\bmake (?:--\S+ )?([a-z0-9-]+)", page.read_text("utf-8"))
    }

    assert named
    assert named <= targets
