"""Pathways of other platforms: read, with what was found in them and the least that completes them.

In come Badgr and Canvas Credentials JSON and CTDL Pathway JSON-LD; out go a neutral design, the proven least number of
badges of each element, and a programme of ours to go on with.
"""

from ipe_workbench.credentials.exchange.design import Element, PathwayDesign, Wanted, Wish
from ipe_workbench.credentials.exchange.importing import PathwayReading, import_pathway, to_programme
from ipe_workbench.credentials.exchange.minimum import least_badges

__all__ = [
    "Element",
    "PathwayDesign",
    "PathwayReading",
    "Wanted",
    "Wish",
    "import_pathway",
    "least_badges",
    "to_programme",
]
