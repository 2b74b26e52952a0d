"""The manual builds without a warning, each of its links leads somewhere, and it asks nobody for anything."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow  # builds the manual


class Page(HTMLParser):
    """What a page links to, what it loads by itself, and where it can be jumped to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.anchors |= {one for one in (said.get("id"), said.get("name")) if one}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"] or "")
        if said.get("src"):
            self.loads.append(said["src"] or "")
        if tag == "link" and said.get("rel") in ("stylesheet", "icon", "preconnect", "modulepreload", "preload"):
            self.loads.append(said.get("href") or "")


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("manual")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return site


@pytest.fixture(scope="module")
def pages(manual: Path) -> dict[Path, Page]:
    found = manual.rglob("*.html")
    return {path: Page(path.read_text(encoding="utf-8")) for path in found if path.name != "404.html"}


def test_every_link_leads_to_a_page_and_a_place_on_it(manual: Path, pages: dict[Path, Page]):
    broken = defaultdict(list)
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages[target].anchors if target in pages else {""} if target.exists() else set()
            if unquote(parts.fragment) not in known and parts.fragment != "__skip":
                broken[path.relative_to(manual).as_posix()].append(link)
    assert not broken
    assert sum(len(page.links) for page in pages.values()) > 1000  # the reader found links at all


def test_no_page_loads_anything_from_elsewhere(pages: dict[Path, Page]):
    assert not [one for page in pages.values() for one in page.loads if urlsplit(one).netloc]


def test_the_reference_names_every_command_every_public_name_and_every_lint(manual: Path):
    import ipe_workbench.evaluation as evaluation
    from ipe_workbench.cli import app

    commands = (manual / "reference" / "cli.html").read_text(encoding="utf-8")
    assert all(f"ipe {group.name}" in commands for group in app.registered_groups)
    api = (manual / "reference" / "api" / "evaluation.html").read_text(encoding="utf-8")
    assert all(f'id="ipe_workbench.evaluation.{name}"' in api for name in evaluation.__all__)
    lints = (manual / "reference" / "lints.html").read_text(encoding="utf-8")
    assert all(f'id="{path.stem}"' in lints for path in (ROOT / "data" / "lints").glob("*-*.md"))
