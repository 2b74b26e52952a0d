"""Who may need help: a planted weakness is named with its chance, thin evidence and pure chance name nobody."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.evaluation.feedback import FacultyFeedback, who_may_need_help
from ipe_workbench.practice import PracticeRecords
from ipe_workbench.records import Store
from tests.evaluation.feedback.conftest import DAY

ON = datetime.date(2027, 12, 31)


def cohort(programme: Programme, *, learners: int = 120, persistent: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """First attempts of a cohort in ten credentials, one after the other; scores are part ability, part luck."""
    rng = np.random.default_rng(seed)
    able = rng.normal(size=learners) * persistent
    able[0] = -2.5 * persistent
    rows = []
    for week, credential in enumerate(list(programme.credentials)[:10]):
        shown = able + rng.normal(size=learners)
        day = pd.Timestamp(2026, 9, 1) + pd.Timedelta(weeks=week)
        for n in range(learners):
            score = float(np.clip(0.8 + 0.12 * shown[n], 0, 1))
            rows.append((f"L{n:03}", credential, credential, 1, day, score, score >= 0.7))
    names = ["learner", "assessment", "credential", "attempt", "on", "score", "passed"]
    return pd.DataFrame(rows, columns=names)


def test_a_learner_with_a_planted_weakness_comes_first_with_chance_and_interval(programme: Programme) -> None:
    study = who_may_need_help(programme, cohort(programme), on=ON)
    first = study.learners[0]
    assert "L000" in [one.learner for one in study.learners[:3]]
    assert 0 < first.low <= first.chance <= first.high < 1
    assert first.low > first.usual
    assert study.record is not None
    assert study.record.useful
    assert "Below the middle of the cohort" in first.reasons[0]


def test_chances_are_what_happens(programme: Programme) -> None:
    """Over several cohorts, what was said in the upper bands lies within sampling error of what happened."""
    said, happened, n = 0.0, 0.0, 0
    for seed in range(4):
        record = who_may_need_help(programme, cohort(programme, learners=200, seed=seed), on=ON).record
        assert record is not None
        assert record.predictions == record.bands["n"].sum()
        upper = record.bands[record.bands["said"] > 0.3]
        said += float((upper["said"] * upper["n"]).sum())
        happened += float((upper["happened"] * upper["n"]).sum())
        n += int(upper["n"].sum())
    assert n > 300
    assert abs(said - happened) / n < 3 * np.sqrt(0.25 / n)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_pure_luck_names_nobody(programme: Programme, seed: int) -> None:
    study = who_may_need_help(programme, cohort(programme, persistent=0.0, seed=seed), on=ON)
    assert study.learners == ()
    assert study.findings[0].id == "no-better"


def test_thin_evidence_names_nobody(programme: Programme) -> None:
    results = cohort(programme)
    results = results[(results["learner"] != "L000") | results["credential"].isin(list(programme.credentials)[:2])]
    assert "L000" not in [one.learner for one in who_may_need_help(programme, results, on=ON).learners]
    few = results[results["learner"].isin([f"L{n:03}" for n in range(20)])]
    assert [one.id for one in who_may_need_help(programme, few, on=ON).findings] == ["too-few"]
    early = who_may_need_help(programme, results, on=datetime.date(2026, 9, 25))
    assert [one.id for one in early.findings] == ["not-checked"]


def test_later_results_change_nothing(programme: Programme) -> None:
    results = cohort(programme)
    day = datetime.date(2026, 10, 20)
    whole = who_may_need_help(programme, results, on=day)
    part = who_may_need_help(programme, results[results["on"] <= pd.Timestamp(day)], on=day)
    assert whole.to_dict() == part.to_dict()


def test_those_who_left_are_not_named_and_others_only_among_the_asked(programme: Programme) -> None:
    results = cohort(programme)
    named = [one.learner for one in who_may_need_help(programme, results, on=ON).learners]
    gone = pd.DataFrame({"learner": [named[0]], "status": ["withdrawn"], "ends": [pd.Timestamp(2027, 1, 1)]})
    assert [one.learner for one in who_may_need_help(programme, results, on=ON, enrolments=gone).learners] == named[1:]
    asked = who_may_need_help(programme, results, on=ON, among={named[1], "somebody"})
    assert [one.learner for one in asked.learners] == [named[1]]


def test_absence_and_open_retakes_are_given_as_facts(programme: Programme) -> None:
    results = cohort(programme)
    credential = next(iter(programme.credentials))
    attendance = pd.DataFrame(
        {"learner": ["L000"] * 3, "on": pd.to_datetime(["2027-11-01", "2027-11-08", "2026-09-01"]),
         "status": ["absent", "present", "absent"]}
    )  # fmt: skip
    study = who_may_need_help(programme, results, on=ON, attendance=attendance)
    (own,) = [one for one in study.learners if one.learner == "L000"]
    assert "Absent from 1 of 2 sessions in the last 16 weeks." in own.reasons
    title = programme.credentials[credential].title
    assert any(title in one and "1 tried, 2 more attempts allowed" in one for one in own.reasons)


def test_in_practice_records_those_named_are_less_able(
    feedback: FacultyFeedback, practice: PracticeRecords, pseudonyms: dict[str, str]
) -> None:
    named = {one.learner for one in feedback.support.learners}
    skill = pd.Series({pseudonyms[id]: value for id, value in practice.truth["skill"].items()})
    assert len(named) > 20
    assert skill[list(named)].mean() < -0.8
    assert (skill[list(named)] < skill.median()).mean() > 0.9
    assert "fell short" in feedback.text()
    assert "not a verdict" in feedback.text()


def test_nobody_is_named_who_has_left(feedback: FacultyFeedback, store: Store) -> None:
    enrolments = store.frame("enrolments")
    gone = set(enrolments[(enrolments["status"] == "withdrawn") & (enrolments["ends"] <= pd.Timestamp(DAY))]["learner"])
    assert gone
    assert not gone & {one.learner for one in feedback.support.learners}
