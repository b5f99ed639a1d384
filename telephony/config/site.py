"""Where and how one Asterisk runs: folders, addresses, ports, limits. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from kernel.ids import DeviceId, TrunkId


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """One SIP transport: ``name`` is udp, tcp, tls or wss; ``port`` is ignored by wss (Asterisk's web server has it)."""

    name: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSite:
    """One Asterisk's place in the machine. Folders are absolute. ``agi_address`` is host:port of our FastAGI server.

    ``record``: whether talks that Asterisk brings about by itself are recorded. ``survivable_after_s``: how old the engine's heartbeat may be before Asterisk serves callers without it; ``wait_look_s``: how often the waiting room looks at it; ``flow_tries_max``: how often a flow that broke
    off is begun again, two seconds apart.
    """

    etc_dir: PurePath
    var_dir: PurePath
    run_dir: PurePath
    log_dir: PurePath
    spool_dir: PurePath
    agi_dir: PurePath
    modules_dir: PurePath
    data_dir: PurePath
    moh_dir: PurePath
    fallback_agi: PurePath
    bind_address: str
    transports: tuple[Transport, ...]
    http_port: int
    tls_cert: str
    tls_key: str
    external_address: str
    local_networks: tuple[str, ...]
    rtp_port_min: int
    rtp_port_max: int
    ami_host: str
    ami_port: int
    ami_permit: tuple[str, ...]
    agi_address: str
    survivable_after_s: int
    record: bool = True
    wait_look_s: int = 5
    flow_tries_max: int = 5
    rtp_timeout_s: int = 30
    rtp_timeout_hold_s: int = 300
    qualify_s: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSecrets:
    """Passwords by whom they belong to; never printed."""

    ami_events: str = field(repr=False)
    ami_commands: str = field(repr=False)
    devices: Mapping[DeviceId, str] = field(repr=False)
    trunks: Mapping[TrunkId, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCodes:
    """What an agent dials on the phone. Aux is followed by the reason's digits."""

    login: str = "*10"
    logout: str = "*11"
    ready: str = "*12"
    aux: str = "*13"
