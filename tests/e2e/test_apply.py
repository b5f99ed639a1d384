"""`sambut apply` and `sambut export`, as processes, on a stopped and on a running program with calls in it."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from acd.core.facts import InputRefused
from acd.core.inputs import LogIn, LogOut
from kernel.ids import AgentId, DeviceId
from phones.caller_script import CallerScript
from phones.callers import TrunkCallers
from phones.events import Ended, Heard, Ringing
from phones.plans import PicksUp
from phones.sipp_program import sipp_words
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.program import run_program
from tests.e2e.floor import PIN, CallFloor, eventually, open_floor, settings_in
from tests.e2e.quick_number import QUICK, with_quick_number
from tests.e2e.shell import Said, sambut, write_settings
from tests.port_leases import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

CALLER_HZ, OTHER_HZ = 440, 620
SECOND_TRUNK = "127.0.0.2"
PIN_HASH = pin_hash_of(PIN)
ADDED = f"""
[[skills]]
id = "billing"
name = "Tagihan"

[[queues]]
id = "billing"
name = "Tagihan"
requires = {{ billing = 1 }}

[[agents]]
id = "a7"
name = "Gita"
login = "1007"
pin_hash = "{PIN_HASH}"
skills = {{ billing = 5 }}

[[devices]]
id = "phone-7"
name = "Meja 7"

[[trunks]]
id = "second"
host = "{SECOND_TRUNK}"
match = ["{SECOND_TRUNK}"]

[[dids]]
number = "16910"
flow = "billing"

