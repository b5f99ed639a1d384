"""What a trial came to, as figures, and as a table for people. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from acd.core import facts
from sambut.bench.figures import quantile
from tests.chaos.history import Broken, History
from tests.chaos.outages import Kind

READOPTED_MS_MAX = 2_000
NOTICED_MS_MAX = 3_000
ACCEPTED_MS_MAX = 3_000
BROKEN_SHOWN_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, ms; None where it never happened."""

    p50: float | None = None
    p99: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A trial in numbers. ``late``: what took longer than it may, in words."""

    kills: int
    freezes: int
    absences: int
    asterisk_kills: int
    callers: int
    callers_cut_by_asterisk: int
    callers_left_by_themselves: int
    talks: int
    talks_with_a_hold: int
    callers_who_waited: int
    pick_ups_refused: int
    talks_unseen: int
    served_aside: int
    recordings: int
    recordings_failed: int
    lost: int
    doubled: int
    readopted_ms: Spread
    away_ms: Spread
    frozen_noticed_ms: Spread
    asterisk_accepts_ms: Spread
    broken: tuple[Broken, ...]
    late: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether everything is as it must be."""
        return not self.broken and not self.late


def judge(history: History, broken: Sequence[Broken]) -> Figures:
    """The figures of a trial."""
    program = [each for each in history.outages if each.kind is not Kind.ASTERISK]
    reborn = [each for each in program if each.kind is Kind.KILL or each.noticed_ms]
    noticed = [each.noticed_ms for each in program if each.noticed_ms]
    accepts = [_accepts_ms(history, death.began_ms) for death in history.deaths]
    answers = [
        fact for id_ in history.stories.by_interaction for _, fact in history.stories.of(id_, facts.InteractionAnswered)
    ]
    told = [one for all_told in history.stories.by_interaction.values() for one in all_told if one.aside]
    readopted = [each.back_ms - each.born_ms for each in reborn]
    return Figures(
        kills=sum(each.kind is Kind.KILL for each in history.outages),
        freezes=sum(each.kind is Kind.FREEZE for each in history.outages),
        absences=sum(each.kind is Kind.AWAY for each in history.outages),
        asterisk_kills=len(history.deaths),
        callers=len(history.callers),
        callers_cut_by_asterisk=len(history.cut),
        callers_left_by_themselves=sum(call.left_ms is not None for call in history.callers),
        talks=sum(call.is_talk for call in history.phones),
        pick_ups_refused=sum(call.joined_ms is not None and not call.is_talk for call in history.phones),
        talks_with_a_hold=sum(call.held_ms > 0 for call in history.phones),
        callers_who_waited=sum(fact.waited_ms - fact.rang_ms > 100 for fact in answers),
        talks_unseen=_unseen(history),
        recordings=len(history.recordings.stored),
        recordings_failed=len(history.recordings.failed),
        served_aside=sum(isinstance(one.fact, facts.InteractionAnswered) for one in told),
        lost=sum(each.rule == "I1" for each in broken),
        doubled=sum(each.rule in ("I2", "I3", "I5") for each in broken),
        readopted_ms=_spread(readopted),
        away_ms=_spread([each.back_ms - each.began_ms for each in program]),
        frozen_noticed_ms=_spread(noticed),
        asterisk_accepts_ms=_spread([each for each in accepts if each is not None]),
        broken=tuple(broken),
        late=(
            *(f"in step only {ms} ms after the restart" for ms in readopted if ms > READOPTED_MS_MAX),
            *(f"frozen for {ms} ms before it was ended" for ms in noticed if ms > NOTICED_MS_MAX),
            *("no call accepted after Asterisk's death" for ms in accepts if ms is None),
            *(f"calls accepted {ms} ms after Asterisk's death" for ms in accepts if ms and ms > ACCEPTED_MS_MAX),
        ),
    )


def _unseen(history: History) -> int:
    """Talks that the program does not know of, because it was away from their first to their last moment."""
    answered = {history.numbers.get(row.interaction_id) for row in history.rows if row.answered_at is not None}
    return sum(history.is_unseen(call) and call.number not in answered for call in history.phones)


def _accepts_ms(history: History, died_ms: int) -> int | None:
    """From Asterisk's death until a caller is answered who called after it."""
    answered = [
        call.answered_ms for call in history.callers if call.answered_ms is not None and call.placed_ms > died_ms
    ]
    return min(answered) - died_ms if answered else None


def _spread(values: Sequence[float]) -> Spread:
    if not values:
        return Spread()
    ordered = sorted(values)
    return Spread(p50=quantile(ordered, 0.5), p99=quantile(ordered, 0.99), max=ordered[-1])


def as_json(figures: Figures) -> dict[str, object]:
    """The figures for a machine."""
    return asdict(figures)


def as_table(figures: Figures) -> str:
    """The figures for people."""
    lines = [
        ("faults", f"{figures.kills} kills, {figures.freezes} freezes, {figures.absences} absences"),
        ("kills of Asterisk", str(figures.asterisk_kills)),
        ("callers", f"{figures.callers}, {figures.callers_cut_by_asterisk} of them cut by Asterisk's deaths"),
        ("left by themselves", str(figures.callers_left_by_themselves)),
        ("talks", f"{figures.talks}, {figures.callers_who_waited} of them after a wait, {figures.served_aside} aside"),
        ("talks with a hold", str(figures.talks_with_a_hold)),
        ("pick-ups that came too late", str(figures.pick_ups_refused)),
        ("talks that nobody saw", str(figures.talks_unseen)),
        ("recordings", f"{figures.recordings}, and {figures.recordings_failed} alarms that one is not whole"),
        ("lost", str(figures.lost)),
        ("doubled", str(figures.doubled)),
        ("in step after a restart", _shown(figures.readopted_ms)),
        ("program away", _shown(figures.away_ms)),
        ("frozen until ended", _shown(figures.frozen_noticed_ms)),
        ("Asterisk's death to an answer", _shown(figures.asterisk_accepts_ms)),
        ("rules broken", str(len(figures.broken))),
    ]
    rows = [f"  {name:<32}{value}" for name, value in lines]
    rows += [f"  BROKEN {each.rule}: {each.words}" for each in figures.broken[:BROKEN_SHOWN_MAX]]
    rows += [f"  LATE: {words}" for words in figures.late]
    return "\n".join(rows) + "\n"


def _shown(spread: Spread) -> str:
    if spread.p50 is None:
        return "-"
    return f"p50 {spread.p50:.0f} ms, p99 {spread.p99:.0f} ms, max {spread.max:.0f} ms"
