"""Why a start came to nothing, in one sentence."""

import errno

import pytest

from acd.ports import JournalFailed
from sambut.not_started import NOT_STARTED, sentence_of
from sambut.one_program import AlreadyRunning
from store.database import StoreFailed
from store.migrate import NEWER
from telephony.config.quoting import UnsafeConfigValue


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            StoreFailed(NEWER),
            f"journal.database_url: the database cannot be used ({NEWER}); `sambut check` tells more",
        ),
        (
            JournalFailed("entry 7 cannot be read"),
            "journal.database_url: the database cannot be used (entry 7 cannot be read); `sambut check` tells more",
        ),
        (PermissionError(errno.EACCES, "No", "/data"), "/data: No; `sambut check` tells more"),
        (OSError("odd"), "the machine: odd; `sambut check` tells more"),
        (UnsafeConfigValue("a value"), "the centre: a value; take it out of the centre file and apply that"),
        (AlreadyRunning("data: another runs; stop it"), "data: another runs; stop it"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_failure_says_what_and_where_and_how_to_mend_it(failure: Exception, sentence: str) -> None:
    assert isinstance(failure, NOT_STARTED)
    assert sentence_of(failure) == f"Not started: {sentence}"
