"""The sample centre with a number that leads straight into a queue: for stories in which the menu is only in the way."""

QUICK = "16900"
QUICK_TEXT = """
[[dids]]
number = "16900"
flow = "quick"

[[flows]]
id = "quick"
name = "Straight into the queue"
start = "start"
[flows.nodes]
start = { kind = "start", answer = true, exits = { next = "note" } }
note = { kind = "set", variables = { customer_id = "K-77" }, exits = { next = "wait" } }
wait = { kind = "enqueue", queue = "indonesia", exits = { timeout = "bye", refused = "bye" } }
bye = { kind = "hangup" }
"""


def with_quick_number(text: str) -> str:
    """A centre's text with that number."""
    return text + QUICK_TEXT
