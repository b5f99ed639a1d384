"""Callers who mean harm, on a real Asterisk: nobody else's call is touched, nothing is run, nothing is believed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.result_codes import Disposition
from phones.caller_script import CallerScript
from phones.events import Ended, Ringing
from phones.plans import KeyPress, PicksUp
from reports.rows import InteractionRow
from telephony.ami.actions import Action
from tests.e2e.caller_centre import HURRIED, QUIET_REFUSAL, with_stories
from tests.e2e.floor import CallFloor, eventually, open_floor
from tests.e2e.raw_sip import AUDIO, VIDEO, RawInvite, raw_calls

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

VICTIM = "081234567891"
VICTIM_HZ = 440
MARK = "zZmarkZz"
"""Stands in what hostile callers send; it must be on no line of our log."""


HOSTILE_HEADERS = [
    f'P-Asserted-Identity: "{MARK}${{SHELL(id)}}" <sip:0812%0D%0AEvent:%20Hangup{MARK}@127.0.0.1>'.encode(),
    f'Remote-Party-ID: "{MARK}" <sip:0812%0Aagi_arg_1:%20c1-1@127.0.0.1>;party=calling'.encode(),
    f"Diversion: <sip:169%0D%0A%0D%0AEvent:%20Hangup{MARK}@127.0.0.1>;reason=unconditional".encode(),
    f"X-ACD-Call: c1-1\r\nX-ACD-Queue: {MARK}\r\nAlert-Info: <http://127.0.0.1>;info=alert-autoanswer".encode(),
]
"""Other places where the network tells who calls, or where callers would like to be taken for us."""


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    """The sample centre with the stories' numbers."""
    async with open_floor(tmp_path, rewrite=with_stories) as opened:
        yield opened


@contextlib.asynccontextmanager
async def unharmed_talk(floor: CallFloor) -> AsyncIterator[InteractionRow]:
    """Somebody talks with an agent meanwhile: not a moment of it may be lost, and nothing of the links to Asterisk."""
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=100))
    script = CallerScript(number=VICTIM, did="169", tone_hz=VICTIM_HZ, press=(KeyPress(keys="1", after_ms=300),))
    call = await floor.callers.start(script)
    await floor.phones.wait_for(Ringing, device="phone-1", within_ms=10_000)

    async def talking() -> InteractionRow | None:
        rows = await floor.running.storage.rows.find_interactions()
        return rows[0] if rows and rows[0].answered_at is not None else None

    row = await eventually(talking, within_s=5, what="the victim's talk")
    yield row
    call.hang_up()
    ended = await floor.phones.wait_for(Ended, device="phone-1", within_ms=5_000)
    assert ended.heard is not None
    assert ended.heard.heard_ms_of(VICTIM_HZ) > ended.talk_ms - 700
    exchange = floor.running.exchange
    assert (exchange.events.counters.losses, exchange.commands.counters.losses) == (0, 0)

    async def own_end() -> InteractionRow | None:
        found = await floor.running.storage.rows.find_interactions(number="+62" + VICTIM[1:])
        return found[0] if found[0].disposition is not None else None

    own = await eventually(own_end, within_s=5, what="the victim's own end")
    assert (own.interaction_id, own.disposition) == (row.interaction_id, Disposition.ANSWERED)


async def all_is_over(floor: CallFloor) -> None:
    """Wait until Asterisk has no channel and the program no open interaction."""

    async def look() -> bool | None:
        listed = await floor.running.exchange.commands.send(
            Action(name="CoreShowChannels"), complete_event="CoreShowChannelsComplete"
        )
        return True if not listed.rows and not floor.running.hub.picture.calls else None

    await eventually(look, within_s=10, what="no channel and no interaction left")


