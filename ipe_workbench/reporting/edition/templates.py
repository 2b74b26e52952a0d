"""The report templates that there are: those of the package, and a programme's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from ipe_workbench.credentials.report_list import Reader, ReportFor
from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.reporting.parameters import Parameter, read_parameters
from ipe_workbench.resources import notebooks_folder

__all__ = ["OWN_FOLDER", "Template", "find_templates", "read_template"]

#: The folder of a programme's own templates, inside the programme's.
OWN_FOLDER = "reports"


@dataclass(frozen=True)
class Template:
    """A report template.

    Parameters
    ----------
    name : str
        The notebook's name without its ending.
    path : Path
        The notebook.
    title : str
        What its reports are called.
    audience : str
        For whom they are.
    each : str
        What one report is about: ``programme``, ``profession``, ``body`` (an accreditation body and a profession),
        ``learner`` or ``rater``.
    about : str
        A sentence for people who choose.
    private : bool
        Whether its reports are about persons. Those of learners and raters always are.
    parameters : tuple of Parameter
        What it declares.
    records : bool
        Whether it says nothing without records, so that it is made with them alone.
    """

    name: str
    path: Path
    title: str
    audience: Reader
    each: ReportFor
    about: str
    private: bool
    parameters: tuple[Parameter, ...]
    records: bool = False

    @property
    def takes(self) -> frozenset[str]:
        """The names of its parameters."""
        return frozenset(one.name for one in self.parameters)


def find_templates(programme_folder: str | Path) -> dict[str, Template]:
    """The templates by name; one in the programme's ``reports`` replaces that of the package with the same name.

    Raises
    ------
    UnreadableFileError
        When one of them is no template.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> found = find_templates(data_folder() / "programmes" / "cu-ipe")
    >>> found["learner_record"].each, found["term_evaluation"].audience
    ('learner', 'dean')
    """
    folders = (notebooks_folder() / "reports", Path(programme_folder) / OWN_FOLDER)
    paths = {one.stem: one for folder in folders for one in sorted(folder.glob("*.ipynb"))}
    return {name: read_template(path) for name, path in paths.items()}


def read_template(path: str | Path) -> Template:
    """Read what a template says of itself: its parameters cell and the ``ipe`` part of its metadata.

    Raises
    ------
    UnreadableFileError
        When the file is no notebook, has no parameters cell, or says something unknown.
    """
    path = Path(path)
    parameters = read_parameters(path)
    told = _metadata(path)
    each = _one_of(told, "each", get_args(ReportFor), "programme", path)
    return Template(
        path.stem,
        path,
        _words(told, "title", path.stem.replace("_", " ").replace("-", " ").capitalize(), path),
        cast("Reader", _one_of(told, "audience", get_args(Reader), "committee", path)),
        cast("ReportFor", each),
        _words(told, "about", "", path),
        bool(told.get("private", False)) or each in ("learner", "rater"),
        parameters,
        bool(told.get("records", False)),
    )


def _metadata(path: Path) -> Mapping[str, Any]:
    told = json.loads(path.read_text(encoding="utf-8")).get("metadata", {}).get("ipe", {})
    if not isinstance(told, dict):
        raise UnreadableFileError("The metadata `ipe` of the template is no mapping.", place=path.name)
    known = {"title", "audience", "each", "about", "private", "records"}
    if unknown := sorted(map(str, told.keys() - known)):
        raise UnreadableFileError(
            f"The template's metadata `ipe` has an unknown field `{unknown[0][:40]}`.",
            place=path.name,
            mend=f"Use {', '.join(sorted(known))}.",
        )
    return told


def _words(told: Mapping[str, Any], name: str, default: str, path: Path) -> str:
    value = told.get(name, default)
    if not isinstance(value, str) or len(value) > 200:
        raise UnreadableFileError(f"The template's `{name}` is not a short text.", place=path.name)
    return value


def _one_of(told: Mapping[str, Any], name: str, known: tuple[str, ...], default: str, path: Path) -> str:
    value = told.get(name, default)
    if value not in known:
        raise UnreadableFileError(
            f"The template's `{name}` is {str(value)[:40]!r}.", place=path.name, mend=f"Use one of {', '.join(known)}."
        )
    return str(value)
