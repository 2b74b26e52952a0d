"""The door of the dashboards: what opens it, and the pages that stand before it."""

from __future__ import annotations

import datetime
import html
import json
from collections.abc import Callable
from dataclasses import dataclass

import tornado.web

from ipe_workbench.studio.dashboards.identity import LinkKeys, RefusedLinkError, Role, Visitor
from ipe_workbench.studio.dashboards.texts import Texts, chosen_language

__all__ = ["Door", "EnterHandler", "LeaveHandler", "language_of", "notice", "told_to_enter"]

Clock = Callable[[], datetime.datetime]


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True)
class Door:
    """Who comes in.

    Parameters
    ----------
    role : Role
        Whom the dashboard is for.
    audience : str
        The programme.
    keys : LinkKeys or None
        What opens links; None where everybody who reaches the server is `resident`.
    resident : Visitor or None
        The one visitor of a server that the JupyterHub started for its user.
    secure : bool
        Whether cookies are for HTTPS only.
    now : callable
        The time.
    """

    role: Role
    audience: str
    keys: LinkKeys | None = None
    resident: Visitor | None = None
    secure: bool = False
    now: Clock = _now

    @property
    def cookie(self) -> str:
        """The name of the cookie: of its own for each role, since ports of a host share their cookies."""
        return f"ipe-dashboard-{self.role}"

    def visitor_of(self, handler: tornado.web.RequestHandler) -> Visitor | None:
        """Who asks; each request is judged by its own, so that a page ends when its link does."""
        if self.resident is not None:
            return self.resident
        try:
            return self.admit(handler.get_cookie(self.cookie) or "")[0]
        except RefusedLinkError:
            return None

    def ends(self, handler: tornado.web.RequestHandler) -> datetime.datetime | None:
        """Until when the one who asks is let in; None for a resident."""
        if self.resident is not None:
            return None
        return self.admit(handler.get_cookie(self.cookie) or "")[1]

    def admit(self, token: str) -> tuple[Visitor, datetime.datetime]:
        """Whom a token lets in, and until when. Raises `RefusedLinkError`."""
        if self.keys is None or not token:
            raise RefusedLinkError("changed")
        return self.keys.open_until(token, role=self.role, audience=self.audience, now=self.now())


class _Plain(tornado.web.RequestHandler):
    """A page before the door; it holds nothing of anybody."""

    @property
    def door(self) -> Door:
        door: Door = self.settings["ipe_door"]
        return door

    def set_default_headers(self) -> None:
        for name, value in self.settings.get("headers", {}).items():
            self.set_header(name, value)
        self.set_header("Cache-Control", "no-store")


class EnterHandler(_Plain):
    """Where a link leads. Its token stands behind the ``#``, which no browser sends, so no log or referrer has it."""

    def get(self) -> None:
        """A page that takes the token out of the address and hands it over."""
        texts = Texts(language_of(self))
        self.write(notice(texts, texts("Opening your page …"), script=_HAND_OVER))

    def post(self) -> None:
        """Let in whoever brings a good token."""
        texts = Texts(language_of(self))
        # A form of another site cannot send JSON, so nobody is let in as somebody else without noticing.
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            raise tornado.web.HTTPError(415)
        try:
            content = json.loads(self.request.body)
            token = content["token"] if isinstance(content, dict) else ""
            _, expires = self.door.admit(token if isinstance(token, str) else "")
        except (ValueError, KeyError):
            self._refuse(texts, RefusedLinkError("changed"))
        except RefusedLinkError as error:
            self._refuse(texts, error)
        else:
            base = self.settings["base_url"]
            self.set_cookie(
                self.door.cookie,
                token,
                path=base,
                expires=expires,
                httponly=True,
                secure=self.door.secure,
                samesite="Strict",
            )
            self.write({"go": base})

    def _refuse(self, texts: Texts, error: RefusedLinkError) -> None:
        self.set_status(403)
        self.write({"message": f"{_refusals(texts)[error.why]} {texts('Ask the office for a new link.')}"})


class LeaveHandler(_Plain):
    """Where a visitor leaves a computer that others use, too."""

    def get(self) -> None:
        """Forget the visitor."""
        texts = Texts(language_of(self))
        self.clear_cookie(self.door.cookie, path=self.settings["base_url"])
        self.write(notice(texts, texts("You have left. Your link opens the page again, as long as it is valid.")))


def language_of(handler: tornado.web.RequestHandler) -> str:
    """The language of a page."""
    usual = handler.settings.get("ipe_language") or handler.request.headers.get("Accept-Language", "")
    return chosen_language(handler.get_query_argument("lang", ""), usual)


def notice(texts: Texts, message: str, *, script: str = "") -> str:
    """A page that only says something."""
    title = html.escape(texts("Dashboard"))
    return (
        f'<!DOCTYPE html><html lang="{texts.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{title}</title><style>{_STYLE}</style></head>'
        f'<body><main><h1>{title}</h1><p id="message" role="status">{html.escape(message)}</p>'
        f"</main>{f'<script>{script}</script>' if script else ''}</body></html>"
    )


def _refusals(texts: Texts) -> dict[str, str]:
    return {
        "changed": texts("This link is not one of ours, or it was changed on its way."),
        "expired": texts("This link has run out."),
        "elsewhere": texts("This link is for another dashboard."),
    }


def told_to_enter(texts: Texts) -> str:
    """What a visitor without an open link is told."""
    words = texts("This page opens with a personal link. Open the one that the office sent you, or ask for a new one.")
    return notice(texts, words)


_HAND_OVER = """
const say = (text) => { document.getElementById("message").textContent = text; };
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname + location.search);
fetch(location.pathname + location.search, {method: "POST", headers: {"Content-Type": "application/json"},
  body: JSON.stringify({token}), credentials: "same-origin", cache: "no-store"})
  .then((answer) => answer.json())
  .then((said) => { if (said.go) location.replace(said.go + location.search); else say(said.message); })
  .catch(() => say("?"));
"""
_STYLE = """
body { font: 17px/1.5 system-ui, sans-serif; color: #1b2430; background: #f3f5f7; margin: 0; }
main { max-width: 34rem; margin: 12vh auto; padding: 24px 28px; background: #fff; border: 1px solid #d0d7de;
  border-top: 5px solid #005a8f; border-radius: 6px; }
h1 { font-size: 22px; margin: 0 0 8px; } p { margin: 0; }
"""
