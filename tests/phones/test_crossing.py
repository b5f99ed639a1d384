"""A caller's signalling against a switch of our own, which does at will what Asterisk does by chance."""

import asyncio
from pathlib import Path

import pytest

from phones.caller_script import CallerScript
from phones.callers import TrunkCallers
from phones.sipp_program import sipp_words
from tests.port_leases import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.slow]  # starts SIPp

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 101\r\n"
COPIED = ("Via", "From", "Call-ID", "CSeq")


class Switch(asyncio.DatagramProtocol):
    """Rings, and answers each request as it was told, by method: a list of (status, method whose CSeq is answered)."""

    def __init__(self, answers: dict[str, list[tuple[int, str]]]) -> None:
        self._answers = answers
        self._seen: dict[str, dict[str, str]] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self.methods: list[str] = []

    async def open(self) -> int:
        """Listen; gives the port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        port: int = self._transport.get_extra_info("sockname")[1]
        self._contact = f"Contact: <sip:switch@127.0.0.1:{port}>"
        return port

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        """Note a request, and give the answers for its method."""
        first, *lines = data.decode().partition("\r\n\r\n")[0].split("\r\n")
        method = first.split(" ")[0]
        if method == "SIP/2.0" or self._transport is None:
            return
        self.methods.append(method)
        headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._seen[method] = headers
        for status, of in self._answers.get(method, []):
            asked = self._seen[of]
            body = SDP if (status, of) == (200, "INVITE") else ""
            answer = [f"SIP/2.0 {status} So", *(f"{name}: {asked[name]}" for name in COPIED)]
            answer += [f"To: {asked['To'].partition(';tag=')[0]};tag=switch", self._contact]
            answer += [*(["Content-Type: application/sdp"] if body else []), f"Content-Length: {len(body)}", "", body]
            self._transport.sendto("\r\n".join(answer).encode(), addr)


async def call(switch: Switch, script: CallerScript, folder: Path) -> tuple[str, int | None]:
    """Make one call to the switch; gives its ending and status."""
    port = await switch.open()
    try:
        async with TrunkCallers(
            sipp=sipp_words(), server="127.0.0.1", port=port, ports=free_ports(1), folder=folder / "calls"
        ) as callers:
            outcome = await callers.call(script)
    finally:
        switch.close()
    return outcome.ending, outcome.status


@pytest.mark.parametrize(
    "answers",
    [[(200, "INVITE"), (200, "CANCEL")], [(200, "CANCEL"), (200, "INVITE")]],
    ids=["answer first", "answer last"],
)
async def test_an_answer_that_crosses_the_cancel_is_taken_and_ended(
    answers: list[tuple[int, str]], tmp_path: Path
) -> None:
    switch = Switch({"INVITE": [(180, "INVITE")], "CANCEL": answers, "BYE": [(200, "BYE")]})

    ended = await call(switch, CallerScript(number="1", did="169", give_up_after_ms=200), tmp_path)

    assert ended == ("hung_up_here", None)
    assert switch.methods == ["INVITE", "CANCEL", "ACK", "BYE"]


async def test_a_refusal_that_crosses_the_cancel_is_acknowledged(tmp_path: Path) -> None:
    switch = Switch({"INVITE": [(180, "INVITE")], "CANCEL": [(200, "CANCEL"), (486, "INVITE")]})

    ended = await call(switch, CallerScript(number="1", did="169", give_up_after_ms=200), tmp_path)

    assert ended == ("cancelled", 486)
    assert switch.methods == ["INVITE", "CANCEL", "ACK"]


async def test_a_switch_that_says_nothing_is_a_failed_call(tmp_path: Path) -> None:
    switch = Switch({})

    ending, status = await call(switch, CallerScript(number="1", did="169", give_up_after_ms=200), tmp_path)

    assert (ending, status) == ("failed", None)
