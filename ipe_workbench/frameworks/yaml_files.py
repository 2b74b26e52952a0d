"""Frameworks and crosswalks as our own YAML files: read with every mistake at its line, written with comments kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ipe_workbench.documents import MAX_BYTES, Document, parse_document, read_document, validate, write_atomically
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding, sort_findings
from ipe_workbench.frameworks.crosswalk import Crosswalk
from ipe_workbench.frameworks.garbage import collection_paused
from ipe_workbench.frameworks.model import Framework
from ipe_workbench.frameworks.tree import tree_problems

__all__ = ["read_crosswalk", "read_framework", "write_framework"]

_MENDS = {
    "duplicate-id": "Give each competency an id of its own.",
    "unknown-parent": "Name the id of a competency of this file, or remove `parent`.",
    "cycle": "Remove `parent` from one of them.",
}


@collection_paused()
def read_framework(path: str | Path) -> tuple[Framework | None, tuple[Finding, ...]]:
    """Read a framework.

    Parameters
    ----------
    path : path
        A YAML file of the kind in ``data/frameworks/``.

    Returns
    -------
    (framework or None, findings)
        ``None`` where a finding is an error; all of them are reported at once, each with its line.

    Raises
    ------
    UnreadableFileError
        When the file is missing or not YAML.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> framework, findings = read_framework(data_folder() / "frameworks" / "ipec-2023.yaml")
    >>> framework.id, findings
    ('ipec-2023', ())
    """
    document = read_document(Path(path))
    framework, findings = validate(Framework, document)
    if framework is not None:
        return framework, findings
    misplaced = tuple(_misplaced(document))
    if misplaced:
        # The model sees the same mistakes, but can only say that they are somewhere in the file.
        findings = tuple(finding for finding in findings if finding.place.field)
    return None, sort_findings((*findings, *misplaced))


def read_crosswalk(path: str | Path) -> tuple[Crosswalk | None, tuple[Finding, ...]]:
    """Read a crosswalk; returns and raises as `read_framework` does.

    A pair that stands twice is a warning.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> crosswalk, findings = read_crosswalk(data_folder() / "frameworks" / "crosswalk-ipec-2016-2023.yaml")
    >>> crosswalk.source, crosswalk.target, findings
    ('ipec-2016', 'ipec-2023', ())
    """
    document = read_document(Path(path))
    crosswalk, findings = validate(Crosswalk, document)
    if crosswalk is None:
        return None, findings
    seen: set[tuple[str, str]] = set()
    repeated: list[Finding] = []
    for index, one in enumerate(crosswalk.mappings):
        if (one.source, one.target) in seen:
            place = document.place("mappings", index)
            message = f"{one.source} is mapped to {one.target} twice."
            repeated.append(Finding("duplicate-mapping", "warning", message, "Remove one.", place, one.source))
        seen.add((one.source, one.target))
    return crosswalk, sort_findings((*findings, *repeated))


@collection_paused()
def write_framework(framework: Framework, folder: str | Path, *, replace: bool = False) -> Path:
    """Write a framework to ``folder/<id>.yaml``.

    Parameters
    ----------
    framework : Framework
        What to write.
    folder : path
        Made when it does not exist.
    replace : bool
        Whether a file that is there already is changed, with its comments kept, or refused.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnusableInputError
        When the file exists and `replace` is false, when the id cannot be a file's name, or when the text would be
        larger than a YAML file that `read_framework` accepts.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.frameworks import load_framework
    >>> write_framework(load_framework("ipec-2023"), tempfile.mkdtemp()).name
    'ipec-2023.yaml'
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", framework.id):
        message = f"The id {framework.id!r} cannot be the name of a file."
        raise UnusableInputError(message, mend="Use letters, digits, dots and hyphens.")
    path = Path(folder) / f"{framework.id}.yaml"
    if path.exists():
        if not replace:
            mend = "Remove it, or name another folder."
            raise UnusableInputError("The file exists already.", place=str(path), mend=mend)
        start = read_document(path)
    else:
        start = parse_document("id: new\n", str(path))
    text = start.edited(_plain(framework)).text
    if len(text.encode("utf-8")) > MAX_BYTES:
        message = f"The framework is too large for a YAML file ({MAX_BYTES // 2**20} MiB at most)."
        raise UnusableInputError(message, place=str(path), mend="Name the CASE file itself where you would name an id.")
    write_atomically(path, text)
    return path


def _plain(framework: Framework) -> dict[str, Any]:
    data = framework.model_dump(mode="json", exclude_defaults=True)
    # What tells a reader whose words these are stands in the file even where it is the default.
    data = {"status": framework.status, "statement_source": framework.statement_source, **data}
    first = [name for name in Framework.model_fields if name in data]
    return {name: data[name] for name in first}


def _misplaced(document: Document) -> Iterator[Finding]:
    """What keeps the competencies from being a tree, as far as they can be read at all."""
    listed = document.data.get("competencies")
    items = listed if isinstance(listed, list) else []
    readable = [
        (index, str(item["id"]), item.get("parent"))
        for index, item in enumerate(items)
        if isinstance(item, dict) and isinstance(item.get("id"), str | int)
    ]
    for problem in tree_problems((one, None if parent is None else str(parent)) for _, one, parent in readable):
        place = document.place("competencies", readable[problem.index][0], problem.field)
        yield Finding(problem.kind, "error", problem.message, _MENDS[problem.kind], place, problem.subject)
