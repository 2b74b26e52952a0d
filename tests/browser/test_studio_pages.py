"""Designer and simulator as pages that are served: started as a user starts them, in Spanish, with hostile names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import command_served, serious
from tests.programmes import copy_of_cu_ipe, replace_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    # Playwright's own event loop is closed while its last tasks are pending.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOSTILE = '<img src=x onerror="window.hurt = 1">'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = copy_of_cu_ipe(tmp_path)
    credential = copy / "credentials" / "01-values-foundations.yaml"
    replace_in(credential, "title: Foundations of shared values\n", f"title: '{HOSTILE}'\n")
    replace_in(copy / "scenarios" / "redesign.yaml", "title: ", f"title: '{HOSTILE}' #")
    return copy


def harmless(page: Page) -> None:
    """Nothing of a name was executed, and none has become an element."""
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    assert page.evaluate("() => [window.hurt ?? null, document.querySelectorAll('img[src=x]').length]") == [None, 0]


def test_the_designer_is_served_edits_and_saves(folder: Path, tmp_path: Path, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    page.set_viewport_size({"width": 1280, "height": 720})
    with command_served("designer", folder, tmp_path, "--language", "es") as address:
        page.goto(address)
        expect(page.get_by_role("heading", name="Diseñador", level=1)).to_be_visible()
        studio = page.locator(".ipe-studio")
        first = studio.locator("[data-box='values-foundations']")
        expect(first.locator("title")).to_have_text(HOSTILE)
        title = studio.get_by_label("Título", exact=True)
        expect(title).to_have_value(HOSTILE)
        hours = studio.get_by_label("Horas de dedicación del estudiante")
        hours.fill("8")
        hours.press("Tab")
        expect(studio.get_by_role("status", name="Horas")).to_contain_text("5 más que en lo guardado")
        expect(studio).to_have_attribute("lang", "es")
        # A rule that names the badge, in words and in blocks.
        studio.locator("[data-box='roles-foundations']").click()
        studio.get_by_role("tab", name="Requisitos").click()
        studio.locator(".ipe-rule").get_by_role("button", name="Pedir algo").click()
        expect(studio.locator(".ipe-rule select").nth(1).locator("option:checked")).to_have_text(HOSTILE)
        assert serious(page) == []
        harmless(page)
        studio.get_by_role("button", name="Guardar", exact=True).click()
        expect(studio.locator(".ipe-said")).to_contain_text("Se ha guardado")
    assert "\nhours: 8\n" in (folder / "credentials" / "01-values-foundations.yaml").read_text(encoding="utf-8")


def test_the_simulator_is_served_and_moved(folder: Path, tmp_path: Path, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    page.set_viewport_size({"width": 1280, "height": 720})
    with command_served("simulator", folder, tmp_path, "--language", "es") as address:
        page.goto(address)
        studio = page.locator(".ipe-studio")
        figure: Any = studio.locator("figure[role=img]").first
        expect(figure).to_be_visible()
        told = figure.get_attribute("aria-label")
        studio.get_by_role("slider", name="Intentos en cada evaluación (0: según el diseño)").focus()
        page.keyboard.press("End")
        expect(figure).not_to_have_attribute("aria-label", told or "")
        expect(studio.get_by_role("heading", name=HOSTILE)).to_be_visible()
        expect(studio.get_by_role("heading", name="¿Qué haría falta?")).to_be_visible()
        assert serious(page) == []
        harmless(page)
