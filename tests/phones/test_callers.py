"""A caller's script becomes a scenario, and its steps become an outcome."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree

import pytest

from phones import tones
from phones.caller_script import CallerScript, CallOutcome, Step, outcome_of, read_steps
from phones.callers import TrunkCallers
from phones.sipp_program import sipp_words
from phones.sipp_scenario import write_poke, write_scenario

SCRIPT = CallerScript(number="0812", did="169")
INVITED = "step inviting 100 1-1@127.0.0.1\n"


def outcome(text: str, *, exit_code: int = 0) -> CallOutcome:
    return outcome_of(SCRIPT, read_steps(text), exit_code=exit_code, errors="", heard=None, keys_are_pressed=True)


def test_a_call_that_the_caller_ends() -> None:
    seen = outcome(
        INVITED + "step ringing 110 \nstep answered 400 127.0.0.1 9000\nstep hanging_up 2400 \nstep done 2410 \n"
    )

    assert (seen.ending, seen.rang_after_ms, seen.answered_after_ms, seen.talk_ms) == ("hung_up_here", 10, 300, 2000)


@pytest.mark.parametrize(
    ("steps", "ending", "status"),
    [
        ("step answered 400 a 1\nstep far_bye 900 \nstep done 901 \n", "hung_up_far", None),
        ("step ringing 150 \nstep cancelling 900 \nstep refused 901 487\nstep done 902 \n", "cancelled", 487),
        ("step refused 120 486\nstep done 121 \n", "refused", 486),
        ("step lost 9000 \nstep done 9001 \n", "failed", None),
        ("step answered 400 a 1\n", "failed", None),
    ],
)
def test_each_way_a_call_can_end(steps: str, ending: str, status: int | None) -> None:
    seen = outcome(INVITED + steps)

    assert (seen.ending, seen.status) == (ending, status)


def test_a_call_is_failed_when_sipp_says_so_whatever_the_steps() -> None:
    assert outcome(INVITED + "step answered 400 a 1\nstep done 401 \n", exit_code=1).ending == "failed"
    assert outcome("", exit_code=255).ending == "failed"


def test_a_line_still_being_written_and_foreign_lines_are_no_steps() -> None:
    text = "hello\nstep ringing 12 \nstep answered 400 127.0.0.1 90"

    assert read_steps(text) == [Step(word="ringing", at_ms=12)]


def test_a_scenario_is_xml_that_holds_nothing_of_the_callers_text() -> None:
    text = write_scenario(header_names=["X-Test"], law="alaw", bound_ms=1000)

    scenario = ElementTree.fromstring(text)  # noqa: S314 - written above, by ourselves

    assert scenario.find("send") is not None
    assert "X-Test: [header_0]" in text


@pytest.mark.parametrize(
    ("script", "address"),
    [
        (CallerScript(number="0812", did="169"), "<sip:0812@h>"),
        (CallerScript(number="", did="169"), '"Anonymous" <sip:anonymous@anonymous.invalid>'),
        (CallerScript(number="1", did="169", display_name='a"b\\'), '"a\\"b\\\\" <sip:1@h>'),
        (CallerScript(number="1", did="169", raw_from="<sip:${X}@evil>"), "<sip:${X}@evil>"),
    ],
)
def test_who_calls_is_written_as_the_script_says(script: CallerScript, address: str) -> None:
    assert script.from_address("h") == address


def test_a_poke_names_the_call() -> None:
    assert b"\r\nCall-ID: 1-77@127.0.0.1\r\n" in write_poke("1-77@127.0.0.1")


@pytest.mark.parametrize(
    "script",
    [
        CallerScript(number="0812\r\nX: y", did="169"),
        CallerScript(number="0812", did="169\n"),
        CallerScript(number="0812", did="169", display_name="a\rb"),
        CallerScript(number="0812", did="169", headers=(("X", "a\nb"),)),
        CallerScript(number="0812", did="169", raw_from="a\0b"),
    ],
)
async def test_a_script_that_would_end_its_header_is_refused(script: CallerScript, tmp_path: Path) -> None:
    async with TrunkCallers(sipp=["sipp"], server="127.0.0.1", port=9, ports=[9], folder=tmp_path) as callers:
        with pytest.raises(ValueError, match="line break"):
            await callers.call(script)


async def test_a_sound_that_is_not_8_khz_mono_is_refused_and_the_port_stays_free(tmp_path: Path) -> None:
    path = tmp_path / "wide.wav"
    tones.write_wav(path, [tones.silence(duration_ms=20)] * 2)
    async with TrunkCallers(sipp=["sipp"], server="127.0.0.1", port=9, ports=[9], folder=tmp_path) as callers:
        for _ in range(3):
            with pytest.raises(ValueError, match="8 kHz mono"):
                await callers.call(CallerScript(number="1", did="169", sound=path))


async def test_a_sipp_that_is_not_there_is_an_error_and_gives_its_port_back(tmp_path: Path) -> None:
    async with TrunkCallers(
        sipp=[str(tmp_path / "nowhere")], server="127.0.0.1", port=9, ports=[9], folder=tmp_path
    ) as callers:
        for _ in range(2):
            with pytest.raises(FileNotFoundError):
                async with asyncio.timeout(2):
                    await callers.call(SCRIPT)


def test_sipp_is_found_by_the_set_ups_record(tmp_path: Path) -> None:
    (tmp_path / "tools.json").write_text('{"sipp": "/bin/sh", "sipp_version": "3.8.0"}')

    assert sipp_words(tmp_path) == ["/bin/sh"]


@pytest.mark.parametrize("record", ["{", '{"sipp_version": "3.8.0"}', "[]"])
def test_a_broken_record_says_what_to_do(tmp_path: Path, record: str) -> None:
    (tmp_path / "tools.json").write_text(record)

    with pytest.raises(FileNotFoundError, match="make setup"):
        sipp_words(tmp_path)
