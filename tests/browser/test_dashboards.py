"""The dashboards as their visitors meet them: real servers, a real Chromium, and people who try doors."""

from __future__ import annotations

import datetime
import json
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ipe_workbench.studio.dashboards.identity import LinkKeys, Visitor, make_key_file
from tests.browser.conftest import _free_port, _isolated, _wait_for, serious, stop
from tests.conftest import patient_context
from tests.studio.dashboards.campus import DAY, PROGRAMME, make_campus

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    # Playwright's own event loop is closed while its last tasks are pending.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Served:
    """A running dashboard: its address, the keys of its links, and where its log is."""

    role: str
    address: str
    keys: LinkKeys
    log: Path

    def link(self, person: str = "", *, days: float = 1, role: str | None = None, earlier: float = 0) -> str:
        now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=earlier)
        visitor = Visitor(role or self.role, person)  # type: ignore[arg-type]
        return f"{self.address}enter#{self.keys.seal(visitor, audience='cu-ipe', now=now, days=days)}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("campus")
    make_campus(folder)
    make_key_file(folder / "links.key")
    return folder


def serve(role: str, place: Path, *options: str, environment: dict[str, str] | None = None) -> Iterator[Served]:
    port, log = _free_port(), place / f"{role}-{secrets.token_hex(4)}.log"
    command = [sys.executable, "-m", "ipe_workbench", "dashboard", role, "--programme", str(PROGRAMME)]
    command += ["--db", str(place / "records.sqlite"), "--port", str(port), "--on", DAY.isoformat(), "--ready", "1"]
    folder = place / log.stem
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, *options], env=_isolated(folder) | (environment or {}), stdout=stream, stderr=stream
        )
        try:
            _wait_for(port, process)
            yield Served(role, f"http://127.0.0.1:{port}/", LinkKeys.read(place / "links.key"), log)
        finally:
            stop(process)


@pytest.fixture(scope="module")
def learner(place: Path) -> Iterator[Served]:
    yield from serve("learner", place, "--key", str(place / "links.key"))


@pytest.fixture(scope="module")
def faculty(place: Path) -> Iterator[Served]:
    yield from serve("faculty", place, "--key", str(place / "links.key"))


@pytest.fixture(scope="module")
def programme(place: Path) -> Iterator[Served]:
    yield from serve("programme", place, "--key", str(place / "links.key"))


def until_settled(page: Page, heading: str) -> None:
    page.get_by_role("heading", name=heading, exact=True).wait_for()
    page.wait_for_function("() => !document.getElementById('loading')")


def test_a_learner_sees_own_badges_by_keyboard_and_on_a_phone(learner: Served, offline_page: Page) -> None:
    page = offline_page
    page.set_viewport_size(PHONE)
    page.goto(learner.link("s000"))
    until_settled(page, "Share and download")
    # A hostile name is text, and nothing of it ran.
    assert page.get_by_role("heading", level=1).inner_text() == 'Hello <img src=x onerror="window.hacked=1">'
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.lang") == "en"
    # The token is out of the address, and no script can read it.
    assert page.url == learner.address
    assert page.evaluate("document.cookie").find("gAAAA") == -1
    # Nothing is wider than the phone.
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert serious(page) == []
    goal = page.get_by_label("What I work toward")
    before = page.locator("#next").inner_text()
    goal.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("(old) => document.getElementById('next').innerText !== old", arg=before)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download my data").click()
    data = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert data["learner"] == "s000"
    before = kernel_of(page)
    page.get_by_role("link", name="Español").click()
    until_settled(page, "Compartir y descargar")
    # The kernel of the page that was left is stopped.
    assert page.request.get(f"{learner.address}api/kernels/{before}").status == 404
    assert page.request.get(f"{learner.address}api/kernels/{kernel_of(page)}").status == 200
    assert page.evaluate("document.documentElement.lang") == "es"
    page.get_by_role("link", name="Salir").click()
    page.wait_for_url("**/leave")
    answer = page.request.get(learner.address)
    assert (answer.status, "personal link" in answer.text()) == (403, True)


def refused(browser: Browser, link: str) -> str:
    context = patient_context(browser)
    page = context.new_page()
    page.goto(link)
    page.wait_for_function("() => !/Opening/.test(document.getElementById('message').innerText)")
    said = page.inner_text("#message")
    assert context.cookies() == []
    context.close()
    return said


