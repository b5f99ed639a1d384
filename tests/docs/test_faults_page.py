"""The page of faults names tests that exist, and every row has one."""

import ast
import re
from pathlib import Path

from tests.tidy.tree import ROOT

PAGE = ROOT / "docs" / "faults.md"
TEXT = PAGE.read_text("utf-8")
ROW = re.compile(r"^\| (?!fault |---)(?P<fault>[^|]+) \|[^|]+\|[^|]+\| (?P<proof>[^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)(?:::(?P<name>\w+))?`")


def names_in(file: Path) -> set[str]:
    """The names of the tests in one file."""
    tree = ast.parse(file.read_text("utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def test_every_row_names_its_proof() -> None:
    rows = list(ROW.finditer(TEXT))

    assert len(rows) > 25
    assert [row["fault"] for row in rows if TEST.search(row["proof"]) is None] == []


def test_every_test_that_the_page_names_exists() -> None:
    named = [(ROOT / found["file"], found["name"]) for found in TEST.finditer(TEXT)]

    assert len(named) > 35
    assert [str(file) for file, _ in named if not file.exists()] == []
    assert [name for file, name in named if name is not None and name not in names_in(file)] == []
