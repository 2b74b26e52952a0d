"""Power by simulation agrees with the formula where that holds, and departs from it where it must."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import power_of_designs, simulate_power


def near(found, chances=3.5):
    one, formula = found["power_simulated"], found["power_formula"].estimate
    return abs(one.estimate - formula) <= chances * np.sqrt(formula * (1 - formula) / one.n)


def test_complete_pairs_have_the_power_of_the_formula():
    found = simulate_power(effect=0.5, n=30, tables=100)
    assert near(found)
    error = found["type_i_error_simulated"]
    assert abs(error.estimate - 0.05) <= 3.3 * np.sqrt(0.05 * 0.95 / error.n)  # as `near` does
    assert found["effect_found"].estimate == pytest.approx(0.5 * 1.03, abs=0.07)  # d_z is not corrected


def test_two_groups_without_a_useful_baseline_have_the_power_of_the_formula():
    assert near(simulate_power(design="two-groups", effect=0.6, n=45, correlation=0.0, tables=80))


def test_a_baseline_buys_power_and_leaving_and_a_ceiling_cost_it():
    plain = simulate_power(design="two-groups", effect=0.5, n=50, correlation=0.7, tables=60)
    assert plain["power_simulated"].low > plain["power_formula"].estimate
    whole = simulate_power(effect=0.35, n=60, tables=70)["power_simulated"].estimate
    costly = simulate_power(effect=0.35, n=60, tables=70, leave=0.4, selective=True, scale=(1, 5), start=4.6, sd=0.8)
    assert costly["power_simulated"].estimate < whole - 0.1
    assert costly["analysed"].estimate == pytest.approx(36, abs=1)


def test_teams_are_told_to_the_analysis():
    found = simulate_power(effect=0.3, n=180, icc=0.15, team_size=6, tables=50)
    assert near(found, 4)
    assert found["type_i_error_simulated"].low <= 0.05


def test_the_seed_decides():
    first, again, other = (simulate_power(effect=0.4, n=20, tables=20, seed=s).to_dict() for s in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    "wrong", [{"n": 1}, {"icc": 0.9}, {"leave": 1.0}, {"correlation": 1.0}, {"tables": 1}, {"alpha": 0}, {"effect": 99}]
)
def test_what_is_out_of_range_is_named(wrong):
    with pytest.raises(UnusableInputError, match="out of range"):
        simulate_power(**{"effect": 0.4, "n": 20, **wrong})


def test_three_learners_give_no_number():
    found = simulate_power(effect=0.4, n=3, tables=5)
    assert (found.status, found.estimates) == ("not-estimable", ())


def run(share, replicates=200, n=300, seed=1):
    """What `power_of_designs` reads of a simulation."""
    rng = np.random.default_rng(seed)
    counts = pd.DataFrame(
        {"replicate": range(replicates), "item": "core", "earned": rng.binomial(n, share, replicates)}
    )
    shares = pd.DataFrame({"credential": ["core"], "n": [n]})
    empty = pd.DataFrame({"stack": [], "n": []})
    return SimpleNamespace(
        by_replicate=lambda: counts.assign(retained=np.nan), badges=lambda *_: shares, stacks=lambda *_: empty
    )


def test_two_designs_have_the_power_of_two_proportions():
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    found = power_of_designs(run(0.6), run(0.7, seed=2), "core")
    expected = NormalIndPower().power(proportion_effectsize(0.7, 0.6), 300, 0.05)
    one = found["power_simulated"]
    assert one.low - 0.02 <= expected <= one.high + 0.02
    assert found["difference_simulated"].estimate == pytest.approx(0.1, abs=0.01)
    null = power_of_designs(run(0.6), run(0.6, seed=3), "core")["power_simulated"]
    assert null.low <= 0.05 <= null.high


def test_designs_that_cannot_be_compared():
    assert power_of_designs(run(0.5, replicates=5), run(0.5), "core").status == "not-estimable"
    with pytest.raises(UnusableInputError, match="Did you mean core"):
        power_of_designs(run(0.5), run(0.5), "cor")
    with pytest.raises(UnusableInputError, match="with `retained`"):
        power_of_designs(run(0.5), run(0.5), "core", measure="retained")


def test_the_command_prints_the_contract():
    asked = ["evaluate", "power-simulated", "--effect", "0.5", "--n", "25", "--tables", "20", "--format", "json"]
    data = json.loads(CliRunner().invoke(app, asked).stdout)
    assert data["estimates"][0]["name"] == "power_simulated"
