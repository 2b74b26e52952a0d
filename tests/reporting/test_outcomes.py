"""The outcomes of a plan as a page, a table and machine JSON."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path

from ipe_workbench.credentials import example_programme
from ipe_workbench.evaluation import EvaluationPlan, PlanResult, run_plan
from ipe_workbench.figures import forest_plot
from ipe_workbench.reporting.outcome_tables import apa_table
from ipe_workbench.reporting.outcomes import outcomes_page, write_outcomes
from tests.evaluation.planned.cohorts import answer, enrolled

HOSTILE = '<img src=x onerror="alert(1)"> & **bold** $x$'
FORMULA = '=HYPERLINK("http://example.org","x")'


@cache
def result(statement: str = HOSTILE) -> PlanResult:
    records = enrolled(60)
    answer(records, "ipec-csa-v3", 16, {("2026-fall", "pre"): 0.0, ("2028-spring", "post"): 0.6}, count=60)
    records.add("traits", [{"learner": f"L{at}", "trait": "site", "value": FORMULA if at % 2 else HOSTILE}
                           for at in range(60)])  # fmt: skip
    for row in records.rows["survey_responses"]:
        row["wave"] = FORMULA if row["frame"] == "pre" else row["wave"]
    waves = [{"wave": FORMULA}, {"term": "2028-spring", "frame": "post"}]
    measure = {"instrument": "ipec-csa-v3"}
    plan = EvaluationPlan.model_validate({"claims": [{
        "id": "claim", "statement": statement, "outcome_level": "attitude", "instrument": HOSTILE, "limits": HOSTILE,
        "time_points": ["a"], "comparison": HOSTILE, "analysis": "d",
        "analyses": [
            {"id": "csa", "question": "change", "measure": measure, "waves": waves, "expected": "increase"},
            {"id": "no-fall", "question": "change", "measure": measure, "waves": waves, "expected": "at-least",
             "target": -0.5},
            {"id": "by-site", "question": "comparison", "measure": measure, "waves": waves[1:],
             "comparison": {"by": "site", "group": FORMULA, "reference": HOSTILE}},
        ],
    }]})  # fmt: skip
    return run_plan(plan, example_programme(), records)


def test_hostile_names_are_text_in_the_page() -> None:
    page = outcomes_page(result(), figures=[forest_plot(result())])

    assert "<img" not in page
    assert "onerror=&quot;" in page or "onerror=" not in re.sub(r"&lt;img.*?&gt;", "", page)
    assert "&lt;img src=x" in page
    assert "<strong>bold" not in page
    assert "<script" not in page


def test_each_id_of_the_page_stands_once_and_every_header_is_found() -> None:
    page = outcomes_page(result())

    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    named = {one for cell in re.findall(r'\sheaders="([^"]+)"', page) for one in cell.split()}
    assert named
    assert named <= set(ids)


def test_page_says_the_verdict_the_limits_and_the_deviations() -> None:
    page = outcomes_page(result("Confidence rises."))

    assert "It can be said, within the limits of the design: Confidence rises." in page
    assert "Limits:" in page
    assert "The plan was not registered" in page
    assert "p (Holm)" in page
    assert "p of no-fall is against its target of -0.5, not against zero." in page
    assert "p of csa is against" not in page


def test_same_result_gives_the_same_page() -> None:
    assert outcomes_page(result()) == outcomes_page(result())


def test_files_are_written_and_no_cell_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    written = write_outcomes(result(), tmp_path / "out", figures=[("forest", forest_plot(result()))])

    assert [one.name for one in written] == ["estimates.csv", "result.json", "outcomes.html", "forest.svg"]
    with written[0].open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["claim"] == "claim"
    assert rows[0]["waves"].startswith("'=HYPERLINK")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    data = json.loads(written[1].read_text("utf-8"))
    assert {"claims", "estimates", "status", "findings", "deviations"} <= set(data)
    assert len(data["estimates"]) == len(rows)


def test_apa_numbers_in_the_table() -> None:
    page = outcomes_page(result("Confidence rises."))

    assert re.search(r">&lt; \.001<", page)
    assert re.search(r">\[0?\.\d\d, \d\.\d\d\]<", page)
    assert "0.000" not in page


def test_table_of_hostile_texts_is_escaped_everywhere() -> None:
    markup = apa_table("t", HOSTILE, [HOSTILE, HOSTILE], [[HOSTILE, HOSTILE]], note=HOSTILE).markup

    assert "<img" not in markup
    assert markup.count("&lt;img src=x") >= 5
