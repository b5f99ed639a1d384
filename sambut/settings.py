"""The program's settings: one TOML file and the environment over it, typed, every error reported at once.

The file is ``sambut.toml`` in the working folder, or what $SAMBUT_SETTINGS names. ``SAMBUT_<SECTION>_<KEY>`` in the
environment is stronger than the file. Every key has a default that is safe on a machine of one's own: everything
listens on the loopback address only. What the centre is like is not here but in the centre file.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

FILE_DEFAULT = "sambut.toml"
FILE_VARIABLE = "SAMBUT_SETTINGS"

Port = Annotated[int, Meta(ge=1, le=65_535)]
PortOrOff = Annotated[int, Meta(ge=0, le=65_535)]
Address = Annotated[str, Meta(pattern=r"^[0-9A-Za-z.:-]{1,253}\Z")]
FeatureCode = Annotated[str, Meta(pattern=r"^\*[0-9]{2,4}\Z")]
Origin = Annotated[str, Meta(pattern=r"^https?://[0-9A-Za-z.:\[\]-]+\Z")]

LOOPBACK = "127.0.0.1"
POP_PLACES = ("{key}", "{call_id}", "{agent_id}")


class Paths(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Folders. A relative one counts from the settings file's folder, without a file from the working folder."""

    data_dir: str = "var/data"
    """What must outlive a restart: the database, the secrets, recordings."""
    run_dir: str = "var/run"
    """What need not: rendered configuration, sockets, process ids."""


class Asterisk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The switch. Port 0 turns a transport off."""

    mode: Literal["managed", "external"] = "managed"
    """managed: the program starts and watches Asterisk itself. external: somebody else does."""
    record: str = ""
    """The file that says how to run Asterisk, as `make setup` writes it; empty: the one in the cache folder."""
    bind_address: Address = LOOPBACK
    """Where SIP, RTP and Asterisk's web server listen."""
    sip_udp_port: PortOrOff = 5060
    """SIP over UDP."""
    sip_tcp_port: PortOrOff = 5060
    """SIP over TCP."""
    sip_tls_port: PortOrOff = 0
    """SIP over TLS; needs the certificate."""
    http_port: PortOrOff = 0
    """Asterisk's web server, for phones in browsers (wss)."""
    tls_certificate: str = ""
    """PEM file, for sip_tls_port and http_port."""
    tls_key: str = ""
    """PEM file: the certificate's key, without a password."""
    external_address: Annotated[str, Meta(pattern=r"^[0-9A-Za-z.:-]{0,253}\Z")] = ""
    """The address that phones and carriers outside see, where there is NAT in between; empty: none."""
    local_networks: tuple[str, ...] = ()
    """Networks on this side of the NAT."""
    rtp_port_min: Port = 10_000
    """The first port of sound."""
    rtp_port_max: Port = 11_999
    """The last port of sound. Each call leg takes two."""
    ami_host: Address = LOOPBACK
    """Where Asterisk's manager listens; it has no encryption, so let it be this machine or a network of its own."""
    ami_port: Port = 5038
    """Its port."""
    sounds: str = ""
    """Folder of announcements by language; empty: those that come with the program."""


