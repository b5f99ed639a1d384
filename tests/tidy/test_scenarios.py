"""The page of scenarios is true: what it names as proof exists, and every numbered sheet and test is named there."""

import re

from tests.tidy.tree import ROOT

ROW = re.compile(r"^\| (?P<number>\d+) \|[^|]*\|(?P<proof>[^|]*)\|$", re.MULTILINE)
SHEETS = ROOT / "tests" / "scenarios" / "sheets"


def proofs() -> dict[int, list[str]]:
    """The proofs that the page names, by the scenario's number."""
    page = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    return {int(row["number"]): re.findall(r"`([^`]+)`", row["proof"]) for row in ROW.finditer(page)}


def test_the_page_has_every_scenario_once() -> None:
    assert list(proofs()) == list(range(1, 45))


def test_every_proof_exists_and_is_named_after_its_scenario() -> None:
    wrong = []
    for number, named in proofs().items():
        for proof in named:
            if proof.endswith(".py"):
                file = ROOT / proof
                found = file.exists() and re.search(rf"def test_scenario_{number}_", file.read_text("utf-8"))
            else:
                found = (SHEETS / f"{proof}.txt").exists() and re.match(rf"{number:02}[a-z]?-", proof)
            if not found:
                wrong.append(f"{number}: {proof}")
    assert wrong == []


def test_every_numbered_test_is_on_the_page() -> None:
    known = proofs()
    sheets = {
        (int(found[1]), path.stem) for path in SHEETS.glob("*.txt") if (found := re.match(r"(\d\d)[a-z]?-", path.stem))
    }
    tests = {
        (int(number), str(path.relative_to(ROOT)))
        for path in (ROOT / "tests").rglob("test_*.py")
        for number in re.findall(r"def test_scenario_(\d+)_", path.read_text("utf-8"))
        if path.name != "test_scenarios.py"
    }
    assert sheets
    assert tests
    untold = sorted(one for one in sheets | tests if one[1] not in known[one[0]])
    assert untold == [], "name these in the row of their number in docs/scenarios.md"
