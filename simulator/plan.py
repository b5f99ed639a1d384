"""What a seed stands for: how large the floor is, what its people are like, and what goes wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

MORNING_MS = 90_000
"""How long callers come in and things go wrong; after it everything is well, and all is brought to its end."""


class Fault(StrEnum):
    """What can go wrong; each seed has some of them, and each can be left out to see whether it matters."""

    CRASH = "crash"
    """The program is killed between any two steps of any of its tasks, and started again."""
    TORN_COMMANDS = "torn_commands"
    """It is killed between two commands to the switch."""
    FREEZE = "freeze"
    """It stands still while time goes on; after three seconds it is killed and started again."""
    OUTAGE = "outage"
    """It is away for longer than the switch waits for it."""
    LINK_LOSS = "link_loss"
    """The links to the switch are cut: commands and reports are lost, then all is compared."""
    SWITCH_DEATH = "switch_death"
    """The switch dies, and every call with it."""
    DUPLICATES = "duplicates"
    LOSSES = "losses"
    """Single reports are lost without anybody noticing."""
    DISORDER = "disorder"
    """Reports overtake one another."""
    DISK_FAILS = "disk_fails"
    """The journal cannot be written: the program has to end."""
    DISK_SLOW = "disk_slow"
    CLOCK_JUMPS = "clock_jumps"
    """The clock is an hour wrong from the next start on."""
    CHANGES = "changes"
    """The centre is changed in the middle of calls."""
    CROSSINGS = "crossings"
    """People act in the very milliseconds in which a call changes hands."""
    BAD_PHONES = "bad_phones"
    """Phones that are silent, unplugged, busy, or in private calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One seed, read. ``faults`` are those that this seed has and that were not left out."""

    seed: int
    callers: int
    agents: int
    queues: int
    faults: frozenset[Fault]
    follows_rows: bool

    def has(self, fault: Fault) -> bool:
        """Whether this goes wrong in this run."""
        return fault in self.faults


def plan_of(seed: int, without: Iterable[Fault] = ()) -> Plan:
    """Read a seed; the same faults left out or not, everything else of it stays."""
    chance = Random(f"plan {seed}")
    rate = chance.choice((0.15, 0.3, 0.45))
    faults = [fault for fault in Fault if chance.random() < rate]
    return Plan(
        seed=seed,
        callers=chance.randint(6, 24),
        agents=chance.randint(2, 6),
        queues=chance.randint(1, 3),
        faults=frozenset(faults) - frozenset(without),
        follows_rows=chance.random() < 0.25,
    )
