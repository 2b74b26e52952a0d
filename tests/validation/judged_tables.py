"""Tables of judgements whose truth is known: coders, raters, items, standards, comments; one function a kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ipe_workbench.evaluation import (
    Analysis,
    Estimate,
    analyse_items,
    compare_item_functioning,
    count_comments,
    estimate_agreement,
    set_standard_angoff,
    set_standard_borderline,
    study_many_facet,
    study_raters,
)

Rng = np.random.Generator
SEVERITY = np.array([-0.8, -0.3, 0.0, 0.3, 0.8])
#: Of the items in logits; their sum is zero.
DIFFICULTY = np.linspace(-1.5, 1.5, 8)
ITEMS = list("abcdefgh")


def less(found: Analysis, **truths: float) -> Analysis:
    """The analysis with a truth that differs between tables taken off an estimate and its interval."""

    def moved(one: Estimate) -> Estimate:
        ends = [None if end is None else end - truths.get(one.name, 0.0) for end in (one.estimate, one.low, one.high)]
        return Estimate(one.name, *ends, one.n, one.method)

    return replace(found, estimates=[moved(one) for one in found.estimates])


def codes(level: str):
    """Two coders of 120 comments see the right code in 70 %, else they guess as codes are common; a tenth is missing.

    Two codes of a comment are then alike in 49 %, and else as by chance, whatever the distance: every alpha and kappa
    is 0.49.
    """

    def make(rng: Rng) -> Analysis:
        common = [0.5, 0.3, 0.2]
        truth = rng.choice(3, 120, p=common)
        told = [np.where(rng.random(120) < 0.7, truth, rng.choice(3, 120, p=common)) for _ in range(2)]
        frame = pd.DataFrame(
            {"unit": [*range(120)] * 2, "rater": ["A"] * 120 + ["B"] * 120, "value": [*told[0], *told[1]]}
        )
        return estimate_agreement(frame[rng.random(240) > 0.1], level=level)

    return make


def severity(rng: Rng) -> Analysis:
    """Eighty learners, two of ten raters each; severity is against their mean; a tenth of the scores is missing."""
    person, harsh = rng.normal(size=80), 0.5 * rng.normal(size=10)
    rows = [
        (p, f"R{r}", person[p] - harsh[r] + 0.7 * rng.normal())
        for p in range(80)
        for r in rng.choice(10, 2, replace=False)
        if rng.random() > 0.1
    ]
    found = study_raters(pd.DataFrame(rows, columns=["learner", "rater", "score"]))
    return less(found, **{"severity[R0]": float(harsh[0] - harsh.mean())})


def many_facet(severity: np.ndarray, teams: int = 0):
    """A hundred learners, two of five raters each, three criteria, four levels; with teams their members are alike."""

    def make(rng: Rng) -> Analysis:
        ability = (
            rng.normal(size=100)
            if not teams
            else 0.8 * rng.normal(size=100) + 0.6 * rng.normal(size=25)[np.arange(100) // 4]
        )
        who = np.concatenate([rng.choice(5, 2, replace=False) for _ in range(100)])
        learner, rater, criterion = np.repeat(np.arange(100), 6), np.repeat(who, 3), np.tile(np.arange(3), 200)
        at = 1.2 * ability[learner] - severity[rater] - np.array([-0.5, 0.0, 0.5])[criterion]
        score = rating(rng, at, np.array([-1.2, 0.0, 1.2]))
        frame = pd.DataFrame({"learner": learner, "rater": rater, "criterion": criterion, "score": score})
        return study_many_facet(frame[rng.random(600) > 0.1], criterion="criterion").analysis

    return make


def rating(rng: Rng, at: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Levels from 0 of a rating scale (Andrich) at these places in logits."""
    steps = np.concatenate([np.zeros((len(at), 1)), np.cumsum(at[:, None] - thresholds, axis=1)], axis=1)
    chance = np.exp(steps - steps.max(axis=1, keepdims=True)).cumsum(axis=1)
    return (rng.random((len(at), 1)) * chance[:, -1:] > chance[:, :-1]).sum(axis=1)


def readiness(model: str):
    """Two schools, the second weaker by half a logit, eight items of the model, no item favours a school.

    One answer in a hundred is missing.
    """

    def make(rng: Rng) -> Analysis:
        school = rng.random(250) < 0.5
        slope = 1.0 if model == "rasch" else np.linspace(0.8, 1.8, 8)
        ability = rng.normal(size=250) - (0.5 * school if model == "rasch" else 0.0)
        right = rng.random((250, 8)) < 1 / (1 + np.exp(-slope * (ability[:, None] - DIFFICULTY)))
        answers = np.where(rng.random((250, 8)) < 0.01, np.nan, right)
        frame = pd.DataFrame(answers, columns=ITEMS).assign(school=np.where(school, "south", "north"))
        return analyse_items(frame, ITEMS, model=model, group="school" if model == "rasch" else None)

    return make


def graded_items(rng: Rng) -> Analysis:
    """Six items in four levels, two professions half a logit apart, no item favours one."""
    group = rng.random(300) < 0.5
    at = rng.normal(size=300) - 0.5 * group
    answers = {
        name: rating(rng, at - shift, np.array([-1.2, 0.0, 1.2]))
        for name, shift in zip("abcdef", np.linspace(-0.6, 0.6, 6), strict=True)
    }
    frame = pd.DataFrame(answers).assign(profession=np.where(group, "PT", "MD"))
    return compare_item_functioning(frame, list("abcdef"), group="profession")


def stations(rng: Rng) -> Analysis:
    """Eighty learners at three stations; scores rise by four points a grade, and go together inside a learner."""
    person, skill = rng.normal(size=80), rng.normal(size=80)
    grade = np.clip(np.round(3.2 + 0.7 * skill[:, None] + 0.6 * rng.normal(size=(80, 3))), 1, 5)
    score = 10 + 4 * grade + 1.5 * person[:, None] + 2 * rng.normal(size=(80, 3))
    frame = pd.DataFrame({
        "learner": np.repeat(np.arange(80), 3), "station": np.tile(["X", "Y", "Z"], 80), "grade": grade.ravel(),
        "score": score.ravel(),
    })  # fmt: skip
    return set_standard_borderline(frame[rng.random(240) > 0.05], borderline=2, station="station")


def panel(rng: Rng) -> Analysis:
    """Ten judges and twenty items; the cut is that of all such judges for these items, a twentieth is not judged."""
    item = rng.uniform(0.4, 0.8, 20)
    rating = item + 0.05 * rng.normal(size=(10, 1)) + 0.08 * rng.normal(size=(10, 20))
    frame = pd.DataFrame({
        "judge": np.repeat([f"J{i}" for i in range(10)], 20), "item": np.tile([f"q{i}" for i in range(20)], 10),
        "rating": np.clip(rating, 0.01, 0.99).ravel(),
    })  # fmt: skip
    return less(set_standard_angoff(frame[rng.random(200) > 0.05]), cut=float(item.sum()))


def comments(rng: Rng) -> Analysis:
    """A hundred and twenty comments, a third of them about trust."""
    said = np.where(rng.random(120) < 1 / 3, "trust", np.where(rng.random(120) < 0.5, "roles", ""))
    return count_comments(pd.DataFrame({"comment": range(120), "code": said}))
