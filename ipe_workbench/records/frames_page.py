"""The manual's page of the tidy frames, written from their descriptions."""

from __future__ import annotations

from ipe_workbench.records.frames import DTYPES, FRAMES, Frame

__all__ = ["frames_page"]

_START = """# The tidy frames

Written by `scripts/publish_frames.py` from `ipe_workbench.records.FRAMES`; a test keeps it true.

```python
from ipe_workbench.records import open_store

with open_store("records.sqlite") as store:
    results = store.frame("assessments", where={"attempt": 1}, columns=["learner", "assessment", "score"])
```

- Learners are pseudonyms in the column `learner`, the same in every frame; so are raters and facilitators.
- `where` is answered by the database: a value, a list of values, or `slice(least, greatest)`, both included.
- `ipe_workbench.records.simulated.simulated_records(programme, scenario)` has the same method and the same frames for a
  simulated cohort, marked by `frame.attrs["simulated"]`; frames of which the simulator knows nothing have no rows.
- `ipe_workbench.records.schema(name).validate(frame)` checks a frame (pandera).
- `ipe records export DIR --as parquet` writes all of them.
- Days and times have no zone; times are UTC. A missing value is NA, NaN or NaT; columns marked with * have none.
- Scores are shares in [0, 1]; points are as the assessment counts them.
"""


def frames_page() -> str:
    """The page as Markdown: for each frame its columns, their dtypes and what they hold."""
    return "\n".join([_START, *map(_section, FRAMES.values())])


def _section(frame: Frame) -> str:
    rows = [
        f"| `{one.name}`{'' if one.missing else ' *'} | {DTYPES[one.type]} | {one.about} |" for one in frame.columns
    ]
    about = f"{frame.about[0].upper()}{frame.about[1:]}."
    return "\n".join([f"## {frame.name}", about, "", "| column | dtype | holds |", "|---|---|---|", *rows, ""])
