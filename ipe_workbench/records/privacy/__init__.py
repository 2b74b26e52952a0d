"""Privacy: what may be published of learners, what researchers get, how a person is erased, and the log of all that."""

from ipe_workbench.records.privacy.attack import attack
from ipe_workbench.records.privacy.audit import audit_log, record, verify_log
from ipe_workbench.records.privacy.counts import TOTAL, Counts
from ipe_workbench.records.privacy.erasing import Erasure, erase
from ipe_workbench.records.privacy.names import with_names
from ipe_workbench.records.privacy.rates import Rates, safe_means, safe_shares
from ipe_workbench.records.privacy.research import ResearchExport, export_research
from ipe_workbench.records.privacy.shelf import publish, read_release, releases_of, save_release
from ipe_workbench.records.privacy.suppression import Release, suppress

__all__ = [
    "TOTAL",
    "Counts",
    "Erasure",
    "Rates",
    "Release",
    "ResearchExport",
    "attack",
    "audit_log",
    "erase",
    "export_research",
    "publish",
    "read_release",
    "record",
    "releases_of",
    "safe_means",
    "safe_shares",
    "save_release",
    "suppress",
    "verify_log",
    "with_names",
]
