"""A term's reports: what is made, what is kept, what fails, and that a stopped run goes on."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import nbformat
import pytest

from ipe_workbench.credentials import load_programme
from ipe_workbench.errors import EnvironmentFault, UnknownNameError, UnreadableFileError, UnusableInputError
from ipe_workbench.records import Store
from ipe_workbench.reporting import active_content, external_references
from ipe_workbench.reporting.edition import Asked, Summary, print_edition
from ipe_workbench.reporting.edition.planning import plan_edition
from ipe_workbench.reporting.edition.printing import _alone
from ipe_workbench.reporting.edition.theme import Theme
from tests.reporting.templates import template

TERM = "2027-spring"
QUICK = "from IPython.display import HTML\nHTML(f'<h1>{title}</h1><p>{term} {profession}</p>')"


@pytest.fixture
def programme(small_programme: Path, tmp_path: Path) -> Path:
    """The small programme with templates of its own and a list of reports."""
    folder = shutil.copytree(small_programme, tmp_path / "small")
    reports = folder / "reports"
    template(
        reports / "quick.ipynb",
        'title: str = "Quick"  # heading\nterm: str = ""\nprofession: str = ""\ntables: str = ""',
        QUICK,
        "import pandas as pd\nfrom ipe_workbench.reporting import write_tables\n"
        "if tables:\n    write_tables({'one': pd.DataFrame({'id': ['007', '=1+1'], 'value': [1.5, -2]})}, tables)",
        title="Quick look",
        each="profession",
    )
    template(reports / "bad.ipynb", 'term: str = ""', "1", "raise ValueError('the <b>cause</b>')")
    listed = "reports:\n- template: quick\n- {template: quick, id: again, title: Again, parameters: {title: A & B}}\n"
    file = folder / "programme.yaml"
    file.write_text(file.read_text(encoding="utf-8") + listed, encoding="utf-8")
    return folder


def _asked(programme: Path, out: Path, **changes: object) -> Asked:
    return replace(Asked(programme, TERM, out), **changes)  # type: ignore[arg-type]


def _pages(summary: Summary) -> list[Path]:
    return [Path(one) for one in summary.files if one.endswith(".html") and not one.endswith("index.html")]


def test_own_templates_are_made_for_each_profession_and_nothing_is_made_twice(programme: Path, tmp_path: Path) -> None:
    asked = _asked(programme, tmp_path / "out")
    first = print_edition(asked, jobs=2)
    assert (len(first.rendered), first.reused, first.failures) == (6, (), ())
    page = asked.folder / "small-again-nursing.html"
    html = page.read_text(encoding="utf-8")
    assert "<h1>A &amp; B</h1><p>2027-spring nursing</p>" in html
    assert external_references(html) == active_content(html) == []
    assert all(Path(one).is_file() for one in first.files)
    times = {one: one.stat().st_mtime_ns for one in _pages(first)}

    second = print_edition(asked, jobs=2)
    assert (second.rendered, len(second.reused), second.files) == ((), 6, first.files)
    assert times == {one: one.stat().st_mtime_ns for one in _pages(second)}

    # One page changed by hand, another gone: these two and no others are made anew.
    page.write_text("changed")
    (asked.folder / "small-quick-medicine.html").unlink(missing_ok=True)
    gone = next(one for one in _pages(first) if "quick" in one.name)
    gone.unlink(missing_ok=True)
    third = print_edition(asked, jobs=2)
    assert "small-again-nursing" in third.rendered
    assert gone.stem in third.rendered
    assert 2 <= len(third.rendered) <= 3
    assert page.read_text(encoding="utf-8") == html


def test_tables_stand_beside_as_csv_and_workbook_and_run_nothing(programme: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    summary = print_edition(_asked(programme, tmp_path / "out", only=("quick",)), jobs=2)
    book = next(Path(one) for one in summary.files if one.endswith(".xlsx"))
    rows = list(load_workbook(book)["one"].iter_rows(values_only=True))
    assert rows == [("id", "value"), ("007", 1.5), ("'=1+1", -2)]
    assert all(cell.data_type != "f" for row in load_workbook(book)["one"].iter_rows() for cell in row)
    assert book.with_name(f"{book.stem}-one.csv").read_text() == "id,value\n007,1.5\n'=1+1,-2.0\n"


def test_one_failure_stops_nothing_and_names_the_cell_and_the_cause(programme: Path, tmp_path: Path) -> None:
    file = programme / "programme.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "- template: bad\n", encoding="utf-8")
    asked = _asked(programme, tmp_path / "out")
    summary = print_edition(asked, jobs=2)
    assert len(summary.rendered) == 6
    (failed,) = summary.failures
    assert (failed.report, failed.cell) == ("small-bad", 3)
    assert failed.cause.startswith("bad.ipynb: Cell 3 (`raise ValueError('the <b>cause</b>')`) failed: ValueError: ")
    kept = nbformat.read(failed.notebook, as_version=4)  # type: ignore[no-untyped-call]
    assert kept.metadata.papermill.exception
    assert not (asked.folder / "small-bad.html").exists()
    index = (asked.folder / "index.html").read_text(encoding="utf-8")
    assert "1 report failed." in index
    assert "&lt;b&gt;cause&lt;/b&gt;" in index
    assert external_references(index) == active_content(index) == []
    # A failure is tried again; what worked is not.
    again = print_edition(asked, jobs=2)
    assert (again.rendered, len(again.reused), len(again.failures)) == ((), 6, 1)


def test_keys_follow_what_a_report_depends_on_and_nothing_else(programme: Path, tmp_path: Path) -> None:
    def keys(**changes: object) -> dict[str, str]:
        asked = replace(Asked(programme, TERM, tmp_path), **changes)  # type: ignore[arg-type]
        plan = plan_edition(load_programme(programme), asked, None, Theme())
        return {one.id: one.key for one in plan.jobs}

    first = keys()
    assert keys(who="Somebody", at=datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)) == first
    assert keys(out=tmp_path / "elsewhere") == first
    assert keys(pdf=True).keys() == first.keys()
    assert not set(keys(pdf=True).values()) & set(first.values())
    template(programme / "reports" / "bad.ipynb", 'term: str = ""', "2")
    assert keys() == first  # not one of the listed ones
    file = programme / "programme.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("learners: 60", "learners: 61"), encoding="utf-8")
    assert not set(keys().values()) & set(first.values())


def test_the_archive_holds_what_its_manifest_says(programme: Path, tmp_path: Path) -> None:
    asked = _asked(programme, tmp_path / "out")
    summary = print_edition(asked, jobs=2)
    archive = next(Path(one) for one in summary.files if one.endswith(".zip"))
    content = archive.read_bytes()
    with zipfile.ZipFile(archive) as held:
        manifest = json.loads(held.read("manifest.json"))
        assert {one["path"] for one in manifest["files"]} == set(held.namelist()) - {"manifest.json"}
        assert all(sha256(held.read(one["path"])).hexdigest() == one["sha256"] for one in manifest["files"])
        assert len(manifest["reports"]) == 6
    print_edition(asked, jobs=2)
    assert archive.read_bytes() == content


def test_what_is_wrong_is_told_before_anything_is_written(programme: Path, tmp_path: Path) -> None:
    out, file = tmp_path / "out", programme / "programme.yaml"
    text = file.read_text(encoding="utf-8")
    for entry, error, told in (
        ("- template: quik\n", UnknownNameError, "no report template `quik`"),
        ("- {template: bad, parameters: {term: 5}}\n", UnusableInputError, "`term` must be str"),
        ("- {template: bad, parameters: {trem: x}}\n", UnusableInputError, "`trem` is no parameter"),
        ("- {template: bad, professions: [nurse]}\n", UnusableInputError, "not a profession"),
        ("- {template: bad, parameters: {'a;b': x}}\n", UnusableInputError, "parameters"),
        ("- {template: ../bad}\n", UnusableInputError, "template"),
        ("- template: quick\n", UnusableInputError, "stands twice"),
    ):
        file.write_text(text + entry, encoding="utf-8")
        with pytest.raises(error, match=told):
            print_edition(_asked(programme, out))
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownNameError, match="matches `quack`"):
        print_edition(_asked(programme, out, only=("quack",)))
    template(programme / "reports" / "odd.ipynb", 'term: str = ""', "1", each="everybody")
    with pytest.raises(UnreadableFileError, match="each"):
        print_edition(_asked(programme, out))
    assert not out.exists()


def test_two_runs_do_not_write_at_the_same_time(programme: Path, tmp_path: Path) -> None:
    asked = _asked(programme, tmp_path / "out")
    # What a killed run leaves half written goes before anything begins.
    half = asked.work / ".records.abc"
    half.mkdir(parents=True)
    (half / "awards.parquet").write_bytes(b"PAR1")
    (asked.folder / ".small.html.abc").write_text("<html>")
    with _alone(asked.folder):
        assert sorted(one.name for one in asked.folder.rglob("*")) == [".lock", ".work"]
    with _alone(asked.folder), pytest.raises(EnvironmentFault, match="Another run"):
        print_edition(asked)


@pytest.mark.slow
def test_a_killed_run_goes_on_and_leaves_no_half_file(programme: Path, tmp_path: Path) -> None:
    """Slow: starts three runs and kills two of them. What stands is whole and stays, what is left is made."""
    out = tmp_path / "out"
    entries = "".join(f"- {{template: quick, id: number-{number}}}\n" for number in range(8))
    file = programme / "programme.yaml"
    file.write_text(file.read_text(encoding="utf-8") + entries, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from ipe_workbench.reporting.edition import Asked, print_edition\n"
        "print_edition(Asked(Path(sys.argv[1]), '2027-spring', Path(sys.argv[2])), jobs=2)"
    )
    receipts = out / TERM / ".receipts"
    for least in (3, 12):
        run = subprocess.Popen([sys.executable, "-c", code, str(programme), str(out)], env=_environment())
        while run.poll() is None and len(list(receipts.glob("[!.]*.json"))) < least:
            time.sleep(0.02)
        run.kill()
        run.wait()
        for page in (out / TERM).glob("[!.]*.html"):
            assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    made = {one.name: one.stat().st_mtime_ns for one in receipts.glob("[!.]*.json")}
    assert 12 <= len(made) < 30
    summary = print_edition(_asked(programme, out), jobs=2)
    assert summary.failures == ()
    assert len(summary.reused) >= len(made)
    assert len(summary.rendered) + len(summary.reused) == 30
    assert made.items() <= {one.name: one.stat().st_mtime_ns for one in receipts.iterdir()}.items()
    assert not [
        one for one in (out / TERM).rglob(".*") if one.is_file() and one.name != ".lock" and ".work" not in str(one)
    ]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(one).resolve()) for one in sys.path if one)}


def test_learner_records_name_nobody_and_are_for_their_owner_alone(
    small_programme: Path, small_records: Store, tmp_path: Path
) -> None:
    asked = Asked(small_programme, TERM, tmp_path / "out", db=small_records.place, only=("learner-record-La*",))
    asked = replace(asked, shelf=tmp_path / "shelf", who="office")
    summary = print_edition(asked, jobs=2)
    assert summary.failures == ()
    assert 0 < len(summary.rendered) < 20
    for page in _pages(summary):
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        html = page.read_text(encoding="utf-8")
        assert page.stem.removeprefix("learner-record-") in html
        assert "<h1>Your learning record</h1>" in html
    # Neither ids of the university nor names stand anywhere in what was written.
    known = [f"s{number:05}".encode() for number in range(1, 121)] + [b"Zzyx"]
    for file in (one for one in asked.folder.rglob("*") if one.is_file()):
        content = file.read_bytes()
        assert not any(one in content for one in known), file
    again = print_edition(asked, jobs=2)
    assert (again.rendered, len(again.reused)) == ((), len(summary.rendered))
