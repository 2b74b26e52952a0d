"""The notebooks of the dashboards, and a kernel that no server started."""

from __future__ import annotations

import ipywidgets
import nbformat
import pytest

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.resources import notebooks_folder
from ipe_workbench.studio.dashboards import open_dashboard
from ipe_workbench.studio.dashboards.body import written
from ipe_workbench.studio.dashboards.identity import ROLES, Visitor
from ipe_workbench.studio.dashboards.opening import Page, Sources, page_for
from ipe_workbench.studio.dashboards.texts import Texts

FOLDER = notebooks_folder() / "dashboards"


def test_each_role_has_a_notebook_of_two_calls() -> None:
    assert {one.stem for one in FOLDER.glob("*.ipynb")} >= set(ROLES)
    for role in ROLES:
        notebook = nbformat.read(FOLDER / f"{role}.ipynb", as_version=4)
        nbformat.validate(notebook)
        sources = [cell.source for cell in notebook.cells]
        assert f'open_dashboard("{role}")' in sources[0]
        assert sources[1] == "page.body"
        assert not any(cell.outputs for cell in notebook.cells)


@pytest.mark.parametrize("role", ROLES)
def test_without_a_server_it_says_how_to_start_one(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IPE_DASHBOARD_DESK", "IPE_DASHBOARD_SECRET"):
        monkeypatch.delenv(name, raising=False)
    page = open_dashboard(role)  # type: ignore[arg-type]
    assert f"ipe dashboard {role}" in page.top
    assert page.body.value == ""


def test_what_goes_wrong_is_said_and_not_shown(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    from ipe_workbench.studio.dashboards import pages

    def broken(*_: object) -> Page:
        raise ZeroDivisionError("a secret of the code")

    monkeypatch.setitem(pages._PAGES, "learner", broken)
    page = page_for(Visitor("learner", "s001"), sources, Texts("es"))
    assert "Avisa a la oficina" in page.top
    assert "secret" not in page.top


def test_a_body_that_fails_shows_an_alert() -> None:
    def fails() -> object:
        raise WorkbenchError("No records <b>here</b>.", mend="Mend it.")

    def breaks() -> object:
        raise KeyError("secret")

    assert "No records &lt;b&gt;here&lt;/b&gt;. Mend it." in Page("", fails).body.alert.value
    said = Page("", breaks, "es").body.alert.value
    assert "Avisa a la oficina" in said
    assert "secret" not in said


def test_a_page_says_of_itself_no_more_than_its_name(sources: Sources) -> None:
    body = page_for(Visitor("learner", "s001"), sources, Texts("en")).make_body()
    assert repr(body) == "LearnerPage()"


def test_a_body_is_written_with_a_mark_for_each_part_that_lives(sources: Sources) -> None:
    body = page_for(Visitor("faculty", "f001"), sources, Texts("en")).make_body()
    data, metadata = body._repr_mimebundle_()
    said = data["text/html"]
    assert metadata == {"ipe_first": True}
    assert "application/vnd.jupyter.widget-view+json" in data
    for part in (body.team, body.shown, body.ratings, body.alert):
        assert said.count(f'data-model="{part.model_id}"') == 1
    assert body.shown.value in said
    assert said.count("<option selected>") == 1
    # Team names come from files.
    assert "<option>=cmd|&#x27; /C calc&#x27;!A0" in said


def test_titles_in_a_list_are_text() -> None:
    hostile = "</option></select><img src=x onerror=alert(1)>"
    said = written(ipywidgets.VBox([ipywidgets.Dropdown(options=[hostile], description=hostile)]))
    assert "<img" not in said
    assert said.count("</select>") == 1


def test_a_widget_that_would_not_live_is_refused() -> None:
    with pytest.raises(TypeError, match="no IntSlider"):
        written(ipywidgets.VBox([ipywidgets.IntSlider()]))
