"""A practice cohort of the example programme, made once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ipe_workbench.credentials import Programme, example_programme
from ipe_workbench.evaluation import EvaluationPlan, list_instruments, read_plan
from ipe_workbench.practice import PracticeRecords, practice_records
from ipe_workbench.simulation import find_scenario

Make = Callable[..., PracticeRecords]


def frame_of(records: PracticeRecords, table: str) -> pd.DataFrame:
    """A table of practice records as a frame."""
    return pd.DataFrame(list(records.rows(table)), columns=list(records.columns[table]))


@pytest.fixture(scope="session")
def programme() -> Programme:
    return example_programme()


@pytest.fixture(scope="session")
def plan(programme: Programme) -> EvaluationPlan:
    assert programme.folder is not None
    found, _ = read_plan(programme.folder)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def make(programme: Programme, plan: EvaluationPlan) -> Make:
    """Practice records of the example programme, with what a test changes."""
    scenario = find_scenario(programme.folder or Path(), "today")

    def made(**changes: object) -> PracticeRecords:
        given = {"plan": plan, "instruments": list_instruments(), "scenario": scenario, "seed": 7} | changes
        return practice_records(programme, **given)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="session")
def records(make: Make) -> PracticeRecords:
    """The whole cohort of 700, with every default."""
    return make()
