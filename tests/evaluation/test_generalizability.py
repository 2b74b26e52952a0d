"""G- and D-studies against Brennan's synthetic data (Generalizability Theory, 2001), and what gives no number."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import study_generalizability, study_raters

#: Table 3.1, synthetic data set 3: ten persons at each of two occasions and four items.
CROSSED = [
    [[2, 4, 5, 5, 4, 4, 2, 3, 0, 6], [6, 5, 5, 9, 3, 4, 6, 4, 5, 8], [7, 6, 4, 8, 5, 4, 6, 4, 4, 7],
     [5, 7, 6, 6, 6, 7, 5, 5, 5, 6]],
    [[2, 6, 5, 5, 4, 6, 2, 6, 5, 6], [5, 7, 4, 7, 5, 4, 7, 6, 5, 8], [5, 5, 5, 7, 6, 7, 7, 6, 5, 8],
     [5, 7, 5, 6, 4, 8, 5, 4, 3, 6]],
]  # fmt: skip
#: Table 3.2, synthetic data set 4: four raters of their own for each of three tasks.
NESTED = [
    [[5, 9, 3, 7, 9, 3, 7, 5, 9, 4], [6, 3, 4, 5, 2, 4, 3, 8, 9, 4], [5, 7, 3, 5, 9, 3, 7, 5, 8, 4],
     [5, 7, 3, 3, 7, 5, 7, 7, 8, 3]],
    [[5, 7, 5, 3, 7, 3, 7, 7, 6, 3], [3, 5, 3, 1, 7, 3, 5, 5, 6, 5], [4, 5, 3, 4, 3, 6, 5, 5, 6, 6],
     [5, 5, 5, 3, 7, 3, 7, 4, 5, 5]],
    [[6, 7, 6, 5, 2, 4, 5, 3, 5, 5], [7, 7, 5, 3, 7, 5, 5, 2, 8, 7], [3, 5, 1, 3, 5, 1, 5, 1, 1, 1],
     [3, 2, 6, 5, 3, 2, 4, 1, 1, 1]],
]  # fmt: skip


def long(table: list[list[list[int]]], outer: str, inner: str) -> pd.DataFrame:
    rows = [(person, f"{outer[0]}{a}", f"{inner[0]}{b}", score) for a, part in enumerate(table)
            for b, scores in enumerate(part) for person, score in enumerate(scores)]  # fmt: skip
    return pd.DataFrame(rows, columns=["learner", outer, inner, "score"])


def test_two_crossed_facets_are_those_of_brennan() -> None:
    frame = long(CROSSED, "occasion", "item").sample(frac=1, random_state=2)
    found = study_generalizability(frame, facets=["item", "occasion"], sizes={"item": [4], "occasion": [2]})
    published = {"learner": 0.5528, "item": 0.4417, "occasion": 0.0074, "learner:item": 0.5750,
                 "learner:occasion": 0.1009, "item:occasion": 0.1565, "residual": 0.9352}  # fmt: skip
    for name, value in published.items():
        assert found[f"variance[{name}]"].estimate == pytest.approx(value, abs=6e-5)
    assert found["e_rho2[item=4, occasion=2]"].estimate == pytest.approx(0.64, abs=0.005)
    assert found["phi[item=4, occasion=2]"].estimate == pytest.approx(0.55, abs=0.005)


def test_a_fixed_facet_belongs_to_the_universe_score() -> None:
    frame = long(CROSSED, "occasion", "item")
    found = study_generalizability(
        frame, facets=["item", "occasion"], fixed=["item"], sizes={"item": [4], "occasion": [2]}
    )
    assert found["e_rho2[item=4, occasion=2]"].estimate == pytest.approx(0.81, abs=0.005)
    assert found["phi[item=4, occasion=2]"].estimate == pytest.approx(0.79, abs=0.006)


@pytest.mark.parametrize("facets", [["task", "rater:task"], ["rater:task", "task"]])
def test_raters_nested_in_tasks_are_those_of_brennan(facets: list[str]) -> None:
    # Rater 1 of one task is not rater 1 of another, though they share a name.
    found = study_generalizability(long(NESTED, "task", "rater"), facets=facets)
    inner = "task:rater" if facets[0] == "task" else "rater:task"
    published = {"learner": 0.4731, "task": 0.3252, inner: 0.6475, "learner:task": 0.5596, "residual": 2.3802}
    for name, value in published.items():
        assert found[f"variance[{name}]"].estimate == pytest.approx(value, abs=2e-4)
    words = "task=3, rater=4" if facets[0] == "task" else "rater=4, task=3"
    assert found[f"e_rho2[{words}]"].estimate == pytest.approx(0.55, abs=0.005)
    assert found[f"phi[{words}]"].estimate == pytest.approx(0.46, abs=0.005)


def test_the_command_tables_numbers_and_names_the_fewest_scores(tmp_path: Path) -> None:
    long(CROSSED, "occasion", "item").to_csv(tmp_path / "scores.csv", index=False)
    asked = [
        "evaluate",
        "generalizability",
        str(tmp_path / "scores.csv"),
        "--facets",
        "item,occasion",
        "--format",
        "json",
    ]
    told = CliRunner().invoke(app, [*asked, "--sizes", "item=8,16;occasion=2,4", "--aim", "0.75"])
    known = {one["name"]: one["estimate"] for one in json.loads(told.stdout)["estimates"]}
    by_hand = {(i, o): 0.5528 / (0.5528 + (0.4417 + 0.5750) / i + (0.0074 + 0.1009) / o + (0.1565 + 0.9352) / (i * o))
               for i in (8, 16) for o in (2, 4)}  # fmt: skip
    for (i, o), phi in by_hand.items():
        assert known[f"phi[item={i}, occasion={o}]"] == pytest.approx(phi, abs=2e-4)
    assert known["fewest_scores_for_phi"] == min(i * o for (i, o), phi in by_hand.items() if phi >= 0.75)
    refused = CliRunner().invoke(app, [*asked, "--sizes", "item:8"])
    assert isinstance(refused.exception, UnusableInputError)


@pytest.mark.parametrize(
    ("change", "id"),
    [
        (lambda f: f[f["learner"] < 3], "too-few"),
        (lambda f: pd.concat([f, f]), "duplicate-score"),
        (lambda f: f.assign(item="i1"), "one-condition"),
        (lambda f: f.assign(score=3), "constant"),
        (lambda f: f.assign(score=np.nan), "too-few"),
        (lambda f: f.drop_duplicates(["learner", "item"]).assign(occasion=lambda g: g["item"]), "not-crossed"),
    ],
)
def test_no_number_where_there_is_none(change: object, id: str) -> None:
    found = study_generalizability(change(long(CROSSED, "occasion", "item")), facets=["item", "occasion"])  # type: ignore[operator]
    assert (found.status, found.estimates) == ("not-estimable", ())
    assert [one.id for one in found.findings] == [id]


@pytest.mark.parametrize("facets", [[], ["item", "item"], ["item:rater"], ["a", "b", "c", "d"]])
def test_facets_that_make_no_design_are_refused(facets: list[str]) -> None:
    with pytest.raises(UnusableInputError):
        study_generalizability(long(CROSSED, "occasion", "item"), facets=facets)


def test_a_rater_may_see_a_learner_again_at_another_attempt() -> None:
    frame = long(CROSSED, "attempt", "rater")
    refused = study_raters(frame)
    assert [one.id for one in refused.findings] == ["duplicate-rating"]
    assert "attempt" in refused.findings[0].mend
    found = study_raters(frame, occasion="attempt")
    joined = study_raters(frame.assign(learner=frame["learner"].astype(str) + frame["attempt"]))
    assert found.frame.equals(joined.frame)
