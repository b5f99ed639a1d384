"""Is the program alive, and could it serve a caller now: /health/live and /health/ready."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web

_log = structlog.get_logger(__name__)

Check = Callable[[], "str | Awaitable[str | None] | None"]
"""What looks at one thing: None when it is well, else what is wrong, in words without personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that must be well before callers are served. ``check`` must return within ``wait_ms_max``."""

    name: str
    check: Check
    wait_ms_max: int = 1_000


class Health:
    """Runs the probes, all at once; a probe that is late or raises counts as not well."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        names = [probe.name for probe in probes]
        if len(set(names)) != len(names):
            raise ValueError("two probes have one name")
        self._probes = tuple(probes)

    async def problems(self) -> dict[str, str]:
        """What is wrong, by the name of the probe; empty when all is well."""
        found = await asyncio.gather(*(self._look(probe) for probe in self._probes))
        return {probe.name: wrong for probe, wrong in zip(self._probes, found, strict=True) if wrong is not None}

    async def _look(self, probe: Probe) -> str | None:
        try:
            async with asyncio.timeout(probe.wait_ms_max / 1000):
                seen = probe.check()
                return seen if seen is None or isinstance(seen, str) else await seen
        except TimeoutError:
            return f"no answer within {probe.wait_ms_max} ms"
        except Exception:
            # A probe that cannot look is an answer too; its words go to the log, not to whoever asks.
            _log.exception("health probe failed", probe=probe.name)
            return "the probe failed; the log says why"

    def mount(self, app: web.Application) -> None:
        """Add both addresses. They need no token and tell nothing of callers or agents."""
        app.router.add_get("/health/live", _live)
        app.router.add_get("/health/ready", self._ready)

    async def _ready(self, _request: web.Request) -> web.Response:
        wrong = await self.problems()
        answer = {
            "status": "not_ready" if wrong else "ready",
            "checked": [probe.name for probe in self._probes],
            "problems": [{"name": name, "what": what} for name, what in wrong.items()],
        }
        return web.json_response(answer, status=503 if wrong else 200)


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "live"})
