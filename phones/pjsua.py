"""A process with one to three phones on pjsua2: `python -m phones.pjsua`.

It speaks the JSON lines of `wire`, like `agents`. pjsua2 is GPL-2: it is only ever run as this separate process, and
nothing but this module and its two neighbours imports it. A second, independent SIP stack proves that what works with
baresip is not baresip's doing.

Limits found by trying pjsua2-python 2.15.1.post1: a 5th call at one time is refused and the 9th account aborts the
process, so three phones is what one process takes here; no sound device (the null device is the clock), no Opus.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pjsua2 as pj
import structlog

from phones.commands import Register
from phones.exchange import Exchange, NotDone
from phones.lines import open_door
from phones.pjsua_phone import PjsuaPhone

PHONES_MAX = 3
TICK_S = 0.01
CODECS = ("PCMA/8000", "PCMU/8000")


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; exits with 2 and a message when it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m phones.pjsua", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1", help="local address to call from")
    parser.add_argument("--sip-port", type=int, default=0, help="own SIP port, UDP and TCP; 0 takes a free one")
    return parser.parse_args(arguments)


def start_stack(options: argparse.Namespace) -> pj.Endpoint:
    """Start pjsua2 in this thread alone: its events are polled, its callbacks come in `libHandleEvents`."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = 4
    config.uaConfig.userAgent = "Sambut pjsua2 phone"
    config.logConfig.level = config.logConfig.consoleLevel = 0
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    config.medConfig.sndAutoCloseTime = -1
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = options.address
    transport.port = options.sip_port
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_TCP, transport)
    transport.port = 0
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_TLS, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        wanted = codec.codecId.startswith(CODECS)
        endpoint.codecSetPriority(codec.codecId, 200 if wanted else 0)
    return endpoint


async def poll(endpoint: pj.Endpoint) -> None:
    """Let the stack work, for ever."""
    while True:
        while endpoint.libHandleEvents(0) > 0:
            pass
        await asyncio.sleep(TICK_S)


async def run(options: argparse.Namespace) -> None:
    """Start the stack, serve until the end, stop the stack."""
    door = await open_door()
    endpoint = start_stack(options)
    phones = 0
    with tempfile.TemporaryDirectory(prefix="sambut-phones-") as folder:

        async def make_phone(settings: Register) -> PjsuaPhone:
            nonlocal phones
            if phones == PHONES_MAX:
                raise NotDone("failed", f"one process takes {PHONES_MAX} phones")
            phone = PjsuaPhone(settings, door.tell, address=options.address, tones_folder=Path(folder))
            phone.open()
            phones += 1
            return phone

        polling = asyncio.create_task(poll(endpoint))
        try:
            await Exchange(door, make_phone, engine="pjsua2").serve()
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
            # Calls and registrations have said goodbye already; without this it waits a second for the network.
            endpoint.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)


def main() -> None:
    """Run the process."""
    options = read_options(sys.argv[1:])
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(run(options))


if __name__ == "__main__":
    main()
