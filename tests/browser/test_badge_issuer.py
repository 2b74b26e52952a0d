"""Issuing in a real JupyterLab: from the open notebook to a revoked badge; the saved notebook holds no passphrase."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Lab

pytestmark = [
    pytest.mark.browser,
    # Playwright's own event loop is closed while its last tasks are pending.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SECRET = "swordfish and seven herrings"  # noqa: S105
_SAVE_WITH_STATE = """async () => {
  await window.jupyterapp.commands.execute('@jupyter-widgets/jupyterlab-manager:saveWidgetState');
  await window.jupyterapp.commands.execute('docmanager:save'); }"""


def test_awards_are_signed_verified_and_revoked_with_the_mouse(lab: Lab, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    lab.run(page, "05_issue_badges.ipynb")
    room = page.locator(".jp-OutputArea .ipe-studio").first
    room.wait_for()
    room.get_by_role("button", name="Take example awards").click()
    awards = room.get_by_label("Awards (Ctrl or Shift to choose several)")
    expect(awards.locator("option")).to_have_count(6)
    awards.select_option(index=[0, 1])
    preview = room.get_by_label("Preview of the badge")
    expect(preview).to_contain_text("Your strengths")
    expect(preview.get_by_role("img").first).to_be_visible()
    accessible(page, "before there are keys")

    room.get_by_label("Issuer of new keys").fill("did:web:badges.example.edu")
    passphrase = room.get_by_label("Passphrase of the keys", exact=True)
    passphrase.fill(SECRET)
    room.get_by_role("button", name="Make keys").click()
    expect(room.get_by_text("encrypted.")).to_be_visible()
    expect(passphrase).to_have_value("")
    passphrase.fill(SECRET + "!")
    sign = room.get_by_role("button", name="Sign the chosen awards")
    sign.click()
    expect(room.get_by_role("alert")).to_contain_text("does not open this key")
    passphrase.fill(SECRET)
    sign.click()
    expect(room.get_by_text("2 badges made.")).to_be_visible()
    expect(room.get_by_role("alert")).to_have_count(0)

    room.get_by_role("button", name="Verify").click()
    expect(room.get_by_text("Valid: genuine, in force")).to_be_visible()
    accessible(page, "verified")
    room.get_by_label("Reason of a revocation").fill("Meant for somebody else")
    room.get_by_label("Passphrase of the keys, to revoke").fill(SECRET)
    room.get_by_role("button", name="Revoke this badge").click()
    expect(room.get_by_text("Revoked. Publish")).to_be_visible()
    room.get_by_role("button", name="Verify").click()
    expect(room.get_by_text("Revoked: the issuer has withdrawn it.")).to_be_visible()
    accessible(page, "revoked")

    files = list((lab.folder / "my-badges" / "badges" / "badges").iterdir())
    assert len(files) == 2
    page.evaluate(_SAVE_WITH_STATE)
    notebook = lab.folder / "05_issue_badges.ipynb"
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = json.loads(notebook.read_text())
    # The state of the widgets is in the file, and the passphrase is not: neither in it nor in anything else here.
    assert "application/vnd.jupyter.widget-state+json" in saved["metadata"]["widgets"]
    assert "PasswordModel" in notebook.read_text()
    for path in lab.folder.parent.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def accessible(page: Page, when: str) -> None:
    found = Axe().run(page, context=".ipe-studio").response["violations"]
    assert not found, (when, [(one["id"], one["nodes"][0]["html"][:200]) for one in found])
