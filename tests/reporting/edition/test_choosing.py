"""Which reports `only` and `since` choose: nobody is fine, a name that can never be met is not."""

from __future__ import annotations

import datetime
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from ipe_workbench.credentials import load_programme
from ipe_workbench.errors import UnknownNameError, WorkbenchError
from ipe_workbench.records import Store
from ipe_workbench.records.tables import table
from ipe_workbench.reporting.edition import Asked, print_edition
from ipe_workbench.reporting.edition.counts import records_of
from ipe_workbench.reporting.edition.planning import Plan, _may_match, plan_edition
from ipe_workbench.reporting.edition.subjects import Records
from ipe_workbench.reporting.edition.theme import Theme
from tests.reporting.cohort import cohort_store
from tests.reporting.templates import template

TERM = "2027-spring"
LATER = datetime.date(2040, 1, 1)


@pytest.fixture(scope="module")
def store(small_programme: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Records of a cohort of whom three raters have rated one."""
    with cohort_store(small_programme, tmp_path_factory.mktemp("choosing") / "records.sqlite") as made:
        with made.writing() as connection:
            about = table("assessments").c
            known = select(about.learner_id, about.assessment_id, about.attempt).where(about.on.is_not(None)).limit(1)
            learner, assessment, attempt = connection.execute(known).one()
            told = {"learner_id": learner, "assessment_id": assessment, "attempt": attempt, "criterion": "any"}
            day = datetime.date(2027, 3, 1)
            rows = [{**told, "rater_id": rater, "level": "good", "score": 2, "on": day} for rater in (1, 2, 3)]
            connection.execute(insert(table("rubric_scores")), rows)
        yield made


@pytest.fixture(scope="module")
def records(small_programme: Path, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Records:
    place = tmp_path_factory.mktemp("chosen")
    asked = Asked(small_programme, TERM, place, db=store.place, shelf=place / "shelf", who="office")
    asked.work.mkdir(parents=True)
    return records_of(store, load_programme(small_programme), asked)


def _plan(programme: Path, records: Records | None, *only: str, since: datetime.date | None = None) -> Plan:
    asked = Asked(programme, TERM, only=only, since=since)
    return plan_edition(load_programme(programme), asked, records, Theme())


def test_nobody_with_new_records_is_no_mistake(small_programme: Path, records: Records) -> None:
    someone = next(iter(records.snapshot.learners(records.term.start, records.term.end)))
    for only in ("rater-feedback*", "rater-feedback", f"learner-record-{someone}"):
        assert _plan(small_programme, records, only).jobs
        nobody = _plan(small_programme, records, only, since=LATER)
        assert (nobody.jobs, nobody.skipped) == ((), ())


@pytest.mark.parametrize(
    "pattern",
    ["rater-feedbak*", "learner-record-nobody", "learner-record-nobody*", "learner-records", "term", "?", "", "[x]*"],
)
def test_a_pattern_that_nothing_can_meet_is_refused(small_programme: Path, records: Records, pattern: str) -> None:
    for since in (None, LATER):
        with pytest.raises(UnknownNameError, match="No report of this programme matches"):
            _plan(small_programme, records, pattern, since=since)
    # One that is right does not excuse one that is wrong.
    with pytest.raises(UnknownNameError, match="No report of this programme matches"):
        _plan(small_programme, records, "term-evaluation", pattern)


def test_without_the_records_that_were_named_nothing_is_written(small_programme: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="There are no records here"):
        print_edition(Asked(small_programme, TERM, tmp_path / "out", db=str(tmp_path / "gone.sqlite")))
    assert not (tmp_path / "out").exists()


def test_without_records_what_needs_them_is_named_and_nothing_else(small_programme: Path) -> None:
    plan = _plan(small_programme, None, "learner-record-La*", "term-evaluation")
    assert [one.report for one in plan.skipped] == ["learner-record"]
    assert [one.id for one in plan.jobs] == ["small-term-evaluation"]
    with pytest.raises(UnknownNameError, match="quack"):
        _plan(small_programme, None, "quack*")


@pytest.mark.parametrize(
    ("pattern", "kind", "may"),
    [
        ("quick", "quick", True),
        ("quick-nursing", "quick", True),
        ("qui", "quick", False),
        ("quicker", "quick", False),
        ("qui*", "quick", True),
        ("*", "quick", True),
        ("quick-n*", "quick", True),
        ("[qx]uick", "quick", True),
        ("slow*", "quick", False),
    ],
)
def test_a_pattern_reaches_a_kind_by_what_stands_before_its_wild_part(pattern: str, kind: str, may: bool) -> None:
    assert _may_match(pattern, kind) is may


def test_a_run_of_what_is_new_keeps_index_and_archive_true(small_programme: Path, store: Store, tmp_path: Path) -> None:
    """Of persons it looks at few, but the index still leads to all, and the archive holds the pages of today."""
    programme = shutil.copytree(small_programme, tmp_path / "small")
    show = "from IPython.display import HTML\nHTML(f'<h1>{title}</h1>')"
    template(programme / "reports" / "quick.ipynb", 'title: str = "First"', show)
    template(programme / "reports" / "own.ipynb", 'rater: str = ""\ntitle: str = "R"', show, each="rater")
    file = programme / "programme.yaml"
    listed = "reports:\n- template: quick\n- template: own\n"
    file.write_text(file.read_text(encoding="utf-8") + listed, encoding="utf-8")

    def run(**changes: object) -> tuple[int, int]:
        asked = Asked(programme, TERM, tmp_path / "out", db=store.place, shelf=tmp_path / "shelf", **changes)  # type: ignore[arg-type]
        summary = print_edition(asked)
        assert summary.failures == ()
        return len(summary.rendered), len(summary.reused)

    assert run() == (4, 0)
    template(programme / "reports" / "quick.ipynb", 'title: str = "Second"', show)
    assert run(since=LATER) == (1, 0)
    folder = tmp_path / "out" / TERM
    with zipfile.ZipFile(folder / f"small-{TERM}.zip") as archive:
        assert b"<h1>Second</h1>" in archive.read("small-quick.html")
        assert [one["id"] for one in json.loads(archive.read("manifest.json"))["reports"]] == ["small-quick"]
    assert 'href="raters/index.html"' in (folder / "index.html").read_text(encoding="utf-8")
    assert (folder / "raters" / "index.html").read_text(encoding="utf-8").count('href="own-L') == 3
    assert run(since=LATER, only=("own*",)) == (0, 0)
    assert run() == (0, 4)
