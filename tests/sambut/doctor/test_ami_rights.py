"""What our two users of the manager may do: all that is needed of them, and nothing more."""

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import telephony
from sambut.doctor.ami_rights import (
    DANGEROUS,
    RIGHTS,
    classes_of,
    look_at_ami,
    look_at_loaded,
    look_at_rights,
)
from sambut.doctor.findings import Finding, Level, all_wrong
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from telephony.ami.actions import Action
from telephony.config.modules import MODULES
from tests.port_leases import free_ports
from tests.sambut.doctor.changes import change
from tests.telephony.ami.fake_asterisk import FakeAsterisk, Received, Session

EVENTS, COMMANDS = RIGHTS
MODULE_NAMES = {module.name for module in MODULES}


def test_the_table_of_needed_actions_is_what_the_program_performs() -> None:
    performed = {
        str(call.keywords[0].value.value)
        for path in Path(telephony.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == Action.__name__
        if call.keywords and isinstance(call.keywords[0].value, ast.Constant)
    }

    assert {"Originate", "Ping"} < performed
    assert COMMANDS.needed - {"ModuleCheck"} == performed


@pytest.mark.parametrize(
    ("words", "classes"),
    [
        ("Originate a call.  (Priv: originate,all)", {"originate"}),
        ("Hangup channel.  (Priv: system,call,all)", {"system", "call"}),
        ("Keepalive command.  (Priv: <none>)", set()),
        ("An action without a privilege", set()),
    ],
)
def test_the_classes_of_an_action_are_read(words: str, classes: set[str]) -> None:
    assert classes_of(words) == classes


def may(**classes: str) -> dict[str, frozenset[str]]:
    """What a user may do: action -> its classes, with a blank between."""
    return {name: frozenset(words.split()) for name, words in classes.items()}


EVERYTHING_NEEDED = may(**dict.fromkeys(COMMANDS.needed, "system call"))


def test_a_user_of_exactly_the_rights_is_fine() -> None:
    assert [finding.level for finding in look_at_rights(EVENTS, may(Ping="", Logoff=""))] == [Level.OK]
    assert [finding.level for finding in look_at_rights(COMMANDS, EVERYTHING_NEEDED)] == [Level.OK]


def test_a_right_that_is_missing_is_named() -> None:
    (found,) = look_at_rights(COMMANDS, {k: v for k, v in EVERYTHING_NEEDED.items() if k not in ("Reload", "Hangup")})

    assert (found.level, found.what) == (Level.WRONG, "sambut-commands may not perform Hangup, Reload")


def test_a_right_too_many_is_named() -> None:
    (found,) = look_at_rights(EVENTS, may(Ping="", Originate="originate", Hangup="system call"))
    assert (found.level, found.what) == (
        Level.WRONG,
        "sambut-events may perform Hangup, Originate, which it has no need of",
    )

    (found,) = look_at_rights(COMMANDS, EVERYTHING_NEEDED | may(Command="command", UpdateConfig="config"))
    assert "may perform Command, UpdateConfig, which" in found.what


def test_modules_that_are_not_loaded_are_named_and_dangerous_ones_that_are() -> None:
    assert [finding.level for finding in look_at_loaded(MODULE_NAMES)] == [Level.OK]
    required, welcome = look_at_loaded(MODULE_NAMES - {"app_chanspy.so", "res_agi.so"})
    assert (required.level, required.what) == (Level.WRONG, "res_agi.so is not loaded in the running Asterisk")
    assert welcome.level is Level.WARNING
    for name in DANGEROUS:
        (found,) = look_at_loaded({*MODULE_NAMES, name})
        assert (found.level, name in found.what) == (Level.WRONG, True)


def list_commands(session: Session, action: Received) -> None:
    """As Asterisk answers either of our users."""
    rights = EVENTS if session.number == 0 else COMMANDS
    classes = ",".join([*sorted(rights.classes), "all"]) if rights.classes else "<none>"
    session.reply(action, "Success", "", *((name, f"Does it.  (Priv: {classes})") for name in sorted(rights.needed)))


def module_check(session: Session, action: Received) -> None:
    known = action["Module"] in MODULE_NAMES
    session.reply(action, "Success" if known else "Error", "" if known else "Module not loaded")


@pytest.fixture
async def asterisk() -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk(answers={"ListCommands": list_commands, "ModuleCheck": module_check}) as fake:
        yield fake


@pytest.fixture
def asked(settings: Settings, asterisk: FakeAsterisk) -> Settings:
    SecretsFile(settings.secrets_file).ensure(["ami.events", "ami.commands"])
    return change(settings, "asterisk", ami_port=asterisk.port)


async def test_each_user_logs_in_once_and_only_asks(asked: Settings, asterisk: FakeAsterisk) -> None:
    found = await look_at_ami(asked)

    assert [finding.level for finding in found] == [Level.OK] * 3
    assert [action["Username"] for action in asterisk.named("Login")] == ["sambut-events", "sambut-commands"]
    assert {action["Action"] for action in asterisk.received} == {"Login", "ListCommands", "ModuleCheck"}


async def test_a_wrong_secret_is_told_after_one_try_for_each_user(asked: Settings, asterisk: FakeAsterisk) -> None:
    asterisk.accepts_login = False
    found = await look_at_ami(asked)

    assert [finding.what.split(" at ")[0] for finding in all_wrong(found)] == [
        "sambut-events is refused",
        "sambut-commands is refused",
    ]
    assert len(asterisk.named("Login")) == 2


async def test_an_action_that_is_refused_is_told(asked: Settings, asterisk: FakeAsterisk) -> None:
    asterisk.answers = {"ListCommands": lambda session, action: session.reply(action, "Error", "Permission denied")}
    found = await look_at_ami(asked)

    assert len(all_wrong(found)) == 2
    assert "ListCommands refused: Permission denied" in found[0].what


async def one_wrong(settings: Settings) -> Finding:
    (found,) = await look_at_ami(settings)
    assert found.level is Level.WRONG
    return found


async def test_nobody_on_the_port_is_told_once(asked: Settings, asterisk: FakeAsterisk) -> None:
    found = await one_wrong(change(asked, "asterisk", ami_port=free_ports(1)[0]))

    assert found.what.endswith("nobody answers there as Asterisk's manager does")


async def test_something_else_on_the_port_is_told(asked: Settings, asterisk: FakeAsterisk) -> None:
    asterisk.banner = b"SSH-2.0-OpenSSH_9.2\r\n"

    assert "nobody answers there" in (await one_wrong(asked)).what
    assert len(asterisk.sessions) == 1


async def test_without_readable_secrets_nobody_is_asked(asked: Settings, asterisk: FakeAsterisk) -> None:
    asked.secrets_file.chmod(0o644)
    (found,) = await look_at_ami(asked)

    assert found.level is Level.WARNING
    assert asterisk.received == []
