"""The one style of every figure: colours that colour-blind readers tell apart, sizes that survive halving and printing.

Figures are built with matplotlib's object interface; nothing here touches pyplot. Text from files is hostile input to
matplotlib too (a pair of ``$`` starts mathematics), so every label passes through `plain`.
"""

from __future__ import annotations

import functools
import re
import textwrap
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

__all__ = [
    "ACCENT",
    "ALARM",
    "COLOURS",
    "GRID",
    "INK",
    "LABEL_SIZE",
    "MUTED",
    "PAPER",
    "broken",
    "fitted",
    "house_style",
    "plain",
    "quiet_axes",
    "titled_figure",
    "width_of",
    "wrapped",
]

INK: Final = "#1b2430"
MUTED: Final = "#56606c"
GRID: Final = "#d9dee4"
PAPER: Final = "#ffffff"
ACCENT: Final = "#005a8f"
ALARM: Final = "#b03a00"

#: Okabe and Ito's hues (jfly.uni-koeln.de/color), darkened to 4.5:1 against white, since they colour words, too.
COLOURS: Final = ("#005a8f", "#b84a00", "#00694e", "#96407a", "#7a5c00", "#56606c", "#1b2430", "#2a72a5")

#: Shipped with matplotlib.
_FAMILY: Final = "DejaVu Sans"
_SETTINGS: Final[dict[Any, Any]] = {
    "font.family": _FAMILY,  # shipped with matplotlib, so every machine draws the same
    "font.size": 11,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.facecolor": PAPER,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "figure.facecolor": PAPER,
    "figure.dpi": 100,
    "hatch.linewidth": 0.9,
    "savefig.facecolor": PAPER,
    "text.color": INK,
    "text.hinting": "none",  # else words are up to a tenth wider at one resolution than at another, and are cut off
    "text.parse_math": True,
    "text.usetex": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",  # no font is needed to show the file
    "svg.hashsalt": "ipe-workbench",
    "svg.image_inline": True,
}

#: Of the labels along an axis, in points.
LABEL_SIZE: Final = 10.5
_TITLE_SIZE: Final = 14.0
_NOTE_SIZE: Final = 10.0
_MARGIN: Final = 0.16


