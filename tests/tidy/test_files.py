"""Every file of the project keeps the rules."""

from collections.abc import Callable, Iterator

import pytest

from tests.tidy import rules
from tests.tidy.purity import impurities, is_pure
from tests.tidy.tree import Source, sources, texts


@pytest.mark.parametrize("rule", [rules.plate, rules.length, rules.names, rules.switched_on, rules.awake])
def test_every_python_file_keeps_the_rule(rule: Callable[[Source], Iterator[str]]) -> None:
    offences = [offence for source in sources() for offence in rule(source)]

    assert not offences, "\n".join(offences)


def test_nothing_is_left_unfinished_or_tied_to_one_machine() -> None:
    offences = [offence for path, text in texts() for offence in rules.finished(path, text)]

    assert not offences, "\n".join(offences)


def test_pure_modules_reach_for_nothing_outside() -> None:
    modules = {source.module: source for source in sources()}
    offences = [offence for source in sources() if is_pure(source) for offence in impurities(source, modules)]

    assert not offences, "\n".join(offences)
