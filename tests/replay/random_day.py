"""A random day on the floor: seeded inputs, sensible ones mostly, wrong and late ones among them.

``python -m tests.replay.random_day SEED COUNT [EVERY]`` prints every input and its facts, one step a line, for comparison
between processes; with EVERY, after so many steps each time a new engine goes on from a checkpoint of the one before.
"""

import sys
from collections.abc import Callable, Iterator
from random import Random

import msgspec

from acd.core.checkpoint import EngineCheckpoint
from acd.core.engine import Engine
from acd.core.inputs import AsideBegan, AsideEnded, AuxReasonRemoved, Input
from acd.core.interaction_states import Phase
from acd.core.outbound_words import CallOutOver, CallOutPickedUp, CallOutTried
from acd.core.settings import NoAnswerPolicy, RelaxationStep, Reserves, Strategy
from acd.core.state import State
from acd.core.transfer_words import CallerReturned, CallerTransferred, TransferKind, TransferTo
from kernel.ids import GroupId, InteractionId, TrunkId
from kernel.instants import Instant, after
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from tests.acd import makers as m
from tests.acd.floor import NOON

SKILLS = ("english", "indonesian", "mandarin")
QUEUES = ("help", "night", "sales", "vip")
AGENTS = tuple(f"a{n}" for n in range(12))
PHONES = tuple(f"p{n}" for n in range(13))

REASONS = ("lunch", "prayer")

FAILURES = tuple(ReservationResult)

RELAXATIONS = (
    RelaxationStep(after_ms=2_000, anybody=True),
    RelaxationStep(after_ms=6_000, add_groups=(GroupId("office"),)),
)
RESERVES = Reserves(groups=(GroupId("office"),), call_at=2, release_at=1)


