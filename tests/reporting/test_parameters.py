from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.reporting.parameters import Parameter, check_parameters, read_parameters

CELL = """\
term: str = "2026-fall"  # the term
replicates: int = 100
share: float = 0.5
quick: bool = False
folder: str  # where"""


def _template(folder: Path, *sources: str) -> Path:
    cells = [new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources]
    path = folder / "template.ipynb"
    write(new_notebook(cells=cells), str(path))  # type: ignore[no-untyped-call]
    return path


def test_parameters_are_read_with_type_default_and_help(tmp_path: Path) -> None:
    first, *_, last = read_parameters(_template(tmp_path, CELL))
    assert first == Parameter("term", "str", "2026-fall", required=False, help="the term")
    assert last == Parameter("folder", "str", None, required=True, help="where")


def test_defaults_fill_what_is_not_given(tmp_path: Path) -> None:
    values = check_parameters(_template(tmp_path, CELL), {"folder": "x", "share": 1})
    assert values == {"term": "2026-fall", "replicates": 100, "share": 1, "quick": False, "folder": "x"}


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError) as caught:
        check_parameters(_template(tmp_path, CELL), {"replicate": 3, "term": 7})
    message = str(caught.value)
    assert "`replicate` is not a parameter. Did you mean replicates?" in message
    assert "`folder` is missing" in message
    assert "`term` must be str, not int 7." in message


@pytest.mark.parametrize(
    "given",
    [
        {"replicates": True},
        {"replicates": 2.0},
        {"quick": 1},
        {"share": float("nan")},
        {"share": "0.5"},
        {"term": None},
        {'x=1;open("stolen","w");y': 1},
    ],
)
def test_a_wrong_type_or_name_is_refused(tmp_path: Path, given: dict[str, Any]) -> None:
    with pytest.raises(UnusableInputError):
        check_parameters(_template(tmp_path, CELL), {"folder": "x", **given})


@pytest.mark.parametrize("source", ["x = 1", "x: list = []", "import os", "x: int = 1 + y", 'x: int = "1"', "x: int ="])
def test_a_cell_with_anything_but_typed_parameters_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"template\.ipynb"):
        read_parameters(_template(tmp_path, source))


@pytest.mark.parametrize("sources", [(), ("a: int = 1", "b: int = 2")])
def test_a_template_needs_exactly_one_parameters_cell(tmp_path: Path, sources: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableFileError, match="cells tagged `parameters`"):
        read_parameters(_template(tmp_path, *sources))


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "template.ipynb"
    path.write_text("not a notebook")
    with pytest.raises(UnreadableFileError, match="not a notebook"):
        read_parameters(path)
