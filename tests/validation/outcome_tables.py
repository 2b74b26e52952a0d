"""Tables whose truth is known, with teams and missing answers: one function a kind, each gives an analysis of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ipe_workbench.evaluation import (
    Analysis,
    calibrate_confidence,
    change_with_imputation,
    compare_changes,
    compare_groups,
    estimate_agreement,
    estimate_change,
    estimate_equity,
    estimate_reliability,
    estimate_retention,
    estimate_time_to_badge,
    fit_growth,
    solve_power,
)

Rng = np.random.Generator


def waves(rng: Rng, effect: float, teams: int = 0, team_sd: float = 0.0, leave: float = 0.15) -> pd.DataFrame:
    """Two waves, answers missing completely at random: nobody's analysis should mind."""
    n = 6 * teams if teams else 60
    team = np.arange(n) // 6
    person, moved = rng.normal(size=n), effect + team_sd * rng.normal(size=n // 6)[team]
    before = 3 + person + 0.6 * rng.normal(size=n)
    after = 3 + person + moved + 0.6 * rng.normal(size=n)
    after[rng.random(n) < leave] = np.nan
    return pd.DataFrame(
        {"learner": [*range(n)] * 2, "wave": [1] * n + [2] * n, "value": [*before, *after], "team": [*team] * 2}
    )


def change(effect: float, teams: int = 0, *, name_them: bool = True):
    """Change of the same learners; with teams, `name_them` says whether the analysis hears of them."""

    def make(rng: Rng) -> Analysis:
        frame = waves(rng, effect, teams, 0.5 if teams else 0.0)
        return estimate_change(frame, cluster="team" if teams and name_them else None, resamples=40 if teams else 1000)

    return make


def likert_change(rng: Rng) -> Analysis:
    """Answers in five classes that crowd at the top, the same before and after."""
    frame = waves(rng, 0.0)
    return estimate_change(frame.assign(value=np.clip(np.round(1.2 + frame["value"]), 1, 5)), resamples=40)


def imputed(teams: int = 0):
    """Change of 0.3; those who began low are likelier to be gone."""

    def make(rng: Rng) -> Analysis:
        frame = waves(rng, 0.3, teams, 0.5 if teams else 0.0, leave=0.0)
        n = len(frame) // 2
        before = frame["value"].to_numpy()[:n]
        gone = rng.random(n) < 1 / (1 + np.exp(1 + 1.2 * (before - 3)))
        frame.loc[np.flatnonzero(gone) + n, "value"] = np.nan
        seed = int(rng.integers(1 << 30))
        return change_with_imputation(frame, cluster="team" if teams else None, seed=seed)

    return make


def groups(rng: Rng) -> Analysis:
    """Two groups of unequal spread; no difference."""
    n = 80
    group, baseline = rng.random(n) < 0.4, rng.normal(size=n)
    value = 0.7 * baseline + rng.normal(size=n) * np.where(group, 1.0, 0.6)
    value[rng.random(n) < 0.1] = np.nan
    frame = pd.DataFrame({"group": np.where(group, "new", "old"), "value": value, "before": baseline})
    return compare_groups(frame, group="group", baseline="before", reference="old")


def groups_of_teams(rng: Rng) -> Analysis:
    """Whole teams are in one group or the other; 36 teams of six, one in ten answers missing."""
    team = np.arange(216) // 6
    before = rng.normal(size=216)
    value = 0.6 * rng.normal(size=36)[team] + 0.5 * before + rng.normal(size=216)
    value[rng.random(216) < 0.1] = np.nan
    frame = pd.DataFrame({"group": np.where(team % 2, "new", "old"), "value": value, "team": team, "before": before})
    return compare_groups(frame, group="group", baseline="before", reference="old", cluster="team")


def weighted_groups(rng: Rng) -> Analysis:
    """The older are likelier to be in the new group and score higher; no difference at the same age."""
    age = rng.normal(size=150)
    new = rng.random(150) < 1 / (1 + np.exp(-0.8 * age))
    value = 0.6 * age + rng.normal(size=150)
    frame = pd.DataFrame({"group": np.where(new, "new", "old"), "value": value, "age": age})
    return compare_groups(frame, group="group", reference="old", covariates=["age"])


def changes(rng: Rng) -> Analysis:
    """Both groups change by 0.3."""
    frame = waves(rng, 0.3, leave=0.1)
    frame["group"] = np.where(frame["learner"] % 2, "new", "old")
    return compare_changes(frame, group="group", time="wave", reference="old")


def changes_of_teams(rng: Rng) -> Analysis:
    """As `changes`, of 40 teams; whole teams are in one group or the other, and each moves in its own way."""
    frame = waves(rng, 0.3, 40, 0.5, leave=0.1)
    frame["group"] = np.where(frame["team"] % 2, "new", "old")
    return compare_changes(frame, group="group", time="wave", reference="old", cluster="team")


def planned_pairs(rng: Rng) -> Analysis:
    """As many pairs as `solve_power` asks for to see 0.5 with a power of 0.8."""
    n = int(np.ceil(solve_power(effect=0.5, aim=0.8)["n"].estimate))
    before = rng.normal(size=n)
    after = before + 0.5 + rng.normal(size=n)
    frame = pd.DataFrame({"learner": [*range(n)] * 2, "wave": [1] * n + [2] * n, "value": [*before, *after]})
    return estimate_change(frame, resamples=40)


def planned_groups(rng: Rng) -> Analysis:
    """As many teams as `solve_power` asks for to see 0.5 with a power of 0.8; they hold a tenth of the variance."""
    needed = solve_power(design="two-groups", effect=0.5, aim=0.8, icc=0.1, team_size=6)["n"].estimate
    teams = int(np.ceil(needed / 6))
    team = np.arange(12 * teams) // 6
    value = np.sqrt(0.1) * rng.normal(size=2 * teams)[team] + np.sqrt(0.9) * rng.normal(size=12 * teams)
    frame = pd.DataFrame({"group": np.where(team % 2, "new", "old"), "value": value + 0.5 * (team % 2), "team": team})
    return compare_groups(frame, group="group", reference="old", cluster="team")


def growth(rng: Rng) -> Analysis:
    """Learners in 15 teams, 0.2 points a week, 15 % of the scores missing."""
    teams, size, weeks = 15, 6, np.array([0, 1, 2, 4])
    team, person = 0.5 * rng.normal(size=teams), 0.7 * rng.normal(size=(teams, size))
    rows = [
        (t, f"{t}-{p}", week, team[t] + person[t, p] + 0.2 * week + 0.8 * rng.normal())
        for t in range(teams)
        for p in range(size)
        for week in weeks
        if rng.random() > 0.15
    ]
    frame = pd.DataFrame(rows, columns=["team", "learner", "week", "score"])
    return fit_growth(frame, outcome="score", nested=["team", "learner"], time="week")


def crossed_growth(rng: Rng) -> Analysis:
    """Learners crossed with twelve raters who differ, two waves; 0.2 points a week."""
    person, rater = 0.7 * rng.normal(size=60), 0.4 * rng.normal(size=12)
    rows = [
        (p, r, week, person[p] + rater[r] + 0.2 * week + 0.8 * rng.normal())
        for p in range(60)
        for week in (0, 3)
        for r in rng.choice(12, 2, replace=False)
        if rng.random() > 0.1
    ]
    frame = pd.DataFrame(rows, columns=["learner", "rater", "week", "score"])
    return fit_growth(frame, outcome="score", crossed=["learner", "rater"], time="week")


def ends(rng: Rng, teams: int = 0) -> Analysis:
    """Badges at a rate of 1/60 a day, withdrawal at 1/150, the term ends after 90 days; sites do not matter."""
    n = 6 * teams if teams else 120
    team = np.arange(n) // 6
    # A gamma frailty of mean one: the rate of a team is that of all times its own.
    frailty = rng.gamma(4, 1 / 4, n // 6)[team] if teams else np.ones(n)
    badge, leave = rng.exponential(60 / frailty), rng.exponential(150, n)
    end = np.minimum(np.minimum(badge, leave), 90)
    status = np.where(end == badge, "badge", np.where(end == leave, "withdrawn", "enrolled"))
    frame = pd.DataFrame({"days": end, "status": status, "site": np.where(team % 2, "north", "south"), "team": team})
    asked = {"competing": ["withdrawn"], "at": [45], "covariates": ["site"]}
    return estimate_time_to_badge(frame, cluster="team" if teams else None, **asked)


def ends_of_teams(rng: Rng) -> Analysis:
    """As `ends`, of 40 teams that differ."""
    return ends(rng, teams=40)


def reliability(rng: Rng) -> Analysis:
    """Six parallel items with loading and error of one; one in a hundred answers missing."""
    items = rng.normal(size=(90, 1)) + rng.normal(size=(90, 6))
    items[rng.random(items.shape) < 0.01] = np.nan
    return estimate_reliability(pd.DataFrame(items, columns=list("abcdef")), list("abcdef"))


def agreement(rng: Rng) -> Analysis:
    """Three raters of sixty units; between units, between raters and the rest have variances 1, 0.1 and 1."""
    score = rng.normal(size=(60, 1)) + np.sqrt(0.1) * rng.normal(size=(1, 3)) + rng.normal(size=(60, 3))
    frame = pd.DataFrame(score, columns=list("xyz")).rename_axis("unit").reset_index()
    return estimate_agreement(frame.melt("unit", var_name="rater"), level="interval")


def decay(shape: str, teams: int = 0):
    """Scores fall by 30 from 85, half of it in 50 days; whoever scored low is likelier to be gone afterwards."""

    def make(rng: Rng) -> Analysis:
        n = 6 * teams if teams else 80
        team = np.arange(n) // 6
        level = 5 * rng.normal(size=n) + (4 * rng.normal(size=n // 6)[team] if teams else 0.0)
        loss = 30 + 4 * rng.normal(size=n)
        rows, there = [], np.ones(n, dtype=bool)
        for day in (0, 20, 60, 120, 240):
            left = 0.5 ** (day / 50) if shape == "exponential" else (1 + day) ** (-np.log(2) / np.log(51))
            floor = 55 if shape == "exponential" else 40
            score = floor + level + (85 - floor - 30 + loss) * left + 4 * rng.normal(size=n)
            rows += [(i, team[i], day, score[i]) for i in np.flatnonzero(there & (rng.random(n) > 0.05))]
            there &= rng.random(n) > np.where(score < 65, 0.25, 0.05)
        frame = pd.DataFrame(rows, columns=["learner", "team", "days", "value"])
        floor = 0.0 if shape == "exponential" else 40.0
        return estimate_retention(frame, floor=floor, pass_mark=70, at=[120], cluster="team" if teams else None)

    return make


def gaps(rng: Rng) -> Analysis:
    """Four professions of unequal size and spread; no gap."""
    sizes, spreads = [70, 50, 30, 20], [1.0, 1.3, 0.8, 1.6]
    group = np.repeat(list("abcd"), sizes)
    value = np.concatenate([sd * rng.normal(size=n) for n, sd in zip(sizes, spreads, strict=True)])
    value[rng.random(170) < 0.1] = np.nan
    return estimate_equity(pd.DataFrame({"g": group, "y": value}), group="g", value="y", threshold=5)


def rate_gaps(rng: Rng) -> Analysis:
    """60 % of one profession and 75 % of the other have earned it."""
    group = np.repeat(["nursing", "medicine"], [50, 70])
    earned = (rng.random(120) < np.where(group == "nursing", 0.6, 0.75)).astype(float)
    frame = pd.DataFrame({"g": group, "r": earned})
    return estimate_equity(frame, group="g", rate="r", reference="medicine", threshold=2)


def gaps_in_teams(rng: Rng) -> Analysis:
    """Professions mix in 40 teams that differ; no gap."""
    team = np.arange(240) // 6
    group = rng.choice(["nursing", "medicine"], 240)
    value = rng.normal(size=40)[team] + rng.normal(size=240)
    frame = pd.DataFrame({"g": group, "y": value, "team": team})
    return estimate_equity(frame, group="g", value="y", reference="medicine", cluster="team")


def confidence(rng: Rng, teams: int = 0) -> Analysis:
    """Ten points over-confident, half a point of confidence a point of true skill; skill measured twice with error."""
    n = 6 * teams if teams else 100
    team = np.arange(n) // 6
    true = 10 * rng.normal(size=n)
    felt = 10 + 0.5 * true + 8 * rng.normal(size=n) + (5 * rng.normal(size=n // 6)[team] if teams else 0.0)
    skill, again = (60 + true + 7 * rng.normal(size=n) for _ in range(2))
    again[rng.random(n) < 0.1] = np.nan
    frame = pd.DataFrame({"confidence": 60 + felt, "skill": skill, "again": again, "team": team})
    return calibrate_confidence(frame, skill_again="again", cluster="team" if teams else None, resamples=50)


def confidence_in_teams(rng: Rng) -> Analysis:
    """As `confidence`, in 40 teams that feel alike."""
    return confidence(rng, teams=40)
