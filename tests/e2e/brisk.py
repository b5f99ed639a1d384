"""Numbers that lead straight into a queue, and queues that do not let one wait: for stories about agents."""

from phones.caller_script import CallerScript

BRISK_DID = "16991"
"""The phone rings for 5 s; an agent who does not answer is out of the line; wrap-up 2 s."""
LENIENT_DID = "16992"
"""The same, but an agent who does not answer stays in the line."""


def _way(did: str, queue: str, on_no_answer: str) -> str:
    return f"""
[[queues]]
id = "{queue}"
name = "{queue.capitalize()}"
requires = {{ indonesian = 3 }}
ring_s_max = 5
wrap_up_s = 2
on_no_answer = "{on_no_answer}"

[[dids]]
number = "{did}"
flow = "to-{queue}"

[[flows]]
id = "to-{queue}"
name = "To {queue}"
start = "start"

[flows.nodes.start]
kind = "start"
answer = true
exits = {{ next = "wait" }}

[flows.nodes.wait]
kind = "enqueue"
queue = "{queue}"
exits = {{ timeout = "bye", refused = "bye" }}

[flows.nodes.bye]
kind = "hangup"
"""


BRISK = _way(BRISK_DID, "brisk", "aux") + _way(LENIENT_DID, "lenient", "ready")


def caller(number: str = "081234567890", *, did: str = BRISK_DID, stay_ms: int = 20_000) -> CallerScript:
    """Somebody who calls, and hangs up by themselves in the end."""
    return CallerScript(number=number, did=did, hang_up_after_ms=stay_ms)
