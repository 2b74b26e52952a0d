"""What must hold of any sound cohort model, and of the same chance under different designs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.simulation import Scenario, SimulationResult, simulate

Maker = Callable[..., Any]
EVERY_WEEK = {"practice": {"when": "every-week"}, "assessment": {"offered": "every-week", "rater_icc": None}}
EVERYBODY = {"participation": {"uptake": {"foundation": 1, "intermediate": 1, "advanced": 1}}}


def scenario(**sections: Any) -> Scenario:
    data: dict[str, Any] = {"id": "law", "title": "Law", "seed": 5, "replicates": 40}
    for part in (EVERY_WEEK, EVERYBODY, sections):
        for name, value in part.items():
            data[name] = {**data[name], **value} if isinstance(data.get(name), dict) else value
    return Scenario.model_validate(data)


def share(result: SimulationResult, credential: str, measure: str = "earned", profession: str = "all") -> float:
    frame = result.badges(profession, measure)
    return float(frame.loc[frame["credential"] == credential, "mean"].iloc[0])


def test_same_seed_same_digest_and_another_seed_another(small: Programme) -> None:
    first = simulate(small, scenario())
    assert simulate(small, scenario()).digest == first.digest
    assert simulate(small, scenario(), seed=6).digest != first.digest


def test_results_do_not_depend_on_the_number_of_threads(make_programme: Maker, make_credential: Maker) -> None:
    """40,000 learners make several blocks of learners, 700 several groups of replicates."""
    programme = make_programme([make_credential("first"), make_credential("second", requires="first")])
    for learners, replicates in ((700, 30), (40_000, 2)):
        cohort = scenario(cohort={"nursing": learners - 10, "pharmacy": 10})
        digests = {simulate(programme, cohort, replicates=replicates, threads=n).digest for n in (1, 2, 3)}
        assert len(digests) == 1


def test_fewer_replicates_are_the_first_ones_of_more(small: Programme) -> None:
    few, many = (simulate(small, scenario(), replicates=n).by_replicate() for n in (3, 30))
    assert few.equals(many.head(len(few)))


def test_pass_rate_falls_with_the_attempt_number_when_learners_differ(
    make_programme: Maker, make_credential: Maker
) -> None:
    """First takers pass most often; NCLEX 2018: 88 % first, 43 % repeat. Constant chances cannot do that."""
    programme = make_programme([make_credential("test", assessment={"attempts": 4})])
    differing = scenario(
        learning={"known_at_start": 0.6, "learn_per_opportunity": 0.0, "forgetting": "none"},
        heterogeneity={"known_at_start_sd": 1.5},
        assessment={"slip": 0.3, "guess": 0.1},
        cohort={"nursing": 3000},
    )
    rates = simulate(programme, differing).attempts()["pass_rate"].tolist()
    assert len(rates) == 4
    assert rates == sorted(rates, reverse=True)
    assert rates[0] - rates[1] > 0.1


def test_pass_rate_is_the_same_at_every_attempt_when_chances_are_constant(
    make_programme: Maker, make_credential: Maker
) -> None:
    """The model of CurricularAnalytics: one pass probability. Expectation after n attempts: 1 - (1 - p)^n."""
    programme = make_programme([make_credential("test", assessment={"attempts": 3})])
    constant = scenario(assessment={"slip": 0.4, "guess": 0.6, "attempt_probability": 1.0})
    result = simulate(programme, constant)
    for row in result.attempts().itertuples():
        assert abs(row.pass_rate - 0.6) < 4 * row.se
    frame = result.badges("all", "earned")
    assert abs(frame["mean"].iloc[0] - (1 - 0.4**3)) < 4 * frame["se"].iloc[0]


@pytest.mark.parametrize(("fewer", "more"), [(1, 2), (2, 5)])
def test_more_attempts_never_lower_attainment_in_any_replicate(small: Programme, fewer: int, more: int) -> None:
    def with_attempts(count: int) -> Scenario:
        return scenario(design_changes={name: {"attempts": count} for name in ("first", "second")})

    few, many = (simulate(small, with_attempts(n)).by_replicate() for n in (fewer, more))
    assert (many["earned"] >= few["earned"]).all()
    assert many["earned"].sum() > few["earned"].sum()


def test_common_chance_makes_a_comparison_many_times_sharper(small: Programme) -> None:
    better = scenario(assessment={"slip": 0.07})
    base = simulate(small, scenario(), replicates=200).by_replicate().query("item == 'first'")["earned"].to_numpy()
    same = simulate(small, better, replicates=200).by_replicate().query("item == 'first'")["earned"].to_numpy()
    other = (
        simulate(small, better, replicates=200, seed=99).by_replicate().query("item == 'first'")["earned"].to_numpy()
    )
    assert (same - base).var() * 5 < (other - base).var()


def test_a_larger_cohort_leaves_the_other_learners_alone(small: Programme) -> None:
    before = simulate(small, scenario()).badges("nursing")
    after = simulate(small, scenario(cohort={"pharmacy": 500})).badges("nursing")
    assert before.equals(after)


def test_another_credential_leaves_the_draws_of_the_others_alone(small: Programme, make_credential: Maker) -> None:
    first = make_credential("before-the-others")
    more = Programme(small.info, {first.id: first, **small.credentials}, small.stacks, {})
    old, new = simulate(small, scenario()).badges(), simulate(more, scenario()).badges()
    assert new[new["credential"] != first.id].reset_index(drop=True).equals(old)


def test_without_forgetting_and_guessing_everybody_who_earned_still_knows(small: Programme) -> None:
    result = simulate(small, scenario(learning={"forgetting": "none"}, assessment={"guess": 0.0}))
    assert 0 < share(result, "second") == share(result, "second", "retained")


def test_retention_decays_with_the_calendar_weeks_between_terms(make_programme: Maker, make_credential: Maker) -> None:
    """Everybody knows and earns in week 1; then exponential decay, 20 calendar weeks to the first week of spring."""
    programme = make_programme([make_credential("test")])
    fading = scenario(
        learning={"known_at_start": 1.0, "forget_per_week": 0.03, "learn_per_opportunity": 0.0},
        assessment={"slip": 0.0, "guess": 0.0, "attempt_probability": 1.0},
        cohort={"nursing": 2000},
        heterogeneity={"known_at_start_sd": 0.0, "learn_sd": 0.0},
    )
    curve = simulate(programme, fading).retention("all").set_index("week")
    assert (
        curve.loc[9, "date"].date() - curve.loc[1, "date"].date() == (curve.loc[2, "date"] - curve.loc[1, "date"]) * 20
    )
    for week, weeks_elapsed in ((1, 1), (8, 8), (9, 21), (16, 28)):
        assert abs(curve.loc[week, "mean"] - 0.97**weeks_elapsed) < 4 * curve.loc[week, "se"]


def test_nothing_happens_after_everybody_has_left(small: Programme) -> None:
    leaving = scenario(participation={"drop_out": [{"from_week": 3, "to_week": 3, "per_week": 1.0}]})
    curves = simulate(small, leaving).attainment_by_week("all", "earned")
    first = curves[curves["item"] == "first"].set_index("week")["mean"]
    assert first[3] > first[2] > 0
    assert first[16] == first[3]


def test_the_share_still_there_follows_the_hazard(make_programme: Maker, make_credential: Maker) -> None:
    programme = make_programme([make_credential("test", assessment={"attempts": 1})])
    part = {"leave_before_start": 0.1, "drop_out": [{"from_week": 1, "to_week": 16, "per_week": 0.05}]}
    nobody_passes = {"slip": 1.0, "guess": 0.0, "attempt_probability": 0.0}
    result = simulate(programme, scenario(participation=part, assessment=nobody_passes, cohort={"nursing": 2000}))
    left = result.bottlenecks("all").set_index("outcome").loc["dropped out"]
    assert abs(left["mean"] - (1 - 0.9 * 0.95**15)) < 4 * left["se"]


def test_a_profession_without_uptake_earns_nothing(small: Programme) -> None:
    none = {"pharmacy": {"uptake": {"foundation": 0, "intermediate": 0, "advanced": 0}}}
    result = simulate(small, scenario(professions=none))
    assert share(result, "first", profession="pharmacy") == 0
    assert share(result, "first", profession="nursing") > 0.5
    outcomes = result.bottlenecks("pharmacy").set_index(["credential", "outcome"])["mean"]
    assert outcomes["first", "not started"] == 1


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_uptake_is_the_share_of_the_scenario_whatever_the_correlation(small: Programme, correlation: float) -> None:
    part = {"uptake": {"foundation": 0.7, "intermediate": 0.4, "advanced": 1}, "uptake_correlation": correlation}
    frame = simulate(small, scenario(participation=part)).bottlenecks("all").set_index(["credential", "outcome"])
    for credential, uptake in (("first", 0.7), ("second", 0.4)):
        row = frame.loc[(credential, "not started")]
        assert abs(row["mean"] - (1 - uptake)) < 4 * row["se"]


def test_an_excluded_profession_is_not_counted(make_programme: Maker, make_credential: Maker) -> None:
    result = simulate(make_programme([make_credential("test", professions=["nursing"])]), scenario())
    assert set(result.badges()["profession"]) == {"all", "nursing"}
    assert set(result.badges("all")["n"]) == {60}


def test_outcomes_of_a_credential_sum_to_one(small: Programme) -> None:
    sums = simulate(small, scenario()).bottlenecks().groupby(["credential", "profession"])["mean"].sum()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))


def test_a_stack_is_earned_by_no_more_learners_than_its_rarest_badge(small: Programme) -> None:
    result = simulate(small, scenario())
    counts = result.by_replicate().pivot(index="replicate", columns="item", values="earned")
    # Who holds `second` holds `first`, so here the stack is exactly the second badge.
    assert (counts["both"] == counts["second"]).all()


def test_an_expired_badge_is_no_longer_held(make_programme: Maker, make_credential: Maker) -> None:
    lasting, short = make_credential("lasting"), make_credential("short", validity_months=1)
    early = scenario(assessment={"attempt_probability": 1.0, "guess": 0.9, "slip": 0.0})
    result = simulate(make_programme([lasting, short]), early)
    assert share(result, "short", "held") < 0.05 < share(result, "short")
    assert share(result, "lasting", "held") == share(result, "lasting")


def test_a_credential_without_assessment_is_earned_by_taking_part(make_programme: Maker) -> None:
    data = {
        "id": "talk",
        "title": "Talk",
        "type": "recognition",
        "level": "foundation",
        "stage": "exposure",
        "hours": 1,
    }
    programme = make_programme([MicroCredential.model_validate(data)])
    assert share(simulate(programme, scenario(assessment={"attempt_probability": 1.0})), "talk") == 1


def test_assessor_hours_are_attempts_times_minutes(make_programme: Maker, make_credential: Maker) -> None:
    """Everybody tries once, in week 1: 100 learners x 30 minutes x 1.5 ratings = 75 hours in fall, none later."""
    design = {"assessor": "faculty", "attempts": 1, "assessor_minutes": 30, "double_rated": 0.5}
    programme = make_programme(
        [make_credential("test", assessment=design)], capacity={"assessor_hours": {"faculty": 74}}
    )
    frame = simulate(programme, scenario(assessment={"attempt_probability": 1.0})).assessor_hours().set_index("term")
    assert frame.loc["fall", ["mean", "low", "high", "share_over"]].tolist() == [75, 75, 75, 1]
    assert frame.loc["spring", "mean"] == 0
