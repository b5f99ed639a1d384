"""Chores: tasks that belong to one call or phone, and end with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Chores:
    """Keeps its tasks alive while they run, logs the ones that fail, and can cancel them all."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin one chore."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("phone chore failed", exc_info=task.exception())

    def cancel(self) -> None:
        """Cancel all but the chore that asks."""
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
