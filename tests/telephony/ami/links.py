"""Links with short times, for tests against the fake Asterisk."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from kernel.instants import Instant
from telephony.ami.connection import AmiLink
from telephony.ami.settings import LinkSettings
from tests.telephony.ami.fake_asterisk import FakeAsterisk
from tests.telephony.waiting import eventually

NOW = Instant(1_800_000_000_000)


def settings_for(asterisk: FakeAsterisk, **changes: object) -> LinkSettings:
    quick = LinkSettings(
        host="127.0.0.1",
        port=asterisk.port,
        username="engine",
        secret="secret",
        reconnect_ms_min=5,
        reconnect_ms_max=20,
    )
    return replace(quick, **changes)  # type: ignore[arg-type]  # each test names real fields


@asynccontextmanager
async def link_to(
    asterisk: FakeAsterisk,
    *,
    waits_for_up: bool = True,
    on_up: Callable[[], None] = lambda: None,
    on_down: Callable[[], None] = lambda: None,
    **changes: object,
) -> AsyncIterator[AmiLink]:
    """A started link, up unless told otherwise; closed at the end."""
    link = AmiLink(settings_for(asterisk, **changes), now=lambda: NOW, on_up=on_up, on_down=on_down)
    await link.start()
    try:
        if waits_for_up:
            await eventually(lambda: link.is_up)
        yield link
    finally:
        await link.close()