def hostile_names(folder: Path, other_call: str) -> list[bytes]:
    """From headers of callers who would like to be a command, an event, a script's argument, or too much."""
    shell = f"${{SHELL(touch {folder}/ran)}}".encode()
    event = f"%0D%0A%0D%0AEvent:%20Hangup%0D%0AUniqueid:%20{other_call}%0D%0ACause:%2016%0D%0A%0D%0A".encode()
    argument = b"%0Aagi_arg_1:%20c1-1%0Aagi_arg_2:%20169%0A%0A200%20result=0%0A"
    mark = MARK.encode()
    users = [
        shell,
        shell.replace(b"$", b"%24").replace(b"{", b"%7B").replace(b"}", b"%7D").replace(b" ", b"%20"),
        b"0812" + event + mark,
        b"0812" + argument + mark,
        b"0812%00%01%1b" + mark,
        mark * 250,
        b"%ff%fe" + mark,
        "\U0001f600".encode() + mark,
        b"anonymous",
        mark + b"%22%3c%3e%26%7c%60",
        b"c1-1,h,1)" + mark,
    ]
    headers = [b"<sip:" + user + b"@127.0.0.1>" for user in users]
    headers += [
        b'"' + shell + b" " + mark + b'" <sip:081234567802@127.0.0.1>',
        b'"' + b'\\"' * 60 + mark + b'" <sip:081234567803@127.0.0.1>',
        b'"\xff\xfe\x80' + mark + b'" <sip:081234567804@127.0.0.1>',
        '"\U0001f600 \u738b \u202e'.encode() + mark + b'" <sip:081234567805@127.0.0.1>',
        b'"' + mark * 250 + b'" <sip:081234567806@127.0.0.1>',
        b"<sip:127.0.0.1>",
        b'"Anonymous" <sip:anonymous@anonymous.invalid>',
    ]
    return headers


