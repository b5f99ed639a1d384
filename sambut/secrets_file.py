"""The secrets file: passwords by name, made at random, readable by nobody but the program's own user.

Names: ``ami.events``, ``ami.commands``, ``api.<what for>``, ``device.<id>``, ``trunk.<id>``. A trunk's password comes
from the carrier, so an administrator writes it here; all others are made when first asked for.
"""

import contextlib
import os
import re
import secrets
import stat
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

MODE = 0o600
RANDOM_BYTES = 24
"""Makes 32 characters."""

_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")
_VALUE = re.compile(r"[A-Za-z0-9!#%&()*+,./:=?@^_~-]{1,256}")
_HEADER = "# Passwords by what they are for. Keep this file to yourself: chmod 600.\n"


class SecretsUnusable(Exception):
    """The secrets file cannot be used; the text says why and how to mend it, and never quotes a secret."""


class SecretsFile:
    """Passwords by name."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """All secrets; none when there is no file yet.

        Raises:
            SecretsUnusable: others may read the file, or it is not what it should be.
        """
        try:
            with self._path.open("rb") as file:
                self._check_mode(os.fstat(file.fileno()))
                raw = tomllib.loads(file.read().decode("utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as wrong:
            what = f"{self._path}: cannot be read: {wrong.strerror}"
            raise SecretsUnusable(f"{what}; let it be a file of the program's own user, mode 600") from None
        except ValueError:
            # The parser's own words may quote what it stumbled over, so they are not passed on.
            raise SecretsUnusable(f'{self._path}: is not TOML; write one line for each, as "trunk.x" = "..."') from None
        return dict(self._checked(raw))

    def ensure(self, names: Iterable[str]) -> dict[str, str]:
        """All secrets, with those of ``names`` made that were not there. Nothing is written when nothing is missing.

        Raises:
            SecretsUnusable: as ``read``, or the file cannot be written.
            ValueError: a name is not one.
        """
        known = self.read()
        missing = sorted(set(names) - set(known))
        for name in missing:
            if not _NAME.fullmatch(name):
                raise ValueError(f"not the name of a secret: {name!r}")
            known[name] = secrets.token_urlsafe(RANDOM_BYTES)
        if missing:
            self._write(known)
        return known

    def _check_mode(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise SecretsUnusable(f"{self._path}: is not a file; take away what is there")
        if status.st_mode & 0o177:
            mode = stat.S_IMODE(status.st_mode)
            raise SecretsUnusable(
                f"{self._path}: its mode is {mode:o}, so others can use it; run: chmod 600 {self._path}"
            )

    def _checked(self, raw: Mapping[str, object]) -> Iterable[tuple[str, str]]:
        for name, value in raw.items():
            if not _NAME.fullmatch(name):
                raise SecretsUnusable(f'{self._path}: a name is wrong; names stand in quotes, as "trunk.x" = "..."')
            if not isinstance(value, str) or not _VALUE.fullmatch(value):
                what = f"{self._path}: {name} is not a password"
                raise SecretsUnusable(f"{what}; 1-256 letters, digits and ! # % & ( ) * + , . / : = ? @ ^ _ ~ -")
            yield name, value

    def _write(self, known: Mapping[str, str]) -> None:
        text = _HEADER + "".join(f'"{name}" = "{known[name]}"\n' for name in sorted(known))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # mkstemp gives mode 600 from the first moment.
            number, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        except OSError as wrong:
            raise SecretsUnusable(f"{self._path}: cannot be written: {wrong.strerror}") from None
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
            self._sync_folder()
        except OSError as wrong:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise SecretsUnusable(f"{self._path}: cannot be written: {wrong.strerror}") from None

    def _sync_folder(self) -> None:
        """The new name must outlive a power cut as well."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
