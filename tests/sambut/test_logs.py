"""What the program says goes to one stream, and what becomes of the stream is nobody's end."""

import io
import os

import pytest
import structlog

from sambut.logs import Lasting, set_up_logs


@pytest.fixture(autouse=True)
def logs_as_before() -> object:
    """Other tests' logs are not touched."""
    yield
    structlog.reset_defaults()


def test_a_line_is_written_with_its_fields() -> None:
    stream = io.StringIO()
    set_up_logs(level="info", form="json", stream=stream)

    structlog.get_logger("x").warning("beat lost", failure="LinkLost")

    assert '"event": "beat lost"' in stream.getvalue()
    assert '"failure": "LinkLost"' in stream.getvalue()


def test_a_full_disk_or_a_closed_pipe_ends_no_one_who_logs() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    set_up_logs(level="info", form="json", stream=os.fdopen(writes, "w", buffering=1))

    for _ in range(3):
        structlog.get_logger("x").error("the database does not take what is to be written")


def test_what_was_lost_is_counted_and_later_lines_come_through() -> None:
    class Full(io.StringIO):
        is_full = True

        def write(self, text: str) -> int:
            if self.is_full:
                raise OSError(28, "No space left on device")
            return super().write(text)

    stream = Full()
    lasting = Lasting(stream)
    lasting.write("lost\n")
    stream.is_full = False
    lasting.write("kept\n")
    lasting.flush()

    assert (stream.getvalue(), lasting.lost) == ("kept\n", 1)
