"""Agents call numbers outside from their phones: by which trunk, what is told of it, and what is never called (TEL-f)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from acd.core.outbound_words import CallOutBegun, CallOutMoved, CallOutRefused
from phones.crowd import AgentPhones
from phones.events import Answered, Ended, Ringing
from phones.plans import IsBusy, PicksUp, PicksUpWhenTold
from reports.rows import InteractionRow
from sambut.secrets_file import SecretsFile
from sambut.storage import ADMIN_SECRET
from tests.e2e.floor import CallFloor, eventually, open_floor
from tests.port_leases import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

MOBILE = DIALLED = "081234567890"
E164 = "+6281234567890"
MOBILE_HZ, AGENT_HZ = 600, 1000

_ROUTES = """
[[trunks]]
id = "first"
host = "127.0.0.1"
port = @first@
match = ["192.0.2.1"]
caller_id = "+62215252001"

[[trunks]]
id = "second"
host = "127.0.0.1"
port = @second@
match = ["192.0.2.2"]
caller_id = "+62215252002"

[[routes]]
id = "mobiles"
name = "Mobiles"
allows = ["+628"]
refuses = ["+62809"]
trunks = ["first", "second"]
dials = "national"
wrap_up_s = 2
"""


@asynccontextmanager
async def calling_floor(folder: Path, *, first_is_up: bool = True) -> AsyncIterator[tuple[CallFloor, AgentPhones]]:
    """A floor whose agents may call mobiles, and the carrier with one mobile behind it."""
    first, second = free_ports(2)
    up = first if first_is_up else second

    def rewrite(sample: str) -> str:
        plain = sample[: sample.index("# Whom agents may call")] + sample[sample.index('[[dids]]\nnumber = "169"') :]
        return plain + _ROUTES.replace("@first@", str(first)).replace("@second@", str(second))

    async with open_floor(folder, rewrite=rewrite) as floor, AgentPhones(sip_port=up) as carrier:
        await carrier.make_caller(MOBILE, server="127.0.0.1", port=up, number=MOBILE, tone_hz=MOBILE_HZ)
        yield floor, carrier


async def ended_call(floor: CallFloor) -> InteractionRow:
    return await floor.ended_row(within_s=10)


async def refusals(floor: CallFloor, count: int) -> list[str]:
    """Why calls were refused, in order."""

    async def look() -> list[str] | None:
        found = [fact.reason.value for fact in await floor.all_facts(CallOutRefused)]
        return found if len(found) >= count else None

    return await eventually(look, within_s=10, what=f"{count} refused calls")


async def test_an_agent_calls_a_mobile_talks_holds_and_wraps_up(tmp_path: Path) -> None:
    async with calling_floor(tmp_path) as (floor, carrier):
        await carrier.behave(MOBILE, PicksUp(after_ms=300))
        await floor.seat("a1", "phone-1", tone_hz=AGENT_HZ)
        await floor.phones.dial("phone-1", f"sip:{DIALLED}@127.0.0.1:{floor.running.settings.asterisk.sip_udp_port}")
        ringing = await carrier.wait_for(Ringing, device=MOBILE, within_ms=8_000)
        await floor.until("a1", "talking")
        live = floor.running.numbers.now()
        await floor.phones.hold("phone-1")
        await floor.until("a1", "hold")
        await floor.phones.resume("phone-1")
        await floor.until("a1", "talking")
        await floor.stays("a1", "talking", 1_500)
        await carrier.hang_up(MOBILE)
        heard = await floor.phones.wait_for(Ended, device="phone-1", within_ms=5_000)
        await floor.until("a1", "wrap_up")
        await floor.until("a1", "ready")
        row = await ended_call(floor)

        assert ringing.number == "+62215252001"
        assert (live.outbound_count, live.interaction_count) == (1, 1)
        assert heard.heard is not None
        assert heard.heard.has(MOBILE_HZ)
        assert (row.direction, row.disposition, row.ended_by) == ("outbound", "answered", "caller")
        assert (row.agent_id, row.trunk_id, row.queue_id) == ("a1", "first", None)
        assert row.hold_ms > 0
        assert row.talk_ms > 1_000
        contact = await floor.running.storage.contacts.read(row.interaction_id)
        assert contact is not None
        assert contact.number == E164

        async def recorded() -> object:
            return await floor.running.storage.recordings.one(row.reservation_id) if row.reservation_id else None

        await eventually(recorded, within_s=10, what="the talk on the shelf")


async def test_a_click_on_a_number_rings_the_agents_phone_first_and_then_the_customer(tmp_path: Path) -> None:
    async with calling_floor(tmp_path) as (floor, carrier):
        await carrier.behave(MOBILE, PicksUp(hang_up_after_ms=1_500))
        await floor.seat("a1", "phone-1")
        await floor.phones.behave("phone-1", PicksUpWhenTold())
        settings = floor.running.settings
        token = SecretsFile(settings.secrets_file).read()[ADMIN_SECRET]
        url = f"http://{settings.http.host}:{settings.http.port}/api/v1/agents/a1/calls"
        async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as client:
            refused = await client.post(url, json={"number": "0215252008"})
            taken = await client.post(url, json={"number": DIALLED})
        await carrier.wait_for(Ringing, device=MOBILE, within_ms=8_000)
        row = await ended_call(floor)
        contact = await floor.running.storage.contacts.read(row.interaction_id)

        assert (refused.status, taken.status) == (409, 200)
        assert (row.direction, row.disposition, row.agent_id) == ("outbound", "answered", "a1")
        assert contact is not None
        assert contact.number == E164


async def test_a_trunk_that_is_away_is_passed_over_and_the_agent_may_hang_up_first(tmp_path: Path) -> None:
    async with calling_floor(tmp_path, first_is_up=False) as (floor, carrier):
        await carrier.behave(MOBILE, PicksUp())
        await floor.seat("a1", "phone-1")
        await floor.phones.dial("phone-1", f"sip:{DIALLED}@127.0.0.1:{floor.running.settings.asterisk.sip_udp_port}")
        await carrier.wait_for(Answered, device=MOBILE, within_ms=60_000)
        await floor.until("a1", "talking")
        await floor.phones.hang_up("phone-1")
        row = await ended_call(floor)

        assert (row.trunk_id, row.disposition, row.ended_by) == ("second", "answered", "agent")
        assert [fact.trunk_id for fact in await floor.all_facts(CallOutMoved)] == ["second"]
        assert [fact.trunk_ids for fact in await floor.all_facts(CallOutBegun)] == [("first", "second")]


async def test_who_is_busy_is_told_and_the_agent_is_back_where_they_were(tmp_path: Path) -> None:
    async with calling_floor(tmp_path) as (floor, carrier):
        await carrier.behave(MOBILE, IsBusy())
        await floor.seat("a1", "phone-1", ready=False)
        await floor.phones.dial("phone-1", f"sip:{DIALLED}@127.0.0.1:{floor.running.settings.asterisk.sip_udp_port}")
        row = await ended_call(floor)
        await floor.phones.wait_for(Ended, device="phone-1", within_ms=10_000)
        await floor.until("a1", "aux", "logged_in")

        assert (row.disposition, row.trunk_id) == ("busy", "first")
        assert len(carrier.seen(Ringing)) <= 1
        assert await floor.all_facts(CallOutMoved) == []


async def test_what_no_route_allows_reaches_no_trunk_and_is_counted(tmp_path: Path) -> None:
    async with calling_floor(tmp_path) as (floor, carrier):
        await carrier.behave(MOBILE, PicksUp())
        await floor.seat("a1", "phone-1")
        await floor.plug_in("phone-2")
        port = floor.running.settings.asterisk.sip_udp_port
        dialled = [
            "+442079460000", "08091234567", "112", "0", "+", "0215252008", f"{DIALLED}%26PJSIP%2F1%40trunk-first",
            f"{DIALLED}%2Cx", f"{DIALLED}%24%7BSHELL(id)%7D", "0" * 32,
        ]  # fmt: skip
        for number in dialled:
            await floor.phones.dial("phone-1", f"sip:{number}@127.0.0.1:{port}")
            await floor.phones.wait_for(Ended, device="phone-1", within_ms=12_000)
        await floor.phones.dial("phone-2", f"sip:{DIALLED}@127.0.0.1:{port}")
        reasons = await refusals(floor, len(dialled) + 1)

        assert reasons[0] == reasons[1] == "no_route"
        assert set(reasons[2:-1]) <= {"no_number", "no_route"}
        assert reasons[-1] == "not_logged_in"
        assert carrier.seen(Ringing) == []
        assert await floor.running.storage.rows.find_interactions() == []


async def test_an_agent_who_has_called_as_often_as_they_may_calls_no_more(tmp_path: Path) -> None:
    (port,) = free_ports(1)

    def rewrite(sample: str) -> str:
        plain = sample.replace('login = "1001"', 'login = "1001"\ncalls_out_per_hour_max = 1')
        plain = plain.replace('allows = ["+628"]', 'allows = ["+628"]\ndials = "national"')
        return plain.replace('id = "carrier"\nhost = "127.0.0.1"', f'id = "carrier"\nhost = "127.0.0.1"\nport = {port}')

    async with open_floor(tmp_path, rewrite=rewrite) as floor, AgentPhones(sip_port=port) as carrier:
        await carrier.make_caller(MOBILE, server="127.0.0.1", port=port, number=MOBILE)
        await carrier.behave(MOBILE, PicksUp())
        await floor.seat("a1", "phone-1")
        target = f"sip:{DIALLED}@127.0.0.1:{floor.running.settings.asterisk.sip_udp_port}"
        await floor.phones.dial("phone-1", target, hang_up_after_ms=1_000)
        await ended_call(floor)
        await floor.until("a1", "ready")
        await floor.phones.dial("phone-1", target)

        assert await refusals(floor, 1) == ["agent_limit"]
        assert len(carrier.seen(Answered)) == 1


async def test_while_nothing_can_be_decided_nobody_is_called(tmp_path: Path) -> None:
    async with calling_floor(tmp_path) as (floor, carrier):
        await carrier.behave(MOBILE, PicksUp())
        await floor.seat("a1", "phone-1")
        floor.running.distributor.close()  # as a program that is about to end: the script finds the door shut
        await floor.phones.dial("phone-1", f"sip:{DIALLED}@127.0.0.1:{floor.running.settings.asterisk.sip_udp_port}")
        await floor.phones.wait_for(Ended, device="phone-1", within_ms=12_000)
        rang = carrier.seen(Ringing)
        # A program whose door is shut leaves Asterisk to the next one, which does not come here.
        await floor.running.exchange.process.stop()

        assert rang == []
