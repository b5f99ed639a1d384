"""The locks pin everything by hash, name no index, and hold what ``pyproject.toml`` asks for."""

import re
from itertools import pairwise

import pytest
from packaging.requirements import Requirement

from tests.tidy.tree import ROOT, project

LOCKS = ["build", "development", "program"]


def lock_text(name: str) -> str:
    """One lock file."""
    return (ROOT / "locks" / f"{name}.txt").read_text("utf-8")


def pins(name: str) -> dict[str, str]:
    """Package to version."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock_text(name), re.MULTILINE))


def asked(*extras: str) -> list[Requirement]:
    """What the project asks for, with these extras."""
    metadata = project()["project"]
    assert isinstance(metadata, dict)
    lines = list(metadata["dependencies"])
    for extra in extras:
        lines += metadata["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_and_no_place(name: str) -> None:
    assert re.findall(r"https?:|file:|^ *-(?!-hash=).*|.*(?<!locks)/.*", lock_text(name), re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    lines = [line for line in lock_text(name).splitlines() if line and not line.lstrip().startswith("#")]

    bare = [line for line, below in pairwise([*lines, ""]) if "==" in line and "--hash=sha256:" not in below]

    assert pins(name)
    assert bare == []


@pytest.mark.parametrize(("name", "extras"), [("program", ()), ("development", ("test", "phones"))])
def test_a_lock_holds_what_the_project_asks_for(name: str, extras: tuple[str, ...]) -> None:
    locked = pins(name)

    unmet = [
        str(one) for one in asked(*extras) if not one.specifier.contains(locked.get(one.name, "0"), prereleases=True)
    ]

    assert unmet == []


@pytest.mark.parametrize("name", ["build", "program"])
def test_what_runs_is_what_was_tested(name: str) -> None:
    tested = pins("development")

    assert {package: version for package, version in pins(name).items() if tested.get(package) != version} == {}
