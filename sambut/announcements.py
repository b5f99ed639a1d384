"""Which announcements lie in a folder of sounds, by language: ``<folder>/<language>/<prompt>.<ending>``."""

from pathlib import Path

from centre.kinds import is_id
from centre.reader import Announcements
from kernel.ids import PromptId

SOUND_ENDINGS = frozenset({".alaw", ".ulaw", ".g722", ".gsm", ".sln", ".sln16", ".wav", ".wav16"})
"""Forms that Asterisk plays with the modules that we load."""


def announcements_in(folder: Path) -> Announcements | None:
    """The names of all announcements; None when there is no such folder."""
    if not folder.is_dir():
        return None
    return {
        language.name: frozenset(
            PromptId(sound.stem) for sound in language.iterdir() if sound.suffix in SOUND_ENDINGS and is_id(sound.stem)
        )
        for language in folder.iterdir()
        if language.is_dir() and len(language.name) == 2
    }
