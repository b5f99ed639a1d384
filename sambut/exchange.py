"""Asterisk as the program holds it: its process, its configuration, the two links, the switch and the ear."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from acd.distributor import Distributor
from acd.phone_lines import PhoneLines
from acd.ports import Clock, SwitchPicture
from centre.model import Centre
from kernel.contact import ContactBook
from kernel.ids import DeviceId, ReservationId
from sambut.asterisk_site import (
    AsteriskProgram,
    feature_codes,
    lacking_passwords,
    make_site,
    sip_secrets,
    sounds_dir,
    words_for_lacking,
    write_fallback_script,
)
from sambut.clicked_numbers import ClickedNumbers
from sambut.contacts_seen import contacts_in
from sambut.late_door import LateDoor
from sambut.secrets_file import SecretsFile, SecretsUnusable
from sambut.settings import Settings
from telephony.ami.connection import AmiLink
from telephony.ami.failures import AmiFailure
from telephony.ami.settings import LinkSettings
from telephony.aside import take_back
from telephony.config.deploy import RELOADED_BY, ConfigMismatch, Expected, deploy, load_again, write_files
from telephony.config.events import WANTED_EVENTS
from telephony.config.ground import prepare
from telephony.config.quoting import UnsafeConfigValue
from telephony.config.render import COMMANDS_USER, EVENTS_USER, render
from telephony.heartbeat import Heartbeat
from telephony.legs import LegTracker
from telephony.listen import Listener
from telephony.perform import AsteriskSwitch, Floor, PhoneModel, RingPolicy
from telephony.process import AsteriskDied, AsteriskProcess
from telephony.seats import SeatList

log = structlog.get_logger(__name__)

SILENT_MS_MAX = 1_200
"""A phone that lives says that it rings within milliseconds; INVITE is sent again after 500 ms, so two were lost by then."""
BIRTH_S_MAX = 20.0
LOOK_S = 0.05


class Exchange:
    """One Asterisk. ``join`` it with the distributor, which needs its switch first; then ``start``, then ``run``."""

    def __init__(
        self,
        *,
        settings: Settings,
        program: AsteriskProgram,
        centre: Centre,
        clock: Clock,
        contacts: ContactBook,
        epoch: str,
        door: LateDoor,
    ) -> None:
        self._settings = settings
        self._program = program
        self._secrets_file = SecretsFile(settings.secrets_file)
        self.site = make_site(settings, program)
        self.process = AsteriskProcess(program=program.words, site=self.site)
        secrets = sip_secrets(self._secrets(centre))
        self.events = AmiLink(self._link(EVENTS_USER, secrets.ami_events, WANTED_EVENTS), now=clock.now)
        self.commands = AmiLink(self._link(COMMANDS_USER, secrets.ami_commands, frozenset()), now=clock.now)
        self._heartbeat = Heartbeat(
            self.commands,
            every_ms=settings.engine.heartbeat_ms,
            lease_ms=settings.engine.survivable_after_s * 1000,
            now=clock.now,
            epoch=epoch,
            on_lapse=self._look_again,
        )
        self._contacts = contacts
        self._country = centre.country
        self._has_looked = False
        self.seats = SeatList(self.commands)
        self.clicks = ClickedNumbers()
        legs, lines = LegTracker(), PhoneLines()
        self.switch = AsteriskSwitch(
            commands=self.commands,
            legs=legs,
            contacts=contacts,
            floor=floor_of(centre),
            policy=RingPolicy(silent_ms_max=SILENT_MS_MAX, epoch=epoch, record=settings.recording.enabled),
            now=clock.now,
            post=door.post,
            lines=lines,
        )
        self.listener = Listener(
            events=self.events,
            commands=self.commands,
            legs=legs,
            door=door,
            now=clock.now,
            reconcile=self._reconcile,
            part=self.switch.part,
            forwarded=self.switch.end_forwarded,
            end=self.switch.end,
            take_over=self.switch.take_over,
            take_back=lambda: take_back(self.commands, beat=self._heartbeat.beat),
            sound_closed=lambda reservation_id: self._sound_closed(reservation_id),
            lines=lines,
            lost_sight=self._lose_sight,
        )
        self.switch.in_doubt = self.listener.look
        self._leaves_asterisk = False
        self._is_newborn = False
        self._distributor: Distributor | None = None
        self._sound_closed: Callable[[ReservationId], None] = lambda _: None
        self._commands_came = asyncio.Event()
        self.events.on_up, self.commands.on_up = self.listener.link_up, self._commands_up
        for link in (self.events, self.commands):
            link.on_down = self.listener.link_down

    @property
    def spool(self) -> Path:
        """Where Asterisk writes one-way recordings."""
        return Path(self.site.spool_dir) / "monitor"

    def comes_back(self) -> bool:
        """Whether Asterisk may have served callers by itself, and a look at it is under way."""
        sees = self.events.is_up and self.commands.is_up
        return not self._heartbeat.in_force and (sees or not self._has_looked)

    def _look_again(self) -> None:
        """We have been frozen, or cut off, for so long that Asterisk has given us up."""
        log.warning("the heartbeat had stopped: compared before anything is decided")
        self.listener.link_down()
        self.listener.link_up()

    async def start(self, centre: Centre) -> None:
        """Folders, configuration, process, links; waits until an Asterisk that it started is up.

        Raises OSError, UnsafeConfigValue, AsteriskDied.
        """
        prepare(
            self.site,
            asterisk_data_dir=self._program.data_dir,
            asterisk_sounds_dir=self._program.sounds_dir,
            our_sounds_dir=sounds_dir(self._settings),
        )
        write_fallback_script(self.site)
        write_files(Path(self.site.etc_dir), self._texts(centre))
        if self._settings.asterisk.mode == "managed":
            self._is_newborn = not await self.process.start()
        await self.events.start()
        await self.commands.start()
        if self._is_newborn:
            await self._wait_for_birth()

    def settle(self) -> None:
        """The program's start is whole: from now on there may be calls, and Asterisk outlives the program."""
        self._is_newborn = False

    def join(self, distributor: Distributor, *, sound_closed: Callable[[ReservationId], None]) -> None:
        """Whom to compare with each picture of the switch, and what to do when the recording files of a leg are
        complete.
        """
        self._distributor = distributor
        self._sound_closed = sound_closed

    async def run(self) -> None:
        """Listen, beat, and keep Asterisk alive, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.listener.run())
            tasks.create_task(self._bring_up_to_date())
            tasks.create_task(self._heartbeat.run())
            if self._settings.asterisk.mode == "managed":
                tasks.create_task(self.process.watch())

    async def _bring_up_to_date(self) -> None:
        """An Asterisk that ran before us has not read what was applied while no program was there."""
        while True:
            await self._commands_came.wait()
            self._commands_came.clear()
            try:
                await load_again(self.commands, RELOADED_BY)
            except AmiFailure as failure:
                log.warning("configuration not loaded", failure=type(failure).__name__)
            else:
                return

    async def change(self, centre: Centre) -> None:
        """Bring a new centre into a running Asterisk. Raises ConfigMismatch, SecretsUnusable (nothing changed), AmiFailure."""
        expected = Expected(
            endpoints=frozenset(
                [*(f"trunk-{trunk.id}" for trunk in centre.trunks), *(each.id for each in centre.devices)]
            ),
            contexts=frozenset(f"acd-trunk-{trunk.id}" for trunk in centre.trunks),
        )
        try:
            texts = self._texts(centre)
        except UnsafeConfigValue as wrong:
            raise ConfigMismatch(str(wrong)) from wrong
        await deploy(self.commands, Path(self.site.etc_dir), texts, expected)
        self.switch.floor = floor_of(centre)
        self._country = centre.country

    async def click(self, device_id: DeviceId, number: str) -> None:
        """Ring a phone, which asks the script ``outbound`` for that number once it has picked up. Raises AmiFailure."""
        interaction_id = self.switch.new_click()
        self.clicks.put(interaction_id, number)
        await self.switch.ring_to_call(interaction_id, device_id, number)

    def leave_asterisk(self) -> None:
        """This program dies of a failure, and the next one is to find the calls: whatever ``close`` is asked, they go on."""
        self._leaves_asterisk = True

    async def close(self, *, stop_asterisk: bool) -> None:
        """Let go of Asterisk; without ``stop_asterisk`` its calls go on, and the next program takes it over.

        One that was started for a start that came to nothing has no calls, and is ended.
        """
        await self.switch.close()
        await self.events.close()
        await self.commands.close()
        wanted = stop_asterisk and not self._leaves_asterisk
        stops = (wanted or self._is_newborn) and not self._heartbeat.superseded
        if stops and self._settings.asterisk.mode == "managed":
            await self.process.stop()
        else:
            self.process.release()

    def _commands_up(self) -> None:
        self._heartbeat.link_up()
        self.listener.link_up()
        self._commands_came.set()

    async def _wait_for_birth(self) -> None:
        """Until Asterisk is up, or has ended; one that takes longer than is usual is left to the watch."""
        loop = asyncio.get_running_loop()
        until = loop.time() + BIRTH_S_MAX
        while loop.time() < until and not self.commands.is_up:
            if self.process.pid is None:
                last_words = " / ".join(self.process.last_words()) or "nothing"
                raise AsteriskDied(
                    f"{self._program.words[-1]}: Asterisk ended while it was starting, and said: {last_words}; "
                    f"look into {self.site.log_dir}"
                )
            await asyncio.sleep(LOOK_S)

    def _lose_sight(self) -> None:
        if self._distributor is not None:
            self._distributor.lose_sight()

    async def _reconcile(self, picture: SwitchPicture) -> None:
        assert self._distributor is not None, "joined before it runs"
        await self._heartbeat.beat()  # before anybody waits or rings under our eyes, the dialplan knows us
        await self._note_callers(picture)
        await self._distributor.reconcile(replace(picture, is_new=self._heartbeat.take_found_new()))
        self._heartbeat.renew()
        self._has_looked = True
        if not self.listener.in_step.is_set():
            self.seats.tell_all()

    async def _note_callers(self, picture: SwitchPicture) -> None:
        """Who called while the program was away, and perhaps leaves before a flow asks."""
        for contact in contacts_in(picture, country=self._country):
            if await self._contacts.read(contact.interaction_id) is None:
                self._contacts.write(contact)

    def _texts(self, centre: Centre) -> dict[str, str]:
        secrets = sip_secrets(self._secrets(centre))
        return render(centre=centre, site=self.site, secrets=secrets, codes=feature_codes(self._settings))

    def _secrets(self, centre: Centre) -> dict[str, str]:
        names = ["ami.events", "ami.commands", *(f"device.{device.id}" for device in centre.devices)]
        known = self._secrets_file.ensure(names)
        # Nobody but the carrier knows those: random ones would only be refused there, call by call.
        lacking = lacking_passwords(centre, known)
        if lacking:
            raise SecretsUnusable("; ".join(words_for_lacking(lacking, self._settings.secrets_file)))
        return known

    def _link(self, user: str, secret: str, wanted: frozenset[str]) -> LinkSettings:
        asterisk = self._settings.asterisk
        return LinkSettings(
            host=asterisk.ami_host, port=asterisk.ami_port, username=user, secret=secret, wanted_events=wanted
        )


def floor_of(centre: Centre) -> Floor:
    """What the switch must know of a centre."""
    return Floor(
        phones={device.id: PhoneModel(model=device.model) for device in centre.devices},
        queue_names={queue.id: queue.name for queue in centre.queues},
        languages=centre.languages,
        music={queue.id: queue.music for queue in centre.queues},
    )
