"""Planned analyses in evaluation.yaml: what is refused, and at which line; what the programme does not have."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ipe_workbench.evaluation import read_plan
from ipe_workbench.folder_check import check_folder
from ipe_workbench.resources import data_folder

CLAIM = """\
claims:
  - id: confidence
    statement: Learners are more confident.
    outcome_level: attitude
    instrument: IPEC-CSA
    time_points: [start, end]
    comparison: the same learners
    analysis: paired change
    analyses:
"""
CHANGE = """\
      - id: csa-change
        question: change
        measure: {instrument: ipec-csa-v3}
        waves: [{term: 2026-fall, frame: pre}, {term: 2028-spring, frame: post}]
        expected: increase
"""


def findings_of(folder: Path, analyses: str) -> list[tuple[str, int | None, str]]:
    (folder / "evaluation.yaml").write_text(CLAIM + analyses, encoding="utf-8")
    return [(one.place.field, one.place.line, one.message) for one in read_plan(folder)[1]]


def test_sound_analysis_has_no_findings(tmp_path: Path) -> None:
    assert findings_of(tmp_path, CHANGE) == []


@pytest.mark.parametrize(
    ("was", "becomes", "field", "line", "words"),
    [
        ("question: change", "question: changes", "claims[0].analyses[0].question", 11, "change"),
        ("{instrument: ipec-csa-v3}", "{instrument: a, rubric: b}", "claims[0].analyses[0].measure", 12, "exactly one"),
        ("{instrument: ipec-csa-v3}", "{award: a}", "claims[0].analyses[0]", 10, "not award"),
        ("{instrument: ipec-csa-v3}", "{instrument: a, criterion: b}", "claims[0].analyses[0].measure", 12, "rubric"),
        (", {term: 2028-spring, frame: post}]", "]", "claims[0].analyses[0]", 10, "2 points in time, not 1"),
        ("{term: 2028-spring, frame: post}", "{term: 2026-fall, frame: pre}", "claims[0].analyses[0]", 10, "the same"),
        ("frame: post", "frame: later", "claims[0].analyses[0].waves[1].frame", 13, "a word of a list"),
        ("expected: increase", "expected: at-least", "claims[0].analyses[0]", 10, "target"),
        ("expected: increase", "expects: increase", "claims[0].analyses[0].expects", 14, "not a known field"),
        ("expected: increase", "comparison: {by: cohort}", "claims[0].analyses[0]", 10, "compares no groups"),
    ],
)
def test_wrong_analysis_is_found_at_its_line(
    tmp_path: Path, was: str, becomes: str, field: str, line: int, words: str
) -> None:
    assert was in CHANGE

    found = findings_of(tmp_path, CHANGE.replace(was, becomes))

    assert [(one[0], one[1]) for one in found] == [(field, line)]
    (told,) = read_plan(tmp_path)[1]
    assert words in told.message + told.mend


JUDGED = """\
      - id: g-study
        question: generalizability
        measure: {rubric: structured-handover}
        facets: {over: [criterion, rater], fixed: [criterion], sizes: {rater: [1, 2]}}
      - id: cut
        question: standard
        measure: {rubric: structured-handover}
        standard:
          {method: borderline-regression, borderline: 2, grade: {rubric: structured-handover, criterion: duties}}
      - id: panel
        question: standard
        measure: {assessment: irat}
        standard: {method: angoff, judgements: standards/irat.csv}
      - id: items
        question: items
        measure: {assessment: irat}
        comparison: {by: profession}
