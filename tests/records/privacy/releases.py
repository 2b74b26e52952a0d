"""Random releases: tables of learners as a term's report might publish them, from the records of made-up people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ipe_workbench.records.privacy import TOTAL, Counts, Release, suppress

KINDS = (
    "two dimensions",
    "three dimensions",
    "linked pair",
    "without totals",
    "single group",
    "all small",
    "many zeros",
    "subgroup beside all",
    "badges that overlap",
    "released twice",
    "released twice, with late entries",
    "released three times",
)

PROFESSIONS = ("medicine", "nursing", "pharmacy", "dentistry", "social work")


@dataclass(frozen=True)
class Case:
    """Tables to release, those released before, and whether zeros are shown."""

    kind: str
    tables: dict[str, Counts]
    before: tuple[dict[str, Counts], ...]
    show_zeros: bool


def case(seed: int) -> Case:
    """The release of that number."""
    chance = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    learners = people(chance, kind)
    before: tuple[dict[str, Counts], ...] = ()
    tables = {"badges": counted(learners, ["profession", "badge"])}
    if kind == "three dimensions":
        tables = {"badges": counted(learners, ["profession", "badge", "year"])}
    elif kind == "linked pair":
        tables["sites"] = counted(learners, ["profession", "site"])
    elif kind == "without totals":
        tables = {
            "badges": counted(learners, ["profession", "badge"], totals=False),
            "sites": counted(learners, ["profession", "site"], totals=False),
        }
    elif kind == "subgroup beside all":
        first_years = learners[learners["year"] == "1"]
        tables["first-years"] = Counts(counted(first_years, ["profession", "badge"]).frame, where={"year": "1"})
    elif kind == "badges that overlap":
        tables = {"badges": overlapping(learners, chance)}
    elif kind == "released twice":
        before = ({"sites": counted(learners, ["profession", "site"])},)
        tables["years"] = counted(learners, ["profession", "year"])
    elif kind == "released twice, with late entries":
        on_time = learners[chance.random(len(learners)) > chance.choice([0.02, 0.15])]
        before = ({"badges": counted(on_time, ["profession", "badge"])},)
    elif kind == "released three times":
        entered = chance.random(len(learners))
        first, second = sorted(chance.choice([0.8, 0.9, 0.95, 0.99], 2, replace=False))
        states = (learners[entered < first], learners[entered < second])
        before = tuple({"badges": counted(one, ["profession", "badge"])} for one in states if len(one))
    return Case(kind, tables, before, bool(chance.random() < 0.7))


def released(one: Case) -> tuple[Release, list[Release]]:
    """The release of a case, and those before it, each with all that came before."""
    before: list[Release] = []
    for tables in one.before:
        before.append(suppress(tables, earlier=list(before), show_zeros=one.show_zeros))
    return suppress(one.tables, earlier=before, show_zeros=one.show_zeros), before


def people(chance: np.random.Generator, kind: str) -> pd.DataFrame:
    """Learners with a profession, a badge, a site and a year."""
    number = int(chance.integers(3, 12)) if kind == "all small" else int(chance.integers(15, 400))
    groups = {
        "profession": PROFESSIONS[: 1 if kind == "single group" else int(chance.integers(2, 6))],
        "badge": ("huddles", "roles", "ethics")[: int(chance.integers(2, 4))],
        "site": ("A", "B", "C", "D")[: int(chance.integers(2, 5))],
        "year": ("1", "2", "3")[: int(chance.integers(2, 4))],
    }
    evenness = 0.15 if kind == "many zeros" else float(chance.choice([0.4, 1.0, 5.0]))
    return pd.DataFrame(
        {
            name: chance.choice(values, number, p=chance.dirichlet([evenness] * len(values)))
            for name, values in groups.items()
        }
    )


def counted(learners: pd.DataFrame, dimensions: list[str], *, totals: bool = True) -> Counts:
    """A table of counts, with the totals over each set of dimensions."""
    parts = []
    for chosen in range(2 ** len(dimensions) if totals else 1):
        summed = [one for bit, one in enumerate(dimensions) if chosen >> bit & 1]
        frame = learners.assign(**dict.fromkeys(summed, TOTAL))
        parts.append(frame.groupby(dimensions, as_index=False).size().rename(columns={"size": "count"}))
    return Counts(pd.concat(parts, ignore_index=True))


def overlapping(learners: pd.DataFrame, chance: np.random.Generator) -> Counts:
    """Learners by profession and each badge that they hold; some hold several, some none."""
    holders = [
        learners[chance.random(len(learners)) < share].assign(badge=name)
        for name, share in (("huddles", 0.9), ("roles", 0.5), ("ethics", 0.1))
    ]
    by_badge = counted(pd.concat(holders), ["profession", "badge"]).frame
    everyone = counted(learners.assign(badge=TOTAL), ["profession"]).frame.assign(badge=TOTAL)
    frame = pd.concat([by_badge[by_badge["badge"] != TOTAL], everyone[by_badge.columns]], ignore_index=True)
    return Counts(frame, overlapping=("badge",))
