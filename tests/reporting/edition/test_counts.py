"""Counts of learners in reports: protected together, over all reports of a term and over its releases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ipe_workbench.credentials import load_programme
from ipe_workbench.evaluation import Trend, term_trend
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.trend import Series, TrendPoint
from ipe_workbench.records import Store
from ipe_workbench.records.privacy import Counts, attack, releases_of, suppress
from ipe_workbench.reporting import open_accreditation_report, open_methods_report, open_trend_report
from ipe_workbench.reporting.edition import Asked
from ipe_workbench.reporting.edition.counts import counts_of, records_of
from ipe_workbench.reporting.edition.index_page import write_indexes
from ipe_workbench.reporting.edition.planning import plan_edition
from ipe_workbench.reporting.edition.summary import Failure
from ipe_workbench.reporting.edition.theme import Theme
from ipe_workbench.reporting.edition.trend_counts import counts_of_trend, shown_trend
from ipe_workbench.reporting.released import read_released
from ipe_workbench.reporting.sections.recorded import flow

TERM = "2027-spring"


@pytest.fixture
def asked(small_programme: Path, tmp_path: Path) -> Asked:
    return Asked(small_programme, TERM, tmp_path / "out", shelf=tmp_path / "shelf", who="office")


def test_what_templates_see_holds_no_small_count_and_cannot_be_worked_out(asked: Asked, small_records: Store) -> None:
    programme = load_programme(asked.programme)
    records = records_of(small_records, programme, asked)
    assert records.released is not None
    shown = read_released(records.released)
    truth = counts_of(records.snapshot, programme, programme.term(TERM))
    for name, table in truth.items():
        for row in table.frame.to_dict("records"):
            cell = {key: str(value) for key, value in row.items() if key != "count"}
            seen = shown.count(name, **cell)
            assert seen in (None, row["count"])
            assert seen is None or seen == 0 or seen >= 10
    withdrawn = truth["learners"].frame.query("profession == '(all)' and status == 'withdrawn'")["count"].iloc[0]
    assert 0 < withdrawn < 10
    (release,) = releases_of(asked.shelf, f"small.{TERM}")  # type: ignore[arg-type]
    assert not attack(release)["recovered"].any()


def test_each_report_about_the_programme_shows_the_flow_of_learners(asked: Asked, small_records: Store) -> None:
    programme = load_programme(asked.programme)
    file = records_of(small_records, programme, asked).released
    assert file is not None
    enrolled = read_released(file).count("learners", profession="(all)", status="(all)")
    for opened in (open_accreditation_report, open_methods_report, open_trend_report):
        told = flow(opened(asked.programme, term=TERM, released=file)).markup
        assert f">{enrolled}<" in told
        assert "hidden" in told
        assert "No records were given" in flow(opened(asked.programme, term=TERM)).markup


@pytest.mark.parametrize("threshold", [10, 60])
def test_the_trend_holds_no_small_count(asked: Asked, small_records: Store, threshold: int) -> None:
    programme = load_programme(asked.programme)
    records = records_of(small_records, programme, replace(asked, threshold=threshold))
    assert records.released is not None
    released = read_released(records.released)
    trend, truth = released.trend, term_trend(PlanData(records.snapshot, programme), until=TERM)
    assert trend is not None
    assert [one.id for one in trend.terms] == [TERM]
    points = [point for one in truth.series for point in one.points]
    shown = [point for one in trend.series for point in one.points]
    small = [min(point.yes or 0, (point.n or 0) - (point.yes or 0)) < threshold for point in points]
    assert any(small) == (threshold == 60)
    for point, seen, few in zip(points, shown, small, strict=True):
        assert seen.hidden or (seen == point and not few)
    assert released.tables.keys() == {"learners", "awards"}


def test_a_share_is_hidden_where_its_holders_are_hidden_elsewhere() -> None:
    points = (TrendPoint("t", 60, 30, 0.5, 0.38, 0.62), TrendPoint("u", 60, 60, 1.0, 0.94, 1.0))
    trend = Trend((), (Series("a", "A", "badge", (0.0, 1.0), points), Series("b", "B", "badge", (0.0, 1.0), points)))
    means = (TrendPoint("t", 40, None, 3.0, 2.5, 3.5), TrendPoint("u", 40, None, 5.0, 5.0, 5.0))
    trend = replace(trend, series=(*trend.series, Series("c", "C", "instrument", (1.0, 5.0), means)))
    awards = pd.DataFrame({"credential": ["a", "b"], "count": [30, 4]})
    release = suppress({"awards": Counts(awards, {}, ("credential",)), **counts_of_trend(trend)})
    shown = {(one.id, each.term): not each.hidden for one in shown_trend(trend, release).series for each in one.points}
    assert shown == {
        ("a", "t"): True, ("a", "u"): False, ("b", "t"): False, ("b", "u"): False, ("c", "t"): True, ("c", "u"): False,
    }  # fmt: skip


def test_the_same_state_is_released_once(asked: Asked, small_records: Store) -> None:
    programme = load_programme(asked.programme)
    first, second = (records_of(small_records, programme, asked) for _ in range(2))
    assert first.released_digest == second.released_digest
    assert first.snapshot.digest == second.snapshot.digest
    assert len(releases_of(asked.shelf, f"small.{TERM}")) == 1  # type: ignore[arg-type]


def test_what_leaves_the_office_is_made_from_protected_counts_alone(asked: Asked, small_records: Store) -> None:
    """A report from the records themselves, or a count of learner records, could be subtracted from what is shown."""
    programme = load_programme(asked.programme)
    plan = plan_edition(programme, asked, records_of(small_records, programme, asked), Theme())
    private = [one for one in plan.jobs if one.private]
    assert all("records" not in one.parameters for one in plan.jobs if not one.private)
    assert {Path(one.folder).name for one in private} >= {"faculty", "learners", "research"}

    def index(without: int) -> str:
        learners = [one.id for one in private if Path(one.folder).name == "learners"]
        shown = replace(plan, jobs=tuple(one for one in plan.jobs if one.id not in learners[:without]))
        failures = [Failure(one.id, None, f"{one.id} failed.", "") for one in shown.jobs if one.private]
        return next(one for one in write_indexes(shown, failures) if one.parent == asked.folder).read_text("utf-8")

    whole = index(0)
    assert whole == index(5)
    assert not any(one.id in whole for one in private)
