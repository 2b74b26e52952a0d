"""What the pages are put together from: cards, numbers, tables, figures with their table, empty states, messages.

All take plain text and escape it; what is markup already says so by its type, `Html`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.studio.components import escaped
from ipe_workbench.studio.dashboards.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    import ipywidgets

    from ipe_workbench.figures.accessible import AccessibleFigure
    from ipe_workbench.findings import Finding

__all__ = [
    "STYLE",
    "Html",
    "bar",
    "card",
    "download",
    "empty_state",
    "figure_with_table",
    "findings_list",
    "items",
    "message",
    "page_top",
    "paragraph",
    "profession_filter",
    "safe",
    "table",
    "tag",
    "tiles",
]


#: The style of all pages.
STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


class Html(str):
    """Text that is markup already: nothing of it came from people without being escaped."""

    __slots__ = ()


Content = str | Html


def safe(content: Content) -> Html:
    """The content as markup.

    Examples
    --------
    >>> safe("a < b"), safe(Html("<b>a</b>"))
    ('a &lt; b', '<b>a</b>')
    """
    return content if isinstance(content, Html) else Html(escaped(content))


def paragraph(content: Content, *, muted: bool = False) -> Html:
    """A paragraph."""
    return Html(f"<p{' class=ipe-muted' if muted else ''}>{safe(content)}</p>")


def tag(content: Content, kind: str = "") -> Html:
    """A word in a box; `kind` is ``good``, ``mind`` or ``bad``, and never the only thing that says so."""
    return Html(f'<span class="ipe-mark{f" ipe-{kind}" if kind else ""}">{safe(content)}</span>')


def items(contents: Iterable[Content], *, numbered: bool = False) -> Html:
    """A list."""
    name = "ol" if numbered else "ul"
    lines = "".join(f"<li>{safe(one)}</li>" for one in contents)
    return Html(f"<{name} class=ipe-list>{lines}</{name}>")


def card(title: str, *contents: Content, place: str = "") -> Html:
    """A section of a page with its heading; `place` is its name in the address."""
    inner = "".join(map(safe, contents))
    named = f' id="{escaped(place)}"' if place else ""
    return Html(f'<section class="ipe-section"{named}><h2>{escaped(title)}</h2>{inner}</section>')


def tiles(numbers: Sequence[tuple[str, str, str]]) -> Html:
    """Key numbers: the number, what it counts, and a note, each."""
    found = "".join(
        f"<div class=ipe-tile><dt>{escaped(what)}</dt><dd>{escaped(number)}"
        + (f"<small>{escaped(note)}</small>" if note else "")
        + "</dd></div>"
        for number, what, note in numbers
    )
    return Html(f"<dl class=ipe-tiles>{found}</dl>")


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Content]], *, numeric: Sequence[int] = ()) -> Html:
    """A table; the first cell of a row is its heading, columns in `numeric` are set to the right."""

    def marked(at: int) -> str:
        return " class=ipe-number" if at in numeric else ""

    top = "".join(f"<th scope=col{marked(at)}>{escaped(one)}</th>" for at, one in enumerate(head))
    lines = []
    for row in rows:
        first, *rest = row
        cells = "".join(f"<td{marked(at)}>{safe(one)}</td>" for at, one in enumerate(rest, start=1))
        lines.append(f"<tr><th scope=row>{safe(first)}</th>{cells}</tr>")
    # Wide tables scroll by themselves, also by keyboard.
    return Html(
        f'<div class="ipe-scroll" role="region" tabindex="0" aria-label="{escaped(caption)}"><table>'
        f"<caption>{escaped(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def figure_with_table(figure: AccessibleFigure, numbers: Html, texts: Texts) -> Html:
    """A figure, its message in words for those who do not see it, and the same numbers as a table."""
    said = escaped(texts("The numbers as a table"))
    return Html(f"{figure.to_html()}<details><summary>{said}</summary>{numbers}</details>")


def empty_state(what: str, why: str, do: str = "") -> Html:
    """What stands where there is nothing yet: why that is so, and what to do about it."""
    then = f"<p>{escaped(do)}</p>" if do else ""
    return Html(f'<div class="ipe-empty"><p><strong>{escaped(what)}</strong> {escaped(why)}</p>{then}</div>')


def message(texts: Texts, what: str, mend: str = "") -> Html:
    """An error as a sentence with its mend, read out at once."""
    said = escaped(texts("Error."))
    return Html(f'<div role="alert" class="ipe-notice"><strong>{said}</strong> {escaped(what)} {escaped(mend)}</div>')


def findings_list(findings: Iterable[Finding], texts: Texts) -> Html:
    """Findings with their severity in words, and how to mend each."""
    from ipe_workbench.studio.dashboards.sentences import sentence

    severities = {"error": texts("Error"), "warning": texts("Mind"), "info": texts("Note")}
    kinds = {"error": "bad", "warning": "mind", "info": ""}
    lines = []
    for one in findings:
        said = f"{sentence(one.message, texts)} {sentence(one.mend, texts)}"
        lines.append(Html(f"{tag(severities[one.severity], kinds[one.severity])} {said}"))
    return items(lines) if lines else paragraph(texts("Nothing is to be done."))


def bar(share: float, words: str) -> Html:
    """A share from 0 to 1 as a bar; `words` say the same."""
    width = round(100 * min(max(share, 0.0), 1.0))
    return Html(
        f'<span class="ipe-bar-out" aria-hidden="true"><span class="ipe-bar-in" style="width:{width}%"></span></span>'
        f"<span>{escaped(words)}</span>"
    )


def download(name: str, content: str, kind: str, label: str) -> Html:
    """A link that saves `content` as a file called `name`, which must name nobody; nothing leaves the page for it."""
    data = base64.b64encode(content.encode()).decode()
    href = f"data:{escaped(kind)};charset=utf-8;base64,{data}"
    return Html(f'<a class="ipe-action" download="{escaped(name)}" href="{href}">{escaped(label)}</a>')


def profession_filter(professions: Mapping[str, str], texts: Texts) -> ipywidgets.Widget:
    """A list of the professions, titles by id, all of them first."""
    import ipywidgets

    from ipe_workbench.studio.components import stacked

    options = [(texts("All professions"), ""), *((title, one) for one, title in professions.items())]
    return stacked(ipywidgets.Dropdown(description=texts("Profession"), options=options))


def page_top(texts: Texts, title: str, line: str, *contents: Content, practice: bool = False) -> Html:
    """The top of a page: what it is, for whom and of which day, the languages, and the way out.

    `practice` says that the people are invented, which nobody may miss.
    """
    mark = f" {tag(texts('practice: invented people'), 'mind')}" if practice else ""
    links = " ".join(
        f'<a href="?lang={code}" lang="{code}" hreflang="{code}"{_current(code, texts)}>{escaped(name)}</a>'
        for code, name in LANGUAGES.items()
    )
    ended = texts("This page has lost its connection, or its link has ended. Load it again, or open your link again.")
    notice = f'<p id="ipe-ended" role="alert" class="ipe-notice" hidden>{escaped(ended)}</p>'
    leave = f'<a href="leave">{escaped(texts("Leave"))}</a>'
    return Html(
        f'<style>{STYLE}</style><div class="ipe-page"><header><nav aria-label="{escaped(texts("Language and exit"))}">'
        f"{links} {leave}</nav><h1>{escaped(title)}</h1><p class=ipe-muted>{escaped(line)}{mark}</p></header>"
        f"{notice}{''.join(map(safe, contents))}</div>"
    )


def _current(code: str, texts: Texts) -> str:
    return " aria-current=true" if code == texts.language else ""
