"""Folders that can be written, hold room for recordings, and are closed to others."""

import os
import shutil
import stat
from pathlib import Path

from sambut.doctor.findings import Finding, fine, warning, wrong
from sambut.settings import Settings

GIGABYTE = 1_000_000_000


def look_at_folders(settings: Settings) -> list[Finding]:
    """The folders of data, of the run, and of recordings."""
    folders = {
        "paths.data_dir": settings.data_dir,
        "paths.run_dir": settings.run_dir,
        "recording.folder": settings.recording_dir,
    }
    found = [_writable(setting, folder) for setting, folder in folders.items()]
    return [*found, *_open_to_others(settings.data_dir), *_room(settings)]


def _writable(setting: str, folder: Path) -> Finding:
    """A folder that is not there yet is made at the start, so its nearest parent counts."""
    nearest = _nearest(folder)
    if not nearest.is_dir():
        return wrong(setting, f"{nearest} is not a folder", "take it away, or set another path")
    if not os.access(nearest, os.W_OK | os.X_OK):
        return wrong(setting, f"{nearest} cannot be written by this user", "give it to the program's user (chown)")
    return fine(setting, f"{folder} can be {'written' if nearest == folder else 'made'}")


def _open_to_others(folder: Path) -> list[Finding]:
    if not folder.is_dir():
        return []
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & 0o077:
        return []
    what = f"{folder} holds callers' data and has mode {mode:o}, so others can look into it"
    return [warning("paths.data_dir", what, f"run: chmod 700 {folder}")]


def _room(settings: Settings) -> list[Finding]:
    if not settings.recording.enabled:
        return []
    nearest, least = _nearest(settings.recording_dir), settings.recording.free_disk_bytes_min
    try:
        free = shutil.disk_usage(nearest).free
    except OSError:
        return []  # no folder: told already
    shown = f"{free / GIGABYTE:.1f} GB free at {nearest}"
    if free < least:
        what = f"{shown}, less than the {least / GIGABYTE:.1f} GB that recordings are to leave"
        return [wrong("recording.free_disk_bytes_min", what, "make room, or move recording.folder")]
    return [fine("recording.free_disk_bytes_min", shown)]


def _nearest(folder: Path) -> Path:
    """The folder, or what there is of the way to it."""
    return next(each for each in (folder, *folder.absolute().parents) if os.path.lexists(each))
