"""The database as the settings want it, in a folder of its owner's only."""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sambut import storage
from sambut.settings import Journal, Paths, Settings
from store.database import Database


@dataclass
class Opened:
    """How databases were opened."""

    told: list[dict[str, Any]]

    def __call__(self, url: str, **told: Any) -> Database:
        self.told.append(told)
        return Database(url, **told)


@pytest.mark.parametrize("synchronous", ["full", "normal"])
async def test_commits_wait_for_the_disk_as_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synchronous: Any
) -> None:
    opened = Opened([])
    monkeypatch.setattr(storage, "Database", opened)
    settings = Settings(base_dir=tmp_path, paths=Paths(data_dir="data"), journal=Journal(synchronous=synchronous))

    async with storage.open_storage(settings):
        assert opened.told == [{"synchronous": synchronous, "busy_ms": 10_000}]

    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((settings.data_dir / "sambut.sqlite3").stat().st_mode) == 0o600
