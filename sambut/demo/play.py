"""The play: each caller lives their script against the real centre, and what came of it is looked up and judged."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from centre.model import Centre
from kernel.ids import AgentId, QueueId
from kernel.result_codes import EndedBy
from phones import tones
from phones.callers import LiveCall, TrunkCallers
from reports.rows import InteractionRow
from sambut.demo.checks import Sound, Told, problems_of
from sambut.demo.desks import Desk
from sambut.demo.lines import CallLine
from sambut.demo.scripts import CALLERS_HZ, DemoCall, GivesUp, Talks, TalksOn
from sambut.demo.watch import CallSeen, Watch, within
from sambut.storage import Storage

T = TypeVar("T")

ROW_S_MAX = 30.0
RECORDING_S_MAX = 20.0
LOOK_AGAIN_S = 0.2
LAST_ACT_S_MAX = 1.0
ROUNDS_KEPT = 3
SOMEBODY_WAITS_S_MAX = 40.0
RUSH_S_MAX = 60.0
"""Nobody talks for ever, even if the rush should not come to its end."""


@dataclass(slots=True)
class Rush:
    """What ends the talks of one round's rush."""

    vip_waits: asyncio.Event = field(default_factory=asyncio.Event)
    one_gave_up: asyncio.Event = field(default_factory=asyncio.Event)


class Play:
    """Plays calls, any number at one time."""

    def __init__(
        self,
        *,
        centre: Centre,
        storage: Storage,
        recording_dir: Path,
        watch: Watch,
        callers: TrunkCallers,
        desks: Mapping[AgentId, Desk],
    ) -> None:
        self._storage = storage
        self._recording_dir = recording_dir
        self._watch = watch
        self._callers = callers
        self._desks = desks
        self._able = _able_agents(centre)
        self._rushes: dict[int, Rush] = {}
        self._live: dict[str, DemoCall] = {}

    def call_of(self, number: str) -> DemoCall | None:
        """The call under way from a number, as the phones show it."""
        return self._live.get(number)

    async def play(self, call: DemoCall) -> CallLine:
        """One call from the INVITE to its line. Raises OSError when it cannot be placed at all, PhonesGone."""
        if call.overtakes:
            await self._somebody_waits(call)
        seen = self._watch.expect(call.shown_number, ordinal=call.ordinal, kind=call.kind)
        self._live[call.shown_number] = call
        live = await self._callers.start(call.script)
        try:
            async with _meanwhile(self._live_script(call, seen, live)):
                outcome = await live.outcome()
        finally:
            self._live.pop(call.shown_number, None)
        row = await self._row(seen)
        sound = await self._sound(row)
        desk = self._desks.get(row.agent_id) if row is not None and row.agent_id is not None else None
        told = Told(
            outcome=outcome,
            seen=seen,
            row=row,
            sound=None if sound is None else sound[1],
            agent_hz=None if desk is None else desk.seat.tone_hz,
        )
        able = self._able.get(call.meant.queue or QueueId(""), frozenset())
        problems = problems_of(call, told, able=able, others=self._watch.calls.values())
        return _line(call, row, sound, problems)

    # -- living the script -----------------------------------------------------

    async def _live_script(self, call: DemoCall, seen: CallSeen, live: LiveCall) -> None:
        rush = self._rushes.setdefault(call.round, Rush())
        self._rushes.pop(call.round - ROUNDS_KEPT, None)
        match call.conduct:
            case GivesUp():
                await self._watch.until(lambda: seen.queued_at)
                await asyncio.sleep(call.conduct.after_ms / 1000)
                live.hang_up()
                await self._watch.until(lambda: seen.ended_at)
                rush.one_gave_up.set()
            case Talks():
                if call.overtakes:
                    await self._watch.until(lambda: seen.queued_at)
                    rush.vip_waits.set()
                desk = await self._answered(call, seen)
                await asyncio.sleep(call.conduct.ms / 1000)
                if call.conduct.ended_by is EndedBy.CALLER:
                    live.hang_up()
                else:
                    await desk.hang_up()
            case TalksOn():
                desk = await self._answered(call, seen)
                await within(RUSH_S_MAX, rush.vip_waits.wait(), rush.one_gave_up.wait())
                await asyncio.sleep(call.conduct.more_ms / 1000)
                await desk.hang_up()
            case _:
                pass

    async def _answered(self, call: DemoCall, seen: CallSeen) -> Desk:
        agent_id = await self._watch.until(lambda: seen.agent_id)
        desk = self._desks[agent_id]
        if call.agent_breaks:
            desk.break_due = True
        return desk

    async def _somebody_waits(self, call: DemoCall) -> None:
        def look() -> bool | None:
            waiting = [one for one in self._watch.calls.values() if one.queue_id == call.meant.queue]
            return True if any(one.waits_unoffered for one in waiting) else None

        await within(SOMEBODY_WAITS_S_MAX, self._watch.until(look))

    # -- looking up what came of it --------------------------------------------

    async def _row(self, seen: CallSeen) -> InteractionRow | None:
        async def look() -> InteractionRow | None:
            row = None if seen.interaction_id is None else await self._storage.rows.interaction(seen.interaction_id)
            return row if row is not None and row.disposition is not None else None

        return await _eventually(look, within_s=ROW_S_MAX)

    async def _sound(self, row: InteractionRow | None) -> tuple[str, Sound] | None:
        """The recording's file name and what is heard in it; None when there is none to be had."""
        if row is None or row.reservation_id is None or row.answered_at is None:
            return None
        reservation_id = row.reservation_id
        stored = await _eventually(lambda: self._storage.recordings.one(reservation_id), within_s=RECORDING_S_MAX)
        if stored is None:
            return None
        path = self._recording_dir / stored.file_name
        known_hz = (*CALLERS_HZ, *(desk.seat.tone_hz for desk in self._desks.values()))
        return stored.file_name, await asyncio.to_thread(hear, path, known_hz)


