"""How long what lies on the shelf is to hear: read from the files themselves."""

import asyncio
import wave
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from kernel.ids import ReservationId
from sambut.storage import Storage
from store.database import StoreFailed
from store.tables import recording


async def sounds_on_the_shelf(storage: Storage, folder: Path) -> Mapping[ReservationId, int]:
    """Milliseconds of sound by talk; a file that is not there or no WAV is left out. Raises StoreFailed."""

    def names(connection: sa.Connection) -> dict[ReservationId, str]:
        return {ReservationId(row.reservation_id): row.file_name for row in connection.execute(sa.select(recording))}

    def lengths(found: Mapping[ReservationId, str]) -> dict[ReservationId, int]:
        heard = {each: _length_ms(folder / name) for each, name in found.items()}
        return {each: ms for each, ms in heard.items() if ms is not None}

    return await asyncio.to_thread(lengths, await storage.database.read(names, StoreFailed))


def _length_ms(path: Path) -> int | None:
    try:
        with wave.open(str(path), "rb") as sound:
            return sound.getnframes() * 1000 // sound.getframerate()
    except (OSError, EOFError, wave.Error):
        return None
