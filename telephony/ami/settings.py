"""How one AMI link is to behave. Pure."""

from dataclasses import dataclass, field
from ssl import SSLContext

from telephony.ami.actions import check_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Where to connect, as whom, and every limit of the link.

    `wanted_events`: names that go into the queue, None for all; the rest is dropped unparsed. Asterisk's
    own `eventfilter` is cheaper still. `events`: the login's Events header. A link with "off" gets
    answers only, no OriginateResponse either. `boot_awaited`: up means FullyBooted seen, which needs the read
    class `system`; when false, logged in. Raises UnsafeValue when the login could not be written as one line each.
    """

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    tls: SSLContext | None = None
    events: str = "on"
    boot_awaited: bool = True
    wanted_events: frozenset[str] | None = None
    queue_length_max: int = 20_000
    pending_max: int = 5_000
    message_bytes_max: int = 1 << 20
    action_ms_max: int = 5_000
    connect_ms_max: int = 3_000
    login_ms_max: int = 5_000
    ping_ms: int = 1_600
    """Pause between pings. The link is dropped when nothing at all came for two of them: within 4.8 s of the last word."""
    reconnect_ms_min: int = 200
    reconnect_ms_max: int = 10_000
    refused_ms: int = 60_000
    """Pause after a refused login: quicker would look like an attack to fail2ban."""

    def __post_init__(self) -> None:
        check_lines([("Username", self.username), ("Secret", self.secret), ("Events", self.events)])

    def pause_ms_max(self, *, failures: int) -> int:
        """The longest pause before the next try after `failures` tries in a row that did not come up."""
        return min(self.reconnect_ms_max, self.reconnect_ms_min << min(failures + 1, 16))