def test_links_that_were_changed_or_are_too_old_open_nothing(
    learner: Served, faculty: Served, browser: Browser
) -> None:
    good, other = learner.link("s001"), learner.link("s002")
    token = good.partition("#")[2]
    changed = f"{learner.address}enter#{token[:40]}{other.partition('#')[2][40:80]}{token[80:]}"
    assert "was changed" in refused(browser, changed)
    assert "was changed" in refused(browser, f"{learner.address}enter#s002")
    assert "run out" in refused(browser, learner.link("s001", days=1, earlier=2))
    assert "another dashboard" in refused(browser, f"{faculty.address}enter#{token}")


def get(address: str, *, cookie: str = "", method: str = "GET", body: bytes | None = None) -> tuple[int, str]:
    request = urllib.request.Request(  # noqa: S310 - this machine's
        address, data=body, method=method, headers={"Cookie": cookie} if cookie else {}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


def test_nothing_opens_without_a_link(learner: Served) -> None:
    assert get(learner.address)[0] == 403
    for query in ("?learner=s001", "?token=s001", "?id=s001&role=learner"):
        assert get(learner.address + query)[0] == 403
    closed = "voila/files/learner.ipynb learner.ipynb voila/tree voila/render/x voila/api/contents/ files/links.key"
    for path in [*closed.split(), *["ipe/desk/0-0", "api/kernels", "api/contents", "api/sessions", "api/terminals"]]:
        assert get(learner.address + path)[0] in (403, 404), path
    # Who is let in has the own page, and none of these either.
    own = f"ipe-dashboard-learner={learner.link('s001').partition('#')[2]}"
    more = "faculty.ipynb voila/render/faculty.ipynb voila/static/voila.js voila/static/..%2f..%2fetc/passwd"
    for path in [*closed.split(), *more.split(), "api/kernels", "api/me", "lab", "ipe/desk/0-0", "static/%2e%2e/x"]:
        assert get(learner.address + path, cookie=own)[0] == 404, path
    forged = f"ipe-dashboard-learner={learner.link('s001').partition('#')[2][:-8]}AAAAAAA="
    assert get(learner.address, cookie=forged)[0] == 403
    assert get(learner.address + "enter", method="POST", body=b'{"token": "x"}')[0] == 415


def kernel_of(page: Page) -> str:
    kernel: str = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    return kernel


_TALK = """([kernel, content]) => new Promise((done) => {
  const base = location.href.replace("http", "ws").split("?")[0];
  const socket = new WebSocket(`${base}api/kernels/${kernel}/channels?session_id=mine`);
  const heard = [], end = Date.now() + 120000;
  const say = (type, content, channel = "shell") => socket.send(JSON.stringify({channel, buffers: [],
    header: {msg_id: crypto.randomUUID(), username: "", session: "mine", date: new Date().toISOString(), msg_type: type,
             version: "5.3"}, parent_header: {}, metadata: {}, content}));
  socket.onmessage = ({data}) => { try { heard.push(JSON.parse(data).msg_type); } catch { heard.push("binary"); } };
  socket.onerror = () => done({refused: true, heard});
  socket.onopen = () => {
    for (const [type, body, channel] of content) say(type, body, channel);
    setTimeout(() => say("kernel_info_request", {}), 500);
    // What comes is awaited, however long it takes; what must not come has a second more.
    const wanted = content.length ? ["kernel_info_reply", "comm_close"] : [];
    const look = setInterval(() => {
      if (!wanted.every((one) => heard.includes(one)) && Date.now() < end) return;
      clearInterval(look);
      setTimeout(() => { socket.close(); done({refused: false, heard}); }, 1000);
    }, 100);
  };
})"""


def test_no_code_reaches_a_kernel_and_no_page_another_kernel(learner: Served, browser: Browser, tmp_path: Path) -> None:
    first, second = (patient_context(browser), patient_context(browser))
    mine, theirs = first.new_page(), second.new_page()
    for page, person in ((mine, "s004"), (theirs, "s005")):
        page.goto(learner.link(person))
        until_settled(page, "Share and download")
    proof = tmp_path / "executed"
    code = f"open({str(proof)!r}, 'w').close()"
    asked = {"code": code, "silent": False, "store_history": False}
    debug = {"type": "request", "seq": 1, "command": "evaluate", "arguments": {"expression": code}}
    widget = {"comm_id": "x", "target_name": "jupyter.widget", "data": {"state": {"_model_name": "HTMLModel"}}}
    messages = [("execute_request", asked, channel) for channel in ("shell", "control", "stdin")] + [
        ("debug_request", debug, "control"),
        ("complete_request", {"code": "open(", "cursor_pos": 5}, "shell"),
        ("inspect_request", {"code": "page", "cursor_pos": 2, "detail_level": 1}, "shell"),
        ("history_request", {"hist_access_type": "tail", "n": 5}, "shell"),
        ("comm_open", widget, "shell"),
    ]
    said = mine.evaluate(_TALK, [kernel_of(mine), messages])
    assert not said["refused"]
    # The kernel is alive and answers what widgets need; it has done nothing of the rest.
    assert "kernel_info_reply" in said["heard"]
    assert "comm_close" in said["heard"]
    assert not {one for one in said["heard"] if one.startswith(("execute", "debug", "complete", "inspect", "history"))}
    assert not proof.exists()
    # Somebody else's kernel is nothing to me, by socket, by name, or to be stopped.
    other = kernel_of(theirs)
    assert mine.evaluate(_TALK, [other, []])["refused"]
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in first.cookies())
    assert get(f"{learner.address}api/kernels/{other}", cookie=cookie)[0] == 404
    assert get(f"{learner.address}api/kernels/{other}", cookie=cookie, method="DELETE")[0] in (403, 404, 405)
    assert get(f"{learner.address}voila/api/shutdown/{other}", cookie=cookie, method="POST", body=b"")[0] in (403, 404)
    assert get(f"{learner.address}api/kernels/{kernel_of(mine)}", cookie=cookie)[0] == 200
    # Their page still works.
    before = theirs.locator("#next").inner_text()
    theirs.get_by_label("What I work toward").select_option(index=1)
    theirs.wait_for_function("(old) => document.getElementById('next').innerText !== old", arg=before)
    first.close()
    second.close()
    log = learner.log.read_text(encoding="utf-8")
    assert "gAAAA" not in log
    assert "s004" not in log


