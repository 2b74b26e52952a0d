"""Behind the door: a page for its visitor, and the kernel of that page for nobody else."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, cast

import tornado.web
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.ioloop import IOLoop
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ipe_workbench.studio.dashboards.desk import Desk, Visit
from ipe_workbench.studio.dashboards.door import Door, language_of, notice, told_to_enter
from ipe_workbench.studio.dashboards.texts import Texts
from ipe_workbench.studio.dashboards.turns import Turns

#: Seconds after which a visitor is served besides those who have the turn.
_LONGEST_WAIT = 15.0

__all__ = ["NothingHandler", "OwnKernelHandler", "OwnShutdownHandler", "OwnSocketHandler", "PageHandler"]


class PageHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """The dashboard. There is one page; every other address is nothing."""

    @allow_unauthenticated  # who is not let in is told how to enter; there is no form to log in
    async def get(self, path: str | None = None) -> None:
        """Serve the page to a visitor who is let in, while there is room."""
        self.set_header("Cache-Control", "no-store")
        texts = Texts(language_of(self))
        visitor = self.settings["ipe_door"].visitor_of(self)
        if visitor is None:
            self.set_status(403)
            self.finish(told_to_enter(texts))
        elif path:
            raise tornado.web.HTTPError(404)
        elif self._visitors() >= self.settings["ipe_most"]:
            self.set_status(503)
            self.set_header("Retry-After", "60")
            self.finish(notice(texts, texts("Too many people are here just now. Try again in a minute.")))
        else:
            self._reception = _Reception(
                self.settings["kernel_manager"],
                self.settings["ipe_desk"],
                Visit(visitor, texts.language),
                self.settings["ipe_turns"],
            )
            try:
                async for html in self.get_generator():
                    self.write(html)
                    await self.flush()
                    # What says nothing of anybody is on its way; the rest when it is this visitor's turn.
                    await self._reception.turn()
            finally:
                self._reception.leave()

    @property
    def kernel_manager(self) -> Any:
        """The kernels, by way of the reception."""
        return getattr(self, "_reception", None) or self.settings["kernel_manager"]

    def _visitors(self) -> int:
        """How many kernels have a visitor, or one who waits for a turn."""
        desk: Desk = self.settings["ipe_desk"]
        alive = set(self.settings["kernel_manager"].list_kernel_ids())
        desk.forget(alive)
        turns: Turns = self.settings["ipe_turns"]
        return turns.waiting + sum(desk.visitor_of(one) is not None for one in alive)


class _Reception:
    """The kernel manager during one request: the kernel that the request gets is the visitor's.

    Many who come at once are served in turn.
    """

    def __init__(self, kernels: Any, desk: Desk, visit: Visit, turns: Turns) -> None:
        self._kernels, self._desk, self._visit, self._turns = kernels, desk, visit, turns
        self._waiting: str | None = None
        self._has_turn = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernels, name)

    async def get_rendered_notebook(self, **how: Any) -> Any:
        """A kernel that was waiting."""
        # Voilà would tell the next kernel of this one's address.
        how.pop("extra_kernel_env_variables", None)
        found = await self._kernels.get_rendered_notebook(**how)
        _, begun, self._waiting = found
        if not begun:
            # Nothing was made yet that could be sent before the kernel knows for whom it works.
            await self.turn()
        return found

    async def start_kernel(self, **how: Any) -> Any:
        """A kernel that is started now, since none is waiting."""
        kernel = await ensure_async(self._kernels.start_kernel(**how))
        self._desk.bind(kernel, self._visit)
        return kernel

    async def turn(self) -> None:
        """Wait until it is this visitor's turn, but not for ever, and let the kernel begin; later calls do nothing."""
        kernel, self._waiting = self._waiting, None
        if kernel is None:
            return
        self._has_turn = await self._turns.take(patience=_LONGEST_WAIT)
        self._desk.bind(kernel, self._visit)

    def leave(self) -> None:
        """Let the next one have the turn."""
        if self._has_turn:
            self._has_turn = False
            self._turns.give_back()


class _Own:
    """For handlers of one kernel: whoever it does not belong to is told that there is none."""

    settings: dict[str, Any]

    def must_own(self, kernel: str) -> None:
        visitor = self.settings["ipe_door"].visitor_of(self)
        desk: Desk = self.settings["ipe_desk"]
        if visitor is None or desk.visitor_of(kernel) != visitor:
            raise tornado.web.HTTPError(404)


class OwnKernelHandler(_Own, KernelHandler):
    """What a page asks of its kernel by name; it cannot stop it or start another here."""

    SUPPORTED_METHODS = ("GET",)

    def get(self, kernel_id: str) -> Awaitable[None]:
        """The model of the kernel."""
        self.must_own(kernel_id)
        return cast("Awaitable[None]", super().get(kernel_id))


class OwnSocketHandler(_Own, VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """The messages of a page and its kernel."""

    async def get(self, kernel_id: str) -> None:
        """Open the connection."""
        self.must_own(kernel_id)
        await super().get(kernel_id=kernel_id)

    async def open(self, kernel_id: str) -> None:
        """Let messages through until the link of the page ends."""
        await super().open(kernel_id)
        door: Door = self.settings["ipe_door"]
        ends = door.ends(self)
        if ends is not None:
            seconds = max((ends - door.now()).total_seconds(), 0.0)
            self._end = IOLoop.current().call_later(seconds, self.close)

    def on_close(self) -> None:
        """Forget the end."""
        if (end := getattr(self, "_end", None)) is not None:
            IOLoop.current().remove_timeout(end)
        super().on_close()


class OwnShutdownHandler(_Own, VoilaShutdownKernelHandler):  # type: ignore[misc]
    """What a page says when it is closed."""

    def check_xsrf_cookie(self) -> None:
        """Nothing to check: another site has neither the visitor's cookie, which is strict, nor the kernel's name.

        Voilà's page sends a token that Voilà's server never gave it, and so its kernels would stay.
        """

    async def post(self, kernel_id: str) -> None:
        """Stop the kernel."""
        self.must_own(kernel_id)
        await super().post(kernel_id)


class NothingHandler(tornado.web.RequestHandler):
    """No file of the folder is served."""

    def prepare(self) -> None:
        """There is nothing."""
        raise tornado.web.HTTPError(404)
