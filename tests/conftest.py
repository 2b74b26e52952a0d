"""Fixtures of the whole suite: a real Chromium that may reach nothing but this machine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings

# No test asserts wall time: the machine may be busy.
settings.register_profile("workbench", deadline=None)
# For scripts/mutants.py: the same examples for each mutant, and no search for the smallest that fails.
settings.register_profile(
    "mutants", deadline=None, max_examples=50, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("workbench")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from ipe_workbench.badges import Keyring

_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds for what a page is waited for: no test says another time, for a busy machine may take its own.
_PATIENCE = 240_000
# anywidget drops every message to a widget whose module took longer than two seconds, which a busy machine may take.
# `ipe_workbench/studio/listening.js` mends that for people; a page of a test must not even log it.
_PATIENT = """const limit = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (time) => limit(time === 2000 ? 600_000 : time);"""
_OWN = ("http://127.0.0.1:", "ws://127.0.0.1:", "http://localhost:", "file://", "data:", "blob:")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story in a real browser may meet a machine that is busy with others: it may begin anew, and pytest says so."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(autouse=True)
def no_loop_of_a_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Playwright leaves its event loop running in the thread of a worker; a test without a browser must not meet it."""
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in request.fixturenames:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """Keys of each kind of an issuer with a did:web; tests only use them, and change others of their own."""
    from tests.badges.making import keyring

    return keyring(tmp_path_factory.mktemp("keys"), kinds=("Ed25519", "RSA", "P-256"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; nothing is downloaded."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("There is no Chromium on this machine; install it with: scripts/setup.sh browser")
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        expect.set_options(timeout=_PATIENCE)
        running = playwright.chromium.launch(executable_path=program, args=_OPTIONS)
        yield running
        running.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own."""
    context = patient_context(browser)
    yield context.new_page()
    context.close()


def patient_context(browser: Browser) -> BrowserContext:
    """A visitor of their own, who waits as long as a busy machine takes."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(_PATIENT)
    context.set_default_timeout(_PATIENCE)
    return context


@pytest.fixture
def offline_page(browser_page: Page) -> Iterator[Page]:
    """A page that fails its test on any external request, console error or uncaught exception."""
    external: list[str] = []
    errors: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith(_OWN):
            route.continue_()
        else:
            external.append(route.request.url)
            route.abort()

    browser_page.context.route("**/*", guard)
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    browser_page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield browser_page
    assert not external, external
    assert not errors, errors