"""


def test_questions_about_judgements_have_no_findings_where_they_are_sound(tmp_path: Path) -> None:
    assert findings_of(tmp_path, JUDGED) == []


@pytest.mark.parametrize(
    ("was", "becomes", "field", "line", "words"),
    [
        ("over: [criterion, rater]", "over: [criterion, case]", "[0].facets", 13, "none of the facets"),
        (", sizes: {rater: [1, 2]}", "", "", 0, ""),
        ("sizes: {rater: [1, 2]}", "sizes: {rater: [0]}", "[0].facets.sizes.rater[0]", 13, "or equal to 1"),
        ("[criterion, rater], fixed", "[criterion, item], fixed", "[0].facets", 13, "`rater` is none"),
        ("fixed: [criterion]", "fixed: [criterion, rater]", "[0].facets", 13, "not fixed"),
        ("{over: [criterion, rater], fixed: [criterion], sizes: {rater: [1, 2]}}", "{over: [item]}", "[0]", 10,
         "the facets of rubric are criterion, rater, occasion, not `item`"),
        ("question: generalizability", "question: raters", "[0]", 10, "`facets` goes with"),
        ("borderline: 2", "borderline: 2, judgements: a.csv", "[1].standard", 17, "`judgements` goes with angoff"),
        ("borderline: 2, ", "", "[1].standard", 17, "need both"),
        ("judgements: standards/irat.csv", "judgements: ../secret.csv", "[2].standard", 22, "inside the programme"),
        ("judgements: standards/irat.csv", "judgements: /etc/passwd", "[2].standard", 22, "inside the programme"),
        ("{by: profession}", "{by: profession}\n        expected: difference", "[3]", 23, "`estimate` names the one"),
        ("{assessment: irat}\n        comparison", "{instrument: sims}\n        comparison", "[3]", 23,
         "need a comparison, and the point in time"),
    ],
)  # fmt: skip
def test_wrong_question_about_judgements_is_found_at_its_line(
    tmp_path: Path, was: str, becomes: str, field: str, line: int, words: str
) -> None:
    assert was in JUDGED

    found = findings_of(tmp_path, JUDGED.replace(was, becomes))

    assert [(one[0], one[1]) for one in found] == ([(f"claims[0].analyses{field}", line)] if words else [])
    assert not words or words in found[0][2]


def test_id_of_an_analysis_stands_once_in_the_whole_plan(tmp_path: Path) -> None:
    assert findings_of(tmp_path, CHANGE + CHANGE) == [
        ("claims[0].analyses[1].id", 15, "The analysis id `csa-change` stands twice in the evaluation plan.")
    ]


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    folder = tmp_path / "programme"
    shutil.copytree(data_folder() / "programmes" / "cu-ipe", folder)
    return folder


@pytest.mark.parametrize(
    ("was", "becomes", "line_of", "words"),
    [
        ("instrument: ipec-csa-v3", "instrument: ipec-csa-v4", "ipec-csa-v4", "Did you mean ipec-csa-v3"),
        ("scale: external", "scale: extern", "scale: extern,", "external"),
        ("term: 2026-fall, frame: pre", "term: 2026-autumn, frame: pre", "2026-autumn", "2026-fall"),
        ("frame: retrospective-pre", "frame: follow-up", "follow-up", "retrospective-pre"),
        ("rubric: structured-handover", "rubric: structured-handovers", "structured-handovers", "structured-handover"),
        ("selected_by: structured-handover", "selected_by: handover", "selected_by: handover", "handover"),
        ("earned: [interprofessional-rounds", "earned: [rounds", "earned: [rounds", "rounds"),
    ],
)
def test_name_that_the_programme_does_not_have_is_found_at_its_line(
    programme: Path, was: str, becomes: str, line_of: str, words: str
) -> None:
    file = programme / "evaluation.yaml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    line = next(n for n, one in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if line_of in one)

    found = [one for one in check_folder(programme).findings if one.id == "plan-names-unknown"]

    assert [(one.severity, one.place.line) for one in found] == [("error", line)]
    assert words in found[0].message + found[0].mend


def test_names_of_a_standard_are_checked_and_its_panel_may_still_meet(programme: Path) -> None:
    file = programme / "evaluation.yaml"
    text = file.read_text(encoding="utf-8") + JUDGED.replace("criterion: duties", "criterion: duty")
    file.write_text(text, encoding="utf-8")

    found = [(one.id, one.severity, one.place.line) for one in check_folder(programme).findings]

    first = text.splitlines().index("      - id: g-study") + 1
    assert found == [("plan-names-unknown", "error", first + 8), ("plan-file-missing", "warning", first + 12)]


def test_instrument_of_the_programme_itself_is_known(programme: Path) -> None:
    key = (data_folder() / "instruments" / "ipec-csa-v3.yaml").read_text(encoding="utf-8")
    (programme / "instruments").mkdir()
    (programme / "instruments" / "our-form.yaml").write_text(key.replace("id: ipec-csa-v3", "id: our-csa"), "utf-8")
    file = programme / "evaluation.yaml"
    file.write_text(file.read_text("utf-8").replace("instrument: ipec-csa-v3", "instrument: our-csa"), "utf-8")

    assert [one.id for one in check_folder(programme).findings] == []


def test_other_version_than_planned_is_a_warning(programme: Path) -> None:
    file = programme / "evaluation.yaml"
    file.write_text(
        file.read_text("utf-8").replace("ipec-csa-v3, version: '3'", "ipec-csa-v3, version: '2'", 1), "utf-8"
    )

    found = check_folder(programme).findings

    assert [(one.id, one.severity) for one in found] == [("plan-version", "warning")]
