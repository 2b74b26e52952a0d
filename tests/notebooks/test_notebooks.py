"""The notebooks as files: thin, stripped, with checks in them, and any kernel can open them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ipe_workbench.resources import notebooks_folder

NOTEBOOKS = sorted(notebooks_folder().glob("*.ipynb"))


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def links(path: Path) -> list[str]:
    """The notebooks that the last text of one leads to."""
    texts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    return re.findall(r"\((\d\d_\w+\.ipynb)\)", texts[-1])


def test_the_notebooks_tell_one_story_in_their_order() -> None:
    names = [path.name for path in NOTEBOOKS]
    assert [name[:2] for name in names] == [f"{at:02d}" for at in range(len(names))]
    assert links(NOTEBOOKS[0]) == names[1:]
    assert [links(path)[-1] for path in NOTEBOOKS[1:]] == [*names[2:], names[0]]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_stripped(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_calls_and_not_logic(path: Path) -> None:
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= 10, cell.source
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}, cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_run_proves_something(path: Path) -> None:
    checks = [cell for cell in code_cells(path) if "check" in cell.metadata.get("tags", [])]
    assert len(checks) >= 4
    assert all("assert " in cell.source for cell in checks)
