"""`sambut demo`: the sample centre on a real Asterisk, with agents at real phones and callers who really call."""

import asyncio
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from centre.model import Centre
from centre.reader import read_centre
from kernel.ids import AgentId
from kernel.result_codes import Disposition
from phones.callers import TrunkCallers
from phones.sipp_program import sipp_words
from reports.definitions import ratio, total
from reports.live import Now
from sambut.asterisk_site import sounds_dir
from sambut.clock import WallClock
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.desks import Surroundings
from sambut.demo.ground import demo_ground
from sambut.demo.lines import CallLine, Errand, Summary, as_json, call_text, errand_text, summary_text
from sambut.demo.people import open_desks, was_said
from sambut.demo.play import Play
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.demo.screen import Glance
from sambut.demo.scripts import DemoCall
from sambut.demo.stage import Stage, write_whole
from sambut.demo.watch import Watch, within
from sambut.free_ports import free_ports
from sambut.logs import set_up_logs
from sambut.program import Running, run_program
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from sambut.storage import ADMIN_SECRET, open_storage

CALLERS_MAX = 16
HEALTHY_S_MAX = 30.0
HEAD_START_S = 2.5
SETTLE_S_MAX = 45.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of the demo. ``began_s``: when it was begun, by ``time.time``; ``calls`` None: until told."""

    folder: Path
    calls: int | None
    call_of: Callable[[int], DemoCall]
    json_path: Path | None = None
    picture_path: Path | None = None
    began_s: float


@dataclass(slots=True)
class Run:
    """One run and what has come of it so far."""

    asked: Asked
    stage: Stage
    placed: int = 0
    first_call_s: float | None = None
    recordings: str = ""
    numbers: Callable[[], Now] | None = None
    lines: list[CallLine] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)

    def end_call(self, line: CallLine) -> None:
        """A call is over and judged."""
        self.lines.append(line)
        self.stage.say(call_text(line))

    def end_errand(self, errand: Errand) -> None:
        """An agent has put down the phone after an errand."""
        self.errands.append(errand)
        self.stage.say(errand_text(errand))

    def summary(self) -> Summary:
        """All of it."""
        by_disposition = [line.disposition for line in self.lines]
        today = total(queue.today for queue in self.numbers().queues) if self.numbers else None
        gone = (Disposition.ABANDONED, Disposition.SHORT_ABANDONED, Disposition.ABANDONED_IN_FLOW)
        return Summary(
            calls=len(self.lines),
            as_meant=sum(line.ok for line in self.lines),
            answered=by_disposition.count(Disposition.ANSWERED),
            abandoned=sum(map(by_disposition.count, gone)),
            blocked=by_disposition.count(Disposition.BLOCKED),
            service_level=None if today is None else ratio(today.answered_in_time_count, today.offered_count),
            errands=tuple(self.errands),
            first_call_s=None if self.first_call_s is None else round(self.first_call_s, 1),
            lasted_s=round(time.time() - self.asked.began_s, 1),
            recordings=self.recordings,
        )


async def run_demo(asked: Asked) -> bool:
    """Play calls, tell each, and return whether everything was as it was meant.

    A signal ends it early: calls under way are hung up and not counted. Raises NoGround, PhonesGone, PhoneRefused,
    NotSeen, and what NOT_STARTED lists; in a group when several things failed together.
    """
    run = Run(asked=asked, stage=Stage(picture_path=asked.picture_path))
    playing = asyncio.create_task(_play(run))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # Stopping has its own limits; who asks twice cannot break it off half-done.
        for number in SIGNALS:
            loop.add_signal_handler(number, lambda: None)
        playing.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        await playing
    except asyncio.CancelledError:
        run.stage.say("Stopped. Calls under way were hung up and are not counted.")
    summary = run.summary()
    run.stage.say(summary_text(summary))
    if asked.json_path is not None:
        await asyncio.to_thread(write_whole, asked.json_path, as_json(run.lines, summary))
    return summary.ok


async def _play(run: Run) -> None:
    """The whole run, from empty ground to empty ground."""
    asked, say = run.asked, run.stage.say
    async with AsyncExitStack() as opened:
        settings = await opened.enter_async_context(demo_ground(asked.folder))
        log_file = opened.enter_context((settings.run_dir / "program.log").open("w", encoding="utf-8"))
        set_up_logs(level="info", form="console", stream=log_file)
        say(f"A centre of its own in {asked.folder}; its log is {_from_here(settings.run_dir / 'program.log')}")
        pins = {agent_id: "".join(secrets.choice("0123456789") for _ in range(6)) for agent_id in AGENT_IDS}
        centre = read_centre(demo_centre({agent_id: pin_hash_of(pin) for agent_id, pin in pins.items()}))
        async with open_storage(settings) as storage:
            await storage.directory.save(centre, WallClock().now())
        running = await opened.enter_async_context(run_program(settings, stop_asterisk=True))
        run.recordings, run.numbers = str(settings.recording_dir), running.numbers.now
        async with asyncio.timeout(HEALTHY_S_MAX):
            # Several things have to become well, and none of them is ours to wait on.
            while await running.health.problems():  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        watch = Watch(running.storage.contacts)
        running.hub.attach(watch)
        addresses = addresses_of(settings)
        for name, address in addresses:
            say(f"  {name:11}{address}")
        await opened.enter_async_context(run.stage.open(lambda: _glance(run, running, watch, addresses)))
        await _people_at_work(run, running, centre, pins, watch)


async def _people_at_work(run: Run, running: Running, centre: Centre, pins: dict[AgentId, str], watch: Watch) -> None:
    """Agents come to their desks, callers call until there are enough, and all put down their phones."""
    settings, folder = running.settings, running.settings.run_dir / "phones"
    folder.mkdir()
    play: Play | None = None
    around = Surroundings(
        server=settings.asterisk.bind_address,
        port=settings.asterisk.sip_udp_port,
        codes=settings.phones,
        # What agents hear is in the centre's first language.
        was_said=partial(was_said, sounds_dir(settings) / centre.languages[0]),
        folder=folder,
        watch=watch,
        call_of=lambda number: None if play is None else play.call_of(number),
        tell=run.end_errand,
    )
    callers = TrunkCallers(
        sipp=sipp_words(),
        server=around.server,
        port=around.port,
        ports=free_ports([0] * CALLERS_MAX),
        folder=folder / "callers",
    )
    async with open_desks(centre, pins, around, say=run.stage.say) as desks, callers:
        play = Play(
            centre=centre,
            storage=running.storage,
            recording_dir=settings.recording_dir,
            watch=watch,
            callers=callers,
            desks=desks,
        )
        secrets_known = SecretsFile(settings.secrets_file).read()
        async with asyncio.TaskGroup() as tasks:
            alive = tasks.create_task(_watch_program(running))
            await asyncio.gather(
                *(desk.plug_in(secrets_known[f"device.{desk.seat.device}"]) for desk in desks.values())
            )
            working = [tasks.create_task(desk.work()) for desk in desks.values()]
            # The first caller needs as long through welcome and menu as the agents need to log in and get ready.
            await asyncio.sleep(HEAD_START_S)
            await _call(run, play)
            await within(
                SETTLE_S_MAX, watch.until(lambda: True if all(desk.is_settled for desk in desks.values()) else None)
            )
            for desk in desks.values():
                if not desk.is_settled:
                    run.end_errand(desk.unsettled())
            for task in (alive, *working):
                task.cancel()


async def _watch_program(running: Running) -> None:
    """Raises what ended the program, which goes on for as long as nothing has failed."""
    await asyncio.shield(running.tasks)


async def _call(run: Run, play: Play) -> None:
    """Place the calls one after the other, several at one time, and wait for the last."""
    slots = asyncio.Semaphore(CALLERS_MAX)

    async def one(call: DemoCall) -> None:
        try:
            run.end_call(await play.play(call))
        finally:
            slots.release()

    async with asyncio.TaskGroup() as calls:
        while run.asked.calls is None or run.placed < run.asked.calls:
            await slots.acquire()
            run.placed += 1
            if run.placed == 1:
                run.first_call_s = time.time() - run.asked.began_s
            call = run.asked.call_of(run.placed)
            calls.create_task(one(call))
            await asyncio.sleep(call.pause_ms / 1000)


def _glance(run: Run, running: Running, watch: Watch, addresses: list[tuple[str, str]]) -> Glance:
    numbers = running.numbers.now()
    return Glance(
        at=numbers.at,
        picture=running.hub.picture,
        numbers=numbers,
        seen=watch.calls,
        placed=run.placed,
        ended=len(run.lines),
        as_meant=sum(line.ok for line in run.lines),
        asked=run.asked.calls,
        addresses=addresses,
    )


def addresses_of(settings: Settings) -> list[tuple[str, str]]:
    """Where to look at it from outside, and how to get the token."""
    where = f"{settings.http.host}:{settings.http.port}"
    return [
        ("API", f"http://{where}/api/v1/calls  (OpenAPI: http://{where}/api/v1/openapi.json)"),
        ("CTI socket", f"ws://{where}/cti/v1/ws"),
        ("health", f"http://{where}/health/ready   metrics  http://{where}/metrics"),
        ("token", f'TOKEN=$(sed -n \'s/^"{ADMIN_SECRET}" = "\\(.*\\)"/\\1/p\' {_from_here(settings.secrets_file)})'),
        ("try", f'curl -H "Authorization: Bearer $TOKEN" http://{where}/api/v1/queues'),
    ]


def _from_here(path: Path) -> Path:
    """As short as a person standing in the working folder may write it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
