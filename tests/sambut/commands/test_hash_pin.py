"""hash-pin: a hash for the centre file, and none for what is guessed first."""

import pytest

from centre.kinds import PIN_HASH
from sambut.commands.hash_pin import PinRefused, is_pin, pin_hash_of
from tests.sambut.commands.conftest import Run

pytestmark = pytest.mark.slow  # a hash is dear on purpose


def test_a_hash_is_what_the_centre_file_takes_and_knows_its_pin_only(run: Run) -> None:
    printed = run("hash-pin", typed="4711\n")

    assert printed.exit_code == 0
    pin_hash = printed.stdout.strip()
    assert PIN_HASH.read(pin_hash) == pin_hash
    assert "4711" not in printed.output
    assert is_pin("4711", pin_hash)
    assert not is_pin("4712", pin_hash)


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


@pytest.mark.parametrize("pin_hash", ["", "4711", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$BBBB"])
def test_no_pin_fits_what_is_no_hash(pin_hash: str) -> None:
    assert not is_pin("4711", pin_hash)