@contextmanager
def house_style() -> Iterator[None]:
    """Settings of matplotlib for the time of one drawing; the user's own settings are back afterwards."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def plain(text: object, limit: int | None = None) -> str:
    r"""The text as matplotlib shows it letter for letter, without control characters, at most `limit` long.

    Examples
    --------
    >>> print(plain("Pay $5 and $6"), plain("Interprofessional collaboration", 12))
    Pay \$5 and \$6 Interprofes…
    """
    spaced = re.sub(r"[\r\n\t\f\v]", " ", str(text))
    shown = "".join(letter for letter in spaced if not unicodedata.category(letter).startswith("C"))
    shown = re.sub(r"[ \t]+", " ", shown).strip()  # a no-break space stays
    if limit is not None and len(shown) > limit:
        shown = shown[: limit - 1].rstrip(" ,;:-") + "…"
    return shown.replace("$", r"\$")


def fitted(text: object, room: float, *, size: float, weight: str = "normal") -> str:
    """The text, cut where it would need more than `room` inches.

    Examples
    --------
    >>> fitted("Teams", 1.0, size=10), fitted("W" * 40, 1.0, size=10)
    ('Teams', 'WWWWWW…')
    """
    font = FontProperties(family=_FAMILY, size=size, weight=weight)
    letters = plain(text).replace(r"\$", "$")
    shortest, longest = 0, len(letters)
    if _points(letters, font) <= room * 72:
        return plain(letters)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        shortest, longest = (
            (middle, longest) if _points(letters[:middle] + "…", font) <= room * 72 else (shortest, middle - 1)
        )
    return plain(letters[:shortest].rstrip(" ,;:-") + "…")


def wrapped(text: object, width: int, lines: int = 2) -> str:
    """The text over at most `lines` lines of `width` letters.

    Examples
    --------
    >>> print(wrapped("Foundations of interprofessional collaboration", 20))
    Foundations of
    interprofessional…
    """
    parts = textwrap.wrap(plain(text).replace(r"\$", "$"), width, max_lines=lines, placeholder="…") or [""]
    return "\n".join(part.replace("$", r"\$") for part in parts)


def width_of(text: object, *, size: float, weight: str = "normal") -> float:
    """How wide the text is drawn, in inches.

    Examples
    --------
    >>> 0.5 < width_of("2 of 3 badges", size=10) < 1.2
    True
    """
    return _measured(plain(text).replace(r"\$", "$"), size, weight) / 72


@functools.lru_cache(maxsize=4096)
def _measured(text: str, size: float, weight: str) -> float:
    return _points(text, FontProperties(family=_FAMILY, size=size, weight=weight))


def broken(text: object, room: float, *, size: float, lines: int, weight: str = "normal") -> list[str]:
    """The text over at most `lines` lines, none wider than `room` inches; what is left is cut.

    Examples
    --------
    >>> broken("Foundations of interprofessional collaboration", 1.3, size=9.5, lines=2)
    ['Foundations of', 'interprofessional…']
    """
    words = [part for word in plain(text).replace(r"\$", "$").split() for part in _parts(word, room, size, weight)]
    found: list[str] = []
    while words and len(found) < lines:
        taken = 1
        while taken < len(words) and width_of(" ".join(words[: taken + 1]), size=size, weight=weight) <= room:
            taken += 1
        if len(found) == lines - 1 and taken < len(words):
            words[taken - 1] += "…"
        line = " ".join(words[:taken])
        if taken > 1 and line.endswith("…") and width_of(line, size=size, weight=weight) > room:
            line = " ".join(words[: taken - 1]) + "…"
        found.append(fitted(line, room, size=size, weight=weight))
        words = words[taken:]
    return found or [""]


def _parts(word: str, room: float, size: float, weight: str) -> list[str]:
    """A word that is too long for a line, in parts that are not."""
    parts = []
    while len(word) > 1 and width_of(word, size=size, weight=weight) > room:
        most = next(
            (at for at in range(len(word) - 1, 1, -1) if width_of(word[:at], size=size, weight=weight) <= room), 1
        )
        # After a slash or a hyphen, where there is one.
        cut = max(word.rfind(sign, 1, most) + 1 for sign in "/-_")
        cut = cut if cut > 2 else most
        parts.append(word[:cut])
        word = word[cut:]
    return [*parts, word]


def titled_figure(
    title: str, *, width: float, height: float, note: str = "", source: str = "", tag: str = ""
) -> tuple[Figure, tuple[float, float]]:
    """An empty figure with its finding on top and its source below.

    Parameters
    ----------
    title : str
        The finding, as a sentence.
    width, height : float
        Inches: the whole width, and the height of the drawing area without title, note and source.
    note : str
        How to read the figure; stands under the title.
    source : str
        Where the numbers come from; stands at the bottom.
    tag : str
        One word that nobody may miss, such as ``simulated``; stands in a box at the upper right.

    Returns
    -------
    (Figure, (float, float))
        The figure, and the lower and upper end of the drawing area as shares of the figure's height.
    """
    # DejaVu Sans averages 0.55 em a letter, bold 0.62; a point is 1/72 inch.
    letters = int((width - 2 * _MARGIN) * 72)
    headline = wrapped(title, int((letters - (100 if tag else 0)) / (_TITLE_SIZE * 0.61)), lines=3)
    subline = wrapped(note, int(letters / (_NOTE_SIZE * 0.56)), lines=3) if note else ""
    footline = wrapped(source, int(letters / (_NOTE_SIZE * 0.56)), lines=3) if source else ""
    head = _MARGIN + _lines_high(headline, _TITLE_SIZE) + (0.06 + _lines_high(subline, _NOTE_SIZE) if note else 0.0)
    foot = _MARGIN + (_lines_high(footline, _NOTE_SIZE) + 0.06 if source else 0.0)
    total = head + 0.1 + height + foot
    figure = Figure(figsize=(width, total))
    left = _MARGIN / width
    figure.text(left, 1 - _MARGIN / total, headline, size=_TITLE_SIZE, weight="bold", va="top", linespacing=1.2)
    if tag:
        box = {"boxstyle": "round,pad=0.3", "facecolor": "#fff1cc", "edgecolor": "#8a6100", "linewidth": 1}
        right, top = 1 - (_MARGIN + 0.06) / width, 1 - (_MARGIN + 0.06) / total
        figure.text(right, top, tag.upper(), size=_NOTE_SIZE - 1, weight="bold", ha="right", va="top", bbox=box)
    if note:
        below = 1 - (_MARGIN + _lines_high(headline, _TITLE_SIZE) + 0.06) / total
        figure.text(left, below, subline, size=_NOTE_SIZE, color=MUTED, va="top", linespacing=1.2)
    if source:
        figure.text(left, _MARGIN * 0.7 / total, footline, size=_NOTE_SIZE, color=MUTED, va="bottom", linespacing=1.2)
    return figure, (foot / total, 1 - (head + 0.1) / total)


def quiet_axes(axes: Axes, *, grid: str = "x") -> None:
    """Leave what carries information: no box, a light grid along one direction, no tick marks."""
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, labelsize=LABEL_SIZE)
    if grid:
        axes.grid(axis=grid, color=GRID, linewidth=0.8)  # type: ignore[arg-type]


def _points(text: str, font: FontProperties) -> float:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def _lines_high(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * 1.25 / 72