async def test_no_name_or_number_of_a_caller_is_run_believed_or_logged(
    floor: CallFloor, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with unharmed_talk(floor) as victim:
        channel_id = victim.interaction_id.removeprefix("c").replace("-", ".")
        names = hostile_names(tmp_path, channel_id)
        invites = [RawInvite(did=HURRIED.encode(), caller=name) for name in names]
        invites += [RawInvite(did=HURRIED.encode(), headers=headers) for headers in HOSTILE_HEADERS]
        async with raw_calls(invites, port=floor.running.settings.asterisk.sip_udp_port) as calls:
            finals = await asyncio.gather(*(call.final() for call in calls))
            answered = finals.count(200)
            assert finals[len(names) :] == [200] * len(HOSTILE_HEADERS)

            async def known() -> bool | None:
                rows = await floor.running.storage.rows.find_interactions()
                return True if len(rows) >= 1 + answered else None

            await eventually(known, within_s=5, what="the hostile calls in the rows")
    await all_is_over(floor)

    assert set(finals) <= {200, 400, None}, finals
    assert answered >= len(names) - 5, finals
    assert not (tmp_path / "ran").exists()
    rows = await floor.running.storage.rows.find_interactions()
    assert len(rows) == 1 + answered
    assert {row.did for row in rows} == {"169", HURRIED}
    assert {row.queue_id for row in rows} <= {"indonesia", "hurried", None}
    assert MARK not in capfd.readouterr().out


async def test_a_number_that_is_withheld_is_kept_nowhere(floor: CallFloor) -> None:
    headers = b"P-Asserted-Identity: <sip:+6281234567807@127.0.0.1>\r\nPrivacy: id"
    invite = RawInvite(did=HURRIED.encode(), caller=b"<sip:anonymous@anonymous.invalid>", headers=headers)
    async with raw_calls([invite], port=floor.running.settings.asterisk.sip_udp_port) as (call,):
        assert await call.final() == 200
    row = await floor.row_of_call_to(HURRIED)
    contact = await floor.running.storage.contacts.read(row.interaction_id)

    assert contact is not None
    assert (contact.number, contact.number_raw, contact.name) == ("", "", "")


async def test_no_dialled_number_is_run_or_leads_anywhere_but_to_a_number(floor: CallFloor, tmp_path: Path) -> None:
    dids = [
        f"${{SHELL(touch {tmp_path}/ran)}}".encode(),
        f"169%24%7BSHELL(touch%20{tmp_path}/ran)%7D".encode(),
        b"169%0D%0A%0D%0AEvent:%20Shutdown%0D%0A%0D%0A",
        b"169%0Aagi_arg_1:%20c1-1%0A%0A",
        b"169%26Local/s%40acd-wait",
        b"169,1)%26System(touch " + str(tmp_path).encode() + b"/ran)",
        b"1" * 2_000,
        b"s",
        b"h",
        b"i",
        b"play",
        "\U0001f600".encode(),
        b"\xff\xfe",
        b"+",
        b"%2B169",
        b"",
    ]
    async with unharmed_talk(floor):
        invites = [RawInvite(did=did) for did in dids]
        async with raw_calls(invites, port=floor.running.settings.asterisk.sip_udp_port) as calls:
            finals = dict(zip(dids, await asyncio.gather(*(call.final() for call in calls)), strict=True))
    await all_is_over(floor)

    assert not (tmp_path / "ran").exists()
    for did in (b"s", b"h", b"i", b"play"):
        assert finals[did] == 404, did
    dialled = [str(row.did) for row in await floor.running.storage.rows.find_interactions()]
    # The victim's own; one that is ours, with its +; and what is no number as it stands counts as none.
    assert (dialled.count("169"), dialled.count("+169")) == (1, 1)
    assert set(dialled) == {"169", "+169", "+", ""}


async def test_calls_without_audio_and_floods_of_keys_end_like_any_other(floor: CallFloor) -> None:
    port = floor.running.settings.asterisk.sip_udp_port
    async with unharmed_talk(floor):
        offers = [VIDEO, b"m=audio 0 RTP/AVP 8\r\n", b"m=audio {rtp} RTP/AVP 96\r\n", b"nonsense\r\n", b"\xff" * 1_000]
        async with raw_calls([RawInvite(media=offer) for offer in offers], port=port) as calls:
            finals = await asyncio.gather(*(call.final() for call in calls))
        assert all(status is not None and status >= 400 for status in finals), finals
        async with raw_calls([RawInvite(media=AUDIO), RawInvite(media=None)], port=port) as calls:
            assert [await call.final() for call in calls] == [200, 200]
            for _ in range(3):
                calls[0].flood_keys(300)
        keys = KeyPress(keys="9*#0" * 10, gap_ms=0)
        typist = await floor.callers.call(
            CallerScript(number="081234567893", did="169", press=(keys,), hang_up_after_ms=7_500)
        )
        assert typist.ending in ("hung_up_here", "hung_up_far")
    await all_is_over(floor)


STRANGERS = (
    ("127.0.0.9", b"<sip:081234567801@127.0.0.1>"),
    ("127.0.0.9", b"<sip:trunk-carrier@127.0.0.1>"),
    ("127.0.0.9", b"<sip:phone-1@127.0.0.1>"),
    ("127.0.0.1", b"<sip:phone-1@127.0.0.1>"),
)
"""From where they call, and who they say they are. Only 127.0.0.1 is a trunk's address."""


async def test_nobody_gets_in_who_is_no_trunk(floor: CallFloor) -> None:
    port = floor.running.settings.asterisk.sip_udp_port
    for address, caller in STRANGERS:
        async with raw_calls([RawInvite(caller=caller)], port=port, address=address) as (call,):
            assert await call.final() in (401, 403), (address, caller)
    await all_is_over(floor)
    assert await floor.running.storage.rows.find_interactions() == []


async def test_callers_who_leave_at_every_step_leave_nothing_behind(floor: CallFloor) -> None:
    port = floor.running.settings.asterisk.sip_udp_port
    async with unharmed_talk(floor):
        await floor.seat("a2", "phone-2")
        for did in (b"169", QUIET_REFUSAL.encode(), HURRIED.encode()):
            async with raw_calls([RawInvite(did=did)], port=port) as (at_once,):
                at_once.cancel()
                await at_once.final()
            async with raw_calls([RawInvite(did=did)], port=port) as (answered,):
                await answered.final()
                answered.bye()
        leaving = [
            CallerScript(
                number=f"0812345678{number:02d}",
                did="169",
                press=(KeyPress(keys="1", after_ms=100),),
                hang_up_after_ms=after_ms,
            )
            for number, after_ms in enumerate((0, 40, 400, 2_900, 3_000, 3_100, 3_400))
        ]
        outcomes = await asyncio.gather(*(floor.callers.call(script) for script in leaving))
        assert {outcome.ending for outcome in outcomes} == {"hung_up_here"}
    await all_is_over(floor)

    rows = await floor.running.storage.rows.find_interactions()
    assert all(row.disposition is not None for row in rows)

    async def ready() -> bool | None:
        return True if floor.state_of("a2") == "ready" else None

    await eventually(ready, within_s=8, what="the agent ready again")
