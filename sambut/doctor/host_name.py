"""The machine's own name: Asterisk looks it up and stands still for as long as that takes."""

import asyncio
import socket
from typing import Final

from sambut.doctor.findings import Finding, fine, warning, wrong

WHERE: Final = "host name"
LOOK_UP_S_MAX: Final = 5.0
SLOW_S: Final = 1.0


async def look_at_host_name(name: str | None = None) -> list[Finding]:
    """Can this machine's own name (or ``name``) be turned into an address, and at once?"""
    name = name or socket.gethostname()
    mend = f'add the line "127.0.1.1 {name}" to /etc/hosts'
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(LOOK_UP_S_MAX):
            await loop.getaddrinfo(name, None)
    except TimeoutError:
        return [wrong(WHERE, f"{name} is not found within {LOOK_UP_S_MAX:g} s, and Asterisk waits for it", mend)]
    except (OSError, UnicodeError):
        return [wrong(WHERE, f"{name} has no address, and Asterisk stands still while it looks for one", mend)]
    took_s = loop.time() - began
    if took_s > SLOW_S:
        return [warning(WHERE, f"{name} is found only after {took_s:.1f} s", mend)]
    return [fine(WHERE, f"{name} has an address")]
