"""From an executed notebook to one page that needs nothing else, and the proof that it needs nothing else."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting.html import section_id, visible

__all__ = ["CONTENTS_MARK", "active_content", "external_references", "page_from_notebook"]

#: Where a template's output holds this comment, the page lists its sections.
CONTENTS_MARK = "<!--contents-->"

_TEMPLATES = Path(__file__).parent
#: Attributes whose address a browser loads by itself; an `a` is only followed when somebody clicks it.
_LOADING = {"src", "srcset", "poster", "data", "background", "href", "xlink:href", "action", "formaction", "manifest"}
_CSS_ADDRESS = re.compile(
    r"""@import\s+(?:url\()?\s*["']?([^"')\s;]+)|url\(\s*["']?([^"')]*)["']?\s*\)""", re.IGNORECASE
)
_HEADING = re.compile(r"<h2\b[^>]*>(.*?)</h2>", re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")


def page_from_notebook(notebook: Any, *, title: str, language: str = "en") -> str:
    """One self-contained HTML page from an executed notebook: code hidden, no script, light, dark and print styles.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The executed notebook; cells tagged ``hidden`` or ``parameters`` do not show.
    title : str
        The page's title.
    language : str
        Its language, as a BCP 47 tag.

    Raises
    ------
    WorkbenchError
        When the page would load anything or run anything; the message names what.
    """
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.HTMLExporter.exclude_input = True
    config.HTMLExporter.exclude_anchor_links = True
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = ("hidden", "parameters", "injected-parameters")
    config.NbConvertBase.display_data_priority = ["text/html", "image/png", "text/plain"]
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="template",
        extra_template_basedirs=[str(_TEMPLATES)],
        filters={"sectioned": _sectioned},
    )
    exporter.register_preprocessor("nbconvert.preprocessors.TagRemovePreprocessor", enabled=True)  # type: ignore[no-untyped-call]
    page, _ = exporter.from_notebook_node(notebook, resources={"page": {"title": visible(title), "language": language}})
    faults = external_references(page) + active_content(page)
    if faults:
        raise WorkbenchError(
            f"The page would not stand alone: {'; '.join(sorted(set(faults))[:5])}.",
            place=title,
            mend="Embed what it loads and remove scripts from the template.",
        )
    return str(page)


def external_references(html: str) -> list[str]:
    """Everything that a browser would load from outside the page; empty for a self-contained one.

    Examples
    --------
    >>> external_references('<img src="data:image/png;base64,AA"><a href="https://example.org">source</a>')
    []
    >>> external_references('<style>@import "a.css"; b {background: url(c.png)}</style><img src="//x/y">')
    ['style a.css', 'style c.png', 'img src //x/y']
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.loads


def active_content(html: str) -> list[str]:
    """Everything in the page that could run: scripts, event attributes, ``javascript:`` addresses, frames.

    Examples
    --------
    >>> active_content("<p onclick='x()'>a</p><script>1</script>")
    ['p onclick', 'script']
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.runs


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.loads: list[str] = []
        self.runs: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag in {"script", "iframe", "object", "embed", "frame", "portal"}:
            self.runs.append(tag)
        values = {name: (value or "").strip() for name, value in attrs}
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.loads.append(f"meta refresh {values.get('content', '')}")
        if tag == "base":
            self.loads.append(f"base {values.get('href', '')}")
        for name, value in values.items():
            self._attribute(tag, name, value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._in_style = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._style(data)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.runs.append(f"{tag} {name}")
        if re.sub(r"[\s\x00-\x1f]", "", value).lower().startswith(("javascript:", "vbscript:")):
            self.runs.append(f"{tag} {name} {value}")
        if name == "style" or ("url(" in value.lower() and name not in {"aria-label", "alt", "title", "content"}):
            self._style(value)
        if name in _LOADING and tag != "a" and not _own(value):
            self.loads.append(f"{tag} {name} {value}")

    def _style(self, css: str) -> None:
        for imported, address in _CSS_ADDRESS.findall(css):
            if not _own(imported or address):
                self.loads.append(f"style {imported or address}")


def _own(address: str) -> bool:
    return not address or address.startswith("#") or address.lower().startswith("data:")


def _sectioned(cells: str) -> str:
    """The page's body with an id on every section's heading and the list of sections where the mark for it stands."""
    taken: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        words = _TAGS.sub("", match[1]).strip()
        reference = base = section_id(unescape(words))
        count = 1
        while reference in taken:
            count += 1
            reference = f"{base}-{count}"
        taken[reference] = words
        return f'<h2 id="{reference}">{match[1]}</h2>'

    body = _HEADING.sub(named, cells)
    items = "".join(f'<li><a href="#{reference}">{words}</a></li>' for reference, words in taken.items())
    return body.replace(
        CONTENTS_MARK, f'<nav aria-label="Contents" class="contents"><ol>{items}</ol></nav>' if items else ""
    )
