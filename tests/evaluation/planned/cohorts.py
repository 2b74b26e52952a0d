"""Cohorts with known truth as frames of the records, for tests of the plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ipe_workbench.records.frames import FRAMES, frame_named, typed

START = {"2026-fall": "2026-08-31", "2027-spring": "2027-03-01", "2027-fall": "2027-10-04", "2028-spring": "2028-04-03"}
PROFESSIONS = np.array(["medicine", "nursing", "pharmacy", "physical-therapy"])


@dataclass
class FrameRecords:
    """Frames as a store gives them; those that nobody filled are empty."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, rows: list[dict[str, Any]]) -> None:
        self.rows.setdefault(name, []).extend(rows)

    def frame(
        self, name: str, *, where: Mapping[str, Any] | None = None, columns: Collection[str] | None = None
    ) -> pd.DataFrame:
        described = frame_named(name)
        names = [one.name for one in FRAMES[name].columns]
        made = pd.DataFrame(self.rows.get(name, []), columns=names)
        return typed(made, described)


def enrolled(count: int, seed: int = 1, team_size: int = 6) -> FrameRecords:
    """A cohort in mixed teams that began in the first term."""
    rng = np.random.default_rng(seed)
    records = FrameRecords()
    for learner in range(count):
        records.add("enrolments", [{
            "learner": f"L{learner}", "study_programme": "x", "profession": str(rng.choice(PROFESSIONS)),
            "cohort": "one", "starts": "2026-08-24", "ends": None, "status": "active",
        }])  # fmt: skip
        records.add("teams", [{"term": "2026-fall", "team": f"T{learner // team_size}", "learner": f"L{learner}"}])
    return records


def answer(
    records: FrameRecords,
    instrument: str,
    items: int,
    waves: Mapping[tuple[str, str], float],
    *,
    count: int,
    scale: tuple[int, int] = (1, 5),
    keep: float = 1.0,
    stability: float = 0.6,
    seed: int = 1,
) -> None:
    """Answers to an instrument: each wave (term, frame) shifts everybody by so many standard deviations.

    `keep` is the share that answers each wave after the first, and learners keep their place with `stability`.
    """
    rng = np.random.default_rng(seed)
    low, high = scale
    trait = rng.normal(0, 1, count)
    for place, ((term, frame), shift) in enumerate(waves.items()):
        now = np.sqrt(stability) * trait + np.sqrt(1 - stability) * rng.normal(0, 1, count) + shift
        middle, step = (low + high) / 2, (high - low) / 5
        values = now[:, None] * step + middle + rng.normal(0, step, (count, items))
        values = np.clip(np.round(values), low, high)
        there = np.ones(count, dtype=bool) if place == 0 else rng.random(count) < keep
        records.add("survey_responses", [
            {"learner": f"L{who}", "wave": f"{instrument} {term} {frame}", "instrument": instrument, "frame": frame,
             "term": term, "item": str(item + 1), "value": float(values[who, item]), "comment": None,
             "on": START[term]}
            for who in np.flatnonzero(there) for item in range(items)
        ])  # fmt: skip


def rate(
    records: FrameRecords,
    credential: str,
    criteria: list[str],
    terms: Mapping[str, float],
    *,
    count: int,
    double: float = 1.0,
    seed: int = 1,
) -> None:
    """Ratings in points from 1 to 4 by two of six raters; each term shifts everybody."""
    rng = np.random.default_rng(seed)
    skill = rng.normal(2.8, 0.5, count)
    severity = rng.normal(0, 0.1, 6)
    rows = []
    for number, (term, shift) in enumerate(terms.items(), start=1):
        for who in range(count):
            two = rng.choice(6, size=2 if rng.random() < double else 1, replace=False)
            for criterion in criteria:
                shown = skill[who] + shift + rng.normal(0, 0.3)
                rows += [{
                    "learner": f"L{who}", "assessment": credential, "attempt": number, "criterion": criterion,
                    "rater": f"R{rater}", "level": None,
                    "score": float(np.clip(round(shown - severity[rater] + rng.normal(0, 0.2)), 1, 4)),
                    "on": START[term],
                } for rater in two]  # fmt: skip
    records.add("rubric_scores", rows)


def cu_ipe(count: int = 240, effect: float = 0.5, seed: int = 1, keep: float = 0.85) -> FrameRecords:
    """What the plan of cu-ipe asks for; `effect` in standard deviations of the trait, 0 for a null cohort."""
    records = enrolled(count, seed)
    sims = {("2026-fall", "pre"): 0.0, ("2027-spring", "post"): effect / 2, ("2028-spring", "post"): effect}
    answer(records, "sims", 16, sims, count=count, scale=(1, 7), keep=keep, seed=seed + 1)
    answer(records, "ipec-csa-v3", 16, sims, count=count, keep=keep, seed=seed + 2)
    iccas = {("2028-spring", "retrospective-pre"): -effect, ("2028-spring", "post"): effect}
    answer(records, "iccas-r", 20, iccas, count=count, keep=keep, seed=seed + 3)
    rows = ["structure", "plain-language", "duties"]
    rate(records, "structured-handover", rows, {"2027-spring": 0.0, "2028-spring": 0.0}, count=count, seed=seed + 4)
    return records
