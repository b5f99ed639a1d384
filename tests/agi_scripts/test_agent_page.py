"""docs/agent.md tells agents the codes that the dialplan takes, the reasons there are, and every state they can be in."""

import re
from pathlib import Path

from acd.core.agent_states import AgentState, ReasonCode
from acd.core.decide.reservations import PHONE_RETRIES_MS
from agi_scripts.agent_login import TRIES_MAX
from agi_scripts.login_tries import CLOSED_MS, WRONG_MAX
from centre.schema import USUAL_AUX_REASONS
from sambut.exchange import SILENT_MS_MAX
from tests.telephony.config.rendered import dialplan

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "agent.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, str]:
    """The rows of the table below a heading: the code in the first column, and the rest."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.*)\|$", section, re.MULTILINE))


def scripts_of_codes(folder: Path) -> dict[str, str]:
    """What the dialplan lets a phone dial, as patterns, and the script behind each."""
    phones = dialplan(folder).partition("[acd-phones]\n")[2].partition("\n[")[0]
    return dict(re.findall(r"^exten => (\S+),1,.*\n same => n,AGI\(agi://[^/]+/(\w+),", phones, re.MULTILINE))


def test_the_codes_told_are_those_that_a_phone_can_dial(tmp_path: Path) -> None:
    dialled = scripts_of_codes(tmp_path)

    assert dialled == {
        "*10": "agent_login",
        "*11": "agent_logout",
        "*12": "agent_ready",
        "*13": "agent_aux",
        "_*13.": "agent_aux",
    }
    told = table("Codes")
    assert told.keys() == {*dialled, *(f"*13{digit}" for digit in USUAL_AUX_REASONS)} - {"_*13."}
    for word, code in (("log in", "*10"), ("log out", "*11"), ("ready", "*12"), ("not ready", "*13")):
        assert told[code].startswith(word)


def test_every_reason_has_its_code() -> None:
    told = table("Codes")

    assert {digit: f"not ready: `{reason}`" for digit, reason in USUAL_AUX_REASONS.items()} == {
        digit: told[f"*13{digit}"].partition(" |")[0] for digit in USUAL_AUX_REASONS
    }


def test_every_state_is_told() -> None:
    assert table("What the states mean").keys() == set(AgentState)


def test_the_reasons_and_limits_told_are_the_products() -> None:
    for reason in (ReasonCode.RONA, ReasonCode.DECLINED, ReasonCode.BUSY_ELSEWHERE, ReasonCode.NO_ANSWER_FROM_PHONE):
        assert f"`{reason}`" in PAGE
    assert ", ".join(f"{each_ms // 1000} s" for each_ms in PHONE_RETRIES_MS) in PAGE
    assert f"after {SILENT_MS_MAX / 1000:g} s" in PAGE
    assert (TRIES_MAX, WRONG_MAX, CLOSED_MS) == (3, 5, 15 * 60_000), "the page says three, five and 15 minutes"


def test_what_is_said_is_quoted_from_the_announcements() -> None:
    texts = (ROOT / "asterisk_conf" / "sounds" / "texts.toml").read_text(encoding="utf-8")
    quoted = [quote.rstrip(" …") for quote in re.findall(r'"([^"]+)"', PAGE)]

    assert quoted
    assert [quote for quote in quoted if quote not in texts] == []
