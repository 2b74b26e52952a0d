"""Export a framework to any format, with a report of what the format does not carry.

Each export is read back and compared with what went in, so that the report is what was lost, not what was thought of.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.findings import Finding, Place
from ipe_workbench.frameworks.case import read_case_data
from ipe_workbench.frameworks.case.writing import write_case
from ipe_workbench.frameworks.ctdl_asn import read_ctdl_asn_data
from ipe_workbench.frameworks.ctdl_asn.writing import write_ctdl_asn
from ipe_workbench.frameworks.garbage import collection_paused
from ipe_workbench.frameworks.import_result import MAX_BYTES
from ipe_workbench.frameworks.json_files import parse_json
from ipe_workbench.frameworks.losses import losses
from ipe_workbench.frameworks.model import Framework
from ipe_workbench.frameworks.sheets import read_sheet_bytes
from ipe_workbench.frameworks.sheets.writing import write_csv, write_xlsx

__all__ = ["EXPORT_FORMATS", "Export", "ExportFormat", "export_framework", "without_official_wording"]

ExportFormat = Literal["case-1.0", "case-1.1", "ctdl-asn", "csv", "xlsx", "graphml", "node-link"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)


@dataclass(frozen=True)
class Export:
    """An exported framework: the file's name and content, and what it does not carry of the framework."""

    format: ExportFormat
    name: str
    content: bytes
    losses: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON."""
        report = [finding.to_dict() for finding in self.losses]
        return {"format": self.format, "name": self.name, "bytes": len(self.content), "losses": report}


@dataclass(frozen=True)
class _Format:
    title: str
    suffix: str
    write: Callable[[Framework, datetime.datetime], bytes]
    read: Callable[[bytes, str], Framework]


@collection_paused()
def export_framework(framework: Framework, to: str, now: datetime.datetime) -> Export:
    """Write a framework in another format.

    Parameters
    ----------
    framework : Framework
        What to write. Official wording that a site pasted in (`statement_source` official-local) is left out unless
        the framework states a licence.
    to : str
        One of `EXPORT_FORMATS`.
    now : datetime
        The time of the export, with a zone; CASE needs a time of change where the framework states none.

    Returns
    -------
    Export

    Raises
    ------
    UnknownNameError
        When there is no such format.
    UnusableInputError
        When the file would be larger than what can be read again, or when the framework is a rubric without
        competencies, for which CASE and sheets have no place.

    Notes
    -----
    Linear. The content is read again and compared with the framework, field by field.

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_framework
    >>> written = export_framework(load_framework("ipec-2023"), "case-1.0", datetime.datetime.now(datetime.UTC))
    >>> written.name, [loss.message for loss in written.losses]
    ('ipec-2023.case-1.0.json', ['CASE 1.0 does not carry the `year` of the framework (2023).'])
    """
    known = _FORMATS.get(to)
    if known is None:
        raise UnknownNameError(f"`{to}` is no format of export.", mend=near_names(to, EXPORT_FORMATS))
    if not framework.competencies and to in ("case-1.0", "case-1.1", "csv", "xlsx"):
        message = f"{framework.title} is a rubric without competencies; {known.title} has no place for it."
        raise UnusableInputError(message, mend="Export it to ctdl-asn, graphml or node-link.")
    allowed, withheld = without_official_wording(framework)
    name = f"{framework.id}{known.suffix}"
    content = known.write(allowed, now)
    if len(content) > MAX_BYTES:
        raise UnusableInputError(
            f"The export would be larger than {MAX_BYTES // 2**20} MiB.", mend="Export a part of it."
        )
    lost = losses(allowed, known.read(content, name), known.title, name)
    return Export(next(one for one in EXPORT_FORMATS if one == to), name, content, (*withheld, *lost))


def without_official_wording(framework: Framework) -> tuple[Framework, tuple[Finding, ...]]:
    """The framework as it may be passed on, and a finding where that leaves out official wording.

    Statements that a site pasted in (`statement_source` official-local) go, unless the framework states a licence.
    """
    if framework.license:
        return framework, ()
    official = [
        one
        for one in framework.competencies
        if one.statement and (one.statement_source or framework.statement_source) == "official-local"
    ]
    if not official:
        return framework, ()
    kept = {one.id for one in official}
    competencies = tuple(
        one.model_copy(update={"statement": None}) if one.id in kept else one for one in framework.competencies
    )
    message = f"Statements in official wording are left out, since no licence is stated: {len(official)}."
    mend = "State the licence under which you may pass them on, as `license` of the framework."
    finding = Finding("official-wording-withheld", "warning", message, mend, Place(framework.id, None, "license"))
    return framework.model_copy(update={"competencies": competencies}), (finding,)


def _case(version: Literal["1.0", "1.1"]) -> _Format:
    return _Format(
        title=f"CASE {version}",
        suffix=f".case-{version}.json",
        write=lambda framework, now: write_case(framework, version, now).encode("utf-8"),
        read=lambda content, name: read_case_data(*parse_json(content, name)).framework,
    )


def _graphml(framework: Framework, now: datetime.datetime) -> bytes:
    from ipe_workbench.frameworks.graphs import write_graphml

    return write_graphml(framework).encode("utf-8")


def _from_graphml(content: bytes, name: str) -> Framework:
    from ipe_workbench.frameworks.graphs import read_graphml

    return read_graphml(content.decode("utf-8"))


def _node_link(framework: Framework, now: datetime.datetime) -> bytes:
    from ipe_workbench.frameworks.graphs import write_node_link

    return write_node_link(framework).encode("utf-8")


def _from_node_link(content: bytes, name: str) -> Framework:
    from ipe_workbench.frameworks.graphs import read_node_link

    return read_node_link(content.decode("utf-8"))


def _from_sheet(content: bytes, name: str) -> Framework:
    return read_sheet_bytes(content, name).framework


_FORMATS: dict[str, _Format] = {
    "case-1.0": _case("1.0"),
    "case-1.1": _case("1.1"),
    "ctdl-asn": _Format(
        title="CTDL-ASN",
        suffix=".ctdl-asn.json",
        write=lambda framework, now: write_ctdl_asn(framework).encode("utf-8"),
        read=lambda content, name: read_ctdl_asn_data(*parse_json(content, name)).framework,
    ),
    "csv": _Format("CSV", ".csv", lambda framework, now: write_csv(framework).encode("utf-8"), _from_sheet),
    "xlsx": _Format("An Excel workbook", ".xlsx", write_xlsx, _from_sheet),
    "graphml": _Format("GraphML", ".graphml", _graphml, _from_graphml),
    "node-link": _Format("Node-link JSON", ".node-link.json", _node_link, _from_node_link),
}
