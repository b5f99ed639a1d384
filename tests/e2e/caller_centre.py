"""The sample centre with more numbers: one for each story that a caller lives through."""

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo

CHOICES = "776901"
"""digit-1 digit-2, then a menu (digit-3) of 1 and 2; 2 speaks English; then digits are collected, for those who wait 2 s in a queue."""
CLOSED_TODAY = "776902"
QUIET_REFUSAL = "776903"
HURRIED = "776904"
"""Waits 2 s in a queue, then hears sorry."""
PATIENT = "776905"
"""Waits for ever, announcement every 10 s. VIPs first."""
PATIENT_ENGLISH = "776912"
"""Waits in the same queue, and is spoken to in English."""
CROWDED = "776911"
"""One may wait, to music of a class that is not there; whoever comes then hears digit-6."""
ANSWERED_OUT, BUSY_OUT, SILENT_OUT, ONE_LINE_OUT = "776906", "776907", "776908", "776909"
OUTSIDE = {ANSWERED_OUT: "0215550001", BUSY_OUT: "0215550002", SILENT_OUT: "0215550003", ONE_LINE_OUT: "0215550001"}

_FLOWS = """
[[queues]]
id = "hurried"
name = "Hurried"
requires = { indonesian = 3 }
wait_s_max = 2

[[queues]]
id = "patient"
name = "Patient"
requires = { indonesian = 3 }
wrap_up_s = 0
announcement = "queue-wait"
announcement_every_s = 10

[[queues]]
id = "crowded"
name = "Crowded"
requires = { indonesian = 3 }
waiting_max = 1
music = "no-such-class"

[[hours]]
id = "closed-today"
spans = [{ opens = "00:00", closes = "24:00" }]
closed_dates = [@today@]

[[flows]]
id = "choices"
name = "Choices"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "hello" } }
hello = { kind = "play", prompts = ["digit-1", "digit-2"], exits = { next = "choose" } }
english = { kind = "set", variables = { language = "en" }, exits = { next = "account" } }
unchosen = { kind = "hangup", prompts = ["digit-7"] }
wrong = { kind = "hangup", prompts = ["digit-8"] }
thanks = { kind = "play", prompts = ["agent-ready"], exits = { next = "wait" } }
wait = { kind = "enqueue", queue = "hurried", exits = { timeout = "bye", refused = "bye" } }
bye = { kind = "hangup" }
nothing = { kind = "hangup", prompts = ["digit-5"] }
little = { kind = "hangup", prompts = ["digit-6"] }
[flows.nodes.choose]
kind = "menu"
prompts = ["digit-3"]
keys = "12"
timeout_s = 1
tries = 2
invalid_prompts = ["digit-9"]
exits = { key-1 = "account", key-2 = "english", timeout = "unchosen", invalid = "wrong" }
[flows.nodes.account]
kind = "collect"
prompts = ["agent-logged-out"]
variable = "account"
digits_min = 2
digits_max = 4
timeout_s = 2
tries = 2
exits = { done = "thanks", timeout = "nothing", invalid = "little" }

[[flows]]
id = "closed-today"
name = "Closed today"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "check" } }
check = { kind = "hours", hours = "closed-today", exits = { open = "wait", closed = "say-closed" } }
wait = { kind = "enqueue", queue = "indonesia", exits = { timeout = "say-closed", refused = "say-closed" } }
say-closed = { kind = "hangup", prompts = ["closed"], disposition = "closed" }

[[flows]]
id = "quiet-refusal"
name = "Quiet refusal"
start = "start"
[flows.nodes]
start = { kind = "start", answer = false, exits = { next = "check" } }
check = { kind = "caller_list", list = "blocked", exits = { listed = "away", not_listed = "bye" } }
away = { kind = "hangup", cause = 21, disposition = "blocked" }
bye = { kind = "hangup", prompts = ["digit-0"] }

[[flows]]
id = "hurried"
name = "Hurried"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "wait" } }
wait = { kind = "enqueue", queue = "hurried", exits = { timeout = "late", refused = "late" } }
late = { kind = "play", prompts = ["digit-4"], exits = { next = "bye" } }
bye = { kind = "hangup", prompts = ["digit-5"] }

[[flows]]
id = "patient-english"
name = "Patient English"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "english" } }
english = { kind = "set", variables = { language = "en" }, exits = { next = "wait" } }
wait = { kind = "enqueue", queue = "patient", exits = { timeout = "bye", refused = "bye" } }
bye = { kind = "hangup", prompts = ["sorry"] }

[[flows]]
id = "crowded"
name = "Crowded"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "wait" } }
wait = { kind = "enqueue", queue = "crowded", exits = { timeout = "bye", refused = "bye", overflow = "full" } }
full = { kind = "play", prompts = ["digit-6"], exits = { next = "bye" } }
bye = { kind = "hangup" }

[[flows]]
id = "patient"
name = "Patient"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "check" } }
check = { kind = "caller_list", list = "vip", exits = { listed = "wait", not_listed = "wait" } }
wait = { kind = "enqueue", queue = "patient", exits = { timeout = "bye", refused = "bye" } }
bye = { kind = "hangup", prompts = ["sorry"] }
"""

