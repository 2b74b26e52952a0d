"""One small campus for all tests of the dashboards; they only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.records import Store, open_store
from ipe_workbench.studio.dashboards.opening import Sources
from tests.studio.dashboards.campus import DAY, PROGRAMME, make_campus


@pytest.fixture(scope="session")
def campus(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_campus(tmp_path_factory.mktemp("campus"))


@pytest.fixture(scope="session")
def programme() -> Programme:
    return load_programme(PROGRAMME)


@pytest.fixture(scope="session")
def store(campus: str) -> Iterator[Store]:
    with open_store(campus) as opened:
        yield opened


@pytest.fixture(scope="session")
def sources(store: Store, programme: Programme) -> Sources:
    return Sources(programme, store, DAY)
