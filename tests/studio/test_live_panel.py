"""The designer shows with each finding what it means."""

from __future__ import annotations

from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.live_panel import findings_html
from tests.programmes import copy_of_cu_ipe


def test_each_finding_unfolds_its_explanation(tmp_path):
    model = DesignerModel(copy_of_cu_ipe(tmp_path))
    assert "ipe-why" not in findings_html(model)
    model.edit("hours", 9)
    shown = findings_html(model)
    assert "<summary title='ipe check --explain text-number-mismatch prints the whole page'>" in shown
    assert "Learners read the text, software reads the number." in shown
    assert shown.count("<details class='ipe-why'>") == shown.count("<li ")
