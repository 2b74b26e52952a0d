"""Small pieces of HTML that are safe whatever the names and texts in them are.

`Html` is text that is already markup; everything else is escaped on its way in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ipe_workbench.documents.ids import id_from

__all__ = [
    "Html",
    "Number",
    "element",
    "join",
    "listing",
    "notice",
    "reachable",
    "safe",
    "section_id",
    "table",
    "visible",
]


#: Control characters, halves of letters, and marks that turn the direction of the text around them (UAX #9), with
#: which a title could show other words than it holds.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Html:
    """Markup that a notebook shows and a page embeds.

    Examples
    --------
    >>> Html("<p>It works.</p>")._repr_html_()
    '<p>It works.</p>'
    """

    markup: str

    def _repr_html_(self) -> str:
        return self.markup

    def __str__(self) -> str:
        return self.markup


@dataclass(frozen=True)
class Number:
    """A cell of a table that lines up to the right."""

    text: str


def safe(value: object) -> Html:
    """The value as markup: escaped, unless it is `Html` already; control characters and bidirectional marks go.

    Examples
    --------
    >>> safe("<b>$5 & more</b>").markup
    '&lt;b&gt;$5 &amp; more&lt;/b&gt;'
    """
    if isinstance(value, Html):
        return value
    return Html(html.escape(visible(value)))


def visible(value: object) -> str:
    r"""The value as text without control characters and marks that turn its direction.

    Examples
    --------
    >>> visible("Team\u202ework\x07")
    'Teamwork'
    """
    return _UNSAFE.sub("", str(value))


def element(tag: str, *content: object, **attributes: str) -> Html:
    """An element with its content; a trailing underscore of an attribute's name goes.

    Examples
    --------
    >>> element("p", "5 < 6", class_="lede").markup
    '<p class="lede">5 &lt; 6</p>'
    """
    named = "".join(f' {key.rstrip("_").replace("_", "-")}="{safe(value)}"' for key, value in attributes.items())
    return Html(f"<{tag}{named}>{join(content)}</{tag}>")


def join(parts: Iterable[object], between: str = "") -> Html:
    """The parts as markup, one after the other."""
    return Html(between.join(safe(part).markup for part in parts))


def listing(items: Iterable[object], *, kind: str = "ul", class_: str = "") -> Html:
    """A list of the items; nothing when there are none."""
    rows = [element("li", item) for item in items]
    return element(kind, *rows, **({"class_": class_} if class_ else {})) if rows else Html("")


def notice(*sentences: object) -> Html:
    """A box that a reader must not miss; a list in it stands by itself.

    Examples
    --------
    >>> notice("Two failed.", listing(["one", "two"])).markup
    '<div class="notice" role="note"><p>Two failed.</p><ul><li>one</li><li>two</li></ul></div>'
    """
    parts = (one if _is_list(one) else element("p", one) for one in sentences)
    return element("div", *parts, class_="notice", role="note")


def _is_list(part: object) -> bool:
    return isinstance(part, Html) and part.markup.startswith(("<ul", "<ol"))


def table(caption: str, columns: Sequence[str | Number], rows: Iterable[Sequence[object]]) -> Html:
    """A table with a caption, column headers and, in the first column, row headers.

    Parameters
    ----------
    caption : str
        What the table shows.
    columns : sequence of str or Number
        The headers; a `Number` heads a column of numbers.
    rows : iterable of sequences
        The cells. A row with a single cell is a heading over the rows that follow.
    """
    heads = [_cell("th", column, scope="col") for column in columns]
    body = []
    for row in rows:
        if len(row) == 1:
            group = element("th", row[0], scope="rowgroup", colspan=str(len(columns)), class_="group")
            body.append(element("tr", group))
        else:
            body.append(element("tr", _cell("th", row[0], scope="row"), *(_cell("td", one) for one in row[1:])))
    made = element(
        "table", element("caption", caption), element("thead", element("tr", *heads)), element("tbody", *body)
    )
    # A wide table scrolls in its own box, which the keyboard must be able to reach.
    return element("div", made, class_="scroll", role="region", aria_label=caption, tabindex="0")


def reachable(markup: str) -> str:
    """Markup whose figures the keyboard can reach: on a narrow screen a wide one scrolls in its box.

    Examples
    --------
    >>> reachable('<figure class="ipe-figure" role="img">')
    '<figure tabindex="0" class="ipe-figure" role="img">'
    """
    return markup.replace('<figure class="ipe-figure"', '<figure tabindex="0" class="ipe-figure"')


def section_id(text: str) -> str:
    """The text as an id of a page.

    Examples
    --------
    >>> section_id("Attainment, by badge")
    'attainment-by-badge'
    """
    return id_from(text, longest=None) or "section"


def _cell(tag: str, content: object, **attributes: str) -> Html:
    if isinstance(content, Number):
        return element(tag, content.text, class_="number", **attributes)
    return element(tag, content, **attributes)
