"""Hostile text through each shipped template: it stays text in every file of the set, and names stay out of all."""

from __future__ import annotations

import base64
import csv
import datetime
import io
import json
import zipfile
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
import yaml
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import insert, select, update

from ipe_workbench.records import Store
from ipe_workbench.records.tables import table
from ipe_workbench.reporting import active_content, external_references
from ipe_workbench.reporting.edition import Asked, Summary, find_templates, print_edition, write_summary
from ipe_workbench.reporting.pdf import page_as_pdf
from ipe_workbench.starter import start_programme
from tests.reporting.cohort import cohort_store
from tests.reporting.test_page import PIXEL

if TYPE_CHECKING:
    from playwright.sync_api import Page

TERM = "2027-fall"
#: Begins as a formula, closes what it may stand in, runs what it can, and turns the direction of what follows.
HOSTILE = (
    '=HYPERLINK("https://evil.example/","x")</title></style>--><script>window.stolen=1</script>'
    "<img src=x onerror=window.stolen=1>\"'`{{7*7}}{%x%}${7*7}\\\u202e$a$ "
)
#: Of a person: nowhere in what is written.
NAME = "Zzyxwv<b>Quux"


@dataclass(frozen=True)
class Set:
    """A printed set."""

    programme: Path
    folder: Path
    summary: Summary

    def files(self, *endings: str) -> list[Path]:
        """Its files with one of these endings, hidden ones too."""
        return sorted(one for one in self.folder.rglob("*") if one.is_file() and one.suffix in endings)


