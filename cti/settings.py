"""What the CTI room is told by the program's settings. Limits have values that need no thought."""

from dataclasses import dataclass, field
from pathlib import Path

from cti.screen_pop import ScreenPop


@dataclass(frozen=True, slots=True, kw_only=True)
class CtiSettings:
    """Everything that can be set. ``origins``: the web origins whose pages may connect; others are refused.

    ``unacked_max``: events sent ahead of a client that acknowledges; ``pending_max``: events that wait for a slow
    client before it is let go; ``kernel_bytes_max``: what the kernel may hold for a client that does not read (it takes twice
    that; left alone it would take megabytes for each); ``grant_look_ms``: how often an open socket's token is looked at; ``ring_length``: events kept in memory; ``retained_max``: events kept in the log.
    """

    tenant: str
    recordings_folder: Path
    origins: tuple[str, ...] = ()
    screen_pop: ScreenPop = field(default_factory=ScreenPop)
    connections_max: int = 1_000
    connections_per_client_max: int = 600
    frame_bytes_max: int = 65_536
    kernel_bytes_max: int = 65_536
    hello_ms_max: int = 10_000
    send_ms_max: int = 20_000
    heartbeat_ms: int = 20_000
    close_ms_max: int = 5_000
    grant_look_ms: int = 1_000
    unacked_max: int = 1_000
    pending_max: int = 1_000
    ring_length: int = 20_000
    retained_max: int = 1_000_000
    write_every_ms: int = 200
    write_batch: int = 1_000
    refusals_per_minute_max: int = 30
    body_bytes_max: int = 2_097_152
