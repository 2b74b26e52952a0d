"""The server of the dashboards: Voilà, with a door that lets in only those whom the deployment names.

What is Voilà's own stays so (no message of a page but those of widgets reaches a kernel; sources and tracebacks are
stripped). Added is: who may come in, that a page reaches its own kernel only, that a kernel learns of its visitor from
the server, headers that keep pages from reaching or being reached by other hosts, and a limit of kernels.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.services.kernels.handlers import KernelHandler
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import AllowListFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ipe_workbench.resources import notebooks_folder
from ipe_workbench.studio.dashboards.desk import Desk, DeskHandler
from ipe_workbench.studio.dashboards.door import Door, EnterHandler, LeaveHandler
from ipe_workbench.studio.dashboards.identity import WITHOUT_RECORDS, Role
from ipe_workbench.studio.dashboards.rooms import (
    NothingHandler,
    OwnKernelHandler,
    OwnShutdownHandler,
    OwnSocketHandler,
    PageHandler,
)
from ipe_workbench.studio.dashboards.turns import Turns

__all__ = ["DashboardServer", "Deployment", "serve"]

_TEMPLATES = Path(__file__).parent / "templates"
#: What a page may load and reach: this server. A page on records loads nothing but itself.
_RECORDS = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
#: Widgets of the designer and the simulator are made by script, hence the exceptions for it.
_WIDGETS = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Deployment:
    """Where and how the dashboards are served.

    Parameters
    ----------
    port : int
        The port; it must be free.
    ip : str
        The address to listen on.
    base : str
        The path under which a proxy serves the dashboards, beginning and ending with a slash.
    ready : int
        How many kernels wait for visitors.
    most : int
        How many visitors there may be at once.
    idle : int
        Seconds after which a kernel without an open page is stopped.
    language : str
        Of the pages; empty for what the visitor's browser asks for. Either way a visitor may choose another.
    """

    port: int
    ip: str = "127.0.0.1"
    base: str = "/"
    ready: int = 2
    most: int = 40
    idle: int = 600
    language: str = ""


class DoorIdentity(IdentityProvider):
    """The identity of a request as the door knows it; there is no other."""

    def get_user(self, handler: Any) -> User | None:
        visitor = handler.settings["ipe_door"].visitor_of(handler)
        # A word for Jupyter's own records: never the person's id.
        return None if visitor is None else User(username=visitor.role)


#: Voilà's handlers that get another in their place. The tree and the files of the folder are not served at all.
_OURS = {
    KernelHandler: OwnKernelHandler,
    VoilaKernelWebsocketHandler: OwnSocketHandler,
    VoilaShutdownKernelHandler: OwnShutdownHandler,
    AllowListFileHandler: NothingHandler,
    TornadoVoilaHandler: PageHandler,
}
#: The parts of Voilà that a page of widgets needs besides: its scripts and styles.
_STATIC = ("TemplateStaticFileHandler", "MultiStaticFileHandler", "ThemesHandler", "FileFindHandler")


class DashboardServer(Voila):  # type: ignore[misc]
    """Voilà behind a door."""

    name = "voila"
    identity_provider_class = DoorIdentity
    door: Door
    deployment: Deployment

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings with ours."""
        desk = Desk()
        # Kernels inherit the environment of the server, also those that are started before anybody visits.
        os.environ.update(
            desk.environment(f"http://{_near(self.ip)}:{self.port}{self.server_url or self.base_url}ipe/desk")
        )
        settings: dict[str, Any] = super().init_settings()
        own = {"ipe_desk": desk, "ipe_door": self.door, "ipe_most": self.deployment.most}
        own["headers"] = {**_HEADERS, "Content-Security-Policy": _WIDGETS if self._widgets else _RECORDS}
        own["ipe_turns"] = Turns(os.cpu_count() or 1)
        own["ipe_language"] = self.deployment.language
        return settings | own | {"log_function": _log_request}

    def init_handlers(self) -> list[Any]:
        """The door and the desk first; of Voilà's handlers those that are known, ours in their place."""
        base = self.server_url or self.base_url
        own: list[Any] = [
            (rf"{base}enter/?", EnterHandler),
            (rf"{base}leave/?", LeaveHandler),
            (rf"{base}ipe/desk/([\w-]+)", DeskHandler),
        ]
        kept = []
        for pattern, handler, *rest in super().init_handlers():
            ours = _OURS.get(handler)
            if ours is not None:
                kept.append((pattern, ours, *(() if ours is NothingHandler else rest)))
            elif self._widgets and handler.__name__ in _STATIC:
                kept.append((pattern, handler, *rest))
        return own + kept

    @property
    def _widgets(self) -> bool:
        """Whether the page needs Voilà's scripts: those on records bring their own few lines."""
        return self.door.role in WITHOUT_RECORDS


def serve(notebook: str, door: Door, deployment: Deployment, environment: dict[str, str]) -> None:
    """Serve a dashboard until the process is told to stop.

    Parameters
    ----------
    notebook : str
        Its name under ``notebooks/dashboards``.
    door : Door
        Who may come in.
    deployment : Deployment
        Where and how.
    environment : dict
        What the kernels need to know: the programme, the records.
    """
    os.environ.update(environment)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # The template is found beside the package, not in a folder of Jupyter's.
    paths = [str(_TEMPLATES), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    server = DashboardServer(config=_configuration(deployment, door.role))
    server.door, server.deployment = door, deployment
    server.initialize([str(notebooks_folder() / "dashboards" / f"{notebook}.ipynb")])
    logging.getLogger("tornado.access").setLevel(logging.WARNING)
    server.start()


def _configuration(deployment: Deployment, role: Role) -> Config:
    culling = {"cull_interval": 30, "cull_idle_timeout": deployment.idle, "cull_connected": False}
    return Config(
        {
            "Voila": {
                "port": deployment.port,
                "port_retries": 0,
                "ip": deployment.ip,
                "base_url": deployment.base,
                "open_browser": False,
                "log_level": logging.WARNING,
                "config_file_paths": [],
            },
            "VoilaConfiguration": {
                "template": "ipe" if role in WITHOUT_RECORDS else "ipe-records",
                "theme": "light",
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "strip_sources": True,
                "show_tracebacks": False,
                "show_margins": False,
                "file_allowlist": [],
                "preheat_kernel": deployment.ready > 0,
                "default_pool_size": deployment.ready,
                # Only these: others of this machine's JupyterLab may break a page, or reach for the network.
                "extension_allowlist": [
                    "@voila-dashboards/widgets-manager8",
                    "@jupyter-widgets/jupyterlab-manager",
                    "anywidget",
                ],
            },
            "AsyncMappingKernelManager": culling,
            "MappingKernelManager": culling,
            # A kernel that waits for a visitor hears nothing else; it has nothing to lose.
            "KernelManager": {"shutdown_wait_time": 1.0},
            # New kernels wait until those who have come have their pages.
            "VoilaKernelManager": {"fill_delay": 15.0},
        }
    )


def _near(ip: str) -> str:
    """Where this machine reaches what listens on `ip`."""
    return "127.0.0.1" if ip in ("", "0.0.0.0", "::", "localhost") else ip  # noqa: S104 - compared, not listened on


def _log_request(handler: Any) -> None:
    """Log what failed, without query, headers or anything else that may say who asked."""
    status = handler.get_status()
    if status >= 500:
        logging.getLogger("ipe.dashboards").error("%s %s: %d", handler.request.method, handler.request.path, status)
