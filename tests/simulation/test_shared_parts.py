"""Laws of what learners share: assessors' hours, places in sessions, teams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.simulation import Scenario, SimulationResult, simulate
from tests.simulation.test_laws import scenario, share

Maker = Callable[..., Any]


def queue(make_programme: Maker, make_credential: Maker, hours: float) -> Programme:
    design = {"assessor": "faculty", "attempts": 20, "assessor_minutes": 30}
    return make_programme(
        [make_credential("test", assessment=design)],
        capacity={"assessor_hours": {"faculty": hours}},
        terms=[{"id": "only", "title": "Only", "start": "2026-08-24", "weeks": 30}],
    )


def in_queue(result: SimulationResult) -> Any:
    return result.load_by_week().set_index("week")


@pytest.mark.parametrize(("hours", "attempt"), [(150, 0.1), (90, 0.1), (60, 0.05)])
def test_queue_for_assessors_equals_ciw(
    make_programme: Maker, make_credential: Maker, hours: float, attempt: float
) -> None:
    """One replicate, week by week: Ciw serves the same arrivals with as many servers as attempts fit into a week."""
    ciw = pytest.importorskip("ciw")
    programme = queue(make_programme, make_credential, hours)
    limited = scenario(
        capacity={"assessors": True},
        assessment={"attempt_probability": attempt, "slip": 0.0, "guess": 0.0, "rater_icc": None},
        learning={"known_at_start": 1.0, "forgetting": "none"},
        cohort={"nursing": 700},
    )
    result = simulate(programme, limited, replicates=1)
    load = in_queue(result)
    servers = int(hours / 30 / 0.5)
    assessed, waiting = (load[f"{name}_mean"].to_numpy() for name in ("assessed", "waiting"))
    arrivals = (assessed + np.diff(waiting, prepend=0)).astype(int)
    assert waiting.max() > 0
    assert assessed.max() == servers
    times = np.repeat(np.arange(1, len(arrivals) + 1), arrivals)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(times, prepend=0).tolist(), np.inf])],
        service_distributions=[ciw.dists.Deterministic(1.0 - 1e-9)],
        number_of_servers=[servers],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(len(arrivals) + 500)
    records = simulation.get_all_records()
    begun = np.array([round(one.service_start_date) for one in records])
    waits = np.array([round(one.service_start_date) - round(one.arrival_date) for one in records])
    for week in range(1, len(arrivals) + 1):
        assert (begun == week).sum() == assessed[week - 1]
        if assessed[week - 1]:
            assert waits[begun == week].mean() == pytest.approx(load.loc[week, "weeks_waited"], abs=1e-9)


def test_enough_assessors_change_nothing(make_programme: Maker, make_credential: Maker) -> None:
    programme = queue(make_programme, make_credential, 100_000)
    free, limited = (simulate(programme, scenario(capacity={"assessors": on})) for on in (False, True))
    assert free.badges().equals(limited.badges())
    assert in_queue(limited)["waiting_mean"].max() == 0


def test_nobody_earns_more_than_assessors_can_see(make_programme: Maker, make_credential: Maker) -> None:
    """60 hours in 30 weeks are four attempts a week."""
    result = simulate(queue(make_programme, make_credential, 60), scenario(capacity={"assessors": True}))
    load = in_queue(result)
    assert load["assessed_high"].max() <= 4
    assert load["hours"].sum() <= 60 + 1e-9
    blocked = result.bottlenecks("all").set_index("outcome")["mean"]
    assert blocked["no capacity"] > 0.1
    assert blocked.sum() == pytest.approx(1)
    assert share(result, "test") <= 1


def test_hours_that_do_not_fit_a_week_are_used_in_the_next(make_programme: Maker, make_credential: Maker) -> None:
    """40 hours in 30 weeks are 2.67 attempts a week: 80 in all, not 30 times 2."""
    result = simulate(queue(make_programme, make_credential, 40), scenario(capacity={"assessors": True}), replicates=1)
    assert in_queue(result)["assessed_mean"].sum() == 80


def seated(make_credential: Maker) -> MicroCredential:
    activity = {"id": "session", "title": "Session", "kind": "workshop", "hours": 2, "term": "fall", "weeks": [2],
                "room": "hall", "learners_per_room": 10}  # fmt: skip
    return make_credential("test", activities=[activity], assessment={"attempts": 20})


@pytest.mark.parametrize(("hours", "places"), [(4, 20), (7.9, 30), (20, 100)])
def test_rooms_give_that_many_places(make_programme: Maker, make_credential: Maker, hours: float, places: int) -> None:
    """Two hours for ten learners at once; who has a place learns for certain."""
    programme = make_programme([seated(make_credential)], capacity={"room_hours": {"hall": hours}})
    certain = scenario(
        learning={"known_at_start": 0.0, "learn_per_opportunity": 1.0, "forgetting": "none"},
        practice={"when": "activities"},
        assessment={"slip": 0.0, "guess": 0.0, "attempt_probability": 1.0, "offered": "after-last-meeting"},
        capacity={"rooms": True},
        heterogeneity={"learn_sd": 0},
    )
    result = simulate(programme, certain)
    counts = result.by_replicate()["earned"]
    assert set(counts) == {min(places, 100)}
    blocked = result.bottlenecks("all").set_index("outcome")["mean"]
    assert blocked["no capacity"] == pytest.approx(1 - min(places, 100) / 100)


def in_teams(make_programme: Maker, make_credential: Maker, **teams: Any) -> SimulationResult:
    activity = {"id": "session", "title": "Session", "kind": "workshop", "hours": 2, "term": "fall", "weeks": [2]}
    methods = {"methods": ["test", "team-test"], "attempts": 1}
    programme = make_programme([make_credential("test", activities=[activity], assessment=methods)])
    one: Scenario = scenario(
        learning={"known_at_start": 0.3, "learn_per_opportunity": 0.1, "forgetting": "none"},
        practice={"when": "activities"},
        assessment={"offered": "after-last-meeting", "attempt_probability": 1.0},
        teams={"on": True, "absence": 0.0, "team_test_weight": 0.0, "diversity_effect": 0.0, **teams},
    )
    return simulate(programme, one)


def test_absent_members_learn_nothing(make_programme: Maker, make_credential: Maker) -> None:
    shares = [share(in_teams(make_programme, make_credential, absence=one), "test") for one in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[2] + 0.05


def test_a_team_test_lifts_those_who_do_not_know(make_programme: Maker, make_credential: Maker) -> None:
    shares = [share(in_teams(make_programme, make_credential, team_test_weight=one), "test") for one in (0.0, 0.3, 0.6)]
    assert shares == sorted(shares)
    assert shares[2] > shares[0] + 0.1


def test_mixed_teams_learn_more_and_the_typical_team_as_without(make_programme: Maker, make_credential: Maker) -> None:
    """60 nurses and 40 pharmacists in teams of six: about half of the others are of another profession."""
    plain = share(in_teams(make_programme, make_credential), "test")
    better = share(in_teams(make_programme, make_credential, diversity_effect=1.0, typical_diversity=0.0), "test")
    worse = share(in_teams(make_programme, make_credential, diversity_effect=1.0, typical_diversity=1.0), "test")
    assert worse < plain < better


def test_severe_raters_make_passing_differ_between_cohorts_and_not_on_average(
    make_programme: Maker, make_credential: Maker
) -> None:
    design = {"assessor": "faculty", "attempts": 1}
    programme = make_programme([make_credential("test", assessment=design)])

    def spread(part: float) -> tuple[float, float]:
        one = scenario(
            assessment={"rater_icc": 0.5, "severity_share": part, "raters": 3, "attempt_probability": 1.0},
            heterogeneity={"known_at_start_sd": 0.0},
        )
        counts = simulate(programme, one, replicates=400).by_replicate()["earned"]
        return float(counts.mean()), float(counts.std())

    (mean, sd), (severe_mean, severe_sd) = spread(0.0), spread(0.8)
    assert severe_mean == pytest.approx(mean, abs=4 * severe_sd / 20)
    assert severe_sd > 1.5 * sd


def test_groups_follow_each_other(small: Programme) -> None:
    one = scenario(capacity={"groups": 2, "group_shift_weeks": 4})
    curve = simulate(small, one).attainment_by_week("all", "earned")
    first = curve[curve["item"] == "first"].set_index("week")["mean"]
    assert 0.3 < first[4] <= 0.5 + 1e-9
    assert first[8] > 0.6
