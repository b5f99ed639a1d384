"""The whole examination, and the part of it that a start depends on."""

import structlog

from centre.model import Centre
from sambut.asterisk_site import AsteriskProgram, make_site, sounds_dir
from sambut.clock import WallClock
from sambut.doctor.ami_rights import look_at_ami
from sambut.doctor.asterisk_program import look_at_asterisk
from sambut.doctor.certificates import look_at_certificate
from sambut.doctor.clock import look_at_clock
from sambut.doctor.database import look_at_database
from sambut.doctor.findings import Finding, Level, all_wrong
from sambut.doctor.folders import look_at_folders
from sambut.doctor.host_name import look_at_host_name
from sambut.doctor.passwords import look_at_secrets
from sambut.doctor.port_owners import Ours, look_at_ports
from sambut.doctor.rtp import look_at_rtp
from sambut.doctor.running import look_at_running
from sambut.doctor.sounds import look_at_sounds
from sambut.one_program import running_pid
from sambut.settings import Settings
from telephony.process import AsteriskProcess

log = structlog.get_logger(__name__)


class NotStartable(Exception):
    """Something is wrong that a start would come to grief over. The text says what, where, and how to mend it."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything, whether the program runs or not. Changes nothing; takes some seconds at most."""
    found, picture = await look_at_database(settings)
    centre = picture.centre if picture else None
    found += look_at_secrets(settings, centre)
    of_asterisk, program = await look_at_asterisk(settings)
    found += of_asterisk
    ours = who_runs(settings, program)
    found += await look_at_running(settings, ours)
    found += look_at_ports(settings, ours)
    found += [*look_at_rtp(settings, centre), *look_at_certificate(settings)]
    if ours.asterisk_pid is not None or settings.asterisk.mode == "external":
        found += await look_at_ami(settings)
    found += look_at_sounds(sounds_dir(settings), centre)
    found += look_at_folders(settings)
    found += look_at_clock(WallClock().now(), picture.last_at if picture else None, centre)
    return [*found, *await look_at_host_name()]


async def refuse_hopeless_start(settings: Settings, centre: Centre) -> AsteriskProgram:
    """What a start needs, looked at before anything is begun; gives the Asterisk to run. Raises NotStartable.

    Called by the program itself, which holds its place already: only an Asterisk that was left running is ours then.
    """
    found, program = await look_at_asterisk(settings)
    ours = Ours(program_pid=None, asterisk_pid=who_runs(settings, program).asterisk_pid)
    found += look_at_secrets(settings, centre)
    found += look_at_ports(settings, ours)
    found += [*look_at_rtp(settings, centre), *look_at_certificate(settings)]
    found += look_at_sounds(sounds_dir(settings), centre)
    wrong = all_wrong(found)
    for finding in found:
        if finding.level is Level.WARNING:
            log.warning("worth a look", where=finding.where, what=finding.what, mend=finding.mend)
    if program is None or wrong:
        raise NotStartable(wrong)
    return program


def who_runs(settings: Settings, program: AsteriskProgram | None) -> Ours:
    """Our program and our Asterisk, if they run now."""
    asterisk_pid = None
    if program is not None and settings.asterisk.mode == "managed":
        asterisk_pid = AsteriskProcess(program=program.words, site=make_site(settings, program)).pid
    return Ours(program_pid=running_pid(settings), asterisk_pid=asterisk_pid)
