"""Where SIPp is: what `make setup` wrote down, else what is on the PATH."""

import os
import shutil
from pathlib import Path

import msgspec

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sambut"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the set-up's record that is needed here."""

    program: list[str]


def sipp_words(cache: Path = CACHE) -> list[str]:
    """The words that start SIPp. Raises FileNotFoundError, which says what to do, when there is none."""
    record = cache / "sipp" / "current.json"
    if record.exists():
        try:
            words = msgspec.json.decode(record.read_bytes(), type=Record).program
        except msgspec.DecodeError as error:
            raise FileNotFoundError(f"{record} cannot be read ({error}): run `make setup`") from error
        if words and shutil.which(words[0]):
            return words
    found = shutil.which("sipp")
    if found is None:
        raise FileNotFoundError("there is no SIPp: run `make setup`")
    return [found]
