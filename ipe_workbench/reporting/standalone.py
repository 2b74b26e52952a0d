"""A page that needs nothing else: badges, records, indexes and outcomes stand alone in a browser, offline."""

from __future__ import annotations

from pathlib import Path

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting.html import Html, element, reachable, visible
from ipe_workbench.reporting.page import active_content, external_references

__all__ = ["standalone_page"]

_STYLES = Path(__file__).parent / "template"
_SCRIPT_PLACE = Html("<!--script-->")


def standalone_page(title: str, content: Html, *, language: str = "en", script: str = "") -> str:
    """A page with the styles of the reports.

    Parameters
    ----------
    title : str
        The page's title.
    content : Html
        What stands in ``main``.
    language : str
        BCP 47 tag.
    script : str
        The package's own script, of the pages that need one.

    Raises
    ------
    WorkbenchError
        When the page would load anything, or its content would run.

    Examples
    --------
    >>> from ipe_workbench.reporting.html import element
    >>> page = standalone_page("Teams & roles", element("h1", "Teams & roles"))
    >>> "<title>Teams &amp; roles</title>" in page, "<script" in page
    (True, False)
    """
    content = Html(reachable(content.markup))
    styles = Html("\n".join((_STYLES / name).read_text("utf-8") for name in ("report.css", "badges.css")))
    # Whatever the checks below would miss, the browser loads nothing from elsewhere and runs our own script only.
    allowed = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    allowed += "; script-src 'unsafe-inline'" if script else ""
    head = (
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        Html('<meta name="referrer" content="no-referrer">'),
        element("title", visible(title)),
        element("style", styles),
    )
    main = element("main", content, id="main", tabindex="-1")
    skip = element("a", "Skip to the content", class_="skip", href="#main")
    whole = element("html", element("head", *head), element("body", skip, main, _SCRIPT_PLACE), lang=language)
    page = f"<!DOCTYPE html>\n{whole}\n"
    # The texts are checked without our own script, which is the only one that may run.
    if faults := external_references(page) + active_content(page):
        raise WorkbenchError(f"The page would not stand alone: {'; '.join(sorted(set(faults))[:5])}.", place=title)
    return page.replace(str(_SCRIPT_PLACE), script, 1)
