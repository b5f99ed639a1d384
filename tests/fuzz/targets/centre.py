"""The centre file: refused with lines that exist, or a centre that comes back from its own text."""

from collections.abc import Iterator

from centre.model import Centre
from centre.reader import CentreInvalid, read_centre
from centre.shelf_text import from_shelf_text, to_shelf_text
from centre.writer import flow_versions, write_centre
from tests.centre.samples import SMALL
from tests.fuzz.target import Target


def take(data: bytes) -> None:
    """The input is the file."""
    try:
        centre = read_centre(data)
    except CentreInvalid as refusal:
        problems = refusal.problems
    else:
        _comes_back(centre)
        return
    assert problems
    for problem in problems:
        assert 1 <= problem.line <= data.count(b"\n") + 1
        assert str(problem).isprintable()


def _comes_back(centre: Centre) -> None:
    written = write_centre(centre)
    assert read_centre(written, flow_versions=flow_versions(centre)) == centre
    assert write_centre(read_centre(written)) == written
    assert from_shelf_text(to_shelf_text(centre)) == centre


FLOW = """
[[flows]]
id = "f"
name = "F"
start = "start"
[flows.nodes.start]
kind = "start"
exits = { next = "menu" }
[flows.nodes.menu]
kind = "menu"
prompts = ["welcome"]
exits = { "1" = "in", no_input = "bye", invalid = "bye" }
[flows.nodes.in]
kind = "enqueue"
queue = "sales"
exits = { timeout = "bye", refused = "bye" }
[flows.nodes.bye]
kind = "hangup"
[[dids]]
number = "169"
flow = "f"
"""


def seeds() -> Iterator[bytes]:
    """Small ones: right, and wrong in several ways."""
    yield SMALL.encode()
    yield (SMALL + FLOW).encode()
    yield b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()
    yield b'[centre]\nname = "X"\nlanguages = ["id"]\n'
    yield b'[centre]\nname = """X\n\\u0007"""\n[[queues]]\nid = \'a\'\n"na\\u006de" = "A"\nrequires = { "a b".c = 1 }\n'
    yield b"[[queues]]\nid = 1\n[queues.x]\n[[queues.x.y]]\n[hours]\n"
    yield b"a = " + b"[" * 200 + b"]" * 200
    yield b'[centre]\nname = "\xff"\n'


TARGET = Target(take=take, seeds=seeds, bytes_max=6_000)
