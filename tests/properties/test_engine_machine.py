"""Whatever is given, in whatever order: no rule breaks, every count balances, and the quick match is the naive one."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acd.core import facts
from acd.core.agent_states import MOVES, AgentState
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import AsideBegan, AsideEnded, Input
from acd.core.invariants import broken
from acd.core.matching import next_pair_naively
from acd.core.settings import Blend, NoAnswerPolicy, RelaxationStep, Reserves, Strategy
from kernel.ids import GroupId, SkillId
from kernel.instants import Instant, after
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from tests.acd import makers as m
from tests.acd.floor import NOON

AGENTS = st.sampled_from(["ann", "bob", "eve"])
PHONES = st.sampled_from(["p1", "p2", "p3", "p4"])
QUEUES = st.sampled_from(["sales", "help"])
CALLERS = st.sampled_from([f"c{number}" for number in range(1, 25)])
"""A few at a time; whoever has called once does not come again."""
LEVELS = st.dictionaries(st.sampled_from(["english", "mandarin"]), st.integers(1, 5), max_size=2)
NEEDS = st.dictionaries(st.sampled_from(["english", "mandarin"]), st.integers(1, 6), max_size=1)
LATER_MS = st.sampled_from([0, 0, 1, 500, 4_000, 20_000])
GROUPS = st.lists(st.sampled_from(["gold", "silver", "office"]), max_size=2, unique=True).map(tuple)
BLENDS = st.builds(
    Blend,
    idle=st.integers(1, 9),
    occupancy=st.integers(0, 9),
    calls=st.integers(0, 9),
    turns=st.integers(0, 9),
    proficiency_ms=st.sampled_from([0, 3_000, 90_000]),
)
GROUP_IDS = GROUPS.map(lambda some: tuple(map(GroupId, some)))
STEPS = st.lists(
    st.builds(
        RelaxationStep,
        after_ms=st.sampled_from([1, 2_000, 4_000, 5_000, 20_000]),
        lower=st.sampled_from([(), ((SkillId("english"), 1),)]),
        drop=st.sampled_from([(), (SkillId("english"),)]),
        add_groups=GROUP_IDS,
        together=st.booleans(),
        level_max=st.sampled_from([None, 2]),
        anybody=st.booleans(),
    ),
    max_size=3,
).map(lambda steps: tuple(sorted(steps, key=lambda step: step.after_ms)))
RESERVES = st.none() | st.builds(Reserves, groups=GROUP_IDS, call_at=st.just(2), release_at=st.integers(0, 1))
RECENT = st.integers(0, 5)


class AnyDay(RuleBasedStateMachine):
    """Three engines in step: the quick match, the naive one, and one that only folds the facts."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()
        self.naive = Engine(choose=next_pair_naively)
        self.folded = Engine()
        self.now: Instant = NOON
        self.facts: list[Fact] = []
        self.reservations: list[str] = []
        self.agent_states: dict[str, AgentState] = {}

    def give(self, given: Input, later_ms: int = 0) -> None:
        self.now = after(self.now, later_ms)
        decided = self.engine.handle(given, self.now)
        assert self.naive.handle(given, self.now) == decided
        self.folded.fold(decided, self.now)
        for fact in decided:
            if isinstance(fact, facts.AgentReserved):
                self.reservations.append(fact.reservation_id)
            if isinstance(fact, facts.AgentStateChanged):
                known = self.agent_states.get(fact.agent_id, AgentState.LOGGED_OUT)
                assert fact.previous is known
                assert fact.state in {to for (state, _), to in MOVES.items() if state is known}
                self.agent_states[fact.agent_id] = fact.state
        self.facts.extend(decided)

    def recent(self, back: int) -> str:
        return self.reservations[-1 - back % len(self.reservations)]

    @initialize()
    def open_the_floor(self) -> None:
        self.give(
            m.queue(
                "sales",
                wrap_up_ms=3_000,
                wait_ms_max=30_000,
                waiting_max=4,
                announcement="wait",
                announcement_every_ms=7_000,
            )
        )
        self.give(
            m.queue(
                "help",
                requirements=m.needs(english=2),
                no_answer_policy=NoAnswerPolicy.READY,
                priority=7,
                tells_wait=True,
                announcement_every_ms=5_000,
            )
        )
        for phone in ("p1", "p2", "p3"):
            self.give(m.device(phone))
            self.give(m.seen(phone))
        for agent_id, phone in (("ann", "p1"), ("bob", "p2"), ("eve", "p3")):
            self.give(m.agent(agent_id, english=3))
            self.give(m.log_in(agent_id, phone))
            self.give(m.set_ready(agent_id))

    @rule(
        queue_id=QUEUES,
        skills=LEVELS,
        wrap_up_ms=st.sampled_from([0, 3_000]),
        wait_ms_max=st.sampled_from([None, 0, 9_000]),
        whose=st.fixed_dictionaries(
            {
                "groups": GROUPS,
                "level_max": st.sampled_from([9, 2, 1]),
                "strategy": st.sampled_from(Strategy),
                "blend": BLENDS,
                "relaxations": STEPS,
                "reserves": RESERVES,
            }
        ),
    )
    def configure_queue(
        self, queue_id: str, skills: dict[str, int], wrap_up_ms: int, wait_ms_max: int | None, whose: dict[str, object]
    ) -> None:
        requirements = m.needs(**skills)
        self.give(m.queue(queue_id, requirements=requirements, wrap_up_ms=wrap_up_ms, wait_ms_max=wait_ms_max, **whose))

    @rule(agent_id=AGENTS, skills=LEVELS, groups=GROUPS, level=st.integers(1, 3))
    def configure_agent(self, agent_id: str, skills: dict[str, int], groups: tuple[str, ...], level: int) -> None:
        self.give(m.member(agent_id, groups, level, skills))

    @rule(phone=PHONES, auto_answer=st.booleans())
    def configure_device(self, phone: str, auto_answer: bool) -> None:
        self.give(m.device(phone, auto_answer=auto_answer))

    @rule(queue_id=QUEUES, agent_id=AGENTS, phone=PHONES, which=st.integers(0, 2))
    def remove(self, queue_id: str, agent_id: str, phone: str, which: int) -> None:
        self.give((m.remove_queue(queue_id), m.remove_agent(agent_id), m.remove_device(phone))[which])

    @rule(caller=CALLERS, queue_id=QUEUES, priority=st.sampled_from([None, 1, 10]), skills=NEEDS, later_ms=LATER_MS)
    def call(self, caller: str, queue_id: str, priority: int | None, skills: dict[str, int], later_ms: int) -> None:
        self.give(m.arrived(caller), later_ms)
        self.give(m.enter(caller, queue_id, priority, **skills))

    @rule(caller=CALLERS, priority=st.integers(1, 10), since_ms=st.sampled_from([0, 9_000, -5_000]))
    def call_with_an_older_place(self, caller: str, priority: int, since_ms: int) -> None:
        self.give(m.arrived(caller))
        self.give(m.enter_as_since(Instant(self.now - since_ms), caller, "sales", priority))

    @rule(caller=CALLERS, priority=st.integers(1, 10), later_ms=LATER_MS)
    def set_priority(self, caller: str, priority: int, later_ms: int) -> None:
        self.give(m.set_priority(caller, priority), later_ms)

    @rule(caller=CALLERS, queue_id=QUEUES, later_ms=LATER_MS)
    def move_to_queue(self, caller: str, queue_id: str, later_ms: int) -> None:
        self.give(m.move_to_queue(caller, queue_id), later_ms)

    @rule(priority_step_ms=st.sampled_from([None, 1_000, 4_000]))
    def configure_routing(self, priority_step_ms: int | None) -> None:
        self.give(m.routing(priority_step_ms=priority_step_ms))

    @rule(caller=CALLERS, later_ms=LATER_MS)
    def hang_up(self, caller: str, later_ms: int) -> None:
        self.give(m.hung_up(caller), later_ms)

    @rule(caller=CALLERS, later_ms=LATER_MS)
    def lose(self, caller: str, later_ms: int) -> None:
        self.give(m.lost(caller), later_ms)

    @rule(caller=CALLERS, disposition=st.sampled_from(Disposition))
    def end_flow(self, caller: str, disposition: Disposition) -> None:
        self.give(m.flow_ended(caller, disposition))

    @rule(agent_id=AGENTS, later_ms=LATER_MS)
    def set_ready(self, agent_id: str, later_ms: int) -> None:
        self.give(m.set_ready(agent_id), later_ms)

    @rule(agent_id=AGENTS)
    def set_aux(self, agent_id: str) -> None:
        self.give(m.set_aux(agent_id))

    @rule(agent_id=AGENTS, by_ms=st.sampled_from([1, 9_000]))
    def extend_wrap_up(self, agent_id: str, by_ms: int) -> None:
        self.give(m.extended(agent_id, by_ms))

    @rule(agent_id=AGENTS, phone=PHONES)
    def log_in(self, agent_id: str, phone: str) -> None:
        self.give(m.log_in(agent_id, phone))

    @rule(agent_id=AGENTS)
    def log_out(self, agent_id: str) -> None:
        self.give(m.log_out(agent_id))

    @rule(phone=PHONES, reachable=st.booleans(), in_use=st.booleans())
    def see_phone(self, phone: str, reachable: bool, in_use: bool) -> None:
        self.give(m.seen(phone, reachable=reachable, in_use=in_use))

    @rule(phone=PHONES)
    def move_phone(self, phone: str) -> None:
        self.give(m.moved(phone))

    @precondition(lambda self: self.reservations)
    @rule(back=RECENT, later_ms=LATER_MS)
    def ring(self, back: int, later_ms: int) -> None:
        self.give(m.rang(self.recent(back)), later_ms)

    @precondition(lambda self: self.reservations)
    @rule(back=RECENT, later_ms=LATER_MS)
    def pick_up(self, back: int, later_ms: int) -> None:
        self.give(m.picked_up(self.recent(back)), later_ms)

    @precondition(lambda self: self.reservations)
    @rule(back=RECENT, result=st.sampled_from(ReservationResult))
    def fail(self, back: int, result: ReservationResult) -> None:
        self.give(m.failed(self.recent(back), result))

    @precondition(lambda self: self.reservations)
    @rule(back=RECENT, ended_by=st.sampled_from(EndedBy), later_ms=LATER_MS)
    def leave(self, back: int, ended_by: EndedBy, later_ms: int) -> None:
        self.give(m.left(self.recent(back), ended_by), later_ms)

    @precondition(lambda self: self.reservations)
    @rule(back=RECENT, resumes=st.booleans(), later_ms=LATER_MS)
    def hold_or_resume(self, back: int, resumes: bool, later_ms: int) -> None:
        reservation_id = self.recent(back)
        self.give(m.resumed(reservation_id) if resumes else m.held(reservation_id), later_ms)

    @rule(ends=st.booleans(), later_ms=LATER_MS)
    def served_aside(self, ends: bool, later_ms: int) -> None:
        self.give(AsideEnded() if ends else AsideBegan(), later_ms)

    @rule(caller=CALLERS, phone=PHONES, later_ms=LATER_MS)
    def take_aside(self, caller: str, phone: str, later_ms: int) -> None:
        self.give(m.taken_aside(caller, phone), later_ms)

    @rule(caller=CALLERS, ended_by=st.sampled_from(EndedBy), later_ms=LATER_MS)
    def leave_aside(self, caller: str, ended_by: EndedBy, later_ms: int) -> None:
        self.give(m.left_aside(caller, ended_by), later_ms)

    @rule(later_ms=LATER_MS)
    def time_passes(self, later_ms: int) -> None:
        self.give(m.TIME, later_ms)
        due = self.engine.next_deadline()
        assert due is None or due > self.now

    @invariant()
    def no_rule_is_broken(self) -> None:
        assert broken(self.engine.state) == ()

    @invariant()
    def the_facts_alone_give_the_same_state(self) -> None:
        assert self.folded.state == self.engine.state
        assert self.folded.next_deadline() == self.engine.next_deadline()

    @invariant()
    def the_facts_count_up(self) -> None:
        made = Counter(type(fact) for fact in self.facts)
        state = self.engine.state
        ended = [fact for fact in self.facts if isinstance(fact, facts.ReservationEnded)]
        assert len({fact.reservation_id for fact in ended}) == len(ended)
        assert made[facts.AgentReserved] == len(ended) + len(state.reservations)
        assert made[facts.InteractionCreated] == made[facts.InteractionEnded] + len(state.interactions)
        assert made[facts.InteractionAnswered] == made[facts.InteractionReleased] + len(state.connections)
        exits = made[facts.InteractionAnswered] + made[facts.InteractionAbandoned] + made[facts.InteractionLeftQueue]
        waiting = sum(1 for one in state.interactions.values() if one.wait is not None)
        assert made[facts.InteractionQueued] == exits + waiting

    @invariant()
    def no_length_is_below_zero(self) -> None:
        for fact in self.facts[-12:]:
            if isinstance(fact, facts.InteractionReleased):
                assert fact.talk_ms >= 0
                assert fact.hold_ms >= 0


AnyDay.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestAnyDay = pytest.mark.slow(AnyDay.TestCase)  # a hundred days of fifty inputs, three engines each
