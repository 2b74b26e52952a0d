"""One report of the example programme, gathered or printed once for all tests of this folder."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipe_workbench.records import Store
from ipe_workbench.reporting import TermReport, open_term_report
from ipe_workbench.reporting.edition import Asked, print_edition
from ipe_workbench.resources import data_folder
from ipe_workbench.starter import start_programme
from tests.reporting.cohort import cohort_store
from tests.reporting.hostile import HostileSet, hostile_set
from tests.reporting.printed import Printed, printed_report


@pytest.fixture(scope="session")
def term_report() -> TermReport:
    return open_term_report(term="2027-fall", replicates=8, seed=7)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    asked = Asked(
        data_folder() / "programmes" / "cu-ipe",
        "2026-fall",
        tmp_path_factory.mktemp("reports"),
        replicates=4,
        seed=7,
        only=("term-evaluation",),
        at=datetime.datetime(2026, 12, 20, tzinfo=datetime.UTC),
    )
    return printed_report(print_edition(asked))


@pytest.fixture(scope="session")
def small_programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme of three professions and two badges; tests that change it work on a copy."""
    return start_programme(tmp_path_factory.mktemp("programmes") / "small", title="Small & plain", issuer="School")


@pytest.fixture(scope="session")
def small_records(small_programme: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Records of a cohort of the small programme."""
    with cohort_store(small_programme, tmp_path_factory.mktemp("records") / "records.sqlite") as store:
        yield store


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> HostileSet:
    """The whole set of reports of a programme and records full of hostile text."""
    return hostile_set(tmp_path_factory.mktemp("hostile"))
