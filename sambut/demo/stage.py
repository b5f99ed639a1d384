"""Where the demo speaks: a terminal with a live table below the lines told, or a plain stream of lines."""

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sambut.demo.screen import Glance, frame, numbers_text

FRAMES_EVERY_S = 0.5
NUMBERS_EVERY_S = 15.0
PICTURE_COLUMNS, PICTURE_LINES = 120, 40


class Stage:
    """Says lines at once; while ``open`` shows what goes on besides."""

    def __init__(self, *, stream: TextIO | None = None, picture_path: Path | None = None) -> None:
        self._console = Console(file=stream or sys.stdout, highlight=False)
        self._picture_path = picture_path
        self._most_calls = -1

    def say(self, text: str) -> None:
        """Some lines."""
        if self._console.is_terminal:
            style = "red" if text.startswith("BAD") else ""
            self._console.print(Text(text, style=style), soft_wrap=True)
        else:
            print(text, file=self._console.file, flush=True)

    @asynccontextmanager
    async def open(self, glance: Callable[[], Glance]) -> AsyncIterator[None]:
        """Show glances for as long as the body lasts."""
        showing = asyncio.create_task(self._show(glance) if self._console.is_terminal else self._tell_numbers(glance))
        try:
            yield
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def _show(self, glance: Callable[[], Glance]) -> None:
        # Drawn by our own loop: the picture changes in it, and a thread of rich's would read it half-changed.
        with Live(console=self._console, auto_refresh=False) as live:
            while True:
                now = glance()
                # One line less than there is: the cursor's.
                live.update(frame(now, width=self._console.width, height=self._console.height - 1), refresh=True)
                await self._keep_picture(now)
                await asyncio.sleep(FRAMES_EVERY_S)

    async def _tell_numbers(self, glance: Callable[[], Glance]) -> None:
        while True:
            await asyncio.sleep(NUMBERS_EVERY_S)
            self.say(numbers_text(glance().numbers))

    async def _keep_picture(self, glance: Glance) -> None:
        """Draw the fullest moment so far."""
        if self._picture_path is None or len(glance.picture.calls) <= self._most_calls:
            return
        self._most_calls = len(glance.picture.calls)
        paper = Console(file=io.StringIO(), record=True, width=PICTURE_COLUMNS, force_terminal=True)
        paper.print(frame(glance, width=PICTURE_COLUMNS, height=PICTURE_LINES))
        await asyncio.to_thread(write_whole, self._picture_path, paper.export_svg(title="make demo"))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there as a whole or as it was. Raises OSError."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    # mkstemp makes it readable by its owner alone; this one is for whoever may read the folder.
    Path(name).chmod(0o644)
    Path(name).replace(path)
