"""A real JupyterLab, and a real Voilà, on copies of the notebooks, apart from the user's own Jupyter."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ipe_workbench.resources import notebooks_folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SESSION_READY = """async () => { const shown = window.jupyterapp.shell.currentWidget;
  await shown.context.ready; await shown.sessionContext.ready; await shown.sessionContext.session.kernel.info; }"""
_RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"


@pytest.fixture(scope="session", autouse=True)
def chromium() -> str:
    """The system's Chromium. A browser test that cannot run has failed; it is not skipped."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.fail("There is no Chromium on this machine; install it with: scripts/setup.sh browser")
    return program


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: where its notebooks are and how to open one."""

    folder: Path
    address: str
    token: str

    def run(self, page: Page, notebook: str) -> None:
        """Open a notebook and run all its cells."""
        page.goto(f"{self.address}/lab/tree/{notebook}?token={self.token}&reset", wait_until="domcontentloaded")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        # Before the session is there, Lab would open a dialog and run nothing.
        page.evaluate(_SESSION_READY)
        page.evaluate(_RUN_ALL)


@dataclass(frozen=True)
class Voila:
    """A running Voilà on the notebooks."""

    address: str

    def show(self, page: Page, notebook: str) -> None:
        """Open a notebook as a page, which runs all its cells."""
        page.goto(f"{self.address}/voila/render/{notebook}", wait_until="domcontentloaded")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """JupyterLab with its own settings on its own copies; stopped at the end."""
    folder = _copies(tmp_path)
    token, port = secrets.token_hex(16), _free_port()
    command = [
        *("-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}"),
        "--LabApp.extension_manager=readonly",
    ]
    with _running(command, port, tmp_path):
        yield Lab(folder, f"http://127.0.0.1:{port}", token)


@pytest.fixture
def voila(tmp_path: Path) -> Iterator[Voila]:
    """Voilà on copies of the notebooks; stopped at the end."""
    folder, port = _copies(tmp_path), _free_port()
    command = ["-m", "voila", str(folder), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    with _running(command, port, tmp_path):
        yield Voila(f"http://127.0.0.1:{port}")


def _copies(place: Path) -> Path:
    folder = place / "notebooks"
    folder.mkdir()
    for notebook in notebooks_folder().glob("*.ipynb"):
        shutil.copy(notebook, folder)
    return folder


@contextmanager
def _running(command: list[str], port: int, place: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *command],
        env=_isolated(place / "jupyter"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def command_served(page: str, programme: Path, place: Path, *options: str) -> Iterator[str]:
    """A page that a command of the workbench serves; what it prints is the link that opens it."""
    port, log = _free_port(), place / f"{page}.log"
    command = [sys.executable, "-m", "ipe_workbench", "dashboard", page, "--programme", str(programme)]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "--port", str(port), *options], env=_isolated(place / page), stdout=stream, stderr=stream
        )
        try:
            _wait_for(port, process)
            yield next(word for word in log.read_text(encoding="utf-8").split() if "/enter#" in word)
        finally:
            stop(process)


def serious(page: Page) -> list[tuple[str, Any]]:
    """What axe finds grave on a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def _isolated(place: Path) -> dict[str, str]:
    names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    own = {f"JUPYTER_{name}": str(place / name.lower()) for name in names}
    own |= {f"JUPYTERLAB_{name}": str(place / name.lower()) for name in ("SETTINGS_DIR", "WORKSPACES_DIR")}
    own |= {"IPYTHONDIR": str(place / "ipython"), "MPLCONFIGDIR": str(place / "matplotlib")}
    settings = place / "settings_dir" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    no_news = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(no_news), encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if key != "IPE_PROGRAMMES"}
    return {**kept, "JUPYTER_PREFER_ENV_PATH": "1", **own}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 240
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"The server stopped at once, with exit code {process.returncode}.")
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("The server did not answer within four minutes.")