_OUTSIDE_FLOW = """
[[flows]]
id = "out-@did@"
name = "Out"
start = "start"
[flows.nodes]
start = { kind = "start", exits = { next = "dial" } }
failed = { kind = "hangup", prompts = ["digit-7"] }
no-answer = { kind = "hangup", prompts = ["digit-8"] }
busy = { kind = "hangup", prompts = ["digit-9"] }
[flows.nodes.dial]
kind = "transfer_number"
number = "@number@"
trunk = "@trunk@"
ring_s = 5
exits = { failed = "failed", no_answer = "no-answer", busy = "busy" }
"""

_ROUTE = """
[[routes]]
id = "outside"
name = "Outside"
allows = ["+62"]
trunks = ["outside", "one-line"]
dials = "national"
"""

_TRUNK = """
[[trunks]]
id = "@id@"
host = "127.0.0.1"
port = @port@
match = ["@match@"]
lines_max = @lines@
caller_id = "169"
"""


def with_stories(sample: str, *, outside_port: int = 5060, today: datetime.date | None = None) -> str:
    """The sample's text with the numbers above; numbers outside are reached at that port of 127.0.0.1.

    Of the trunks ``outside`` and ``one-line`` the second has a single line.
    """
    day = today or datetime.datetime.now(ZoneInfo("Asia/Jakarta")).date()
    flows = {
        CHOICES: "choices",
        CLOSED_TODAY: "closed-today",
        QUIET_REFUSAL: "quiet-refusal",
        HURRIED: "hurried",
        CROWDED: "crowded",
        PATIENT_ENGLISH: "patient-english",
        PATIENT: "patient",
        **{did: f"out-{did}" for did in OUTSIDE},
    }
    parts = [sample, _ROUTE, _FLOWS.replace("@today@", day.isoformat())]
    parts += [_filled(_TRUNK, id="outside", port=outside_port, match="192.0.2.1", lines=10)]
    parts += [_filled(_TRUNK, id="one-line", port=outside_port, match="192.0.2.2", lines=1)]
    for did, number in OUTSIDE.items():
        trunk = "one-line" if did == ONE_LINE_OUT else "outside"
        parts.append(_filled(_OUTSIDE_FLOW, did=did, number=number, trunk=trunk))
    parts += _numbers(list(flows.items()))
    return "\n".join(parts)


def _numbers(pairs: Sequence[tuple[str, str]]) -> list[str]:
    return [f'[[dids]]\nnumber = "{did}"\nflow = "{flow}"\n' for did, flow in pairs]


def _filled(text: str, **words: object) -> str:
    for name, word in words.items():
        text = text.replace(f"@{name}@", str(word))
    return text
