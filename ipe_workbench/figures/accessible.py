"""A figure that carries its message in words, too."""

from __future__ import annotations

import hashlib
import html
import io
import re
import unicodedata
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.figures.style import house_style

__all__ = ["AccessibleFigure", "as_markup"]

_FORMATS = ("svg", "png", "pdf")


@dataclass(frozen=True)
class AccessibleFigure:
    """A matplotlib figure with its title and its alternative text.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing.
    alt : str
        What the figure shows, for those who do not see it: the message with its numbers.
    title : str
        The finding, as a sentence.
    caption : str
        How to read it; stands below the figure in a page. The title when empty.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> shown = AccessibleFigure(Figure(), alt="Nothing is drawn.", title="An empty figure")
    >>> shown.to_html()[:43]
    '<figure class="ipe-figure" role="img" aria-'
    >>> shown.to_svg() == shown.to_svg()
    True
    """

    figure: Figure = field(repr=False)
    alt: str
    title: str
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip() or not self.title.strip():
            raise ValueError("a figure needs an alternative text and a title")

    def to_svg(self) -> str:
        """The figure as a file of its own: the same bytes every time, no font or network needed, alt text inside."""
        body = self._drawn_svg()
        prefix = _prefix(body)
        title, alt = as_markup(self.title), as_markup(self.alt)
        words = f'<title id="{prefix}-title">{title}</title><desc id="{prefix}-desc">{alt}</desc>'
        start = f'<svg role="img" aria-labelledby="{prefix}-title {prefix}-desc" '
        opened, rest = _unique_ids(body, prefix).replace("<svg ", start, 1).split(">", 1)
        return f'<?xml version="1.0" encoding="utf-8"?>\n{opened}>{words}{rest}\n'

    def to_html(self) -> str:
        """The figure as ``<figure role="img">`` with its SVG and its caption, for a page."""
        body = self._drawn_svg()
        # As wide as the page has room, not wider: a notebook would cut it off.
        fitting = '<svg aria-hidden="true" focusable="false" style="max-width: 100%; height: auto" '
        drawing = _unique_ids(body, _prefix(body)).replace("<svg ", fitting, 1)
        label = as_markup(f"{self.title.rstrip('.')}. {self.alt}")
        caption = as_markup(self.caption or self.title)
        return (
            f'<figure class="ipe-figure" role="img" aria-label="{label}">{drawing}'
            f"<figcaption>{caption}</figcaption></figure>"
        )

    def save(self, path: str | Path, *, dots: int = 150) -> Path:
        """Write the figure as SVG, PNG or PDF, by the ending of `path`; the words go into the file.

        `dots` are the dots an inch of a PNG.

        Raises
        ------
        UnusableInputError
            When the ending is none of the three.
        """
        target = Path(path)
        kind = target.suffix.lower().lstrip(".")
        if kind not in _FORMATS:
            raise UnusableInputError(
                f"A figure cannot be saved as `{target.suffix or target.name}`.",
                place=str(target),
                mend="End the name with .svg, .png or .pdf.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        if kind == "svg":
            write_atomically(target, self.to_svg())
        else:
            words = (
                {"Title": self.title, "Description": self.alt, "Software": None}
                if kind == "png"
                else {"Title": self.title, "Subject": self.alt, "CreationDate": None}
            )
            target.write_bytes(self._drawn(kind, words, dots))
        return target

    def _repr_html_(self) -> str:
        return self.to_html()

    def _drawn_svg(self) -> str:
        text = self._drawn("svg", {"Date": None, "Creator": None, "Format": None, "Type": None}).decode("utf-8")
        text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
        return text[text.index("<svg ") :].strip()

    def _drawn(self, kind: str, metadata: dict[str, str | None], dots: int = 150) -> bytes:
        buffer = io.BytesIO()
        with house_style(), warnings.catch_warnings():
            # A script that the shipped font lacks shows as boxes; the words stand in the alt text and in the table.
            warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
            if not isinstance(self.figure.canvas, FigureCanvasAgg):
                FigureCanvasAgg(self.figure)
            self.figure.savefig(buffer, format=kind, dpi=dots, metadata=metadata)
        return buffer.getvalue()


def as_markup(text: str) -> str:
    """The text as markup, without control characters and marks that turn its direction; joiners of letters stay."""
    kept = (one for one in text if one in "\n\u200c\u200d" or unicodedata.category(one) not in ("Cc", "Cf", "Cs"))
    return html.escape("".join(kept))


def _prefix(svg: str) -> str:
    return "f" + hashlib.sha256(svg.encode("utf-8")).hexdigest()[:10]


def _unique_ids(svg: str, prefix: str) -> str:
    """Ids that do not meet those of another figure in the same page (matplotlib numbers each from one)."""
    svg = re.sub(r'(?<=\sid=")([^"]+)(?=")', rf"{prefix}-\1", svg)
    svg = re.sub(r'(?<=href="#)([^"]+)(?=")', rf"{prefix}-\1", svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
