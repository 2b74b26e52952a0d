"""The templates that ship: each says what it is, and its checklist and tables hold."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.image import imsave

from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.reporting import (
    TermReport,
    open_comparison_report,
    open_faculty_report,
    open_methods_report,
    sections,
)
from ipe_workbench.reporting.edition import find_templates
from ipe_workbench.reporting.edition.theme import contrast, read_theme

TEMPLATES = find_templates("nowhere")


def test_the_set_is_whole() -> None:
    kinds = {name: (one.audience, one.each, one.private) for name, one in TEMPLATES.items()}
    assert kinds == {
        "accreditation_alignment": ("accreditor", "body", False),
        "faculty_feedback": ("faculty", "programme", True),
        "learner_record": ("learner", "learner", True),
        "pathway_comparison": ("committee", "programme", False),
        "rater_feedback": ("rater", "rater", True),
        "research_methods": ("researcher", "programme", False),
        "term_evaluation": ("dean", "programme", False),
        "term_trend": ("committee", "programme", False),
    }
    assert [name for name, one in TEMPLATES.items() if one.records] == ["term_trend"]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_templates_are_thin_documented_and_without_outputs(name: str) -> None:
    one = TEMPLATES[name]
    notebook = nbformat.read(one.path, as_version=4)  # type: ignore[no-untyped-call]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any("def " in cell.source or cell.outputs or cell.execution_count for cell in code)
    assert any("assert" in cell.source for cell in code)
    assert one.about
    assert all(parameter.help and not parameter.required for parameter in one.parameters)


def test_the_checklist_follows_what_the_report_holds(term_report: TermReport) -> None:
    items = sections.checklist.checklist_items(term_report)
    state = {(guideline, number, words): told for guideline, number, words, told, _ in items}
    assert state["SQUIRE-EDU", "13", "results"] == "empty"  # there are no records
    assert state["HPAC 2019", "4b", "evaluation of the programme"] == "filled"
    assert set(state.values()) == {"filled", "empty", "not applicable"}
    assert {one[0] for one in items} == {"HPAC 2019", "SQUIRE-EDU", "GREET"}
    assert all(where for *_, where in items)


def test_the_items_are_numbered_as_their_guidelines_number_them(term_report: TermReport) -> None:
    """SQUIRE 2.0, whose numbers SQUIRE-EDU keeps, has 18 items; GREET 17; HPAC's framework four parts."""
    numbers: dict[str, list[int]] = {}
    for guideline, number, *_ in sections.checklist.checklist_items(term_report):
        first, _, last = number.rstrip("ab").partition("-")
        numbers.setdefault(guideline, []).extend(range(int(first), int(last or first) + 1))
    assert sorted(numbers["SQUIRE-EDU"]) == list(range(1, 19))
    assert sorted(numbers["GREET"]) == list(range(1, 18))
    assert sorted(set(numbers["HPAC 2019"])) == [1, 2, 3, 4]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_each_report_carries_a_checklist_and_a_flow_of_learners(name: str) -> None:
    text = TEMPLATES[name].path.read_text(encoding="utf-8")
    own, flow = {
        "learner_record": ("checklist_short", "learner.took_part"),
        "faculty_feedback": ("checklist_short", "faculty.flow"),
        "rater_feedback": ("checklist_short", "faculty.flow"),
        "pathway_comparison": ("checklist_of", "comparison.flow"),
        "term_evaluation": ("checklist(report", "recorded.flow"),
    }.get(name, ("checklist_of", "recorded.flow"))
    assert f"sections.checklist.{own}" in text
    assert f"sections.{flow}(report)" in text
    headings = text
    if own == "checklist_short":
        markup = sections.checklist.checklist_short(name).markup
        assert markup.startswith("<details><summary>")
        assert "empty" not in markup
    elif own == "checklist_of":
        for recorded in (False, True):
            markup = sections.checklist.checklist_of(name, recorded=recorded).markup
            assert "filled" in markup
            assert "records (--db)" not in markup or not recorded
        assert "## Flow of learners" in headings or "## Learners" in headings


