"""The designer as a page that is served: it edits the programme's folder, and knows no records."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from ipe_workbench.credentials import load_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.studio import Designer
from ipe_workbench.studio.dashboards.identity import Visitor
from ipe_workbench.studio.dashboards.opening import Sources, page_for
from ipe_workbench.studio.dashboards.texts import Texts
from tests.programmes import copy_of_cu_ipe, replace_in

DAY = datetime.date(2027, 3, 20)


def test_the_page_is_a_designer_on_the_files_as_they_are_when_somebody_comes(tmp_path: Path) -> None:
    folder = copy_of_cu_ipe(tmp_path)
    sources = Sources(load_programme(folder), None, DAY)
    replace_in(folder / "credentials" / "05-huddles-and-briefings.yaml", "hours: 5\n", "hours: 7\n")
    body = page_for(Visitor("designer"), sources, Texts("en")).body
    assert isinstance(body, Designer)
    assert body.model.programme.credentials["huddles-and-briefings"].hours == 7
    assert body.model.programme.folder == folder


def test_a_page_without_records_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="no records"):
        _ = Sources(load_programme(copy_of_cu_ipe(tmp_path)), None, DAY).records
