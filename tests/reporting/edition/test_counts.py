"""Counts of learners in reports: protected together, over all reports of a term and over its releases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ipe_workbench.credentials import load_programme
from ipe_workbench.records import Store
from ipe_workbench.records.privacy import attack, releases_of
from ipe_workbench.reporting.edition import Asked
from ipe_workbench.reporting.edition.counts import counts_of, records_of
from ipe_workbench.reporting.edition.index_page import write_indexes
from ipe_workbench.reporting.edition.planning import plan_edition
from ipe_workbench.reporting.edition.summary import Failure
from ipe_workbench.reporting.edition.theme import Theme
from ipe_workbench.reporting.released import read_released

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
