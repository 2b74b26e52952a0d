from __future__ import annotations

import json
import re
import tempfile
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from ipe_workbench.credentials import load_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.findings import Finding, Place
from ipe_workbench.reporting import (
    TermReport,
    active_content,
    external_references,
    open_term_report,
    read_parameters,
    sections,
    write_tables,
)
from ipe_workbench.reporting.edition import Asked, print_edition
from ipe_workbench.reporting.page import CONTENTS_MARK
from ipe_workbench.reporting.render import render_report
from ipe_workbench.resources import data_folder, notebooks_folder
from ipe_workbench.simulation import Scenario, simulate
from ipe_workbench.starter import start_programme
from tests.programmes import copy_of_cu_ipe, replace_in
from tests.reporting.printed import Printed

MARKS = "\u200e\u200f\u202a\u202e\u2066\u2069"
#: Sections of other reports, each in a module of its own.
ROOMS = ("accreditation", "checklist", "comparison", "faculty", "learner", "methods", "recorded", "trend")
HOSTILE = f"{MARKS}<img src=x onerror=alert(1)> $a$ =1+1"


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def _outline(page: str) -> _Outline:
    outline = _Outline()
    outline.feed(page)
    return outline


def test_the_page_stands_alone_and_is_well_formed(rendered: Printed) -> None:
    page = rendered.page.read_text(encoding="utf-8")
    assert external_references(page) == []
    assert active_content(page) == []
    outline = _outline(page)
    assert outline.all("html")[0]["lang"] == "en"
    assert len(outline.all("main")) == len(outline.all("h1")) == 1
    assert len(outline.all("figure")) == 7
    assert all(figure["role"] == "img" and figure["aria-label"] for figure in outline.all("figure"))
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(head.get("scope") for head in outline.all("th"))
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {link["href"] for link in outline.all("a") if (link["href"] or "").startswith("#")}
    assert {str(target)[1:] for target in targets} <= set(ids)


def test_every_output_of_a_term_is_where_it_is_said_to_be(rendered: Printed) -> None:
    assert rendered.page.name == "cu-ipe-term-evaluation.html"
    assert rendered.page.parent.name == "2026-fall"
    assert rendered.notebook.parent.name == "notebooks"
    told = json.loads(json.dumps(rendered.summary.to_dict()))
    assert (told["term"], told["rendered"], told["reused"], told["failed"]) == ("2026-fall", 1, 0, 0)
    assert all(Path(path).is_file() for path in told["files"])
    names = {path.name.removeprefix("cu-ipe-term-evaluation") for path in rendered.tables}
    assert names >= {"-coverage.csv", "-attainment.csv", ".xlsx"}


def test_the_summary_agrees_with_the_simulation_and_the_design(term_report: TermReport) -> None:
    words = re.sub(r"<[^>]+>|\xa0", " ", sections.summary(term_report).markup)
    assert "700 learners of 8 professions" in words
    assert "this is term 3 of 4" in words
    for code in term_report.coverage.gaps["assessed"]:
        assert code in words
    frame = term_report.result.attainment_by_week("all", "earned")
    end = frame[frame["week"] == 48].set_index("item")["mean"]
    lowest = min(term_report.term_badges, key=lambda one: end[one])
    assert f"{round(100 * end[lowest])} %" in words
    assert term_report.titles[lowest] in words


def test_shares_are_by_the_end_of_the_term_and_of_the_programme(term_report: TermReport) -> None:
    stack = list(term_report.programme.stacks)[-1]
    now, then = term_report.earned(stack), term_report.earned(stack, at_end=True)
    assert now is not None
    assert then is not None
    assert then.mean == pytest.approx(
        float(term_report.result.stacks("all", "earned").set_index("stack").loc[stack, "mean"])
    )
    assert now.mean <= then.mean


def test_every_simulated_section_says_simulated_and_the_design_does_not(term_report: TermReport) -> None:
    for section in (
        sections.badge_table,
        sections.profession_table,
        sections.bottleneck_table,
        sections.assessor_table,
    ):
        assert "simulated" in section(term_report).markup
    assert "simulated" not in sections.coverage_table(term_report).markup
    assert "Data source: simulated." in sections.data_source(term_report).markup


def test_each_claim_is_told_with_what_is_not_recorded_yet(term_report: TermReport) -> None:
    markup = sections.evaluation_plan(term_report).markup
    assert "Not recorded yet." in markup
    for claim in term_report.plan.claims:
        assert f"How “{claim.id}” will be measured" in markup
    assert markup.count("not recorded yet") == len(term_report.plan.claims)


def test_tables_say_what_is_simulated_and_what_is_design(term_report: TermReport) -> None:
    tables = term_report.tables()
    assert set(tables["attainment"]["source"]) == set(tables["bottlenecks"]["source"]) == {"simulated"}
    assert set(tables["coverage"]["source"]) == {"design"}
    assert set(tables["attainment"]["week"]) == {48, 64}
    assert len(tables["competencies"]) == 33


def test_hostile_titles_reach_neither_the_page_nor_a_spreadsheet(tmp_path: Path) -> None:
    folder = copy_of_cu_ipe(tmp_path)
    first = min((folder / "credentials").glob("*.yaml"))
    replace_in(first, "\ntitle: ", f"\ntitle: '{HOSTILE}' # ")
    report = open_term_report(folder, replicates=1)
    shown = "".join(getattr(sections, name)(report)._repr_html_() for name in sections.__all__ if name not in ROOMS)
    assert HOSTILE in report.titles.values()
    assert active_content(shown) == []
    assert "&lt;img src=x" in shown
    assert not set(MARKS) & set(shown)
    written = [path.read_text(encoding="utf-8") for path in write_tables(report.tables(), tmp_path / "tables")]
    assert any("<img src=x" in text for text in written)
    assert not set(MARKS) & set("".join(written))


