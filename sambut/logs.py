"""Logs: constant words with ids as fields; never a caller's number, digits or name."""

import logging
import sys
from typing import Literal, TextIO

import structlog


def set_up_logs(*, level: str, form: Literal["json", "console"], stream: TextIO | None = None) -> None:
    """Send everything that the program says to ``stream`` (standard error by default), from ``level`` up."""
    stream = stream or sys.stderr
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
        logger_factory=structlog.PrintLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    # What libraries say through the standard log: only what is wrong, in the same stream.
    logging.basicConfig(stream=stream, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", force=True)
