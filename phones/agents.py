"""A process with many agents' phones (500 have been tried), on baresip: `python -m phones.agents`.

It speaks the JSON lines of `wire` on its standard input and output, and logs to standard error. A phone that is made
with `registers: false` is a caller: it dials from the process's own SIP port with the number it has as `user`, and
unlike SIPp it records what the caller hears. To be known to a server as a trunk, start a process of its own for the
callers with `--sip-port`, and let the server identify the trunk by that port: baresip has one port a process.

What else baresip-python 0.5.2a3 wants to be told: `max_concurrent_calls` is 2 unless changed, and the 3rd INVITE gets
486 before anyone sees it; loopback is only found when `net_interface` names it, and 127.0.0.2 is not accepted there;
one runtime a process; what happens to a call before `UserAgent.dial` has returned is lost (see `BaresipPhone.dial`); only headers on a list of at most 16 are shown, among them From, which has the display name
(`peer` is the bare URI).
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

import structlog
from baresip import Config, Runtime

from phones.baresip_phone import BaresipPhone
from phones.baresip_refusal import Refuser
from phones.baresip_voice import Voices
from phones.commands import Register
from phones.exchange import Exchange
from phones.invitation import SHOWN_HEADERS
from phones.lines import open_door

SHOWN_HEADERS_MAX = 16


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; exits with 2 and a message when it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m phones.agents", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1", help="local address or interface to call from")
    parser.add_argument("--sip-port", type=int, default=0, help="own SIP port, UDP and TCP; 0 takes a free one")
    parser.add_argument("--calls-max", type=int, default=1000, help="calls at one time; more are refused with 486")
    parser.add_argument("--show-header", action="append", help="a header that ringing events show; may be repeated")
    parser.add_argument("--sip-trace", action="store_true", help="write every SIP message to standard error")
    options = parser.parse_args(arguments)
    options.show_header = tuple(dict.fromkeys(("From", *(options.show_header or SHOWN_HEADERS))))
    if len(options.show_header) > SHOWN_HEADERS_MAX:
        parser.error(f"at most {SHOWN_HEADERS_MAX} headers can be shown, From among them")
    return options


def log_to_stderr(*, sip_trace: bool) -> None:
    """Standard output belongs to the events; everything else goes to standard error."""
    logging.basicConfig(stream=sys.stderr, level=logging.DEBUG if sip_trace else logging.CRITICAL)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


async def run(options: argparse.Namespace) -> None:
    """Start the stack, serve until the end, stop the stack."""
    door = await open_door()
    runtime = Runtime()
    listen = f"sip_listen {options.address}:{options.sip_port}\n" if options.sip_port else ""
    await runtime.start(
        Config(
            net_interface=options.address,
            max_concurrent_calls=options.calls_max,
            expose_headers=options.show_header,
            sip_trace=options.sip_trace,
            native_log_level="error",
            extra_config_text=listen,
        )
    )
    voices = Voices()
    refuser = Refuser()
    speaking = asyncio.create_task(voices.run())

    async def make_phone(settings: Register) -> BaresipPhone:
        phone = BaresipPhone(runtime, settings, door.tell, voices, refuser)
        await phone.open()
        return phone

    try:
        await Exchange(door, make_phone, engine="baresip").serve()
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await runtime.close()


def main() -> None:
    """Run the process."""
    options = read_options(sys.argv[1:])
    log_to_stderr(sip_trace=options.sip_trace)
    asyncio.run(run(options))


if __name__ == "__main__":
    main()
