"""Where SIPp is: what `make setup` wrote down, else what is on the PATH."""

import os
import shutil
from pathlib import Path

import msgspec

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sambut"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The part of `tools.json` that is needed here: the one program that `tools/sipp` made for every caller."""

    sipp: str


def sipp_words(cache: Path = CACHE) -> list[str]:
    """The words that start SIPp. Raises FileNotFoundError, which says what to do, when there is none."""
    record = cache / "tools.json"
    if record.exists():
        try:
            program = msgspec.json.decode(record.read_bytes(), type=Record).sipp
        except msgspec.DecodeError as error:
            raise FileNotFoundError(f"{record} cannot be read ({error}): run `make setup`") from error
        if shutil.which(program):
            return [program]
    found = shutil.which("sipp")
    if found is None:
        raise FileNotFoundError("there is no SIPp: run `make setup`")
    return [found]
