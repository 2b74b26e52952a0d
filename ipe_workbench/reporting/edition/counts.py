"""The counts of learners that a term's reports may show: taken once, protected together, published once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials import Programme
from ipe_workbench.documents import write_atomically
from ipe_workbench.records.privacy import TOTAL, Counts, Release, publish, releases_of
from ipe_workbench.reporting.edition.asked import Asked
from ipe_workbench.reporting.edition.subjects import Records
from ipe_workbench.reporting.snapshot import Snapshot, take_snapshot, up_to

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.credentials.programme import Term
    from ipe_workbench.records import Store

__all__ = ["Released", "counts_of", "read_released", "records_of"]


@dataclass(frozen=True)
class Released:
    """The counts of a term that may be shown.

    Parameters
    ----------
    term : str
        Id of the term.
    threshold : int
        The least count that is shown.
    tables : mapping of str to DataFrame
        ``awards`` (credential, profession, count, suppressed) and ``learners`` (profession, status, count, suppressed);
        ``"(all)"`` stands for a total. `count` is missing where it is hidden.
    """

    term: str
    threshold: int
    tables: Mapping[str, pd.DataFrame]

    def count(self, table: str, **cell: str) -> int | None:
        """A count; None where it is hidden or there is no such cell."""
        frame = self.tables[table]
        for name in frame.columns:
            if name not in ("count", "suppressed"):
                frame = frame[frame[name] == cell.get(name, TOTAL)]
        if frame.empty or frame["count"].isna().iloc[0]:
            return None
        return int(frame["count"].iloc[0])


def records_of(store: Store, programme: Programme, asked: Asked) -> Records:
    """One state of the records, and the counts of it that may be shown, put on the shelf of releases.

    That the records were read is written to their log.
    """
    from ipe_workbench.records.privacy import record
    from ipe_workbench.records.privacy.audit import this_person

    term = programme.term(asked.term)
    snapshot = take_snapshot(store, asked.work)
    with store.writing() as connection:
        rows = len(snapshot.frame("awards")) + len(snapshot.frame("assessments"))
        record(connection, who=asked.who or this_person(), action="report", what=f"reports of {term.id}", rows=rows)
    shelf = asked.shelf or default_shelf(store.key_file)
    release = _release(counts_of(snapshot, programme, term), shelf, f"{programme.id}.{term.id}", asked.threshold)
    text = json.dumps(_to_json(release, term), ensure_ascii=False, indent=1)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    file = asked.work / f"released-{digest[:16]}.json"
    write_atomically(file, text)
    return Records(snapshot, term, file, digest)


def default_shelf(key_file: Path) -> Path:
    """Where releases are kept: beside the key of the pseudonyms, which is as secret as they are."""
    return key_file.with_name(f"{key_file.name.removesuffix('.key')}.releases")


def counts_of(snapshot: Snapshot, programme: Programme, term: Term) -> dict[str, Counts]:
    """The true counts of a term. Not for publication."""
    import pandas as pd

    professions = [one.id for one in programme.info.professions]
    enrolled = snapshot.frame("enrolments")
    there = set(snapshot.learners(term.start, term.end))
    people = enrolled[enrolled["learner"].isin(there) & enrolled["profession"].isin(professions)]
    people = people.sort_values(["learner", "starts"], kind="stable").drop_duplicates("learner", keep="last")
    learners = _with_totals(people[["profession", "status"]], ["profession", "status"])
    awards = up_to(snapshot.frame("awards"), term.end)
    known = [*programme.credentials, *programme.stacks]
    own = awards[awards["credential"].isin(known)].drop_duplicates(["learner", "credential"])
    held = own.merge(people[["learner", "profession"]], on="learner")[["credential", "profession"]]
    grid = pd.MultiIndex.from_product([known, [*professions, TOTAL]], names=["credential", "profession"])
    totals = pd.concat([held, held.assign(profession=TOTAL)])
    counted = totals.groupby(["credential", "profession"]).size().reindex(grid, fill_value=0)
    return {
        "learners": Counts(learners),
        "awards": Counts(counted.rename("count").reset_index(), overlapping=("credential",)),
    }


def read_released(file: str | Path) -> Released:
    """The counts that may be shown, from the file that the engine hands to templates."""
    import pandas as pd

    told = json.loads(Path(file).read_text(encoding="utf-8"))
    tables = {
        name: pd.DataFrame(one["rows"], columns=one["columns"]).astype({"count": "Int64", "suppressed": bool})
        for name, one in told["tables"].items()
    }
    return Released(str(told["term"]), int(told["threshold"]), tables)


def _with_totals(frame: pd.DataFrame, dimensions: list[str]) -> pd.DataFrame:
    import itertools

    import pandas as pd

    parts = [
        frame.assign(**dict.fromkeys(summed, TOTAL))
        for size in range(len(dimensions) + 1)
        for summed in itertools.combinations(dimensions, size)
    ]
    return (
        pd.concat(parts, ignore_index=True).groupby(dimensions, as_index=False).size().rename(columns={"size": "count"})
    )


def _release(tables: Mapping[str, Counts], shelf: Path, name: str, threshold: int) -> Release:
    """The last release of the term where it says the same already, else a new one."""
    earlier = releases_of(shelf, name)
    if earlier and earlier[-1].threshold == threshold and _same(earlier[-1].tables, tables):
        return earlier[-1]
    return publish(tables, shelf, name, threshold=threshold)


def _same(first: Mapping[str, Counts], second: Mapping[str, Counts]) -> bool:
    """Whether two sets of tables count the same; a row that is missing counts none."""

    def nonzero(one: Counts, name: str) -> dict[Any, int]:
        return {cell: count for cell, count in one.rows(name).items() if count}

    return first.keys() == second.keys() and all(
        nonzero(first[one], one) == nonzero(second[one], one) and first[one].dimensions == second[one].dimensions
        for one in first
    )


def _to_json(release: Release, term: Term) -> dict[str, Any]:
    tables = {}
    for name, frame in release.published.items():
        plain = frame.astype(object).where(frame.notna(), None)
        tables[name] = {"columns": [str(one) for one in frame.columns], "rows": plain.to_numpy().tolist()}
    return {"term": term.id, "threshold": release.threshold, "tables": tables}
