"""Each rule catches what it is there for, and lets pass what is fine."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tidy import rules
from tests.tidy.purity import impurities, is_pure
from tests.tidy.tree import Source


def written(text: str, path: str = "acd/thing.py") -> Source:
    """A made-up file."""
    return Source(path=Path(path), text=text, tree=ast.parse(text))


LATER = "TO" + "DO"
SKIP = "@pytest.mark." + "skip"
IGNORE = "# type: " + "ignore[arg-type]"


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (rules.plate, written("x = 1\n")),
        (rules.plate, written('"""  """\n')),
        (rules.length, written("x = 1\n" * 501)),
        (rules.length, written("def f() -> None:\n" + "    x = 1\n" * 71)),
        (rules.names, written("", "acd/call_helpers.py")),
        (rules.names, written("", "acd/common/x.py")),
        (rules.names, written("", "acd/info.py")),
        (rules.names, written("class CallManager: pass\n")),
        (rules.names, written("def handle_call(): pass\n")),
        (rules.names, written("async def _handle_call(): pass\n")),
        (rules.switched_on, written(f"{SKIP}\ndef test_x(): pass\n")),
        (rules.switched_on, written(f"f(1)  {IGNORE}\n")),
        (rules.switched_on, written("f(1)  # no" + "qa: S101\n")),
        (rules.awake, written("import time\ntime.sleep(1)\n", "tests/acd/test_x.py")),
    ],
)
def test_a_rule_catches_its_offence(rule: Callable[[Source], Iterator[str]], bad: Source) -> None:
    assert len(list(rule(bad))) == 1


@pytest.mark.parametrize(
    ("rule", "fine"),
    [
        (rules.plate, written('"""What the room is for."""\n')),
        (rules.length, written("def f() -> None:\n" + "    x = 1\n" * 69)),
        (rules.names, written("class Engine:\n    def handle(self): pass\n")),
        (rules.names, written("", "telephony/dialled_info.py")),
        (rules.names, written("def test_the_manager_is_asked(): pass\n", "tests/telephony/test_x.py")),
        (rules.names, written("def data_received(): pass\ndef commonest(): pass\n")),
        (rules.switched_on, written(f"f(1)  {IGNORE}  # panoramisk's own signature is wrong\n")),
        (rules.switched_on, written(f"# panoramisk's own signature is wrong\nf(1)  {IGNORE}\n")),
        (rules.awake, written("import time\ntime.sleep(1)\n", "sambut/x.py")),
    ],
)
def test_a_rule_lets_pass_what_is_fine(rule: Callable[[Source], Iterator[str]], fine: Source) -> None:
    assert list(rule(fine)) == []


@pytest.mark.parametrize(
    "line",
    [f"# {LATER}: later", "raise Not" + "ImplementedError", 'path = "/ro' + 'ot/x"', "see /ho" + "me/ann/notes"],
)
def test_what_is_unfinished_or_of_one_machine_is_caught(line: str) -> None:
    assert len(list(rules.finished(Path("x.py"), line))) == 1


@pytest.mark.parametrize(
    "line", ["/var/lib/sambut/x", "https://example.org/Users/x", "$HOME/Users/x", "exten => 169,1"]
)
def test_ordinary_paths_are_fine(line: str) -> None:
    assert list(rules.finished(Path("x.py"), line)) == []


def test_a_module_is_pure_by_its_room_or_by_its_plate() -> None:
    assert is_pure(written("", "acd/core/engine.py"))
    assert is_pure(written('"""Frames of AMI. Pure."""', "telephony/ami/wire.py"))
    assert not is_pure(written('"""The socket. Drives the pure core."""', "telephony/ami/link.py"))
    assert is_pure(written('"""What the desk asks for."""', "cti/ports.py"))
    assert not is_pure(written("", "acd/corespondence.py"))


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "import os.path",
        "from asyncio import sleep",
        "from telephony.ami import link",
        "import telephony.ami.link",
    ],
)
def test_a_pure_module_that_reaches_out_is_caught(line: str) -> None:
    link = written('"""The socket."""', "telephony/ami/link.py")
    pure = written(f'"""Frames. Pure."""\n{line}\n', "telephony/ami/wire.py")

    assert len(list(impurities(pure, {"telephony.ami.link": link, "telephony.ami.wire": pure}))) == 1


def test_a_pure_module_may_stand_on_pure_ones() -> None:
    ids = written('"""Names."""', "kernel/ids.py")
    pure = written(
        '"""Frames. Pure."""\nfrom kernel.ids import Did\nfrom pathlib import PurePath\n', "telephony/ami/wire.py"
    )

    assert list(impurities(pure, {"kernel.ids": ids})) == []
