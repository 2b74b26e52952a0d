"""The records as they were when a term's reports were begun: one state for all of them, learners by pseudonym.

Only what reports ask for is copied; names, addresses and the ids of the university never are. The folder is for its
owner alone.
"""

from __future__ import annotations

import datetime
import hashlib
import shutil
import tempfile
from collections.abc import Collection, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.records.choosing import choose
from ipe_workbench.records.frames import FRAMES, frame_named

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records import Store

__all__ = ["SNAPSHOT_FRAMES", "Snapshot", "open_snapshot", "simulated_snapshot", "take_snapshot", "up_to"]

#: The frames that reports are made from.
SNAPSHOT_FRAMES = (
    "enrolments",
    "traits",
    "terms",
    "teams",
    "offerings",
    "attendance",
    "assessments",
    "item_responses",
    "rubric_scores",
    "survey_responses",
    "awards",
    "award_events",
)
_BEGINS = "records-"


class Snapshot:
    """Frames of the records at one moment; open it with `open_snapshot`.

    Parameters
    ----------
    folder : Path or None
        Where its files are.
    frames : mapping of str to DataFrame
        Frames in memory instead.
    simulated : bool
        Whether no real learner is in it.
    """

    def __init__(
        self, folder: Path | None, frames: Mapping[str, pd.DataFrame] | None = None, *, simulated: bool = False
    ) -> None:
        self.folder, self.simulated = folder, simulated
        self._frames: dict[str, pd.DataFrame] = dict(frames or {})
        self._places: dict[str, Mapping[str, Any]] = {}
        self._hashes: dict[str, Any] = {}

    def frame(
        self, name: str, *, where: Mapping[str, Any] | None = None, columns: Collection[str] | None = None
    ) -> pd.DataFrame:
        """A frame; `where` and `columns` as in `Store.frame`. Frames that a snapshot does not keep are empty."""
        whole = self._whole(name)
        learner = (where or {}).get("learner")
        if isinstance(learner, str):
            # The one question that is asked many times.
            whole = whole.iloc[self._of_learner(name).get(learner, [])]
        return choose(whole, name, where=where, columns=columns)

    def warm(self) -> None:
        """Read everything now."""
        for name in SNAPSHOT_FRAMES:
            self._whole(name)
            if any(one.name == "learner" for one in FRAMES[name].columns):
                self._of_learner(name)
            self._row_hashes(name)
        self._events  # noqa: B018 - made for all who come after

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it holds."""
        digest = hashlib.sha256()
        for name in SNAPSHOT_FRAMES:
            digest.update(f"{name}\n".encode() + self._row_hashes(name).tobytes())
        return digest.hexdigest()

    def digest_of(self, learner: str, until: datetime.date) -> str:
        """SHA-256 of what it holds of a learner up to a day, with what became of the awards."""
        import pandas as pd

        digest = hashlib.sha256()
        for name in SNAPSHOT_FRAMES:
            if name in ("terms", "offerings", "award_events"):
                continue
            rows = self._of_learner(name).get(learner, [])
            whole = self._whole(name)
            if "on" in whole and len(rows):
                days = whole["on"].iloc[rows]
                rows = rows[(days.isna() | (days <= pd.Timestamp(until))).to_numpy()]
            digest.update(f"{name}\n".encode() + self._row_hashes(name)[rows].tobytes())
            if name == "awards":
                for award in whole["award"].iloc[rows]:
                    digest.update(self._row_hashes("award_events")[self._events.get(award, [])].tobytes())
        return digest.hexdigest()

    def learners(self, first: datetime.date, last: datetime.date) -> tuple[str, ...]:
        """Pseudonyms of those who study between two days, in order; of everybody known where no enrolment is."""
        import pandas as pd

        enrolled = self.frame("enrolments")
        if enrolled.empty:
            known = pd.concat([self.frame(one)["learner"] for one in ("awards", "assessments")])
            return tuple(sorted(known.dropna().unique()))
        begun = enrolled["starts"].isna() | (enrolled["starts"] <= pd.Timestamp(last))
        there = enrolled["ends"].isna() | (enrolled["ends"] >= pd.Timestamp(first))
        return tuple(sorted(enrolled.loc[begun & there, "learner"].unique()))

    def raters(self, first: datetime.date, last: datetime.date, since: datetime.date | None = None) -> tuple[str, ...]:
        """Pseudonyms of those who rated between two days, or since a day between them; without a date counts."""
        import pandas as pd

        ratings = self.frame("rubric_scores", columns=["rater", "on"])
        begun = pd.Timestamp(max(first, since) if since else first)
        there = ratings["on"].isna() | ratings["on"].between(begun, pd.Timestamp(last))
        return tuple(sorted(ratings.loc[there, "rater"].dropna().unique()))

    def changed_since(self, day: datetime.date) -> frozenset[str]:
        """Pseudonyms of learners of whom something is dated on that day or later."""
        import pandas as pd

        found: set[str] = set()
        for name in ("attendance", "assessments", "rubric_scores", "survey_responses", "awards"):
            frame = self.frame(name, columns=["learner", "on"])
            found.update(frame.loc[frame["on"] >= pd.Timestamp(day), "learner"].dropna())
        return frozenset(found)

    @cached_property
    def _events(self) -> Mapping[Any, Any]:
        places: Any = self._whole("award_events").groupby("award").indices
        return dict(places)

    def _row_hashes(self, name: str) -> Any:
        """A hash of each row, as an array."""
        import pandas as pd

        if name not in self._hashes:
            self._hashes[name] = pd.util.hash_pandas_object(self._whole(name), index=False).to_numpy()
        return self._hashes[name]

    def _whole(self, name: str) -> pd.DataFrame:
        import pandas as pd

        if name not in self._frames:
            described = frame_named(name)
            file = self.folder / f"{name}.parquet" if self.folder else None
            if file is not None and file.is_file():
                self._frames[name] = pd.read_parquet(file)
            else:
                from ipe_workbench.records.frames import typed

                empty = pd.DataFrame(columns=[one.name for one in described.columns], dtype=object)
                self._frames[name] = typed(empty, described)
        return self._frames[name]

    def _of_learner(self, name: str) -> Mapping[str, Any]:
        """Rows of each learner."""
        if name not in self._places:
            places: Any = self._whole(name).groupby("learner").indices
            self._places[name] = places
        return self._places[name]


def take_snapshot(store: Store, folder: Path) -> Snapshot:
    """Copy what reports are made from into ``<folder>/records-<digest>``; equal records give the same folder.

    Parameters
    ----------
    store : Store
        The records.
    folder : Path
        Where snapshots are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder, prefix=".records."))
    try:
        store.to_parquet(part, SNAPSHOT_FRAMES)
        target = folder / f"{_BEGINS}{Snapshot(part).digest[:16]}"
        if target.is_dir():
            shutil.rmtree(part)
        else:
            part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    for old in folder.glob(f"{_BEGINS}*"):
        if old != target:
            shutil.rmtree(old, ignore_errors=True)
    return open_snapshot(str(target))


@cache
def open_snapshot(folder: str) -> Snapshot:
    """The snapshot in a folder; a process reads each of its frames once.

    Parameters
    ----------
    folder : str
        A folder that `take_snapshot` made.

    Raises
    ------
    UnreadableFileError
        When there is none.
    """
    place = Path(folder)
    if not any((place / f"{name}.parquet").is_file() for name in SNAPSHOT_FRAMES):
        raise UnreadableFileError("There is no snapshot of records here.", place=place.name, mend="Name its folder.")
    return Snapshot(place)


@cache
def simulated_snapshot(programme: str) -> Snapshot:
    """Records of one simulated cohort of a programme, to look at a template with."""
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.records.simulated import simulated_records
    from ipe_workbench.simulation import Scenario

    records = simulated_records(load_programme(programme), Scenario(id="sample", title="A sample"), seed=7)
    return Snapshot(None, records.frames, simulated=True)


def up_to(frame: pd.DataFrame, day: datetime.date) -> pd.DataFrame:
    """The rows that are dated up to a day, or have no date."""
    import pandas as pd

    if "on" not in frame:
        return frame
    return frame[frame["on"].isna() | (frame["on"] <= pd.Timestamp(day))]
