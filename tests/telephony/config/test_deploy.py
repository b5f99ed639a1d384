"""A new configuration is in force whole, or the former one is back: whatever Asterisk says to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.ami.connection import AmiLink
from telephony.ami.failures import ActionTimedOut, AmiFailure, LinkLost
from telephony.config import deploy as deployment
from telephony.config.deploy import ConfigMismatch, Expected, deploy, write_files
from tests.telephony.ami.fake_asterisk import Answer, FakeAsterisk, Received, Session
from tests.telephony.ami.links import link_to

OLD = {"pjsip.conf": "old phones\n", "extensions.conf": "old dialplan\n", "rtp.conf": "ports\n"}
NEW = OLD | {"pjsip.conf": "new phones\n", "extensions.conf": "new dialplan\n"}
EXPECTED = Expected(endpoints=frozenset({"phone-1", "phone-2"}), contexts=frozenset({"acd-trunk-carrier"}))


def shows(*endpoints: str) -> "Shows":
    return Shows(endpoints)


class Shows:
    """Asterisk's answer to PJSIPShowEndpoints."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        self.endpoints = endpoints

    def __call__(self, session: Session, action: Received) -> None:
        session.reply(action, "Success", "A listing will follow", ("EventList", "start"))
        for name in self.endpoints:
            session.event("EndpointList", ("ActionID", action["ActionID"]), ("ObjectName", name))
        session.event("EndpointListComplete", ("ActionID", action["ActionID"]), ("EventList", "Complete"))


def has_the_context(session: Session, action: Received) -> None:
    session.rows(action, "ListDialplan", 1, "ShowDialPlanComplete")


def has_no_such_context(session: Session, action: Received) -> None:
    session.reply(action, "Error", "Did not find context")


def refuses_the_dialplan(session: Session, action: Received) -> None:
    response = "Error" if action["Module"] == "pbx_config.so" else "Success"
    session.reply(action, response, "No such module" if response == "Error" else "Module Reloaded")


@pytest.fixture
async def asterisk() -> AsyncIterator[FakeAsterisk]:
    answers: dict[str, Answer] = {"PJSIPShowEndpoints": shows("phone-1", "phone-2"), "ShowDialPlan": has_the_context}
    async with FakeAsterisk(answers=answers) as started:
        yield started


@pytest.fixture
async def link(asterisk: FakeAsterisk) -> AsyncIterator[AmiLink]:
    async with link_to(asterisk) as up:
        yield up


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    write_files(tmp_path, OLD)
    return tmp_path


def texts_in(etc: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in etc.iterdir()}


def reloaded(asterisk: FakeAsterisk) -> list[str]:
    return [action["Module"] for action in asterisk.named("Reload")]


PHONES = [
    "res_pjsip.so",
    "res_pjsip_endpoint_identifier_ip.so",
    "res_pjsip_outbound_registration.so",
]


async def test_only_what_changed_is_written_and_loaded(asterisk: FakeAsterisk, link: AmiLink, etc: Path) -> None:
    before = (etc / "rtp.conf").stat().st_mtime_ns

    assert await deploy(link, etc, NEW, EXPECTED) == ("extensions.conf", "pjsip.conf")

    assert texts_in(etc) == NEW
    assert reloaded(asterisk) == ["pbx_config.so", *PHONES]
    assert (etc / "rtp.conf").stat().st_mtime_ns == before
    assert (etc / "pjsip.conf").stat().st_mode & 0o777 == 0o600
    assert await deploy(link, etc, NEW, EXPECTED) == ()
    assert len(asterisk.named("Reload")) == 4


@pytest.mark.parametrize(
    ("action", "answer", "words"),
    [
        ("PJSIPShowEndpoints", shows("phone-1"), "endpoint phone-2"),
        ("PJSIPShowEndpoints", shows("phone-1", "phone-2", "phone-9"), "endpoint phone-9 (should be gone)"),
        ("ShowDialPlan", has_no_such_context, "context acd-trunk-carrier"),
    ],
)
async def test_what_asterisk_did_not_take_brings_the_former_configuration_back(
    asterisk: FakeAsterisk, link: AmiLink, etc: Path, action: str, answer: Answer, words: str
) -> None:
    asterisk.answers = {**asterisk.answers, action: answer}

    with pytest.raises(ConfigMismatch) as refused:
        await deploy(link, etc, NEW, EXPECTED)

    assert words in str(refused.value)
    assert texts_in(etc) == OLD
    assert reloaded(asterisk) == 2 * ["pbx_config.so", *PHONES]


async def test_a_module_that_loads_nothing_keeps_no_other_from_the_former_configuration(
    asterisk: FakeAsterisk, link: AmiLink, etc: Path
) -> None:
    asterisk.answers = {**asterisk.answers, "Reload": refuses_the_dialplan}

    with pytest.raises(ConfigMismatch):
        await deploy(link, etc, NEW, EXPECTED)

    assert texts_in(etc) == OLD
    assert reloaded(asterisk) == ["pbx_config.so", "pbx_config.so", *PHONES]


@pytest.mark.parametrize("failure", [LinkLost, ActionTimedOut])
async def test_without_an_answer_the_former_files_are_back_all_the_same(
    asterisk: FakeAsterisk, link: AmiLink, etc: Path, failure: type[AmiFailure], monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls_silent(session: Session, _: Received) -> None:
        if failure is LinkLost:
            session.reset()

    monkeypatch.setattr(deployment, "RELOAD_MS_MAX", 50)
    asterisk.answers = {**asterisk.answers, "Reload": falls_silent}

    with pytest.raises(failure):
        await deploy(link, etc, NEW, EXPECTED)

    assert texts_in(etc) == OLD
