from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ipe_workbench.errors import EnvironmentFault, UnusableInputError
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


def test_the_kept_notebook_names_paths_as_typed_and_absolute_ones_by_their_last_name(tmp_path: Path) -> None:
    cells = [
        new_code_cell('here: str = ""\nthere: str = ""\ntext: str = ""', metadata={"tags": ["parameters"]}),
        new_code_cell("1"),
    ]
    template = tmp_path / "template.ipynb"
    nbformat.write(new_notebook(cells=cells), str(template))  # type: ignore[no-untyped-call]
    given = {"here": str(tmp_path / "my programme"), "there": "data/mine", "text": 'Say "/hello".'}
    rendered = render_report(template, given, tmp_path / "page.html", title="T")
    kept = nbformat.read(rendered.notebook, as_version=4)  # type: ignore[no-untyped-call]
    shown = {"here": "my programme", "there": "data/mine", "text": 'Say "/hello".'}
    assert kept.metadata.papermill.parameters == shown
    (injected,) = [cell for cell in kept.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    assigned = [one for one in ast.parse(injected.source).body if isinstance(one, ast.Assign)]
    assert {ast.unparse(one.targets[0]): ast.literal_eval(one.value) for one in assigned} == shown
    assert str(tmp_path) not in rendered.notebook.read_text(encoding="utf-8")


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def execute(*_: object, **__: object) -> None:
        raise AssertionError("a kernel was started")

    monkeypatch.setattr("papermill.execute_notebook", execute)


@pytest.mark.usefixtures("no_kernel")
def test_a_file_where_a_folder_should_be_stops_before_a_kernel_starts(template: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    for page in (tmp_path / "out" / "page.html", tmp_path / "out" / "deep" / "page.html"):
        with pytest.raises(UnusableInputError, match=r"out: This is a file, not a folder\."):
            render_report(template, {}, page, title="T")
    (tmp_path / "page.html").mkdir()
    with pytest.raises(UnusableInputError, match="A folder stands where"):
        render_report(template, {}, tmp_path / "page.html", title="T")


@pytest.mark.usefixtures("no_kernel")
def test_a_place_that_cannot_be_written_stops_before_a_kernel_starts(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(EnvironmentFault, match=r"cannot be written: Permission denied\.") as caught:
        render_report(template, {}, tmp_path / "page.html", title="T")
    assert caught.value.exit_code == 3


def test_a_disk_that_fills_up_meanwhile_is_told(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ipe_workbench.reporting.outputs.write_atomically", full)
    with pytest.raises(EnvironmentFault, match="No space left on device"):
        render_report(template, {}, tmp_path / "page.html", title="T")