def _spoil(programme: Path) -> None:
    """Hostile words wherever an author writes words."""

    def change(file: str, **fields: Any) -> None:
        path = programme / file
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, value in fields.items():
            told[name] = value(told[name]) if callable(value) else value
        path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def titled(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        return [{**row, **{name: f"{HOSTILE}{row.get(name, '')}" for name in names}} for row in rows]

    change(
        "programme.yaml",
        title=HOSTILE,
        summary=HOSTILE * 20,
        issuer=lambda told: {**told, "name": HOSTILE},
        professions=lambda rows: titled(rows, "title", "short"),
        terms=lambda rows: titled(rows, "title"),
        quality_assurance=HOSTILE,
    )
    for file in ("01-team-communication", "02-team-simulation"):
        change(
            f"credentials/{file}.yaml",
            title=lambda told: f"{HOSTILE}{told}",
            summary=HOSTILE,
            learning_outcomes=lambda rows: [f"{HOSTILE}{one}" for one in rows],
        )
    change("credentials/02-team-simulation.yaml", rubric=lambda told: {
        **told, "levels": titled(told["levels"], "title"), "criteria": titled(told["criteria"], "title"),
    })  # fmt: skip
    change("pathways/team-care-certificate.yaml", title=HOSTILE, summary=HOSTILE)
    change("evaluation.yaml", claims=lambda rows: titled(rows, "statement", "instrument", "limits"))
    change("scenarios/today.yaml", title=HOSTILE, description=HOSTILE)
    other = yaml.safe_load((programme / "scenarios" / "today.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump({**other, "id": "other", "title": f"{HOSTILE}2"}, allow_unicode=True)
    (programme / "scenarios" / "other.yaml").write_text(text, encoding="utf-8")
    (programme / "reports").mkdir(exist_ok=True)
    (programme / "reports" / "logo.png").write_bytes(base64.b64decode(PIXEL))
    theme = {"accent": "#7a1f3d", "logo": "logo.png", "logo_alt": HOSTILE}
    (programme / "reports" / "theme.yaml").write_text(yaml.safe_dump(theme, allow_unicode=True), encoding="utf-8")


def _list(programme: Path, *entries: dict[str, Any]) -> None:
    file = programme / "programme.yaml"
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    told["reports"] = list(entries)
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _name(store: Store) -> None:
    """Names of people and of a team, and words in which a learner names somebody."""
    day, said = datetime.date(2027, 9, 1), f"{HOSTILE}{NAME}"
    with store.writing() as connection:
        connection.execute(update(table("staff")).values(given_name=NAME, family_name=NAME, email=f"{NAME}@x.example"))
        learner = connection.execute(select(table("learners").c.id).limit(1)).scalar_one()
        rows: dict[str, dict[str, Any]] = {
            "learner_names": {"learner_id": learner, "given_name": NAME, "family_name": NAME},
            "terms": {"id": "2027-fall", "title": HOSTILE, "starts": day, "ends": datetime.date(2027, 12, 1)},
            "teams": {"id": 1, "term_id": "2027-fall", "name": HOSTILE, "facilitator_id": 1},
            "team_members": {"team_id": 1, "learner_id": learner},
            "survey_waves": {"id": "w", "instrument": "team-confidence", "term_id": "2027-fall", "frame": "post"},
            "survey_responses": {"learner_id": learner, "wave_id": "w", "item": "1", "value": 5, "comment": said},
        }  # fmt: skip
        for name, row in rows.items():
            connection.execute(insert(table(name)), [row])


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Set:
    folder = tmp_path_factory.mktemp("hostile") / "Große Uni & <Söhne>"
    programme = start_programme(folder / "small", title="Small", issuer="School")
    with cohort_store(programme, folder / "records.sqlite") as store:
        _name(store)
        _spoil(programme)
        someone, rater = store.frame("awards")["learner"].iloc[0], store.frame("rubric_scores")["rater"].iloc[0]
        place = store.place
    asked = Asked(programme, TERM, folder / "out", db=place, shelf=folder / "shelf", who=HOSTILE, replicates=2)
    titled = ("term_evaluation", "term_trend", "research_methods", "pathway_comparison", "faculty_feedback")
    some = [{"template": one, "title": HOSTILE} for one in titled]
    _list(programme, *some, {"template": "accreditation_alignment", "professions": ["nursing"]})
    whole = print_edition(asked, jobs=2)
    assert whole.failures == ()
    _list(programme, *({"template": one} for one in ("rater_feedback", "learner_record")))
    summary = print_edition(replace(asked, only=(f"learner-record-{someone}", f"rater-feedback-{rater}")), jobs=2)
    write_summary(replace(summary, rendered=(*whole.rendered, *summary.rendered), files=(*whole.files, *summary.files)))
    return Set(programme, asked.folder, summary)


def test_each_shipped_template_is_printed(printed: Set) -> None:
    assert printed.summary.failures == ()
    kinds = {nbformat.read(one, 4).metadata.ipe.title for one in printed.files(".ipynb")}  # type: ignore[no-untyped-call]
    assert kinds == {one.title for one in find_templates("nowhere").values()}


def test_pages_hold_the_words_and_nothing_that_runs_or_loads(printed: Set) -> None:
    pages = printed.files(".html")
    assert len(pages) >= 10
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert active_content(html) == external_references(html) == [], page.name
        assert "https://evil.example/" in unescape(html), page.name
        assert "<script>window.stolen=1</script>" in unescape(html), page.name
        assert "\u202e" not in html, page.name
        assert "{{7*7}}" in html
        assert not [one for one in ("`49{%x%}", "49$", "{%x%}49") if one in html], page.name


def test_tables_hold_no_formula(printed: Set) -> None:
    cells = 0
    for file in printed.files(".csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        assert not [one for row in rows for one in row if one.startswith(("=", "@", "+", "\t", "\r"))], file.name
        cells += sum("HYPERLINK" in one for row in rows for one in row)
    for file in printed.files(".xlsx"):
        for sheet in load_workbook(file):
            for row in sheet.iter_rows():
                assert not [one for one in row if one.data_type == "f" or one.hyperlink], file.name
                cells += sum("HYPERLINK" in str(one.value) for one in row)
        with zipfile.ZipFile(file) as parts:
            assert NAME not in "".join(parts.read(one).decode("utf-8", "ignore") for one in parts.namelist())
    assert cells > 20


def test_kept_notebooks_hold_the_words_as_data(printed: Set) -> None:
    for file in printed.files(".ipynb"):
        kept = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(kept)
        assert "49" not in kept.metadata.papermill.parameters.values()
        assert kept.metadata.papermill.parameters.get("made_by", HOSTILE) == HOSTILE


def test_names_of_people_and_the_machines_folders_are_in_no_file(printed: Set) -> None:
    parts = (NAME, NAME.replace("<", "&lt;"), "Zzyxwv", str(printed.folder))
    for file in (one for one in printed.folder.rglob("*") if one.is_file() and ".work" not in one.parts):
        content = file.read_bytes()
        told = parts[:3] if file.name == "run-summary.json" else parts
        assert not [one for one in told if one.encode() in content or one in file.name], file
    summary = json.loads((printed.folder / "run-summary.json").read_text(encoding="utf-8"))
    assert summary["failed"] == 0


def test_the_archive_names_what_it_holds_and_its_manifest_stays_data(printed: Set) -> None:
    (file,) = printed.files(".zip")
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert {one["path"] for one in told["files"]} == set(archive.namelist()) - {"manifest.json"}
        assert all(one.replace("/", "").replace("-", "").replace(".", "").isalnum() for one in archive.namelist())
    assert all("HYPERLINK" in one["title"] for one in told["reports"])


@pytest.mark.browser
def test_no_browser_runs_or_fetches_any_of_it(printed: Set, offline_page: Page) -> None:
    for page in printed.files(".html"):
        offline_page.goto(page.as_uri())
        assert offline_page.evaluate("window.stolen") is None
        assert offline_page.locator("main h1").count() == 1
        assert offline_page.locator('main a[href*="evil"]').count() == 0
    (page,) = (one for one in printed.files(".html") if one.name == "small-pathway-comparison.html")
    about = PdfReader(io.BytesIO(page_as_pdf(page.read_text(encoding="utf-8")))).metadata
    assert about is not None
    assert "<script>window.stolen=1</script>" in str(about.title)
    assert NAME not in str(about)
