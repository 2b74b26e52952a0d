"""A small store of records about simulated learners, with ratings, for the tests of reports."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import insert

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.records import Store, make_store
from ipe_workbench.records.simulated import simulated_records
from ipe_workbench.records.tables import table
from ipe_workbench.simulation import Scenario


def cohort_store(programme_folder: Path, db: Path, *, seed: int = 7) -> Store:
    """Records of one cohort of a programme: enrolments, attempts, awards and ratings of twelve raters."""
    programme = load_programme(programme_folder)
    records = simulated_records(programme, Scenario(id="cohort", title="A cohort"), seed=seed)
    enrolments, awards = records.frame("enrolments"), records.frame("awards")
    numbers = {name: number for number, name in enumerate(enrolments["learner"], start=1)}
    store = make_store(db)
    with store.writing() as connection:

        def add(name: str, rows: list[dict[str, Any]]) -> None:
            if rows:
                connection.execute(insert(table(name)), rows)

        add("learners", [{"id": number, "source_id": f"s{number:05}"} for number in numbers.values()])
        add("cohorts", [{"id": "2026", "title": "Cohort 2026"}])
        professions = [{"id": one.id, "profession": one.id} for one in programme.info.professions]
        add("study_programmes", professions)
        add("enrolments", [_enrolment(numbers, row) for row in enrolments.to_dict("records")])
        add("assessment_plan", [{"id": one, "credential": one} for one in programme.credentials])
        attempts = records.frame("assessments").to_dict("records")
        add("assessments", [_attempt(numbers, row) for row in attempts])
        add("awards", [_award(numbers, row) for row in awards.to_dict("records")])
        add("staff", [{"id": one, "source_id": f"t{one:03}", "family_name": f"Zzyx{one}"} for one in range(1, 13)])
        add("rubric_scores", _ratings(programme, numbers, attempts))
    return store


def _enrolment(numbers: dict[str, int], row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "learner_id": numbers[row["learner"]],
        "study_programme_id": row["profession"],
        "cohort_id": "2026",
        "starts": row["starts"].date(),
        "ends": row["ends"].date(),
        "status": "withdrawn" if numbers[row["learner"]] % 50 == 0 else "active",
    }


def _attempt(numbers: dict[str, int], row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "learner_id": numbers[row["learner"]],
        "assessment_id": row["assessment"],
        "attempt": int(row["attempt"]),
        "on": _day(row["on"]),
        "passed": None if pd.isna(row["passed"]) else bool(row["passed"]),
    }


def _award(numbers: dict[str, int], row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "learner_id": numbers[row["learner"]],
        "credential": row["credential"],
        "version": row["version"],
        "on": row["on"].date(),
        "expires": _day(row["expires"]),
        "hours": row["hours"],
        "issuer": "",
    }


def _ratings(programme: Programme, numbers: dict[str, int], attempts: list[dict[Any, Any]]) -> list[dict[str, Any]]:
    chance = random.Random(11)  # noqa: S311 - only the same numbers every time
    rows = []
    for attempt in attempts:
        rubric = programme.credentials[attempt["credential"]].rubric
        if rubric is None or _day(attempt["on"]) is None:
            continue
        raters = 2 if chance.random() < 0.15 else 1
        for rater in chance.sample(range(1, 13), raters):
            for criterion in rubric.criteria:
                level = chance.choice(rubric.levels)
                rows.append(
                    {
                        "learner_id": numbers[attempt["learner"]],
                        "assessment_id": attempt["assessment"],
                        "attempt": int(attempt["attempt"]),
                        "criterion": criterion.id,
                        "rater_id": rater,
                        "level": level.id,
                        "score": level.points,
                        "on": _day(attempt["on"]),
                    }
                )
    return rows


def _day(value: Any) -> datetime.date | None:
    return None if pd.isna(value) else value.date()
