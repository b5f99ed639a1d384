"""Logs: constant words with ids as fields; never a caller's number, digits or name."""

import io
import logging
import sys
from typing import Literal, TextIO, cast

import structlog


class Lasting(io.TextIOBase):
    """A stream whose failures end nobody: what a line tells of must not come to grief over a full disk or a closed pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = 0

    def write(self, text: str) -> int:
        """Write, or lose the text."""
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            self.lost += 1
            return len(text)

    def flush(self) -> None:
        """Flush, or leave it to the next one."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self.lost += 1


def set_up_logs(*, level: str, form: Literal["json", "console"], stream: TextIO | None = None) -> None:
    """Send everything that the program says to ``stream`` (standard error by default), from ``level`` up."""
    stream = stream or sys.stderr
    lasting = cast(TextIO, Lasting(stream))  # as much of one as is written to
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=lasting),
        cache_logger_on_first_use=False,
    )
    # What libraries say through the standard log: only what is wrong, in the same stream.
    logging.basicConfig(stream=lasting, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", force=True)
