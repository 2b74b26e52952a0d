"""Practice records of the example programme in a database, with the truth behind them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from ipe_workbench.credentials import Programme, example_programme
from ipe_workbench.evaluation import EvaluationPlan, list_instruments
from ipe_workbench.evaluation.feedback import FacultyFeedback, faculty_feedback
from ipe_workbench.practice import PracticeRecords, practice_records, record_practice
from ipe_workbench.records import Store, make_store
from ipe_workbench.simulation import find_scenario

DAY = datetime.date(2028, 2, 15)


@pytest.fixture(scope="session")
def programme() -> Programme:
    return example_programme()


@pytest.fixture(scope="session")
def practice(programme: Programme) -> PracticeRecords:
    assert programme.folder is not None
    scenario = find_scenario(programme.folder, "today")
    return practice_records(programme, plan=EvaluationPlan(), instruments=list_instruments(), scenario=scenario, seed=7)


@pytest.fixture(scope="session")
def store(practice: PracticeRecords, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with make_store(tmp_path_factory.mktemp("practice") / "records.sqlite") as made:
        record_practice(practice, made, at=datetime.datetime(2028, 6, 1))  # noqa: DTZ001 - UTC without saying so
        yield made


@pytest.fixture(scope="session")
def pseudonyms(practice: PracticeRecords, store: Store) -> dict[str, str]:
    """The pseudonym of each learner and each of the staff."""
    learners = {id: store.key.pseudonym(id) for id in practice.truth["skill"]}
    return learners | {id: store.key.pseudonym(f"staff {id}") for id in practice.truth["severity"]}


@pytest.fixture(scope="session")
def feedback(programme: Programme, store: Store) -> FacultyFeedback:
    return faculty_feedback(programme, store, on=DAY)
