"""The counts of learners that a term's reports may show: taken once, protected together, published once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials import Programme
from ipe_workbench.documents import write_atomically
from ipe_workbench.records.privacy import TOTAL, Counts, Release, publish, releases_of
from ipe_workbench.reporting.edition.asked import Asked
from ipe_workbench.reporting.edition.subjects import Records
from ipe_workbench.reporting.edition.trend_counts import counts_of_trend, shown_trend
from ipe_workbench.reporting.snapshot import Snapshot, take_snapshot, up_to

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.credentials.programme import Term
    from ipe_workbench.records import Store

__all__ = ["counts_of", "records_of"]


def records_of(store: Store, programme: Programme, asked: Asked) -> Records:
    """One state of the records, and the counts of it that may be shown, put on the shelf of releases.

    That the records were read is written to their log.
    """
    from ipe_workbench.evaluation.planned.data import PlanData
    from ipe_workbench.evaluation.trend import term_trend
    from ipe_workbench.records.privacy import record
    from ipe_workbench.records.privacy.audit import this_person

    term = programme.term(asked.term)
    snapshot = take_snapshot(store, asked.work)
    with store.writing() as connection:
        rows = len(snapshot.frame("awards")) + len(snapshot.frame("assessments"))
        record(connection, who=asked.who or this_person(), action="report", what=f"reports of {term.id}", rows=rows)
    shelf = asked.shelf or default_shelf(store.key_file)
    if asked.rehearsal:
        shelf = _copied(shelf, asked.work / "shelf")
    trend = term_trend(PlanData(snapshot, programme), until=term.id)
    tables = {**counts_of(snapshot, programme, term), **counts_of_trend(trend)}
    release = _release(tables, shelf, f"{programme.id}.{term.id}", asked.threshold)
    told = _to_json(release, term) | {"trend": shown_trend(trend, release).to_dict()}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    file = asked.work / f"released-{digest[:16]}.json"
    write_atomically(file, text)
    return Records(snapshot, term, file, digest)


def default_shelf(key_file: Path) -> Path:
    """Where releases are kept: beside the key of the pseudonyms, which is as secret as they are."""
    return key_file.with_name(f"{key_file.name.removesuffix('.key')}.releases")


def _copied(shelf: Path, target: Path) -> Path:
    if shelf.is_dir():
        shutil.copytree(shelf, target)
    return target


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
        if name.startswith("trend"):
            continue  # what of it may be shown stands in the trend
        plain = frame.astype(object).where(frame.notna(), None)
        tables[name] = {"columns": [str(one) for one in frame.columns], "rows": plain.to_numpy().tolist()}
    return {"term": term.id, "threshold": release.threshold, "tables": tables}
