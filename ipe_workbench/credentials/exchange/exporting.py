"""Export a programme's pathway in the formats of other platforms, with a report of what they do not carry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ipe_workbench.credentials.exchange.achievements import CONTEXT, achievement, achievement_losses
from ipe_workbench.credentials.exchange.badgr_writing import write_badgr
from ipe_workbench.credentials.exchange.ctdl_writing import write_ctdl_pathway
from ipe_workbench.credentials.exchange.graphml import write_pathway_graphml
from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.findings import Finding, sort_findings

__all__ = ["PATHWAY_FORMATS", "PathwayExport", "PathwayFormat", "export_pathway"]

PathwayFormat = Literal["badgr", "ctdl", "open-badges", "graphml"]
PATHWAY_FORMATS: tuple[PathwayFormat, ...] = get_args(PathwayFormat)


@dataclass(frozen=True)
class PathwayExport:
    """An exported pathway: the content, and what it does not carry of the programme."""

    format: PathwayFormat
    content: bytes
    losses: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON."""
        report = [finding.to_dict() for finding in self.losses]
        return {"format": self.format, "bytes": len(self.content), "losses": report}


def export_pathway(programme: Programme, to: str) -> PathwayExport:
    """Write the stacks and credentials of a programme in another format.

    Parameters
    ----------
    programme : Programme
        What to write.
    to : str
        One of `PATHWAY_FORMATS`: ``badgr`` (Badgr and Canvas Credentials native JSON), ``ctdl`` (a CTDL Pathway as
        JSON-LD), ``open-badges`` (a JSON list with an Open Badges 3.0 Achievement of each credential and stack),
        ``graphml`` (the graph of what counts toward what).

    Raises
    ------
    UnknownNameError
        When there is no such format.
    UnusableInputError
        When the programme has no stack and the format is one of pathways.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> made = export_pathway(example_programme(), "open-badges")
    >>> len(json.loads(made.content))
    21
    """
    writers = {"badgr": _badgr, "ctdl": _ctdl, "open-badges": _open_badges, "graphml": _graphml}
    if to not in writers:
        raise UnknownNameError(f"`{to}` is no format of export.", mend=near_names(to, PATHWAY_FORMATS))
    content, losses = writers[to](programme)
    return PathwayExport(next(one for one in PATHWAY_FORMATS if one == to), content, sort_findings(losses))


def _badgr(programme: Programme) -> tuple[bytes, tuple[Finding, ...]]:
    pathway, losses = write_badgr(programme)
    return _json(pathway), losses


def _ctdl(programme: Programme) -> tuple[bytes, tuple[Finding, ...]]:
    graph, losses = write_ctdl_pathway(programme)
    return _json(graph), losses


def _graphml(programme: Programme) -> tuple[bytes, tuple[Finding, ...]]:
    text, losses = write_pathway_graphml(programme)
    return text.encode("utf-8"), losses


def _open_badges(programme: Programme) -> tuple[bytes, tuple[Finding, ...]]:
    designs: tuple[MicroCredential | Stack, ...] = (*programme.credentials.values(), *programme.stacks.values())
    made = [{"@context": list(CONTEXT)} | achievement(one, programme) for one in designs]
    return _json(made), tuple(dict.fromkeys(loss for one in designs for loss in achievement_losses(one, programme)))


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
