"""Practice records: they import, hang together, follow the design's rules, and are the same for the same seed."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import EvaluationPlan, count_comments, list_instruments, read_tidy
from ipe_workbench.practice import PracticeRecords, practice_records, record_practice, write_practice
from ipe_workbench.records import make_store
from ipe_workbench.records.checks import check_records
from ipe_workbench.records.importing import import_file
from ipe_workbench.simulation import Scenario
from ipe_workbench.starter import start_programme
from tests.practice.conftest import Make, frame_of

NOW = datetime.datetime(2028, 6, 1, 12)  # noqa: DTZ001 - times in the records are UTC without saying so


def test_every_file_is_recognised_and_nothing_is_refused(make: Make, programme: Programme, tmp_path: Path) -> None:
    files = write_practice(make(learners=60, earlier_cohort=True), tmp_path / "practice")
    assert files == tuple(sorted(files)), "a shell lists them in the order of the import"
    with make_store(tmp_path / "records.sqlite") as store:
        for file in files:
            result = import_file(store, file, at=NOW)
            assert not result.errors, result.errors
            assert result.recorded
            assert result.format == file.stem[3:]
            assert not [one for one in result.findings if one.severity != "info"], result.findings
        assert not check_records(store, on=NOW.date(), programme=programme)
        counts = store.counts()
        empty = {name for name, count in counts.items() if not count}
        assert empty <= {"activity_events", "award_events", "audit_log"}
        assert counts["learners"] == 120


def test_the_same_seed_writes_the_same_bytes(make: Make, tmp_path: Path) -> None:
    write_practice(make(learners=30), tmp_path / "one")
    write_practice(make(learners=30), tmp_path / "other")
    write_practice(make(learners=30, seed=8), tmp_path / "third")
    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(names) == 16
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    assert (tmp_path / "one/02-learners.csv").read_bytes() != (tmp_path / "third/02-learners.csv").read_bytes()


def test_rows_can_be_asked_for_again(make: Make) -> None:
    records = make(learners=20)
    for table in records.columns:
        assert list(records.rows(table)) == list(records.rows(table))


def test_a_programme_of_ones_own_with_a_hostile_title_works(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    start_programme(folder, title="Own", issuer="Us")
    text = (folder / "programme.yaml").read_text(encoding="utf-8")
    first = load_programme(folder).info.terms[0].title
    (folder / "programme.yaml").write_text(text.replace(first, "'=1+1'"), encoding="utf-8")
    programme = load_programme(folder)
    assert programme.info.terms[0].title == "=1+1"
    records = practice_records(
        programme, plan=EvaluationPlan(), instruments=list_instruments(), scenario=Scenario(id="s", title="S"), seed=1
    )
    files = write_practice(records, tmp_path / "files")
    assert ",'=1+1," in files[0].read_text(encoding="utf-8")
    with make_store(tmp_path / "own.sqlite") as store:
        results = record_practice(records, store, at=NOW)
        assert all(one.recorded for one in results)
        assert not check_records(store, on=NOW.date(), programme=programme)
        assert set(store.frame("survey_responses")["instrument"]) == {"team-confidence"}


def test_whoever_passed_reached_the_pass_score_and_nobody_else(records: PracticeRecords, programme: Programme) -> None:
    results = frame_of(records, "assessments")
    own = results[results["assessment"].isin(programme.credentials) & results["score"].notna()]
    needed = own["assessment"].map(
        {id: one.assessment.pass_score for id, one in programme.credentials.items() if one.assessment}
    )
    assert len(own) > 9_000
    by_score = own["score"] >= needed - 1e-4
    assert (by_score == own["passed"].astype(bool)).mean() > 0.999  # the rest: outcomes next to impossible for a skill


def test_awards_follow_a_pass_of_that_day_and_retakes_a_fail(records: PracticeRecords, programme: Programme) -> None:
    results = frame_of(records, "assessments")
    own = results[results["assessment"].isin(programme.credentials)]
    passed = {
        tuple(one) for one in own[own["passed"].astype(bool)][["learner", "credential", "on"]].itertuples(index=False)
    }
    badges = frame_of(records, "awards")
    badges = badges[badges["credential"].isin(programme.credentials)]
    assert {tuple(one) for one in badges[["learner", "credential", "on"]].itertuples(index=False)} == passed
    later = own[own["attempt"] > 1].assign(before=lambda frame: frame["attempt"] - 1)
    both = later.merge(own, left_on=["learner", "credential", "before"], right_on=["learner", "credential", "attempt"])
    assert len(both) == len(later) > 500
    assert not both["passed_y"].astype(bool).any()
    assert (both["on_y"] < both["on_x"]).all()


def test_nothing_happens_after_somebody_left(records: PracticeRecords) -> None:
    learners = frame_of(records, "learners")
    left = learners[learners["status"] == "withdrawn"].set_index("learner")["ends"]
    assert 10 <= len(left) <= 40
    for table in ("attendance", "assessments", "rubric-scores", "survey-responses", "awards"):
        rows = frame_of(records, table)
        own = rows[rows["learner"].isin(left.index)]
        assert len(own) > 0
        assert (own["on"] <= own["learner"].map(left)).all(), table


def test_teams_are_mixed_and_nobody_is_in_two(records: PracticeRecords, programme: Programme) -> None:
    teams = frame_of(records, "teams").merge(frame_of(records, "learners")[["learner", "profession"]], on="learner")
    assert not teams.duplicated(["term", "learner"]).any()
    mixed = teams.groupby(["term", "team"])["profession"].agg(["nunique", "size"])
    rules = programme.info.teams
    assert (mixed["nunique"] >= rules.min_professions).all()
    assert mixed["size"].between(rules.size, rules.size + 1).all()
    largest = teams.groupby(["term", "team"])["profession"].agg(lambda one: one.value_counts().iloc[0])
    assert (largest / mixed["size"] <= rules.max_share).all()


def test_records_until_a_day_are_the_beginning_of_the_whole(make: Make) -> None:
    day = datetime.date(2027, 5, 1)
    whole, part = make(learners=80), make(learners=80, until=day)
    for table in part.columns:
        if table in ("terms", "learners", "staff", "consents"):
            continue
        known = set(part.rows(table))
        everything = set(whole.rows(table))
        assert known < everything or table == "item-responses", table
        assert known <= everything
        if "on" in part.columns[table]:
            assert frame_of(part, table)["on"].dropna().max() <= day
    assert set(part.comment_codes) < set(whole.comment_codes)
    assert set(frame_of(part, "teams")["term"]) == {"2026-fall", "2027-spring"}
    learners = frame_of(part, "learners")
    assert len(learners) == 80
    assert learners["ends"].isna().sum() > 70
    answered = frame_of(part, "item-responses").merge(
        frame_of(part, "assessments"), on=["learner", "assessment", "attempt"]
    )
    assert len(answered) == len(frame_of(part, "item-responses"))


def test_everything_is_marked_as_practice(make: Make) -> None:
    records = make(learners=30, earlier_cohort=True)
    for table, columns in records.columns.items():
        rows = frame_of(records, table)
        for column in {"learner", "staff", "rater", "cohort"} & set(columns):
            assert rows[column].str.startswith("practice-").all()
    learners = frame_of(records, "learners")
    assert set(learners["trait:practice"]) == {"yes"}
    assert learners["email"].str.endswith("@example.org").all()


def test_an_earlier_cohort_has_no_badges_and_is_asked_once(make: Make) -> None:
    records = make(learners=60, earlier_cohort=True)
    answers = frame_of(records, "survey-responses")
    earlier = answers[answers["learner"].str.startswith("practice-earlier-")]
    assert set(earlier["frame"]) == {"post"}
    assert set(earlier["term"]) == {"2027-spring"}
    assert not frame_of(records, "awards")["learner"].str.startswith("practice-earlier-").any()
    assert (earlier.groupby("instrument")["wave"].nunique() == 1).all()
    own = answers[~answers["learner"].str.startswith("practice-earlier-")].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, frame_of(make(learners=60), "survey-responses"))
    # A quarter of a standard deviation, in points of the scale; without an earlier cohort there is nothing to find.
    told = pd.DataFrame(records.truth["earlier_differences"]).query("instrument == 'sims'")
    assert set(told["scale"]) == {"intrinsic", "identified", "external", "amotivation"}
    assert told["mean_difference_in_points"].between(0.2, 0.3).all()
    assert "earlier_differences" not in make(learners=20).truth


def test_follow_up_ratings_are_two_blind_ones_a_year_after_the_badge(records: PracticeRecords) -> None:
    rated = frame_of(records, "rubric-scores").query("assessment == 'structured-handover.follow-up'")
    assert rated["learner"].nunique() == 180
    assert (rated.groupby("learner")["rater"].nunique() == 2).all()
    earned = frame_of(records, "awards").query("credential == 'structured-handover'").set_index("learner")["on"]
    days = rated["on"] - rated["learner"].map(earned)
    assert days.map(lambda one: one.days).between(300, 400).all()


def test_real_people_are_never_mixed_with_practice(make: Make, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("learner,profession\ns1,nursing\n", encoding="utf-8")
    with make_store(tmp_path / "real.sqlite") as store:
        import_file(store, roster, at=NOW)
        with pytest.raises(UnusableInputError, match="1 learners who are no practice learners"):
            record_practice(make(learners=20), store, at=NOW)
        assert store.counts()["learners"] == 1


def test_a_folder_with_something_in_it_is_left_alone(make: Make, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UnusableInputError, match="something here already"):
        write_practice(make(learners=20), tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("learners", [2, 3, 9])
def test_the_smallest_cohorts_can_be_made(make: Make, learners: int, tmp_path: Path) -> None:
    with make_store(tmp_path / "small.sqlite") as store:
        assert all(not one.errors for one in record_practice(make(learners=learners), store, at=NOW))
        assert store.counts()["learners"] == learners


def test_professions_keep_their_shares(make: Make, programme: Programme) -> None:
    sizes = frame_of(make(learners=350), "learners")["profession"].value_counts()
    for one in programme.info.professions:
        assert abs(sizes[one.id] - one.learners / 2) < 1
    assert np.sum(sizes) == 350


def test_what_coders_made_of_comments_can_be_counted(make: Make, tmp_path: Path) -> None:
    write_practice(make(learners=300), tmp_path / "practice")
    file = tmp_path / "practice/for-analysis/comment-codes.csv"
    said = count_comments(read_tidy(file), coder="coder", learner="learner", group="profession")
    agreement = [one for one in said.estimates if "alpha" in one.name]
    assert agreement
    # Each coder errs in 15 of 100 comments, and then hits the right code in one case of five.
    assert all(one.estimate is not None and 0.5 < one.estimate < 0.95 for one in agreement)
