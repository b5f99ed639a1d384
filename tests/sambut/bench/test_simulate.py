"""The benchmark of simulations tells how many times faster than life one goes, by figures that agree."""

import pytest

from sambut.bench import simulate


def test_the_figures_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "AGENTS", 10)
    monkeypatch.setattr(simulate, "CALLS_PER_HOUR", 100)

    body = simulate.run_simulate(rounds=2)

    assert 60 < body["calls"] < 140
    assert body["facts"] > 10 * body["calls"]
    assert body["journal_bytes"] > 100 * body["facts"]
    assert body["times_real_time"] == pytest.approx(3_600 / body["took_s"])
    assert body["ms_a_call"] == pytest.approx(body["took_s"] * 1_000 / body["calls"])
