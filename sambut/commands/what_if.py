"""``sambut replay FROM TO --with FILE``: the span under another centre file, beside what it was."""

from pathlib import Path
from zoneinfo import ZoneInfo

from centre.plan import plan
from kernel.instants import Instant
from sambut.what_if.other_centre import absent_agents, new_agents, other_centre
from sambut.what_if.table import lines_of
from sambut.why.reading import Records
from simulator.rerun.what_if import Recording, WhatIf


class FileInvalid(Exception):
    """The centre file cannot be used. The text has a line for each problem."""


def text_of(file: Path) -> bytes:
    """What is in the file. Raises FileInvalid."""
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise FileInvalid(f"{file}: cannot be read: {wrong.strerror}") from wrong


async def what_if(records: Records, begins_at: Instant, ends_at: Instant, text: bytes) -> tuple[WhatIf, list[str]]:
    """The comparison, and its lines. Raises FileInvalid, StoreFailed, JournalFailed."""
    made = plan(None, text)
    centre = made.centre
    if centre is None:
        raise FileInvalid("\n".join(map(str, made.problems)))
    start = await records.start_before(await records.journal.first_seq_at(begins_at))
    recording = Recording(
        start.checkpoint, begins_at=begins_at, ends_at=ends_at, zone=ZoneInfo(await records.zone_name())
    )
    async for entry in records.journal.read(start.seq):
        recording.hear(entry)
        if recording.is_enough:
            break
    compared = recording.played(lambda begins_with, at_work: other_centre(centre, begins_with, at_work))
    begins_with, at_work = recording.begins_with, recording.at_work
    assert begins_with is not None, "what was played has a beginning"
    came = new_agents(centre, begins_with, at_work)
    return compared, list(lines_of(compared, came, absent_agents(centre, begins_with, at_work)))
