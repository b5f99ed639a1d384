"""One module a target; each has a ``TARGET``. Imported late, so that a fuzzer can watch what it runs."""

import importlib

from tests.fuzz.target import Target

NAMES = ("ami", "action", "agi", "numbers", "centre", "cti", "journal", "list_csv")


def load(name: str) -> Target:
    """A target by its name. Raises ModuleNotFoundError for one that does not exist."""
    target = importlib.import_module(f"tests.fuzz.targets.{name}").TARGET
    assert isinstance(target, Target)
    return target
