"""The parameters of a report template, checked strictly before any kernel starts.

papermill only warns about an unknown name, checks no type, and pastes names into code unchecked; so names and types
are checked here against the template's one cell tagged ``parameters``.
"""

from __future__ import annotations

import ast
import io
import math
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.errors import UnreadableFileError, UnusableInputError, near_names

__all__ = ["Parameter", "check_parameters", "read_parameters"]

_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a template: its name, type (``str``, ``int``, ``float`` or ``bool``), default and help."""

    name: str
    type: str
    default: str | int | float | bool | None
    required: bool
    help: str = ""


def read_parameters(template: str | Path) -> tuple[Parameter, ...]:
    """The parameters that a template declares, in its order.

    Parameters
    ----------
    template : str or Path
        A notebook with one cell tagged ``parameters``; each line is ``name: type = default  # help``. A parameter
        without a default must be given.

    Raises
    ------
    UnreadableFileError
        When the file is no notebook, or the cell is missing, stands twice or holds anything but such lines.

    Examples
    --------
    >>> from ipe_workbench.resources import notebooks_folder
    >>> declared = read_parameters(notebooks_folder() / "reports" / "term_evaluation.ipynb")
    >>> [(one.name, one.type, one.default) for one in declared if one.name == "replicates"]
    [('replicates', 'int', 20)]
    """
    path = Path(template)
    cells = [cell for cell in _notebook(path).cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise UnreadableFileError(
            f"The template has {len(cells)} cells tagged `parameters`.",
            place=path.name,
            mend="Tag exactly one cell with `parameters`.",
        )
    source = str(cells[0].source)
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise UnreadableFileError(
            f"The parameters cell is not Python: {error.msg}.", place=f"{path.name}, line {error.lineno} of the cell"
        ) from None
    comments = _comments(source)
    return tuple(_parameter(statement, comments, path) for statement in statements if not _is_text(statement))


def check_parameters(template: str | Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with which the template will run: the given ones and the defaults of the others.

    Raises
    ------
    UnusableInputError
        Naming every unknown name, missing one and wrong type at once.

    Examples
    --------
    >>> from ipe_workbench.resources import notebooks_folder
    >>> template = notebooks_folder() / "reports" / "term_evaluation.ipynb"
    >>> check_parameters(template, {"term": "2026-fall"})["replicates"]
    20
    >>> check_parameters(template, {"numbers": 20})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ipe_workbench.errors.UnusableInputError: term_evaluation.ipynb: `numbers` is not a parameter. ...
    """
    declared = {parameter.name: parameter for parameter in read_parameters(template)}
    problems = [
        f"`{name}` is not a parameter. {near_names(name, declared)}" for name in map(str, given) if name not in declared
    ]
    problems += [
        f"`{name}` is missing ({parameter.type}{': ' + parameter.help if parameter.help else ''})."
        for name, parameter in declared.items()
        if parameter.required and name not in given
    ]
    for name, value in given.items():
        if name in declared and not _fits(value, declared[name].type):
            problems.append(f"`{name}` must be {declared[name].type}, not {type(value).__name__} {value!r}.")
    if problems:
        raise UnusableInputError(" ".join(problems), place=Path(template).name)
    return {name: given.get(name, parameter.default) for name, parameter in declared.items()}


def _notebook(path: Path) -> Any:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise UnreadableFileError(f"The template cannot be read: {error.strerror}.", place=str(path)) from None
    except Exception as error:  # nbformat raises many kinds for a broken file
        raise UnreadableFileError(f"The template is not a notebook: {type(error).__name__}.", place=str(path)) from None


def _parameter(statement: ast.stmt, comments: Mapping[int, str], path: Path) -> Parameter:
    place = f"{path.name}, line {statement.lineno} of the parameters cell"
    if not (
        isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and isinstance(statement.annotation, ast.Name)
        and statement.annotation.id in _TYPES
    ):
        raise UnreadableFileError(
            "A line is not `name: type = default`.", place=place, mend=f"Use one of the types {', '.join(_TYPES)}."
        )
    name, kind = statement.target.id, statement.annotation.id
    help_text = comments.get(statement.end_lineno or statement.lineno, "")
    if statement.value is None:
        return Parameter(name, kind, None, required=True, help=help_text)
    try:
        default = ast.literal_eval(statement.value)
    except ValueError:
        raise UnreadableFileError(f"The default of `{name}` is not a plain value.", place=place) from None
    if not _fits(default, kind):
        raise UnreadableFileError(f"The default of `{name}` is not {kind}.", place=place)
    return Parameter(name, kind, default, required=False, help=help_text)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _fits(value: Any, kind: str) -> bool:
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, _TYPES[kind])