[[flows]]
id = "billing"
name = "Tagihan"
start = "start"
[flows.nodes]
start = {{ kind = "start", answer = true, exits = {{ next = "wait" }} }}
wait = {{ kind = "enqueue", queue = "billing", exits = {{ timeout = "bye", refused = "bye" }} }}
bye = {{ kind = "hangup" }}
"""


class Administrator:
    """Somebody with a shell, a settings file, and a centre file that they edit."""

    def __init__(self, settings_file: Path) -> None:
        self.settings_file = settings_file
        self.file = settings_file.with_name("centre.toml")

    async def applies(self, text: str, *words: str) -> Said:
        self.file.write_text(text)
        return await sambut(self.settings_file, "apply", str(self.file), *(words or ("--yes",)))

    async def exports(self) -> str:
        said = await sambut(self.settings_file, "export")
        assert said.code == 0, said.errors
        return said.out


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    """The sample centre with a quick number."""
    async with open_floor(tmp_path, rewrite=with_quick_number) as opened:
        yield opened


@pytest.fixture
def admin(floor: CallFloor) -> Administrator:
    return Administrator(write_settings(floor.running.settings, floor.folder / "sambut.toml"))


def configuration(folder: Path) -> dict[str, tuple[str, int]]:
    """What Asterisk is told by files, and when each was written."""
    files = sorted((folder / "run" / "asterisk" / "etc").iterdir())
    return {file.name: (file.read_text(), file.stat().st_mtime_ns) for file in files}


def longest_gap_ms(heard: Heard | None, frequency_hz: int) -> int:
    """The longest time in which a tone was not heard, from when it was heard first to its end."""
    assert heard is not None
    (tone,) = [tone for tone in heard.tones if abs(tone.frequency_hz - frequency_hz) < 20]
    gaps = [later.start_ms - earlier.end_ms for earlier, later in pairwise(tone.stretches)]
    return max([*gaps, heard.duration_ms - tone.stretches[-1].end_ms])


async def test_the_demos_file_applied_exported_and_applied_again_is_no_difference(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    admin = Administrator(write_settings(settings, tmp_path / "sambut.toml"))
    file = demo_centre(dict.fromkeys(AGENT_IDS, PIN_HASH))

    looked = await admin.applies(file, "--check")
    unasked = await admin.applies(file, "--check")
    applied = await admin.applies(file)

    assert (looked.code, unasked.out) == (0, looked.out)
    assert applied.out == looked.out + "Applied.\n"
    for line in ("+ queue indonesia", "+ device phone-6", "+ trunk carrier", "+ did 169", "+ flow main"):
        assert line in looked.out
    exported = await admin.exports()
    assert (await admin.applies(exported)).out == "No difference: nothing to change.\n"

    async with run_program(settings, stop_asterisk=True) as running:

        async def ready() -> bool | None:
            return None if await running.health.problems() else True

        await eventually(ready, within_s=20, what="the program ready")
        before = configuration(tmp_path)
        assert await admin.exports() == exported
        for text in (exported, file):
            said = await admin.applies(text)
            assert (said.code, said.out, said.errors) == (0, "No difference: nothing to change.\n", "")
        assert configuration(tmp_path) == before


async def test_what_is_added_works_at_once_and_no_call_in_progress_is_harmed(
    floor: CallFloor, admin: Administrator
) -> None:
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=100))
    first = await floor.callers.start(CallerScript(number="081234567890", did=QUICK, tone_hz=CALLER_HZ))
    await floor.phones.wait_for(Ringing, device="phone-1", within_ms=10_000)
    await first.wait_for("answered")
    bigger = await admin.exports() + ADDED

    said = await admin.applies(bigger)

    assert said.code == 0, said.errors
    assert "+ device phone-7" in said.out
    await floor.seat("a7", "phone-7")
    await floor.phones.behave("phone-7", PicksUp(after_ms=100, hang_up_after_ms=1500))
    callers = TrunkCallers(
        sipp=sipp_words(),
        server="127.0.0.1",
        port=floor.running.settings.asterisk.sip_udp_port,
        ports=free_ports(1),
        folder=floor.folder / "second",
        address=SECOND_TRUNK,
    )
    async with callers:
        second = await callers.start(CallerScript(number="081234567891", did="16910", tone_hz=OTHER_HZ))
        ringing = await floor.phones.wait_for(Ringing, device="phone-7", within_ms=10_000)
        assert ringing.name == "Tagihan"
        await second.outcome()
    row = await floor.row_of_call_to("16910")
    assert (row.agent_id, row.trunk_id, row.queue_id) == ("a7", "second", "billing")

    # The phone of the talk is taken away under it: the talk goes on, and nobody sits down there afterwards.
    said = await admin.applies(bigger.replace('id = "phone-1"', 'id = "phone-8"'))
    assert said.code == 0, said.errors
    assert "- device phone-1" in said.out
    await floor.seat("a2", "phone-8", ready=False)
    assert floor.state_of("a1") == "talking"
    first.hang_up()
    outcome = await first.outcome()
    heard = (await floor.phones.wait_for(Ended, device="phone-1", within_ms=10_000)).heard
    assert outcome.talk_ms > 3000
    # The caller's voice is made in this process, which also serves the program: it may stammer, but not stop.
    assert longest_gap_ms(heard, CALLER_HZ) < 400
    await floor.running.distributor.submit(LogOut(agent_id=AgentId("a1")))

    async def gone() -> bool | None:
        answer = await floor.running.distributor.submit(LogIn(agent_id=AgentId("a1"), device_id=DeviceId("phone-1")))
        return True if [type(fact) for fact in answer] == [InputRefused] else None

    await eventually(gone, within_s=5, what="phone-1 unknown")


WRONG = [
    ('flow = "quick"', 'flow = "quikc"', "there is no flow", 'did you mean "quick"?'),
    ("ring_s_max = 15", "ring_s_max = 1000", "out of range", "5 to 120"),
    ('timeout = "bye", refused = "bye"', 'timeout = "by", refused = "bye"', "no such node", "name a node of this flow"),
    ('transport = "udp"', 'transport = "tls"', "tls is turned off", "asterisk.sip_tls_port"),
]


async def test_a_file_with_errors_is_refused_whole_by_line_and_changes_nothing(
    floor: CallFloor, admin: Administrator
) -> None:
    in_force = await admin.exports()
    before = configuration(floor.folder)
    text, places = in_force + ADDED, []
    for good, bad, *_ in WRONG:
        at = text.index(good)
        text = text[:at] + bad + text[at + len(good) :]
    for _, bad, *_ in WRONG:
        places.append(text[: text.index(bad)].count("\n") + 1)

    said = await admin.applies(text)

    assert (said.code, said.out) == (2, "")
    *lines, last = said.errors.splitlines()
    assert len(lines) == len(WRONG)
    assert last.endswith(f"{len(WRONG)} errors, nothing was changed.")
    for (_, _, what, how), place in zip(WRONG, places, strict=True):
        assert any(line.startswith(f"line {place}: ") and what in line and how in line for line in lines), (
            place,
            what,
            lines,
        )
    assert await admin.exports() == in_force
    assert configuration(floor.folder) == before


async def test_what_asterisk_does_not_take_is_rolled_back_and_can_be_applied_once_it_is_mended(
    floor: CallFloor, admin: Administrator
) -> None:
    await floor.seat("a1", "phone-1")
    in_force = await admin.exports()
    before = {name: text for name, (text, _) in configuration(floor.folder).items()}
    bigger = in_force + ADDED
    asterisk = floor.running.exchange.process
    await asterisk.command("module unload res_pjsip_outbound_registration.so")

    said = await admin.applies(bigger)

    assert said.code == 2
    assert "Asterisk" in said.errors
    assert "nothing was changed" in said.errors
    assert await admin.exports() == in_force
    assert {name: text for name, (text, _) in configuration(floor.folder).items()} == before
    assert "phone-7" not in await asterisk.command("pjsip show endpoints")
    assert "phone-1" in await asterisk.command("pjsip show endpoints")
    refused = await floor.running.distributor.submit(LogIn(agent_id=AgentId("a7"), device_id=DeviceId("phone-7")))
    assert [type(fact) for fact in refused] == [InputRefused]

    await asterisk.command("module load res_pjsip_outbound_registration.so")
    assert (await admin.applies(bigger)).code == 0
    await floor.seat("a7", "phone-7")
