"""Pathways of other platforms: read, with what was found in them and the least that completes them; and written.

In come Badgr and Canvas Credentials JSON and CTDL Pathway JSON-LD; out go a neutral design, the proven least number of
badges of each element, and a programme of ours to go on with. A programme goes out in their formats and as Open Badges
achievements, with a report of what they do not carry.
"""

from ipe_workbench.credentials.exchange.achievements import achievement, achievement_id, achievement_losses
from ipe_workbench.credentials.exchange.design import Element, PathwayDesign, Wanted, Wish
from ipe_workbench.credentials.exchange.exporting import PATHWAY_FORMATS, PathwayExport, export_pathway
from ipe_workbench.credentials.exchange.importing import PathwayReading, import_pathway, to_programme
from ipe_workbench.credentials.exchange.minimum import least_badges

__all__ = [
    "PATHWAY_FORMATS",
    "Element",
    "PathwayDesign",
    "PathwayExport",
    "PathwayReading",
    "Wanted",
    "Wish",
    "achievement",
    "achievement_id",
    "achievement_losses",
    "export_pathway",
    "import_pathway",
    "least_badges",
    "to_programme",
]
