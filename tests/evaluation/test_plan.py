"""The evaluation plan: read whole, with every finding at its line."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from ipe_workbench.evaluation import EvaluationPlan, OutcomeLevel, read_plan
from ipe_workbench.resources import data_folder

CLAIM = """\
  - id: {id}
    statement: Learners hand over better.
    outcome_level: knowledge-skill
    instrument: Handover rubric
    time_points: [term 2, term 4]
    comparison: The same learners in term 2
    analysis: Paired difference with a 95 % interval.
"""


def plan_file(folder: Path, text: str) -> Path:
    (folder / "evaluation.yaml").write_text(text, encoding="utf-8")
    return folder


def test_programme_without_a_plan_has_no_findings(tmp_path: Path) -> None:
    assert read_plan(tmp_path) == (None, ())


def test_empty_plan_is_a_plan(tmp_path: Path) -> None:
    assert read_plan(plan_file(tmp_path, "claims: []\n")) == (EvaluationPlan(), ())


def test_claims_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    plan, findings = read_plan(plan_file(tmp_path, "claims:\n" + CLAIM.format(id="b") + CLAIM.format(id="a")))

    assert plan is not None
    assert [claim.id for claim in plan.claims] == ["b", "a"]
    assert plan.claims[0].time_points == ("term 2", "term 4")
    assert findings == ()


def test_plan_cannot_be_changed_in_place(tmp_path: Path) -> None:
    plan, _ = read_plan(plan_file(tmp_path, "claims:\n" + CLAIM.format(id="a")))

    assert plan is not None
    with pytest.raises(ValidationError, match="frozen"):
        plan.claims[0].statement = "Something else."


def test_claim_id_that_stands_twice_is_found_at_its_second_line(tmp_path: Path) -> None:
    plan, findings = read_plan(plan_file(tmp_path, "claims:\n" + CLAIM.format(id="a") + CLAIM.format(id="a")))

    assert plan is not None
    assert [(one.id, one.severity, one.place.line, one.subject) for one in findings] == [
        ("duplicate-id", "error", 9, "a")
    ]
    assert findings[0].place.field == "claims[1].id"


def test_every_wrong_field_is_found_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        CLAIM.format(id="a")
        .replace("knowledge-skill", "happiness")
        .replace("    comparison: The same learners in term 2\n", "")
    )
    plan, findings = read_plan(plan_file(tmp_path, "claims:\n" + text + "    minimum_n: 0\n"))

    assert plan is None
    assert {(one.place.field, one.place.line) for one in findings} == {
        ("claims[0].outcome_level", 4),
        ("claims[0].comparison", 2),
        ("claims[0].minimum_n", 8),
    }
    assert all(one.severity == "error" and one.mend for one in findings)


@pytest.mark.parametrize(("text", "line"), [("claims: [unclosed\n", 2), ("- a list\n", 1), ("", 1)])
def test_file_that_is_no_mapping_is_a_finding_and_no_exception(tmp_path: Path, text: str, line: int) -> None:
    plan, findings = read_plan(plan_file(tmp_path, text))

    assert plan is None
    assert [one.id for one in findings] == ["unreadable-file"]
    assert findings[0].place.line == line


def test_example_plan_says_for_each_claim_what_would_show_it_and_what_it_cannot_show() -> None:
    plan, findings = read_plan(data_folder() / "programmes" / "cu-ipe")

    assert plan is not None
    assert findings == ()
    for claim in plan.claims:
        assert len(claim.time_points) >= 2, f"{claim.id} needs two points in time to speak of change"
        assert claim.instrument_source, claim.id
        assert claim.limits, claim.id
        assert claim.minimum_n is not None, claim.id


def test_example_plan_reaches_beyond_reactions() -> None:
    """IOM 2015: stronger evidence links learning to behaviour; reactions alone are the weakest level."""
    plan, _ = read_plan(data_folder() / "programmes" / "cu-ipe")

    assert plan is not None
    order = get_args(OutcomeLevel)
    assert max(order.index(claim.outcome_level) for claim in plan.claims) >= order.index("behaviour")
