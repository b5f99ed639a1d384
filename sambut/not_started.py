"""Everything by which the start of the program can come to nothing."""

from acd.ports import JournalFailed
from sambut.asterisk_site import AsteriskNotFound
from sambut.doctor.examination import NotStartable
from sambut.one_program import AlreadyRunning
from sambut.program import NoCentre
from sambut.secrets_file import SecretsUnusable
from store.database import StoreFailed
from telephony.config.quoting import UnsafeConfigValue
from telephony.process import AsteriskDied

NOT_STARTED = (
    AlreadyRunning,
    NoCentre,
    NotStartable,
    AsteriskDied,
    AsteriskNotFound,
    StoreFailed,
    JournalFailed,
    SecretsUnusable,
    UnsafeConfigValue,
    OSError,
)
"""What ends a start; anything else is a defect."""


def sentence_of(failure: Exception) -> str:
    """What, where, and how to mend it; several lines when there are several reasons."""
    match failure:
        case StoreFailed() | JournalFailed():
            return (
                f"Not started: journal.database_url: the database cannot be used ({failure}); `sambut check` tells more"
            )
        case UnsafeConfigValue():
            return f"Not started: the centre: {failure}; take it out of the centre file and apply that"
        case OSError():
            where = failure.filename or "the machine"
            return f"Not started: {where}: {failure.strerror or failure}; `sambut check` tells more"
        case _:
            return f"Not started: {failure}"
