from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.reporting.render import TemplateError, render_report


@pytest.fixture
def template(tmp_path: Path) -> Path:
    notebook = new_notebook(
        cells=[
            new_code_cell("divisor: int = 1  # of one", metadata={"tags": ["parameters"]}),
            new_markdown_cell("## Result"),
            new_code_cell("from IPython.display import HTML"),
            new_code_cell("HTML(f'<p>one over: {1 / divisor}</p>')"),
        ]
    )
    path = tmp_path / "template.ipynb"
    nbformat.write(notebook, str(path))  # type: ignore[no-untyped-call]
    return path


def test_a_template_becomes_a_page_and_an_executed_notebook(template: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    rendered = render_report(
        template, {"divisor": 4}, tmp_path / "out" / "page.html", title="T", progress=lambda *step: steps.append(step)
    )
    assert "<p>one over: 0.25</p>" in rendered.page.read_text(encoding="utf-8")
    assert rendered.notebook == tmp_path / "out" / "notebooks" / "page.ipynb"
    assert str(tmp_path) not in rendered.notebook.read_text(encoding="utf-8")
    assert steps
    assert all(0 < done <= total for _, done, total in steps)


def test_a_failing_cell_is_named_and_the_last_good_page_stays(template: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("the last good one")
    with pytest.raises(TemplateError) as caught:
        render_report(template, {"divisor": 0}, page, title="T")
    message = str(caught.value)
    assert message.startswith("template.ipynb: Cell 4 (")
    assert "ZeroDivisionError: division by zero" in message
    assert caught.value.notebook is not None
    assert str(caught.value.notebook) in message
    assert "ZeroDivisionError" in caught.value.notebook.read_text(encoding="utf-8")
    assert page.read_text() == "the last good one"


def test_wrong_parameters_stop_before_anything_runs(template: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="divisr"):
        render_report(template, {"divisr": 1}, tmp_path / "out" / "page.html", title="T")
    assert not (tmp_path / "out").exists()