class Agi(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our FastAGI server, which Asterisk asks what to do with a call."""

    host: Address = LOOPBACK
    """Where it listens; Asterisk must reach it."""
    port: Port = 4573
    """Its port."""


class Http(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our API and CTI socket."""

    host: Address = LOOPBACK
    """Where they listen. Beyond this machine, put a TLS proxy before it."""
    port: Port = 8169
    """Their port."""
    allowed_origins: tuple[Origin, ...] = ()
    """Web pages that may open the CTI socket, as `https://crm.example.id`."""


class Crm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the CRM is opened for a call that an agent is offered: the `pop` of the event `call.offered`."""

    pop_url: Annotated[str, Meta(pattern=r"^(https?://[!-~]{1,1000})?\Z")] = ""
    """A page of the CRM, with {key}, {call_id} and {agent_id} where those go; empty: no address is sent."""
    pop_entity: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_.-]{1,60}\Z")] = "contact"
    """What kind of record is meant, in the CRM's own word."""
    pop_key_attribute: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")] = "customer_id"
    """The flow's variable that names the customer; a call without it has the caller's number as its key."""


class Journal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where everything that happens is written down."""

    database_url: str = ""
    """SQLAlchemy's form; empty: an SQLite file in data_dir."""
    synchronous: Literal["full", "normal"] = "full"
    """SQLite only. full: nothing that was acted on is lost by a power cut. normal: quicker, and the last moments may be."""
    locked_s_max: Annotated[int, Meta(ge=1, le=600)] = 10
    """SQLite only. So long a write waits for another process that holds the database; then the program ends and is started again."""


class Recording(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recordings of conversations."""

    enabled: bool = True
    """Whether talks are recorded at all."""
    folder: str = ""
    """Empty: `recordings` in data_dir."""
    free_disk_bytes_min: Annotated[int, Meta(ge=0)] = 1_000_000_000
    """With less room than this an alarm is raised; talks are recorded as long as there is any."""


class Engine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The distributor's signs of life to Asterisk's dialplan."""

    heartbeat_ms: Annotated[int, Meta(ge=200, le=60_000)] = 2000
    """How often Asterisk is told that the program lives."""
    survivable_after_s: Annotated[int, Meta(ge=2, le=3600)] = 15
    """So long without a heartbeat, and the dialplan serves callers without us."""


class Log(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the program says of itself."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is said."""
    format: Literal["json", "console"] = "console"
    """console: for people. json: one object a line, for a log collector."""


class Phones(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What agents dial. Aux is followed by the digits of a reason."""

    login: FeatureCode = "*10"
    """Log in at this phone; asks for login and PIN."""
    logout: FeatureCode = "*11"
    """Log out."""
    ready: FeatureCode = "*12"
    """Take calls."""
    aux: FeatureCode = "*13"
    """Take no calls, for a reason."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. ``base_dir``: the folder that relative paths count from; not a setting."""

    paths: Paths = field(default_factory=Paths)
    asterisk: Asterisk = field(default_factory=Asterisk)
    agi: Agi = field(default_factory=Agi)
    http: Http = field(default_factory=Http)
    crm: Crm = field(default_factory=Crm)
    journal: Journal = field(default_factory=Journal)
    recording: Recording = field(default_factory=Recording)
    engine: Engine = field(default_factory=Engine)
    log: Log = field(default_factory=Log)
    phones: Phones = field(default_factory=Phones)
    base_dir: Path = field(default_factory=Path)

    @property
    def data_dir(self) -> Path:
        return self._path(self.paths.data_dir)

    @property
    def run_dir(self) -> Path:
        return self._path(self.paths.run_dir)

    @property
    def secrets_file(self) -> Path:
        return self.data_dir / "secrets.toml"

    @property
    def recording_dir(self) -> Path:
        return self._path(self.recording.folder) if self.recording.folder else self.data_dir / "recordings"

    @property
    def sounds_dir(self) -> Path | None:
        """None: the announcements that come with the program."""
        return self._path(self.asterisk.sounds) if self.asterisk.sounds else None

    @property
    def database_url(self) -> str:
        return self.journal.database_url or f"sqlite:///{self.data_dir / 'sambut.sqlite3'}"

    def _path(self, written: str) -> Path:
        # os.path, because pathlib raises at links that lead in a circle and at homes of users whom nobody knows.
        home_known = os.path.expanduser(written)  # noqa: PTH111 - see above
        return Path(os.path.abspath(self.base_dir / home_known))  # noqa: PTH100 - see above


SECTIONS: dict[str, type[Struct]] = {
    "paths": Paths,
    "asterisk": Asterisk,
    "agi": Agi,
    "http": Http,
    "crm": Crm,
    "journal": Journal,
    "recording": Recording,
    "engine": Engine,
    "log": Log,
    "phones": Phones,
}
HIDDEN = frozenset({("journal", "database_url")})
"""Values that may hold a password: never in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Settings that are each right and cannot be together. ``keys``: which, as (section, key)."""

    keys: tuple[tuple[str, str], ...]
    what: str
    mend: str


def contradictions(settings: Settings) -> list[Contradiction]:
    """Everything that is wrong between settings."""
    return [
        *_of_asterisk(settings.asterisk),
        *_of_ports(settings),
        *_of_phones(settings.phones),
        *_of_engine(settings),
        *_of_crm(settings.crm),
    ]


def _of_asterisk(asterisk: Asterisk) -> Iterator[Contradiction]:
    if asterisk.rtp_port_max - asterisk.rtp_port_min < 3:
        yield Contradiction(
            keys=(("asterisk", "rtp_port_max"), ("asterisk", "rtp_port_min")),
            what="leaves no room for a call",
            mend="make it greater than rtp_port_min by 3",
        )
    if not (asterisk.sip_udp_port or asterisk.sip_tcp_port or asterisk.sip_tls_port):
        yield Contradiction(
            keys=(("asterisk", "sip_udp_port"),),
            what="every SIP port is off",
            mend="turn one on, as sip_udp_port = 5060",
        )
    if (asterisk.sip_tls_port or asterisk.http_port) and not (asterisk.tls_certificate and asterisk.tls_key):
        yield Contradiction(
            keys=(("asterisk", "tls_certificate"), ("asterisk", "sip_tls_port"), ("asterisk", "http_port")),
            what="sip_tls_port and http_port need a certificate and its key",
            mend="name both PEM files, or set both ports to 0",
        )
    for network in asterisk.local_networks:
        try:
            ip_network(network)
        except ValueError:
            what = f"{network[:60]!a} is not a network"
            yield Contradiction(keys=(("asterisk", "local_networks"),), what=what, mend='write it as "10.0.0.0/8"')


def _of_ports(settings: Settings) -> Iterator[Contradiction]:
    ports = [
        ((section, key), getattr(getattr(settings, section), key))
        for section, key in (
            ("asterisk", "sip_tcp_port"),
            ("asterisk", "sip_tls_port"),
            ("asterisk", "http_port"),
            ("asterisk", "ami_port"),
            ("agi", "port"),
            ("http", "port"),
        )
    ]
    for (one, port), (other, other_port) in combinations(ports, 2):
        if port and port == other_port:
            what = f"{'.'.join(other)} has port {port} too"
            yield Contradiction(keys=(one, other), what=what, mend="give each its own port")


def _of_phones(phones: Phones) -> Iterator[Contradiction]:
    codes = [(key, str(getattr(phones, key))) for key in phones.__struct_fields__]
    for (one, code), (other, other_code) in combinations(codes, 2):
        if code.startswith(other_code) or other_code.startswith(code):
            yield Contradiction(
                keys=(("phones", one), ("phones", other)),
                what=f"nobody could tell {code} from {other_code}, the code of {other}",
                mend="let no code be the beginning of another",
            )


def _of_engine(settings: Settings) -> Iterator[Contradiction]:
    if settings.engine.survivable_after_s * 1000 < 3 * settings.engine.heartbeat_ms:
        yield Contradiction(
            keys=(("engine", "survivable_after_s"), ("engine", "heartbeat_ms")),
            what="is less than three heartbeats",
            mend="make it longer, so that a late heartbeat is no alarm",
        )


def _of_crm(crm: Crm) -> Iterator[Contradiction]:
    rest = crm.pop_url
    for known in POP_PLACES:
        rest = rest.replace(known, "")
    if "{" in rest or "}" in rest:
        yield Contradiction(
            keys=(("crm", "pop_url"),),
            what="has a place in braces that nobody fills",
            mend=f"there are {', '.join(POP_PLACES)}",
        )
