"""Every target takes its seeds, what once broke it, and a few hundred inputs made of them."""

import random

import pytest

from tests.fuzz.chance import changed
from tests.fuzz.target import FOUND, Target, known_inputs
from tests.fuzz.targets import NAMES, load

MADE = 200
SEED = 2026


@pytest.mark.parametrize("name", NAMES)
def test_a_target_takes_what_is_known(name: str) -> None:
    target = load(name)
    for data in known_inputs(name, target):
        target.try_one(data)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow  # hundreds of inputs
def test_a_target_takes_what_chance_makes_of_them(name: str) -> None:
    target = load(name)
    chance, known = random.Random(SEED), list(known_inputs(name, target))
    for _ in range(MADE):
        data = changed(chance, chance.choice(known), chance.choice(known))[: target.bytes_max]
        try:
            target.try_one(data)
        except Exception as wrong:
            raise AssertionError(f"{name} is broken by {data!r}") from wrong


def test_every_found_input_has_a_target() -> None:
    assert {folder.name for folder in FOUND.iterdir() if folder.is_dir()} <= set(NAMES)


def test_chance_makes_other_inputs_each_time() -> None:
    chance = random.Random(SEED)

    assert len({changed(chance, b"0123456789" * 3, b"abcdefghij") for _ in range(50)}) > 40
    assert isinstance(load("ami"), Target)
