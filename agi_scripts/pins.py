"""PINs against their argon2 hashes."""

import argon2
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Pins:
    """Implements ``agi_scripts.ports.PinCheck``."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()

    def matches(self, pin_hash: str, pin: str) -> bool:
        """See PinCheck. Takes about a tenth of a second and 64 MB."""
        try:
            return self._hasher.verify(pin_hash, pin)
        except (VerificationError, InvalidHashError):
            return False