def hear(path: Path, known_hz: Sequence[int]) -> Sound:
    """Listen to a stereo recording for the tones that could be in it. Raises ValueError, OSError, wave.Error."""
    sound = tones.read_wav(path)
    caller_side, agent_side = (
        frozenset(hz for hz in known_hz if tones.hears(sound.channel(side), hz, rate_hz=sound.rate_hz))
        for side in (0, 1)
    )
    return Sound(duration_ms=sound.duration_ms, caller_side=caller_side, agent_side=agent_side)


def _line(
    call: DemoCall, row: InteractionRow | None, sound: tuple[str, Sound] | None, problems: tuple[str, ...]
) -> CallLine:
    return CallLine(
        ordinal=call.ordinal,
        kind=call.kind,
        number=call.number,
        did=call.did,
        queue=(row.queue_id or "") if row else "",
        wait_ms=row.wait_ms if row else 0,
        agent=(row.agent_id or "") if row else "",
        talk_ms=row.talk_ms if row else 0,
        disposition=str(row.disposition or "") if row else "",
        ended_by=str(row.ended_by or "") if row else "",
        recording=sound[0] if sound else "",
        recording_ms=sound[1].duration_ms if sound else 0,
        problems=problems,
    )


def _able_agents(centre: Centre) -> dict[QueueId, frozenset[AgentId]]:
    return {
        queue.id: frozenset(
            agent.id
            for agent in centre.agents
            if all(dict(agent.skills).get(skill, 0) >= level for skill, level in queue.requires)
        )
        for queue in centre.queues
    }


@asynccontextmanager
async def _meanwhile(doing: Awaitable[None]) -> AsyncIterator[None]:
    """Something goes on as long as the body lasts; what it raised is raised at the end."""
    task = asyncio.ensure_future(doing)
    try:
        yield
    finally:
        # What the end of the call itself brings about is still to be taken note of.
        await asyncio.wait({task}, timeout=LAST_ACT_S_MAX)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled():
        task.result()


async def _eventually(look: Callable[[], Awaitable[T | None]], *, within_s: float) -> T | None:
    until = asyncio.get_running_loop().time() + within_s
    # What is looked for comes out of the database, which rings no bell.
    while (found := await look()) is None and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN_S)
    return found
