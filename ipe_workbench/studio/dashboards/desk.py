"""The desk between the server and its kernels: a kernel waits there until it learns for whom it works.

Kernels are started before anybody visits. The server says at the desk which visitor a kernel got; the kernel asks with
a secret that it inherited from the server and that no page knows. A visitor is never told to a kernel by the page.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass

import tornado.web

from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.studio.dashboards.identity import Visitor

__all__ = ["Desk", "DeskHandler", "Visit", "wait_for_visit", "waits_at_a_desk"]

_ADDRESS, _SECRET = "IPE_DASHBOARD_DESK", "IPE_DASHBOARD_SECRET"
_PATIENCE = 50.0


@dataclass(frozen=True)
class Visit:
    """A visitor, and the language of the page."""

    visitor: Visitor
    language: str = "en"


class Desk:
    """Which kernel works for whom."""

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(32)
        self._visits: dict[str, asyncio.Future[Visit]] = {}

    def environment(self, address: str) -> dict[str, str]:
        """What kernels inherit; `address` is where the desk answers."""
        return {_ADDRESS: address, _SECRET: self.secret}

    def bind(self, kernel: str, visit: Visit) -> None:
        """Give a kernel to a visitor, once and for all."""
        future = self._visit(kernel)
        if future.done():
            raise RuntimeError("a kernel works for one visitor only")
        future.set_result(visit)

    def visitor_of(self, kernel: str) -> Visitor | None:
        """For whom a kernel works."""
        future = self._visits.get(kernel)
        return future.result().visitor if future is not None and future.done() else None

    async def visit(self, kernel: str) -> Visit | None:
        """The visit of a kernel, or None when nobody has come within a while."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._visit(kernel)), _PATIENCE)
        except TimeoutError:
            return None

    def forget(self, alive: set[str]) -> None:
        """Let go of kernels that are gone."""
        for kernel in [one for one, visit in self._visits.items() if one not in alive and visit.done()]:
            del self._visits[kernel]

    def _visit(self, kernel: str) -> asyncio.Future[Visit]:
        if kernel not in self._visits:
            self._visits[kernel] = asyncio.get_running_loop().create_future()
        return self._visits[kernel]


class DeskHandler(tornado.web.RequestHandler):
    """Where kernels ask. Without the secret there is nothing here."""

    async def get(self, kernel: str) -> None:
        """Answer with the visit, or with nothing when the kernel is to ask again."""
        desk: Desk = self.settings["ipe_desk"]
        given = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {desk.secret}".encode()):
            raise tornado.web.HTTPError(404)
        visit = await desk.visit(kernel)
        if visit is None:
            self.set_status(204)
            return
        self.set_header("Cache-Control", "no-store")
        self.write(json.dumps(asdict(visit)))


def waits_at_a_desk() -> bool:
    """Whether this process is a kernel of a dashboard server."""
    return _ADDRESS in os.environ


def wait_for_visit() -> Visit:
    """In a kernel: wait for its visitor.

    Raises
    ------
    EnvironmentFault
        When the server does not answer.
    """
    kernel = os.environ["VOILA_KERNEL_ID"]
    request = urllib.request.Request(  # noqa: S310 - the server's own address
        f"{os.environ[_ADDRESS]}/{kernel}", headers={"Authorization": f"Bearer {os.environ[_SECRET]}"}
    )
    # Not through a proxy of the machine: the desk is here.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    failures = 0
    while failures < 30:
        try:
            with opener.open(request, timeout=_PATIENCE + 30) as answer:
                if answer.status == 200:
                    found = json.loads(answer.read())
                    return Visit(Visitor(**found["visitor"]), found["language"])
            failures = 0
        except (urllib.error.URLError, TimeoutError):
            failures += 1
            time.sleep(1)
    raise EnvironmentFault("The server of the dashboards does not answer.", mend="Start it again.")