class Day:
    """Makes inputs from chance and from what the engine knows, so that most of them have a meaning."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._callers = 0
        self._reservations: list[str] = ["never-made"]

    def morning(self) -> Iterator[Input]:
        """Queues, phones and agents, all logged in and ready."""
        yield m.routing(priority_step_ms=4_000)
        for queue_id in QUEUES:
            yield self._queue(queue_id)
        for phone in PHONES:
            yield m.device(phone, auto_answer=self._chance.random() < 0.2)
            yield m.seen(phone)
        for agent_id, phone in zip(AGENTS, PHONES, strict=False):
            yield self._agent(agent_id)
            yield m.log_in(agent_id, phone)
            yield m.set_ready(agent_id)

    def next_input(self, state: State) -> tuple[int, Input]:
        """Milliseconds since the one before, and the next input."""
        self._reservations = [*self._reservations, *state.reservations][-40:]
        kinds, weights = zip(*_KINDS, strict=True)
        make: Callable[[Day, State], Input] = self._chance.choices(kinds, weights)[0]
        return self._chance.choice((0, 1, 40, 700, 2_500)), make(self, state)

    # --- configuration ---------------------------------------------------------------------------------------------

    def _queue(self, queue_id: str) -> Input:
        skills = {skill: self._chance.randint(1, 4) for skill in SKILLS if self._chance.random() < 0.4}
        return m.queue(
            queue_id,
            requirements=m.needs(**skills),
            priority=9 if queue_id == "vip" else 5,
            ring_ms_max=self._chance.choice((8_000, 15_000)),
            wrap_up_ms=self._chance.choice((0, 6_000)),
            wait_ms_max=self._chance.choice((None, 0, 25_000)),
            no_answer_policy=self._chance.choice(tuple(NoAnswerPolicy)),
            strategy=self._chance.choice(tuple(Strategy)),
            groups=self._chance.choice(((), ("gold",))),
            relaxations=self._chance.choice(((), RELAXATIONS)),
            reserves=self._chance.choice((None, RESERVES)),
            announcement=self._chance.choice((None, "please-wait")),
            announcement_every_ms=self._chance.choice((0, 9_000)),
            tells_wait=self._chance.choice((False, True)),
            exit_key=self._chance.choice(("", "1")),
        )

    def _agent(self, agent_id: str) -> Input:
        return m.agent(
            agent_id, **{skill: self._chance.randint(1, 5) for skill in SKILLS if self._chance.random() < 0.7}
        )

    def reconfigure(self, state: State) -> Input:
        one_of = self._chance.randrange(8)
        if one_of == 6:
            return m.routing(priority_step_ms=self._chance.choice((None, 1_000, 30_000)))
        if one_of == 0:
            return self._queue(self._chance.choice(QUEUES))
        if one_of == 1:
            return m.remove_queue(self._chance.choice(QUEUES))
        if one_of == 2:
            return m.remove_agent(self._chance.choice(AGENTS))
        if one_of == 3:
            return m.remove_device(self._chance.choice(PHONES))
        if one_of == 4:
            limits = {"agents_max": self._chance.choice((None, 1)), "ms_max": self._chance.choice((None, 3_000))}
            return m.reason(self._chance.choice(REASONS), **limits)
        if one_of == 5:
            return AuxReasonRemoved(reason_code=self._chance.choice(REASONS))
        return self._agent(self._chance.choice(AGENTS))

    def restore(self, state: State) -> Input:
        """What was removed comes back."""
        for queue_id in QUEUES:
            if queue_id not in state.queues:
                return self._queue(queue_id)
        for phone in PHONES:
            if phone not in state.devices:
                return m.device(phone)
        return self._agent(self._chance.choice(AGENTS))

    # --- callers ---------------------------------------------------------------------------------------------------

    def _caller(self, state: State) -> str:
        return self._chance.choice([*state.interactions, "c0"])

    def arrive(self, state: State) -> Input:
        self._callers += 1
        return m.arrived(f"c{self._callers}")

    def enter(self, state: State) -> Input:
        latest = f"c{self._callers}" if self._chance.random() < 0.7 else self._caller(state)
        skills = {skill: self._chance.randint(1, 6) for skill in SKILLS if self._chance.random() < 0.2}
        return m.enter(
            latest, self._chance.choices(QUEUES, (20, 1, 20, 20))[0], self._chance.choice((None, None, 1, 10)), **skills
        )

    def enter_as_before(self, state: State) -> Input:
        since = Instant(NOON + self._chance.randrange(1_000_000))
        return m.enter_as_since(since, f"c{self._callers}", "sales", self._chance.choice((None, 3)))

    def set_priority(self, state: State) -> Input:
        return m.set_priority(self._caller(state), self._chance.randint(1, 10))

    def move_to_queue(self, state: State) -> Input:
        return m.move_to_queue(self._caller(state), self._chance.choice(QUEUES))

    def hang_up(self, state: State) -> Input:
        return m.hung_up(self._caller(state))

    def book_callback(self, state: State) -> Input:
        in_flow = [one for one, interaction in state.interactions.items() if interaction.phase is Phase.FLOW]
        return m.book_callback(
            self._chance.choice([*in_flow, self._caller(state)]),
            self._chance.choices(QUEUES, (20, 1, 20, 20))[0],
            expires_at=self._chance.choice((0, 2**60, 2**60)) or int(NOON) + self._chance.randrange(10**6),
            tries_max=self._chance.randint(1, 3),
            retry_ms=20_000,
        )

    def reach(self, state: State) -> Input:
        away = [one for one, interaction in state.interactions.items() if not interaction.has_leg]
        return m.reached(self._chance.choice([*away, self._caller(state)]))

    def press_key(self, state: State) -> Input:
        return m.pressed(self._caller(state), self._chance.choice("12"))

    def lose(self, state: State) -> Input:
        return m.lost(self._caller(state))

    def call_out(self, state: State) -> Input:
        one_of = self._chance.randrange(6)
        calls = [*state.calls_out, "c0"]
        if one_of < 3:
            self._callers += 1
            return m.call_out(f"c{self._callers}", self._chance.choice((*PHONES, "p-none")))
        if one_of == 3:
            return CallOutTried(
                interaction_id=InteractionId(self._chance.choice(calls)),
                trunk_id=TrunkId(self._chance.choice(("first", "second"))),
            )
        if one_of == 4:
            return CallOutPickedUp(interaction_id=InteractionId(self._chance.choice(calls)))
        ends = (Disposition.ANSWERED, Disposition.BUSY, Disposition.NO_ANSWER, Disposition.NOT_REACHED)
        called = InteractionId(self._chance.choice(calls))
        return CallOutOver(interaction_id=called, disposition=self._chance.choice(ends))

    def send_on(self, state: State) -> Input:
        caller = InteractionId(self._caller(state))
        if self._chance.random() < 0.3:
            return CallerReturned(interaction_id=caller)
        to, targets = self._chance.choice(((TransferTo.AGENT, AGENTS), (TransferTo.QUEUE, QUEUES)))
        target = self._chance.choice(targets)
        return CallerTransferred(interaction_id=caller, kind=TransferKind.BLIND, to=to, target=target)

    def end_flow(self, state: State) -> Input:
        return m.flow_ended(self._caller(state), self._chance.choice(tuple(Disposition)))

    # --- agents ----------------------------------------------------------------------------------------------------

    def ready(self, state: State) -> Input:
        return m.set_ready(self._chance.choice(AGENTS))

    def aux(self, state: State) -> Input:
        return m.set_aux(self._chance.choice(AGENTS), self._chance.choice(REASONS))

    def log_in(self, state: State) -> Input:
        return m.log_in(self._chance.choice(AGENTS), self._chance.choice((*PHONES, "p-none")))

    def log_out(self, state: State) -> Input:
        return m.log_out(self._chance.choice((*AGENTS, "a-none")))

    def extend(self, state: State) -> Input:
        return m.extended(self._chance.choice(AGENTS), 3_000)

    # --- the switch ------------------------------------------------------------------------------------------------

    def _reservation(self, state: State) -> str:
        live = [*state.reservations, *state.connections]
        late = not live or self._chance.random() < 0.1
        return self._chance.choice(self._reservations if late else live)

    def presence(self, state: State) -> Input:
        reachable = self._chance.random() < 0.8
        return m.seen(self._chance.choice(PHONES), reachable=reachable, in_use=self._chance.random() < 0.3)

    def move(self, state: State) -> Input:
        return m.moved(self._chance.choice(PHONES))

    def ring(self, state: State) -> Input:
        return m.rang(self._reservation(state))

    def pick_up(self, state: State) -> Input:
        return m.picked_up(self._reservation(state))

    def fail(self, state: State) -> Input:
        return m.failed(self._reservation(state), self._chance.choice(FAILURES))

    def leave(self, state: State) -> Input:
        return m.left(self._reservation(state), self._chance.choice(tuple(EndedBy)))

    def hold(self, state: State) -> Input:
        return m.held(self._reservation(state))

    def resume(self, state: State) -> Input:
        return m.resumed(self._reservation(state))

    def aside(self, state: State) -> Input:
        one_of = self._chance.randrange(5)
        if one_of == 0:
            return AsideBegan()
        if one_of == 1:
            return m.left_aside(self._caller(state), self._chance.choice(tuple(EndedBy)))
        return m.taken_aside(self._caller(state), self._chance.choice((*PHONES, "p-none")))

    def aside_ended(self, state: State) -> Input:
        return AsideEnded()

    def nothing(self, state: State) -> Input:
        return m.TIME


_KINDS: tuple[tuple[Callable[[Day, State], Input], int], ...] = (
    (Day.arrive, 14),
    (Day.enter, 20),
    (Day.enter_as_before, 2),
    (Day.set_priority, 2),
    (Day.move_to_queue, 2),
    (Day.hang_up, 8),
    (Day.lose, 1),
    (Day.end_flow, 2),
    (Day.call_out, 8),
    (Day.send_on, 4),
    (Day.ready, 14),
    (Day.aux, 3),
    (Day.log_in, 4),
    (Day.log_out, 1),
    (Day.extend, 2),
    (Day.presence, 12),
    (Day.move, 1),
    (Day.ring, 8),
    (Day.pick_up, 12),
    (Day.fail, 3),
    (Day.leave, 7),
    (Day.hold, 3),
    (Day.resume, 3),
    (Day.reconfigure, 1),
    (Day.restore, 2),
    (Day.aside, 3),
    (Day.aside_ended, 2),
    (Day.press_key, 2),
    (Day.book_callback, 3),
    (Day.reach, 5),
    (Day.nothing, 10),
)


def steps(seed: int, count: int, engine: Engine) -> Iterator[tuple[Instant, Input]]:
    """Instants and inputs of a day. Each must be given to the engine before the next is asked for."""
    day = Day(seed)
    now = NOON
    for given in day.morning():
        yield now, given
    for _ in range(count):
        waited_ms, given = day.next_input(engine.state)
        now = after(now, waited_ms)
        yield now, given


def transcript(seed: int, count: int, resume_every: int | None = None) -> Iterator[str]:
    """One line a step: the instant, the input, its facts, and the next deadline."""
    engine = Engine()
    for number, (now, given) in enumerate(steps(seed, count, engine), start=1):
        if resume_every is not None and number % resume_every == 0:
            kept = msgspec.json.encode(engine.checkpoint())
            engine.resume(msgspec.json.decode(kept, type=EngineCheckpoint))
        yield f"{now} {given!r} {engine.handle(given, now)!r} {engine.next_deadline()}"


if __name__ == "__main__":
    for line in transcript(*map(int, sys.argv[1:])):
        sys.stdout.write(line + "\n")
