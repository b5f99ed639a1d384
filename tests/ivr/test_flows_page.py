"""docs/flows.md tells of every kind, setting, exit and problem there is."""

import re
from pathlib import Path
from typing import Any

import pytest

from ivr.core.nodes import KINDS
from ivr.core.nodes.kind import exits_of
from ivr.core.settings import read_settings, settings_schema
from ivr.core.specs import ReferenceKind
from tests.ivr.core.test_settings import GOOD

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")


def section(kind: str) -> str:
    """What the page says of one kind."""
    return PAGE.partition(f"### `{kind}`\n")[2].partition("\n##")[0]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_setting_and_exit_of_a_kind_is_told(kind: str) -> None:
    settings: Any = read_settings(KINDS[kind].settings, GOOD[kind])
    exits = {one.name for one in exits_of(KINDS[kind], settings) if not re.fullmatch("key-[1-8]", one.name)}
    names = set(settings_schema(KINDS[kind].settings)["properties"]) - {"visits_max"}

    assert {name for name in names | exits if f"`{name}`" not in section(kind)} == set()


def test_no_kind_is_told_that_is_not_there() -> None:
    kinds = PAGE.partition("## Kinds of nodes\n")[2].partition("\n## ")[0]

    assert set(re.findall(r"^### `(.+)`$", kinds, re.MULTILINE)) == set(KINDS)


def test_every_code_of_a_problem_is_told() -> None:
    sources = [*(ROOT / "ivr" / "core").glob("*.py"), *(ROOT / "ivr" / "core" / "nodes").glob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    codes = set(re.findall(r'code="([a-z_]+)"', text)) | set(re.findall(r'BadSetting\("([a-z_]+)"', text))
    codes |= set(re.findall(r'_problem\([^,]+, [^,]+, "([a-z_]+)"', text))
    codes |= {f"unknown_{kind.value}" for kind in ReferenceKind}

    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()