def test_a_template_of_ones_own_has_a_checklist_and_the_flow_too() -> None:
    made = sections.checklist.checklist_with({"GREET 15": "Who <came>", "HPAC 2019 4b": "Claims"}).markup
    assert made.startswith("<p>2 filled, 0 empty, 28 not applicable")
    assert "Who &lt;came&gt;" in made
    with pytest.raises(UnknownNameError, match="no item `GREET 18`"):
        sections.checklist.checklist_with({"GREET 18": "x"})
    assert "--db" in sections.recorded.learners_on_record("nowhere", "t", "").markup


def test_two_scenarios_are_compared_in_pairs_and_one_with_itself_is_refused() -> None:
    report = open_comparison_report(replicates=2, seed=3)
    assert report.compared.about["paired"]
    assert "simulated" in sections.comparison.differences(report).markup
    assert set(report.tables()["differences"]["source"]) == {"simulated"}
    flow = sections.comparison.flow(report).markup
    learners = report.results[0].learners
    assert f'Learners who begin</th><td class="number">{learners:,}</td><td class="number">{learners:,}</td>' in flow
    with pytest.raises(UnusableInputError, match="Both scenarios"):
        open_comparison_report(scenario="today", other_scenario="today")


def test_words_for_faculty_become_headings_and_lists_and_stay_text() -> None:
    report = open_faculty_report(term="2027-spring")
    assert report.simulated
    assert sections.faculty.said(report).markup.startswith("<")
    told = "WHAT IS <B>\n- one & two\n- “A <row>” (Badge): 3 below. [more than usual]\n- Labcdefgh1: talk.\nSo it is."
    assert "".join(map(str, sections.faculty._blocks(told))) == (
        '<h2>What is &lt;b&gt;</h2><ul class="roomy"><li>one &amp; two</li><li><strong>“A &lt;row&gt;” (Badge)</strong>'
        ': 3 below. <span class="tag">more than usual</span></li><li><strong>Labcdefgh1</strong>: talk.</li></ul>'
        "<p>So it is.</p>"
    )


def test_the_appendix_without_records_says_so() -> None:
    report = open_methods_report()
    assert "no result" in sections.methods.results(report).markup
    assert len(report.tables()["claims"]) == len(report.plan.claims) > 0


def test_a_theme_is_checked_for_contrast_and_its_logo_for_words(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    assert read_theme(tmp_path).css == ""
    file = folder / "theme.yaml"
    file.write_text("accent: '#7a1f3d'\nlogo: logo.png\nlogo_alt: Our <school>\n")
    imsave(folder / "logo.png", np.zeros((8, 8, 3)))
    theme = read_theme(tmp_path)
    assert "#7a1f3d" in theme.css
    assert 'alt="Our &lt;school&gt;"' in theme.banner
    for text, told in (
        ("accent: '#ffee00'\n", "cannot be read well"),
        ("accent: red\n", "accent"),
        ("accent: '#7a1f3d; } body {'\n", "accent"),
        ("logo: ../secret.png\n", "logo"),
        ("logo: logo.png\n", "no words"),
        ("logo: gone.png\nlogo_alt: x\n", "cannot be read"),
        ("colour: '#7a1f3d'\n", "colour"),
    ):
        file.write_text(text)
        with pytest.raises(UnusableInputError, match=told):
            read_theme(tmp_path)
    whole = (folder / "logo.png").read_bytes()
    file.write_text("logo: logo.png\nlogo_alt: x\n")
    for damaged in (whole[:60], whole[:8] + bytes(20)):
        (folder / "logo.png").write_bytes(damaged)
        with pytest.raises(UnusableInputError, match="damaged"):
            read_theme(tmp_path)
    (folder / "logo.png").write_text("<svg onload=alert(1)>")
    with pytest.raises(UnusableInputError, match="no PNG or JPEG"):
        read_theme(tmp_path)
    assert contrast("#ffffff", "#12171d") == pytest.approx(contrast("#12171d", "#ffffff"))
