"""From an executed notebook to one page that needs nothing else, and the proof that it needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting.html import reachable, section_id, visible

__all__ = [
    "CONTENTS_MARK",
    "FACTS",
    "FigureWithoutWordsError",
    "Look",
    "active_content",
    "external_references",
    "page_from_notebook",
]

#: The name of the page's `meta` element that holds the facts about it, as JSON.
FACTS = "ipe-report"

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


#: Words that stand where words should stand: what a figure is, the name of its file, or what a program says of it.
_PLACEHOLDER = re.compile(
    r"(?:(?:the|this|an?|my|some)\s+)?(?:figure|fig|image|img|picture|pic|photo|plot|chart|graph|graphic|diagram|logo|"
    r"alt(?:ernative)?(?:[\s_-]*text)?|caption|untitled|todo|tbd|none|null|nan|undefined|n/?a|placeholder|output)s?"
    r"[\s._:#-]*\d*(?:\.\w{3,4})?|[\w./\\-]+\.(?:png|svg|jpe?g|gif|webp|pdf)|<?figure size .*>?|"
    r"no description has been provided for this image",  # what nbconvert says itself
    re.IGNORECASE,
)


class FigureWithoutWordsError(WorkbenchError):
    """A cell shows a figure that says nothing to those who do not see it."""


@dataclass(frozen=True)
class Look:
    """What a page gets beside the notebook's content.

    Parameters
    ----------
    css : str
        Style of the theme; comes last.
    banner : str
        Markup above the content, such as a logo.
    facts : str
        JSON that the page carries for programs, such as how it was made.
    """

    css: str = ""
    banner: str = ""
    facts: str = ""


def page_from_notebook(notebook: Any, *, title: str, language: str = "en", look: Look | None = None) -> str:
    """One self-contained HTML page from an executed notebook: code hidden, no script, light, dark and print styles.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The executed notebook; cells tagged ``hidden`` or ``parameters`` do not show.
    title : str
        The page's title.
    language : str
        Its language, as a BCP 47 tag.
    look : Look
        Theme and facts.

    Raises
    ------
    FigureWithoutWordsError
        When a figure has no alternative text; the message names the cell.
    WorkbenchError
        When the page would load anything or run anything; the message names what.

    Examples
    --------
    >>> import nbformat
    >>> words = nbformat.v4.new_markdown_cell("Seven of ten learners hold the badge.")
    >>> page = page_from_notebook(nbformat.v4.new_notebook(cells=[words]), title="Fall")
    >>> "Seven of ten learners" in page, "<script" in page
    (True, False)
    """
    about = {"title": visible(title), "language": language, "look": look or Look(), "facts_name": FACTS}
    page, _ = _exporter().from_notebook_node(notebook, resources={"page": about})
    read = _read(page)
    faults = read.loads + read.runs
    if faults:
        raise WorkbenchError(
            f"The page would not stand alone: {'; '.join(sorted(set(faults))[:5])}.",
            place=title,
            mend="Embed what it loads and remove scripts from the template.",
        )
    _require_words(notebook)
    if read.mute:
        # What cells show has words, so it stands in a text of the template.
        raise FigureWithoutWordsError(
            f"A text of the template shows a figure without alternative text ({read.mute[0]}).",
            mend="Say what it shows: ![What it shows.](data:...).",
        )
    return str(page)


@cache
def _exporter() -> Any:
    """The exporter, made once in a process: it compiles its templates."""
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
        filters={"sectioned": _sectioned, "alternative": _alternative},
    )
    exporter.register_preprocessor("nbconvert.preprocessors.TagRemovePreprocessor", enabled=True)  # type: ignore[no-untyped-call]
    return exporter


def _require_words(notebook: Any) -> None:
    """Raise unless every figure that the notebook shows has an alternative text."""
    number = 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        number += "injected-parameters" not in tags
        if {"hidden", "parameters", "injected-parameters"} & set(tags):
            continue
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                mute = _read(_text(data["text/html"])).mute
            else:
                pictures = any(kind.startswith("image/") for kind in data)
                fault = _speechless(_alternative(output)) if pictures else None
                mute = [f"picture{fault}"] if fault is not None else []
            if mute:
                raise FigureWithoutWordsError(
                    f"Cell {number} shows a figure without alternative text ({mute[0]}).",
                    mend="Say what it shows: an AccessibleFigure, or display(figure, metadata={'alt': ...}).",
                )


def _alternative(output: Any) -> str:
    """The alternative text of a picture: of its output, or of its kind of data."""
    metadata = output.get("metadata", {})
    found = [metadata.get("alt", ""), *(one.get("alt", "") for one in metadata.values() if isinstance(one, dict))]
    return next((str(one).strip() for one in found if str(one).strip()), "")


def _speechless(*words: str | None) -> str | None:
    """What is wrong with the words of a figure: nothing (None), that there are none (empty), that they say nothing."""
    told = [text for one in words if re.search(r"\w", text := visible(one or "").strip())]
    if any(not _PLACEHOLDER.fullmatch(one) for one in told):
        return None
    return f": “{told[0]}” says nothing" if told else ""


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def external_references(html: str) -> list[str]:
    """Everything that a browser would load from outside the page; empty for a self-contained one.

    Examples
    --------
    >>> external_references('<img src="data:image/png;base64,AA"><a href="https://example.org">source</a>')
    []
    >>> external_references('<style>@import "a.css"; b {background: url(c.png)}</style><img src="//x/y">')
    ['style a.css', 'style c.png', 'img src //x/y']
    """
    return _read(html).loads


def active_content(html: str) -> list[str]:
    """Everything in the page that could run: scripts, event attributes, ``javascript:`` addresses, frames.

    Examples
    --------
    >>> active_content("<p onclick='x()'>a</p><script>1</script>")
    ['p onclick', 'script']
    """
    return _read(html).runs


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.loads: list[str] = []
        self.runs: list[str] = []
        #: Figures without alternative text.
        self.mute: list[str] = []
        self._in_style = False
        self._in_figure = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        self._words(tag, dict(attrs))
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

        if tag == "figure":
            self._in_figure = False

    def _words(self, tag: str, attrs: Mapping[str, str | None]) -> None:
        fault = None if attrs.get("aria-labelledby") else _speechless(attrs.get("aria-label"), attrs.get("alt"))
        if tag == "figure":
            # What stands in a figure that says its message may be silent itself.
            self._in_figure = fault is None
        elif tag in ("img", "svg", "canvas", "video") and fault is not None and not self._in_figure:
            self.mute.append(f"{tag}{fault}")

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

    body = _HEADING.sub(named, reachable(cells))
    items = "".join(f'<li><a href="#{reference}">{words}</a></li>' for reference, words in taken.items())
    return body.replace(
        CONTENTS_MARK, f'<nav aria-label="Contents" class="contents"><ol>{items}</ol></nav>' if items else ""
    )
