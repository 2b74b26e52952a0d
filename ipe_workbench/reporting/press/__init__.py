"""The press: warm processes that run report templates and print their pages, many at a time.

papermill fills in the parameters and keeps the executed notebook; the cells run in a forked process that has imported
everything already, so that a small report costs a fraction of a second.
"""

from ipe_workbench.reporting.press.job import FileMade, Job, Outcome
from ipe_workbench.reporting.press.pool import Press

__all__ = ["FileMade", "Job", "Outcome", "Press"]
