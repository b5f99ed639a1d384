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
"""Why a start came to nothing; each says what, where, and how to mend it."""
