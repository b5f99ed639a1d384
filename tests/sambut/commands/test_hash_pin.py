"""hash-pin: a hash for the centre file, and none for what is guessed first."""

import pytest

from agi_scripts.pins import Argon2Pins
from centre.kinds import PIN_HASH
from sambut.commands.hash_pin import PinRefused, pin_hash_of
from tests.sambut.commands.conftest import Run

pytestmark = pytest.mark.slow  # a hash is dear on purpose


def test_a_hash_is_what_the_centre_file_takes_and_knows_its_pin_only(run: Run) -> None:
    printed = run("hash-pin", typed="4711\n")

    assert printed.exit_code == 0
    pin_hash = printed.stdout.strip()
    assert PIN_HASH.read(pin_hash) == pin_hash
    assert "4711" not in printed.output
    assert Argon2Pins().matches(pin_hash, "4711")
    assert not Argon2Pins().matches(pin_hash, "4712")


def test_the_same_pin_has_another_hash_each_time() -> None:
    assert pin_hash_of("4711") != pin_hash_of("4711")


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "0000", "1234", "9876", "４７１１", "4711 "])
def test_what_is_no_pin_or_guessed_first_is_refused_without_repeating_it(run: Run, pin: str) -> None:
    with pytest.raises(PinRefused):
        pin_hash_of(pin)

    refused = run("hash-pin", typed=f"{pin}\n")

    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert not pin or pin not in refused.stderr
