"""Several practice cohorts: a year apart, kept apart, and with the break that the truth names."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import Trend, term_trend
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.trend import Series
from ipe_workbench.practice import PracticeRecords, record_practice
from ipe_workbench.practice.years import year_before
from ipe_workbench.records import make_store
from ipe_workbench.records.checks import check_records
from tests.practice.conftest import Make, frame_of

NOW = datetime.datetime(2028, 6, 1, 12)  # noqa: DTZ001 - times in the records are UTC without saying so


@pytest.fixture(scope="module")
def three(make: Make) -> PracticeRecords:
    return make(learners=45, cohorts=3)


def test_the_truth_is_found_again_as_breaks(three: PracticeRecords, programme: Programme, tmp_path: Path) -> None:
    with make_store(tmp_path / "years.sqlite") as store:
        assert not [one for result in record_practice(three, store, at=NOW) for one in result.errors]
        errors = [one for one in check_records(store, on=NOW.date(), programme=programme) if one.severity == "error"]
        assert not errors
        trend = term_trend(PlanData(store, programme), until="2028-spring")
    planted = three.truth["older_design"]
    assert [one.id for one in trend.terms][:3] == ["2024-fall", "2025-spring", "2025-fall"]
    assert trend.invented
    assert trend.of("stack")
    broken = {one.id: [(each.before, each.term, each.why) for each in one.breaks] for one in trend.series if one.breaks}
    assert broken.pop(planted["credential"]) == [("2024-fall", "2025-fall", "version 0.9 to 1.0")]
    of_instrument = {id for id in broken if id.startswith(planted["instrument"])}
    assert of_instrument
    assert broken.keys() == of_instrument
    assert {each[2] for id in of_instrument for each in broken[id]} == {"items: 2 new"}
    # A lower pass score is passed by more; the break is where it was raised.
    assert planted["pass_score"] < programme.credentials[planted["credential"]].assessment.pass_score  # type: ignore[union-attr]
    assert _ends(trend, planted["credential"]) == ["2024-fall", "2025-fall", "2026-fall"]


def _ends(trend: Trend, id: str) -> list[str]:
    series: Series = next(one for one in trend.series if one.id == id)
    return [one.term for one in series.points if (one.n or 0) > 15]


def test_cohorts_begin_a_year_apart_and_share_nothing_but_the_staff(three: PracticeRecords, make: Make) -> None:
    people = frame_of(three, "learners")
    assert people["learner"].is_unique
    assert people.groupby("starts").size().tolist() == [45, 45, 45]
    days = sorted(people["starts"].unique())
    assert [year_before(days[-1], 2), year_before(days[-1])] == days[:2]
    assert sorted(people["cohort"].unique())[0].endswith("-2024")
    teams = frame_of(three, "teams")
    assert (teams.groupby(["term", "team"])["learner"].nunique() > 1).any()
    assert not teams.duplicated(["term", "learner"]).any()
    alone = make(learners=45)
    for table in alone.columns:
        rows, own = list(three.rows(table)), list(alone.rows(table))
        assert rows[: len(own)] == own, "the newest cohort is the same with and without the others"
        assert len(rows) > len(own) or table == "staff"


def test_until_a_day_nothing_of_an_earlier_cohort_lies_later(make: Make) -> None:
    until = datetime.date(2026, 10, 1)
    records = make(learners=40, cohorts=2, until=until)
    for table in ("attendance", "assessments", "survey-responses", "awards"):
        days = frame_of(records, table)["on"].dropna()
        assert len(days)
        assert max(days) <= until
    assert frame_of(records, "item-responses")["learner"].str.contains("y1").any()


def test_an_earlier_cohort_can_be_asked_for_in_one_way_only(make: Make) -> None:
    with pytest.raises(UnusableInputError, match="already"):
        make(learners=20, cohorts=2, earlier_cohort=True)
