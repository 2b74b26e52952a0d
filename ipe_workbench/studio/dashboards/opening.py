"""In the kernel of a dashboard: get ready, wait for the visitor, show the page."""

from __future__ import annotations

import datetime
import html
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.errors import UnusableInputError, WorkbenchError
from ipe_workbench.studio.dashboards.desk import wait_for_visit, waits_at_a_desk
from ipe_workbench.studio.dashboards.identity import WITHOUT_RECORDS, Role, Visitor
from ipe_workbench.studio.dashboards.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    import ipywidgets

    from ipe_workbench.credentials import Programme
    from ipe_workbench.records import Store

__all__ = ["Page", "Sources", "get_ready", "open_dashboard", "page_for"]

_log = logging.getLogger(__name__)

#: What the kernels of a server inherit: see `ipe_workbench.cli.dashboard`.
PROGRAMME, TODAY, BADGES = "IPE_DASHBOARD_PROGRAMME", "IPE_DASHBOARD_TODAY", "IPE_DASHBOARD_BADGES"


@dataclass(frozen=True)
class Sources:
    """What the pages of a deployment are made of: the programme, the records, the day, and the folder of badges.

    The pages of the designer and the simulator have no records.
    """

    programme: Programme
    store: Store | None
    day: datetime.date
    badges: Path | None = None

    @property
    def records(self) -> Store:
        """The records. Raises `UnusableInputError` for a page that has none."""
        if self.store is None:
            raise UnusableInputError("This page has no records.", mend="Open the page of another role.")
        return self.store


@dataclass(frozen=True)
class Page:
    """A dashboard: its top is HTML that shows before any script runs, its body is widgets, made when asked for."""

    top: str
    make_body: Callable[[], ipywidgets.Widget]
    language: str = "en"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        # The mark tells the template to put it into the page as it is.
        display({"text/html": self.top}, raw=True, metadata={"ipe_first": True})  # type: ignore[no-untyped-call]

    @property
    def body(self) -> ipywidgets.Widget:
        """The widgets of the page, or what went wrong."""
        from ipe_workbench.studio.components import AlertArea
        from ipe_workbench.studio.dashboards.body import PageBody

        alert = AlertArea()
        try:
            return self.make_body()
        except WorkbenchError as error:
            alert.show(str(error))
        except Exception:  # the last stop, as for the top
            _log.exception("the body of a page could not be made")
            alert.show(Texts(self.language)("Something went wrong. Tell the office."))
        return PageBody(alert, [alert])


def open_dashboard(role: Role) -> Page:
    """The dashboard of whoever visits this kernel.

    Parameters
    ----------
    role : {"programme", "faculty", "learner", "designer", "simulator"}
        Which of the dashboards.

    Returns
    -------
    Page
        For nobody, when no server of dashboards started this kernel: it then says how to start one.
    """
    if not waits_at_a_desk():
        words = f"This page is served to visitors who are known: start it with <code>ipe dashboard {role}</code>."
        return Page(f"<p>{words}</p>", _nothing)
    try:
        sources = _sources(role)
        get_ready(role, sources)
    except WorkbenchError as error:
        fault = error
        texts = Texts(wait_for_visit().language)
        return Page(_head(texts) + _failed(texts, fault), _nothing)
    visit = wait_for_visit()
    _only_widgets_of_the_kernel()
    return page_for(visit.visitor, sources, Texts(visit.language))


def page_for(visitor: Visitor, sources: Sources, texts: Texts) -> Page:
    """The page of a visitor; a person whom the records do not know is told so."""
    from ipe_workbench.studio.dashboards.pages import make_page

    try:
        page = make_page(visitor, sources, texts)
    except WorkbenchError as error:
        page = Page(_failed(texts, error), _nothing)
    except Exception:  # the last stop: Voilà would show a sentence about cells, and nothing else
        _log.exception("a page could not be made")
        page = Page(_failed(texts, WorkbenchError(texts("Something went wrong. Tell the office."))), _nothing)
    return Page(_head(texts) + page.top, page.make_body, texts.language)


def get_ready(role: Role, sources: Sources) -> None:
    """Load and compute beforehand what no visitor should wait for."""
    import ipywidgets  # noqa: F401

    from ipe_workbench.studio.dashboards.pages import warm

    warm(role, sources)


def _sources(role: Role) -> Sources:
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.records import open_store

    said = os.environ.get(TODAY)
    day = datetime.date.fromisoformat(said) if said else datetime.datetime.now().astimezone().date()
    badges = os.environ.get(BADGES)
    store = None if role in WITHOUT_RECORDS else open_store()
    return Sources(load_programme(Path(os.environ[PROGRAMME])), store, day, Path(badges) if badges else None)


def _nothing() -> ipywidgets.Widget:
    from ipe_workbench.studio.components import markup

    return markup()


def _only_widgets_of_the_kernel() -> None:
    """A page may talk with the widgets that this kernel made; it may not have others made."""
    import comm
    from ipywidgets import Widget

    comm.get_comm_manager().unregister_target("jupyter.widget", Widget.handle_comm_opened)


def _head(texts: Texts) -> str:
    """The language of the page, and its title, as a script, since the page began before its visitor was known."""
    title = html.escape(texts("Dashboard"), quote=True)
    code = texts.language if texts.language in LANGUAGES else "en"
    return f'<script>document.documentElement.lang = "{code}"; document.title = "{title}";</script>'


def _failed(texts: Texts, error: WorkbenchError) -> str:
    from ipe_workbench.studio.dashboards.pieces import STYLE
    from ipe_workbench.studio.dashboards.sentences import sentence

    said = " ".join(sentence(one, texts) for one in (error.message, error.mend) if one)
    words = html.escape(texts("The page cannot be shown."))
    notice = f'<div role="alert" class="ipe-notice">{words} {said}</div>'
    return f'<style>{STYLE}</style><div class="ipe-page">{notice}</div>'