def test_a_facilitator_sees_own_teams(faculty: Served, offline_page: Page) -> None:
    page = offline_page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(faculty.link("f001"))
    until_settled(page, "My ratings")
    assert serious(page) == []
    team = page.get_by_label("Team", exact=True)
    before = page.locator("#team").inner_text()
    team.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("(old) => document.getElementById('team').innerText !== old", arg=before)
    hostile = next(one for one in team.locator("option").all_inner_texts() if one.startswith("=cmd"))
    team.select_option(label=hostile)
    page.locator("#team caption", has_text="=cmd").wait_for()
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_office_sees_the_programme(programme: Served, offline_page: Page) -> None:
    page = offline_page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(programme.link())
    until_settled(page, "What is hidden")
    assert serious(page) == []
    before = page.locator("#attainment").inner_text()
    page.get_by_label("Profession", exact=True).select_option(label="Nursing")
    page.wait_for_function("(old) => document.getElementById('attainment').innerText !== old", arg=before)
    before = page.locator("#equity").inner_text()
    page.get_by_label("Badge to compare").select_option(index=2)
    page.wait_for_function("(old) => document.getElementById('equity').innerText !== old", arg=before)
    page.locator("#attainment summary").click()
    assert page.locator("#attainment table").first.is_visible()


def test_a_user_of_the_hub_has_the_page_of_the_table(place: Path, offline_page: Page) -> None:
    people = place / "people.csv"
    people.write_text("user,role,id\nana,learner,s006\n", encoding="utf-8")
    for served in serve(
        "learner", place, "--people", str(people), "--ready", "0", environment={"JUPYTERHUB_USER": "ana"}
    ):
        offline_page.goto(f"{served.address}?learner=s007")
        until_settled(offline_page, "Share and download")
        assert offline_page.get_by_role("heading", level=1).inner_text() == "Hello Given6"


def test_an_open_page_ends_with_its_link(learner: Served, browser: Browser) -> None:
    context = patient_context(browser)
    page = context.new_page()
    # A busy machine may take longer than a short link lives to show its page at all.
    for seconds in (25, 75, 225):
        page.goto(learner.link("s008", days=seconds / 86_400))
        until_settled(page, "Share and download")
        if not page.evaluate(_TALK, [kernel_of(page), []])["refused"]:
            break
    own = f"{learner.address}api/kernels/{kernel_of(page)}"
    for _ in range(seconds):
        if page.evaluate("async (address) => (await fetch(address)).status", own) != 200:
            break
        page.wait_for_timeout(1_000)
    assert page.evaluate(_TALK, [kernel_of(page), []])["refused"]
    before = page.locator("#next").inner_text()
    page.get_by_label("What I work toward").select_option(index=1)
    page.wait_for_timeout(1_500)
    assert page.locator("#next").inner_text() == before
    context.close()
