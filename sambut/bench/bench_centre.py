"""The centre of the benchmarks: so many agents at so many phones, in so many queues, and one number for each queue."""

from sambut.commands.hash_pin import pin_hash_of

TRUNK = "carrier"
LINES_MAX = 2000
_HEAD = """
[centre]
name = "Benchmark"
country = "ID"
timezone = "Asia/Jakarta"
languages = ["id"]

[[skills]]
id = "all"
name = "All"

[[trunks]]
id = "{trunk}"
host = "127.0.0.1"
match = ["127.0.0.1"]
lines_max = {lines_max}
caller_id = "169"
"""
_QUEUE = """
[[queues]]
id = "q{number}"
name = "Queue {number}"
requires = {{ all = 1 }}
ring_s_max = 15
wrap_up_s = 0
wait_s_max = 3600

[[dids]]
number = "{did}"
flow = "f{number}"

[[flows]]
id = "f{number}"
name = "Flow {number}"
start = "start"
[flows.nodes]
start = {{ kind = "start", answer = true, exits = {{ next = "wait" }} }}
wait = {{ kind = "enqueue", queue = "q{number}", exits = {{ timeout = "bye", refused = "bye" }} }}
bye = {{ kind = "hangup" }}
"""
_AGENT = """
[[agents]]
id = "{phone}"
name = "{phone}"
login = "{login}"
pin_hash = "{pin_hash}"
skills = {{ all = 5 }}

[[devices]]
id = "{phone}"
name = "{phone}"
model = "softphone"
"""


def phone_name(number: int) -> str:
    """The phone, and the agent who sits there."""
    return f"p{number}"


def did_of(queue: int) -> str:
    """The number that leads into a queue."""
    return f"169{queue:04d}"


def bench_centre(*, agents: int, queues: int) -> str:
    """The centre file's text."""
    pin_hash = pin_hash_of("246810")
    return "".join(
        [
            _HEAD.format(trunk=TRUNK, lines_max=LINES_MAX),
            *(_QUEUE.format(number=number, did=did_of(number)) for number in range(queues)),
            *(_AGENT.format(phone=phone_name(each), login=f"{each:05d}", pin_hash=pin_hash) for each in range(agents)),
        ]
    )