def test_reports_name_no_path_of_this_machine(rendered: Printed, term_report: TermReport) -> None:
    folder = str(term_report.programme.folder)
    assert folder not in sections.design_findings(term_report).markup
    assert folder not in json.dumps(term_report.provenance.to_dict())
    assert term_report.relative(f"{folder}/credentials/a.yaml") == "credentials/a.yaml"


def test_the_kept_notebook_and_the_command_name_no_path_of_this_machine(rendered: Printed) -> None:
    notebook, page = (path.read_text(encoding="utf-8") for path in (rendered.notebook, rendered.page))
    for private in (str(data_folder()), str(rendered.page.parent.parent), tempfile.gettempdir() + "/"):
        assert private not in notebook
        assert private not in page
    out = rendered.page.parent.parent.name
    command = f"ipe report 2026-fall --programme cu-ipe --replicates 4 --seed 7 --only term-evaluation --out {out}"
    assert command in page


def test_a_foreign_folder_is_not_listed_when_a_run_is_missing(tmp_path: Path) -> None:
    folder = copy_of_cu_ipe(tmp_path)
    (tmp_path / "private").mkdir()
    (tmp_path / "a-file").write_text("x")
    for run, told in (("gone", "There is no such run."), ("a-file", "This is a file, not a run.")):
        with pytest.raises(UnknownNameError, match="`ipe simulate --out`") as caught:
            print_edition(Asked(folder, "2026-fall", tmp_path / "out", run=str(tmp_path / run)))
        assert told in str(caught.value)
        assert "private" not in str(caught.value)


def test_errors_of_the_design_stand_above_everything(tmp_path: Path, term_report: TermReport) -> None:
    assert "may mean nothing" not in sections.masthead(term_report).markup
    error = Finding("reference-credential", "error", "The <b>credential</b> is missing", place=Place("a.yaml"))
    one = sections.masthead(replace(term_report, findings=(error,))).markup
    assert "The design has 1 error: </strong>The &lt;b&gt;credential&lt;/b&gt; is missing.</p>" in one
    assert "may mean nothing until it is mended" in one
    two = sections.masthead(replace(term_report, findings=(error, error))).markup
    assert "The design has 2 errors: " in two
    assert "may mean nothing until they are mended" in two
    assert two.index("2 errors") < two.index(CONTENTS_MARK)


def test_sentences_fit_a_programme_of_two_badges_and_one_stack(tmp_path: Path) -> None:
    report = open_term_report(start_programme(tmp_path / "small", title="Small", issuer="School"), replicates=1)
    words = unescape(re.sub(r"<[^>]+>", "", sections.summary(report).markup)).replace("\xa0", " ")
    assert "can earn 2 badges that stack to 1 larger credential; this is term 1 of 2." in words
    assert "the biggest gap: nobody teaches, practises or assesses VE1, " in words
    assert "Nobody even teaches" not in words
    assert "A typical badge" not in words
    assert "the one badge that meets in it, Team communication. simulated" in words
    assert "This term needs no hours of assessors. " in words
    assert "The programme makes 1 claim; what will show it is planned" in words
    assert "how it will be measured" in sections.evaluation_plan(report).markup
    assert "run once for the scenario" in sections.data_source(report).markup
    assert sections.badge_figure(report).title.startswith("1 of 2 badges is earned")


def test_an_unknown_term_or_scenario_stops_before_anything_runs(tmp_path: Path) -> None:
    folder = copy_of_cu_ipe(tmp_path)
    with pytest.raises(UnknownNameError, match="2026-fall"):
        print_edition(Asked(folder, "2026-fal", tmp_path / "out"))
    with pytest.raises(UnknownNameError, match="today"):
        print_edition(Asked(folder, "2026-fall", tmp_path / "out", scenario="todya"))
    with pytest.raises(UnknownNameError, match="no such run"):
        print_edition(Asked(folder, "2026-fall", tmp_path / "out", run=str(tmp_path / "gone")))
    assert not (tmp_path / "out").exists()


def test_a_run_is_used_instead_of_simulating_and_only_for_its_own_programme(tmp_path: Path) -> None:
    folder = copy_of_cu_ipe(tmp_path)
    programme = load_programme(folder)
    result = simulate(programme, Scenario(id="mine", title="Mine"), replicates=2, seed=11)
    run = result.write(tmp_path / "run")
    report = open_term_report(folder, run=str(run))
    assert report.result.digest == result.digest
    assert report.provenance.seed == 11
    replace_in(folder / "programme.yaml", "learners: 184", "learners: 185")
    with pytest.raises(UnusableInputError, match="has changed since the run"):
        print_edition(Asked(folder, "2026-fall", tmp_path / "out", run=str(run)))


def test_the_template_is_thin_and_stored_without_outputs() -> None:
    path = notebooks_folder() / "reports" / "term_evaluation.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any("def " in cell.source or cell.outputs or cell.execution_count for cell in code)
    assert any("assert" in cell.source for cell in code)
    assert all(parameter.help and not parameter.required for parameter in read_parameters(path))


def test_the_template_refuses_a_wrong_parameter(tmp_path: Path) -> None:
    template = notebooks_folder() / "reports" / "term_evaluation.ipynb"
    with pytest.raises(UnusableInputError, match="`replicates` must be int"):
        render_report(template, {"replicates": "many"}, tmp_path / "page.html", title="T")
