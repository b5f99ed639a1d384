"""The running program: everything joined, started in order, and let go of in the reverse order."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from acd.distributor import Distributor
from acd.recovery import last_instant
from agi_scripts.centre_view import CentreView
from agi_scripts.login_tries import LoginTries
from agi_scripts.pins import Argon2Pins
from agi_scripts.ports import Services
from agi_scripts.public_holidays import public_holidays
from agi_scripts.routes import ROUTES, Script
from centre.call_routes import Allowed, NotAllowed
from centre.model import Centre
from cti.app import make_app
from cti.frames import FrameMaker
from cti.hub import Hub
from cti.room import Room
from ivr.memory import ContactFlowMemory
from kernel.ids import TrunkId
from recorder.follower import Recorder
from sambut.announcements import announcements_in
from sambut.asterisk_site import sounds_dir, transports_on
from sambut.call_desk import CallDesk
from sambut.clicked_numbers import ClickedNumbers
from sambut.clock import WallClock
from sambut.doctor.examination import refuse_hopeless_start
from sambut.exchange import Exchange
from sambut.follow import FloorFollower
from sambut.followers import Followers, make_followers, tenant_of
from sambut.health import Health, Probe
from sambut.late_door import LateDoor
from sambut.list_desk import ListDesk
from sambut.live_centre import LiveCentre
from sambut.live_numbers import CentreNumbers
from sambut.one_program import hold_place
from sambut.readings import show_readings
from sambut.resume import resume
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from sambut.storage import ADMIN_SECRET, Archive, Storage, TokenBook, open_storage
from sambut.why.own_process import OwnProcessExplainer
from store.database import LATE_MS
from telephony.agi.caller_channel import Channel
from telephony.agi.flow_caller import FlowCaller
from telephony.agi.server import AgiServer, AgiSettings

log = structlog.get_logger(__name__)

RECORDINGS_S_MAX = 10.0
FLOW_GRACE_MS = 500


class NoCentre(Exception):
    """No centre was applied yet."""


@dataclass(slots=True, kw_only=True)
class Running:
    """The program while it runs, for those who drive it from inside: the demo and the tests."""

    settings: Settings
    storage: Storage
    distributor: Distributor
    exchange: Exchange
    hub: Hub
    numbers: CentreNumbers
    health: Health
    tasks: "asyncio.Task[None]"


@asynccontextmanager
async def run_program(settings: Settings, *, stop_asterisk: bool) -> AsyncIterator[Running]:
    """Start all, hand over the running program, and stop all at the end.

    ``stop_asterisk``: end a managed Asterisk, calls and all; otherwise it goes on, and its calls with it. ``tasks`` of
    the running program ends only when something that must not fail has failed. Raises AlreadyRunning, NoCentre,
    NotStartable, AsteriskDied, StoreFailed, JournalFailed, SecretsUnusable, OSError, UnsafeConfigValue; nothing that it
    started is left running then.
    """
    async with AsyncExitStack() as opened:
        opened.enter_context(hold_place(settings))
        storage = await opened.enter_async_context(open_storage(settings))
        # Before Asterisk hears of us: what it does by itself is not to be taken from it by a program that cannot decide.
        await storage.database.prove_writable()
        centre = await _centre_in_force(storage)
        clock, door = WallClock(not_before=await last_instant(storage.journal)), LateDoor()
        exchange = Exchange(
            settings=settings,
            program=await refuse_hopeless_start(settings, centre),
            centre=centre,
            clock=clock,
            contacts=storage.contacts,
            epoch=f"{clock.now()}-{secrets.token_hex(4)}",
            door=door,
        )
        followers = make_followers(settings, centre, storage, exchange, clock, door)
        opened.callback(followers.recorder.close)
        distributor = await resume(storage, exchange, followers, clock)
        door.hang_in(distributor)
        exchange.join(distributor, sound_closed=followers.recorder.sound_closed)
        view = _view(centre, storage, exchange, clock)
        tokens = _token_book(settings, storage, clock)
        frames = FrameMaker(storage.contacts, followers.cti_settings)
        shown_to = (view.show, followers.show, lambda changed: frames.rename(tenant_of(changed)))
        office = _office(settings, centre, storage, clock, door, followers, exchange, shown_to)
        agi = AgiServer(
            _routes(_services(storage, door, followers.floor, view, clock, exchange.clicks), view, settings),
            AgiSettings(host=settings.agi.host, port=settings.agi.port, grace_ms=FLOW_GRACE_MS),
        )
        health = Health(_probes(exchange, agi, storage))
        desk = _desk(exchange, followers, view, clock)
        app = make_app(_room(settings, storage, door, clock, followers, frames, office, tokens, desk))
        health.mount(app)
        links = {"events": exchange.events, "commands": exchange.commands}
        show_readings(followers.metrics, links=links, agi=agi, recorder=followers.recorder, database=storage.database)
        followers.metrics.mount(app)
        deciding = asyncio.create_task(distributor.run(), name="distributor")
        opened.push_async_callback(_end_distributor, distributor, deciding)
        await agi.start()
        opened.push_async_callback(agi.close)
        opened.push_async_callback(exchange.close, stop_asterisk=stop_asterisk)
        await exchange.start(centre)
        await office.tell_engine()
        tasks = asyncio.create_task(
            _together(deciding, exchange.run, office.run, tokens.run, *followers.runs(distributor.at_rest)),
            name="program",
        )
        opened.push_async_callback(_end_tasks, tasks, followers.recorder, exchange)
        await _serve(app, settings, opened)
        exchange.settle()
        log.info("up", http_port=settings.http.port)
        yield Running(
            settings=settings,
            storage=storage,
            distributor=distributor,
            exchange=exchange,
            hub=followers.hub,
            numbers=followers.numbers,
            health=health,
            tasks=tasks,
        )


def _token_book(settings: Settings, storage: Storage, clock: WallClock) -> TokenBook:
    admin_secret = SecretsFile(settings.secrets_file).ensure([ADMIN_SECRET])[ADMIN_SECRET]
    return TokenBook(storage.tokens, admin_secret, clock.now)


def _view(centre: Centre, storage: Storage, exchange: Exchange, clock: WallClock) -> CentreView:
    """The centre as flows and phones ask for it, and as whoever calls customers back asks for its routes."""
    view = CentreView(centre, public_holidays, storage.caller_lists.index)
    exchange.switch.customers.decide = lambda number: view.routes.decide(number, clock.now())
    return view


async def _centre_in_force(storage: Storage) -> Centre:
    centre = await storage.directory.load()
    if centre is None:
        raise NoCentre("there is no centre yet: `sambut apply FILE` makes one")
    return centre


def _office(
    settings: Settings,
    centre: Centre,
    storage: Storage,
    clock: WallClock,
    door: LateDoor,
    followers: Followers,
    exchange: Exchange,
    shown_to: Sequence[Callable[[Centre], None]],
) -> LiveCentre:
    return LiveCentre(
        centre=centre,
        shelf=storage.directory,
        clock=clock,
        door=door,
        announcements=announcements_in(sounds_dir(settings)),
        transports=frozenset(transports_on(settings)),
        known=lambda: followers.floor.configured,
        freed=followers.floor.freed,
        change_switch=exchange.change,
        shown_to=shown_to,
    )


def _services(
    storage: Storage, door: LateDoor, floor: FloorFollower, view: CentreView, clock: WallClock, clicks: ClickedNumbers
) -> Services:
    return Services(
        door=door,
        contacts=storage.contacts,
        flows=view,
        look_ups=view,
        memory=ContactFlowMemory(storage.contacts),
        agents=view,
        referrals=view,
        seats=floor,
        pins=Argon2Pins(),
        login_tries=LoginTries(),
        clock=clock,
        place=view,
        routes=lambda: view.routes,
        clicks=clicks,
    )


def _desk(exchange: Exchange, followers: Followers, view: CentreView, clock: WallClock) -> CallDesk:
    return CallDesk(
        commands=exchange.commands,
        hub=followers.hub,
        referrals=view,
        decide=lambda number: view.routes.decide(number, clock.now()),
        ring=exchange.click,
    )


def _room(
    settings: Settings,
    storage: Storage,
    door: LateDoor,
    clock: WallClock,
    followers: Followers,
    frames: FrameMaker,
    office: LiveCentre,
    tokens: TokenBook,
    desk: CallDesk,
) -> Room:
    return Room(
        settings=followers.cti_settings,
        hub=followers.hub,
        frames=frames,
        door=door,
        clock=clock,
        contacts=storage.contacts,
        tokens=tokens,
        archive=Archive(storage),
        explainer=OwnProcessExplainer(settings.database_url),
        shelf=storage.recordings,
        office=office,
        lists=ListDesk(
            centre=office.in_force, lists=storage.caller_lists, requests=storage.block_requests, clock=clock
        ),
        country=lambda: office.in_force().country,
        calls=desk,
        numbers=followers.numbers.now,
    )


def _routes(
    services: Services, view: CentreView, settings: Settings
) -> dict[str, Callable[[Channel], Coroutine[Any, Any, None]]]:
    return {name: _serving(script, services, view, settings.recording.enabled) for name, script in ROUTES.items()}


def _serving(
    script: Script, services: Services, view: CentreView, records: bool
) -> Callable[[Channel], Coroutine[Any, Any, None]]:
    def decide(number: str, trunk_id: TrunkId | None) -> Allowed | NotAllowed:
        return view.routes.decide(number, services.clock.now(), trunk_id=trunk_id)

    async def serve(channel: Channel) -> None:
        await script(FlowCaller(channel, decide, records=records), services)

    return serve


def _probes(exchange: Exchange, agi: AgiServer, storage: Storage) -> list[Probe]:
    async def journal() -> str | None:
        await storage.journal.last_seq()
        waits_ms = storage.database.write_waits_ms
        return None if waits_ms < LATE_MS else f"a write has been waiting for {waits_ms // 1000} s"

    def links() -> str | None:
        if not exchange.events.is_up or not exchange.commands.is_up:
            return "a link to Asterisk is down"
        return None if exchange.listener.in_step.is_set() else "not yet in step with Asterisk"

    return [
        Probe(name="journal", check=journal),
        Probe(name="asterisk", check=links),
        Probe(name="fastagi", check=lambda: None if agi.port else "not listening"),
    ]


async def _serve(app: web.Application, settings: Settings, opened: AsyncExitStack) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    opened.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http.host, settings.http.port).start()


async def _together(deciding: "asyncio.Task[None]", *runs: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run all until one ends: none of them may."""
    async with asyncio.TaskGroup() as tasks:
        for run in runs:
            tasks.create_task(run())
        tasks.create_task(_watch(deciding))


async def _watch(deciding: "asyncio.Task[None]") -> None:
    await asyncio.shield(deciding)
    raise RuntimeError("the distributor has ended")


async def _end_tasks(tasks: "asyncio.Task[None]", recorder: Recorder, exchange: Exchange) -> None:
    if tasks.done():
        exchange.leave_asterisk()
    else:
        await recorder.finish(within_s=RECORDINGS_S_MAX)
    tasks.cancel()
    await asyncio.gather(tasks, return_exceptions=True)


async def _end_distributor(distributor: Distributor, deciding: "asyncio.Task[None]") -> None:
    distributor.close()
    await asyncio.gather(deciding, return_exceptions=True)
