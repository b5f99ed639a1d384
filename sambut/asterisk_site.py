"""Where Asterisk is and how it is to run: the set-up's record and the settings as the site that telephony works on."""

import json
import os
import stat
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sambut
from centre.model import Centre
from kernel.ids import DeviceId, TrunkId
from sambut.settings import Settings
from telephony.config.site import AsteriskSite, FeatureCodes, SipSecrets, Transport

VERSION_MIN = (22, 10, 1)


class AsteriskNotFound(Exception):
    """There is no record of an Asterisk that could be run. The text says where it was looked for and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskProgram:
    """One installed Asterisk, as the set-up recorded it. ``words`` start it."""

    words: tuple[str, ...]
    version: str
    modules_dir: Path
    data_dir: Path
    sounds_dir: Path
    moh_dir: Path


def cache_dir() -> Path:
    """The folder in which ``make setup`` keeps what it provides for this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sambut"


def read_program(settings: Settings) -> AsteriskProgram:
    """The Asterisk to run. Raises AsteriskNotFound."""
    path = (
        Path(settings.asterisk.record).expanduser()
        if settings.asterisk.record
        else cache_dir() / "asterisk/current.json"
    )
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        program = AsteriskProgram(
            words=tuple(record["program"]),
            version=record["version"],
            modules_dir=Path(record["modules_dir"]),
            data_dir=Path(record["data_dir"]),
            sounds_dir=Path(record["sounds_dir"]),
            moh_dir=Path(record["moh_dir"]),
        )
    except FileNotFoundError:
        raise AsteriskNotFound(f"{path}: no record of an Asterisk; run `make setup` once") from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise AsteriskNotFound(f"{path}: the record cannot be read ({problem}); run `make setup` again") from problem
    if not Path(program.words[0]).exists():
        raise AsteriskNotFound(f"{path}: {program.words[0]} is not there; run `make setup` again")
    return program


def sounds_dir(settings: Settings) -> Path:
    """Our announcements, by language."""
    return settings.sounds_dir or Path(sambut.__file__).resolve().parent.parent / "asterisk_conf" / "sounds"


def transports_on(settings: Settings) -> dict[str, int]:
    """The ways of SIP that are turned on, each with its port."""
    asterisk = settings.asterisk
    ports = {
        "udp": asterisk.sip_udp_port,
        "tcp": asterisk.sip_tcp_port,
        "tls": asterisk.sip_tls_port,
        "wss": asterisk.http_port,
    }
    return {name: port for name, port in ports.items() if port}


def make_site(settings: Settings, program: AsteriskProgram) -> AsteriskSite:
    """The site of a managed Asterisk: everything below ``run_dir``, but the spool, which holds unsaved recordings."""
    asterisk, run = settings.asterisk, settings.run_dir / "asterisk"
    return AsteriskSite(
        etc_dir=run / "etc",
        var_dir=run / "var",
        run_dir=run / "run",
        log_dir=run / "log",
        spool_dir=settings.data_dir / "spool",
        agi_dir=run / "agi",
        modules_dir=program.modules_dir,
        data_dir=run / "data",
        moh_dir=program.moh_dir,
        fallback_agi=run / "agi" / "fallback",
        bind_address=asterisk.bind_address,
        transports=tuple(Transport(name=name, port=port) for name, port in transports_on(settings).items()),
        http_port=asterisk.http_port,
        tls_cert=asterisk.tls_certificate,
        tls_key=asterisk.tls_key,
        external_address=asterisk.external_address,
        local_networks=asterisk.local_networks,
        rtp_port_min=asterisk.rtp_port_min,
        rtp_port_max=asterisk.rtp_port_max,
        ami_host=asterisk.ami_host,
        ami_port=asterisk.ami_port,
        ami_permit=("127.0.0.1/32",) if asterisk.mode == "managed" else ("127.0.0.1/32", *asterisk.local_networks),
        agi_address=f"{settings.agi.host}:{settings.agi.port}",
        survivable_after_s=settings.engine.survivable_after_s,
        record=settings.recording.enabled,
    )


def feature_codes(settings: Settings) -> FeatureCodes:
    """What agents dial."""
    phones = settings.phones
    return FeatureCodes(login=phones.login, logout=phones.logout, ready=phones.ready, aux=phones.aux)


def sip_secrets(secrets: dict[str, str]) -> SipSecrets:
    """The secrets file's entries (``device.<id>``, ``trunk.<id>``, ``ami.*``) by whom they belong to."""
    by_kind: dict[str, dict[str, str]] = {"device": {}, "trunk": {}}
    for name, secret in secrets.items():
        kind, _, owner = name.partition(".")
        if kind in by_kind:
            by_kind[kind][owner] = secret
    return SipSecrets(
        ami_events=secrets["ami.events"],
        ami_commands=secrets["ami.commands"],
        devices={DeviceId(name): secret for name, secret in by_kind["device"].items()},
        trunks={TrunkId(name): secret for name, secret in by_kind["trunk"].items()},
    )


def lacking_passwords(centre: Centre, secrets: Collection[str]) -> list[str]:
    """Names of the passwords that only a carrier can give, and that are not among ``secrets``."""
    names = (f"trunk.{trunk.id}" for trunk in centre.trunks if trunk.register_user)
    return [name for name in names if name not in secrets]


def words_for_lacking(names: Sequence[str], secrets_file: Path) -> tuple[str, str]:
    """What is missing, and how to mend it."""
    what = f"the carrier's password is missing: {', '.join(names)}"
    return what, f'add the line "{names[0]}" = "..." to {secrets_file}'


def write_fallback_script(site: AsteriskSite) -> None:
    """The emergency announcement's process script: our Python, started by Asterisk itself without us."""
    path = Path(site.fallback_agi)
    text = f'#!/bin/sh\nexec "{sys.executable}" -m agi_scripts.fallback\n'
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    path.chmod(stat.S_IRWXU)
