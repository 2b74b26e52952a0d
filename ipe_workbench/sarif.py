"""Findings in SARIF 2.1.0, which code-review tools show beside the lines that they are about.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, 2020.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ipe_workbench.credentials.checks import LINTS, explained_ids, explanation, explanation_in_short
from ipe_workbench.findings import Finding
from ipe_workbench.folder_check import FolderCheck

__all__ = ["SARIF_VERSION", "sarif_log"]

SARIF_VERSION = "2.1.0"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
#: What relative addresses are relative to: where the check was run, or the programme's folder.
_ROOT, _FOLDER = "%SRCROOT%", "%PROGRAMME%"


def sarif_log(check: FolderCheck, *, folder: Path, root: Path, version: str) -> dict[str, Any]:
    """A SARIF log of one check, allowed findings included as suppressed ones.

    Parameters
    ----------
    check : FolderCheck
        What was found.
    folder : Path
        The programme's folder, as findings name it.
    root : Path
        The folder that addresses are relative to, most often that of the repository. Files outside of it are given
        relative to the programme's folder. No absolute path is written.
    version : str
        The version of the package that checked.

    Returns
    -------
    dict
        Plain JSON.

    Examples
    --------
    >>> from ipe_workbench.folder_check import check_folder
    >>> from ipe_workbench.resources import data_folder
    >>> folder = data_folder() / "programmes" / "cu-ipe"
    >>> log = sarif_log(check_folder(folder), folder=folder, root=data_folder(), version="1.0")
    >>> log["version"], log["runs"][0]["tool"]["driver"]["name"]
    ('2.1.0', 'ipe check')
    """
    found = [(one, "") for one in check.findings] + [(one.finding, one.reason) for one in check.allowed]
    rules = sorted({one.id for one, _ in found} | {one.id for one in LINTS})
    severities = {one.id: one.severity for one, _ in found} | {one.id: one.severity for one in LINTS}
    titles = {one.id: one.title for one in LINTS}
    index = {id: at for at, id in enumerate(rules)}
    driver = {
        "name": "ipe check",
        "fullName": "IPE Workbench design check",
        "semanticVersion" if re.fullmatch(r"\d+\.\d+\.\d+", version) else "version": version,
        "rules": [_rule(id, titles.get(id, ""), severities[id]) for id in rules],
    }
    results = [_result(one, reason, index, folder=folder, root=root) for one, reason in found]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder in which the check was run."}},
            _FOLDER: {"description": {"text": "The folder of the programme."}},
        },
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": SARIF_VERSION, "runs": [run]}


def _rule(id: str, title: str, severity: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": id,
        "name": "".join(word.capitalize() for word in id.split("-")),
        "shortDescription": {"text": _sentence(title or id.replace("-", " "))},
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }
    if id in explained_ids():
        rule["fullDescription"] = {"text": explanation_in_short(id)}
        page = explanation(id)
        rule["help"] = {"text": page, "markdown": page}
    return rule


def _result(finding: Finding, reason: str, index: Mapping[str, int], *, folder: Path, root: Path) -> dict[str, Any]:
    text = " ".join(filter(None, (finding.message, finding.mend)))
    location: dict[str, Any] = {}
    if finding.place.file is not None:
        physical: dict[str, Any] = {"artifactLocation": _address(Path(finding.place.file), folder, root)}
        if finding.place.line is not None:
            physical["region"] = {"startLine": max(1, finding.place.line)}
        location["physicalLocation"] = physical
    name = ".".join(filter(None, (finding.subject, finding.place.field)))
    if name:
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": index[finding.id],
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [location] if location else [],
        "partialFingerprints": {"ipeFinding/v1": _fingerprint(finding)},
    }
    if reason:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": reason}]
    return result


def _address(file: Path, folder: Path, root: Path) -> dict[str, str]:
    """The file relative to the root, or to the programme's folder where it lies outside; never an absolute path."""
    whole = Path(file).absolute()
    for base, name in ((root.absolute(), _ROOT), (folder.absolute(), _FOLDER)):
        if whole.is_relative_to(base):
            relative = whole.relative_to(base)
            return {"uri": quote(relative.as_posix()), "uriBaseId": name}
    return {"uri": quote(file.name)}


def _fingerprint(finding: Finding) -> str:
    """The same for the same finding after lines were added above it."""
    parts = "\0".join((finding.id, finding.subject, re.sub(r"\[\d+\]", "[]", finding.place.field), finding.message))
    return hashlib.sha256(parts.encode("utf-8")).hexdigest()[:32]


def _sentence(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}."
