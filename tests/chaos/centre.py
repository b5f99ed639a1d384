"""The centre of a trial: the benchmarks' centre, with a second number that leads through a menu to the same queue."""

from sambut.bench.bench_centre import bench_centre, did_of

STRAIGHT, BY_THE_MENU = did_of(0), did_of(1)
NUMBERS = (STRAIGHT, BY_THE_MENU, STRAIGHT)
"""Whom callers call, in turn."""
# Nobody presses a key: it is enough that callers are in the program's hands for a while before they wait.
_MENU = """
[[dids]]
number = "{did}"
flow = "by-menu"

[[flows]]
id = "by-menu"
name = "By a menu"
start = "start"
[flows.nodes]
start = {{ kind = "start", answer = true, exits = {{ next = "menu" }} }}
menu = {{ kind = "menu", prompts = ["digit-1"], keys = "1", timeout_s = 1, tries = 1, \
exits = {{ key-1 = "wait", timeout = "wait", invalid = "wait" }} }}
wait = {{ kind = "enqueue", queue = "q0", exits = {{ timeout = "bye", refused = "bye" }} }}
bye = {{ kind = "hangup" }}
"""


def centre_with_a_menu(*, agents: int) -> str:
    """The centre file's text."""
    return bench_centre(agents=agents, queues=1) + _MENU.format(did=BY_THE_MENU)
