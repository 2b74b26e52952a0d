"""What really happened: the records of learners, kept safely in a database.

In come the files of other systems (rosters, grade books, tests, rubrics, surveys, statements of learning platforms,
badges); out go tidy frames for analyses and reports, learners by pseudonym, and exports that keep people's privacy.
"""

from ipe_workbench.records.frames import FRAMES, Frame, FrameColumn, schema
from ipe_workbench.records.store import Store, make_store, open_store

__all__ = ["FRAMES", "Frame", "FrameColumn", "Store", "make_store", "open_store", "schema"]
