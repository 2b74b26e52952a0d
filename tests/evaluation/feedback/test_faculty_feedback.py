"""Feedback for faculty finds what was planted in practice records, and says nothing where it knows too little."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.feedback import (
    FacultyFeedback,
    faculty_feedback,
    feed_back_raters,
    judge_criteria,
    levelled_ratings,
    low_criteria,
)
from ipe_workbench.evaluation.feedback.ratings import own_assessments
from ipe_workbench.evaluation.feedback.shares import share_of
from ipe_workbench.practice import PracticeRecords
from ipe_workbench.records import Store
from tests.evaluation.feedback.conftest import DAY

NAMES = ["learner", "assessment", "attempt", "criterion", "rater", "on", "credential", "place", "passing"]


def ratings_of(rows: list[tuple[str, str, str, int]], credential: str = "huddles-and-briefings") -> pd.DataFrame:
    """Ratings from ``learner, rater, criterion, place``, first attempts in one credential."""
    day = pd.Timestamp(2027, 3, 1)
    full = [(learner, credential, 1, row, rater, day, credential, place, 2) for learner, rater, row, place in rows]
    return pd.DataFrame(full, columns=NAMES)


def test_the_planted_severities_are_fed_back(
    feedback: FacultyFeedback, practice: PracticeRecords, pseudonyms: dict[str, str]
) -> None:
    known = {pseudonyms[id]: value for id, value in practice.truth["severity"].items() if "faculty" in id}
    told = {one.rater: one for one in feedback.raters if one.rater in known and one.severity is not None}
    assert len(told) == 35
    ids = sorted(told)
    assert np.corrcoef([known[id] for id in ids], [told[id].severity or 0.0 for id in ids])[0, 1] > 0.9
    severe, lenient = told[pseudonyms["practice-faculty-01"]], told[pseudonyms["practice-faculty-02"]]
    assert "about" in severe.sentences[1]
    assert "less" in severe.sentences[1]
    assert "more" in lenient.sentences[1]
    assert severe.low is not None
    assert severe.low > 0
    assert severe.lower is not None
    assert severe.higher is not None
    assert severe.lower > 3 * severe.higher
    assert feedback.raters[0].rater == severe.rater


def test_nobody_hears_of_a_severity_from_few_ratings(feedback: FacultyFeedback) -> None:
    few = [one for one in feedback.raters if one.performances < 10]
    assert few
    assert all(one.severity is None for one in few)
    small = feed_back_raters(
        ratings_of([(f"L{n}", r, "c", (n + i) % 4) for n in range(5) for i, r in enumerate("XYZ")])
    )
    assert all(one.severity is None for one in small.raters)
    assert [one.id for one in small.findings] == ["too-few"]
    assert "too few" in small.raters[0].sentences[1]


def test_agreement_is_counted_from_the_raters_own_side() -> None:
    rows = [(f"L{n}", "X", row, 2) for n in range(12) for row in ("a", "b")]
    rows += [
        (f"L{n}", "Y", row, 3 if row == "a" and n < 6 else 2 if n < 9 else 1) for n in range(12) for row in ("a", "b")
    ]
    study = feed_back_raters(ratings_of(rows))
    x, y = study.of("X"), study.of("Y")
    # Of 24 rows 6 are higher from Y's side, 6 lower, and 12 the same.
    assert (x.double, x.same, x.higher, x.lower) == (12, 0.5, 0.25, 0.25)
    assert (y.higher, y.lower) == (x.lower, x.higher)
    assert study.agreement == 0.5


def test_raters_whom_no_learner_links_are_not_compared() -> None:
    rng = np.random.default_rng(5)
    rows = [(f"L{n}", r, "c", int(rng.integers(4))) for n in range(40) for r in ("A", "B", "C")]
    rows += [(f"M{n}", r, "c", int(rng.integers(4))) for n in range(20) for r in ("D", "E")]
    study = feed_back_raters(ratings_of(rows))
    assert study.of("D").severity is None
    assert study.of("A").severity is not None
    assert "2 raters share no learner" in study.findings[0].message


def test_the_flat_row_is_named_and_only_that(feedback: FacultyFeedback, practice: PracticeRecords) -> None:
    poor = feedback.criteria[feedback.criteria["verdict"] == "tells-nobody-apart"]
    planted = practice.truth["planted"]["flat_criterion"]
    assert poor[["credential", "criterion"]].to_dict("records") == [planted]
    assert "hardly goes with the other rows" in feedback.text()


def test_a_row_that_all_are_alike_in_and_one_with_few_learners_say_so(programme: Programme) -> None:
    rng = np.random.default_rng(3)
    rows = []
    for n in range(50):
        able = rng.normal()
        rows.append((f"L{n}", "X", "shared-picture", int(np.clip(round(2 + able), 0, 3))))
        rows.append((f"L{n}", "X", "every-voice", int(np.clip(round(2 + able + rng.normal() / 2), 0, 3))))
        rows.append((f"L{n}", "X", "coordination", 0 if n == 0 else 2))
    verdicts = judge_criteria(programme, ratings_of(rows)).set_index("criterion")["verdict"]
    assert verdicts.to_dict() == {
        "shared-picture": "tells-apart", "every-voice": "tells-apart", "coordination": "all-alike"
    }  # fmt: skip
    assert set(judge_criteria(programme, ratings_of(rows[:60]))["verdict"]) == {"too-few"}


def test_the_hard_row_is_what_to_teach_more(
    feedback: FacultyFeedback, practice: PracticeRecords, programme: Programme
) -> None:
    planted = practice.truth["planted"]["hard_criterion"]
    first = feedback.low_criteria.iloc[0]
    assert (first["credential"], first["criterion"]) == (planted["credential"], planted["criterion"])
    assert first["more"]
    assert first["low"] <= first["share"] <= first["high"]
    assert first["title"] in feedback.text()
    told = feedback.low_competencies[~feedback.low_competencies["hidden"]]
    assert set(told["framework"]) == {"ipec-2023"}
    assert len(told) > 15
    assert told["competency"].isin([one.id for one in programme.frameworks["ipec-2023"].competencies]).all()


def test_shares_below_the_pass_level_are_counted_and_small_ones_hidden(programme: Programme) -> None:
    rows = [(f"L{n}", "X", "shared-picture", 1 if n < 15 else 2) for n in range(40)]
    rows += [(f"L{n}", "X", "every-voice", 1 if n < 9 else 2) for n in range(40)]
    rows += [(f"L{n}", "X", "coordination", 1 if n < 31 else 2) for n in range(40)]
    found = low_criteria(programme, ratings_of(rows)).set_index("criterion")
    assert found.loc["shared-picture", "share"] == 15 / 40
    assert found.loc["every-voice", "hidden"]
    assert np.isnan(found.loc["every-voice", "share"])
    assert found.loc["coordination", "hidden"], "9 of 40 who are not low are few, too"
    # Wilson 1927 by hand: centre (15 + 1.96^2/2) / (40 + 1.96^2), as in statsmodels and R's prop.test(correct = FALSE).
    assert found.loc["shared-picture", "low"] == pytest.approx(0.2422, abs=5e-4)
    assert found.loc["shared-picture", "high"] == pytest.approx(0.5297, abs=5e-4)
    assert share_of(9, 100).hidden
    assert share_of(0, 5).n is None


def test_a_rater_sees_the_own_part_and_the_own_teams_alone(
    programme: Programme, store: Store, feedback: FacultyFeedback, pseudonyms: dict[str, str]
) -> None:
    rater = pseudonyms["practice-faculty-02"]
    found = faculty_feedback(programme, store, on=DAY, rater=rater)
    said = json.dumps(found.to_dict())
    others = {name for id, name in pseudonyms.items() if id.startswith(("practice-faculty", "practice-preceptor"))}
    assert {one for one in others if one in said} == {rater}
    teams = store.frame("teams", where={"facilitator": rater, "term": "2028-spring"})
    learners = {name for id, name in pseudonyms.items() if name not in others}
    named = {one for one in learners if one in said}
    assert named == {one.learner for one in found.support.learners}
    assert named <= set(teams["learner"])
    assert named == {one.learner for one in feedback.support.learners} & set(teams["learner"])


def test_somebody_without_ratings_or_teams_is_refused(programme: Programme, store: Store) -> None:
    with pytest.raises(UnknownNameError, match="no rating of this rater") as told:
        faculty_feedback(programme, store, on=DAY, rater="nobody")
    assert "practice" not in str(told.value)


def test_what_comes_later_is_not_known(programme: Programme, store: Store) -> None:
    early = faculty_feedback(programme, store, on=datetime.date(2026, 8, 30))
    assert early.raters == ()
    assert early.support.learners == ()
    assert early.low_criteria.empty
    assert "No ratings" in early.text()


def test_ratings_by_points_or_of_unknown_rows_find_their_place(programme: Programme) -> None:
    rows = [
        ("L1", "huddles-and-briefings", 1, "coordination", "X", None, 3.0),
        ("L1", "huddles-and-briefings", 1, "Every Voice", "X", "Emerging", None),
        ("L1", "huddles-and-briefings", 1, "no-such-row", "X", "emerging", 1.0),
        ("L1", "huddles-and-briefings", 1, "shared-picture", "X", "no-such-level", 99.0),
        ("L1", "sim-week", 1, "coordination", "X", "exemplary", 4.0),
    ]
    frame = pd.DataFrame(rows, columns=["learner", "assessment", "attempt", "criterion", "rater", "level", "score"])
    results = pd.DataFrame(
        {
            "assessment": ["huddles-and-briefings", "sim-week"],
            "credential": ["huddles-and-briefings", "team-simulation"],
        }
    )
    found = levelled_ratings(programme, frame.assign(on=pd.NaT), results)
    assert found[["credential", "criterion", "place", "passing"]].to_numpy().tolist() == [
        ["huddles-and-briefings", "coordination", 2, 2],
        ["huddles-and-briefings", "every-voice", 0, 2],
        ["team-simulation", "coordination", 3, 2],
    ]


def test_two_assessments_of_one_credential_leave_it_open_which_decides(programme: Programme) -> None:
    results = pd.DataFrame({"assessment": ["a", "b", "c"], "credential": ["speaking-up", "speaking-up", "unknown"]})
    assert own_assessments(programme, results) == {}
