"""One report of the example programme, gathered or rendered once for all tests of this folder."""

from __future__ import annotations

import datetime

import pytest

from ipe_workbench.reporting import RenderedTerm, TermReport, open_term_report, render_term
from ipe_workbench.resources import data_folder


@pytest.fixture(scope="session")
def term_report() -> TermReport:
    return open_term_report(term="2027-fall", replicates=8, seed=7)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> RenderedTerm:
    return render_term(
        data_folder() / "programmes" / "cu-ipe",
        "2026-fall",
        tmp_path_factory.mktemp("reports"),
        replicates=4,
        seed=7,
        at=datetime.datetime(2026, 12, 20, tzinfo=datetime.UTC),
    )
