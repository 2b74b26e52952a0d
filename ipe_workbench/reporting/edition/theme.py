"""The theme of a programme's reports: a logo and a few colours, in ``reports/theme.yaml``."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from ipe_workbench.documents import FileModel, read_document, validate
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.reporting.edition.templates import OWN_FOLDER
from ipe_workbench.reporting.html import element

__all__ = ["Theme", "ThemeFile", "contrast", "read_theme"]

_Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
#: The papers of the house style, light and dark.
_LIGHT, _DARK = "#ffffff", "#12171d"
#: WCAG 2.2, 1.4.3: the least contrast of text.
_LEAST = 4.5
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LARGEST = 300_000


class ThemeFile(FileModel):
    """The content of ``reports/theme.yaml``. `accent` colours links and marks, `accent_dark` on dark screens.

    `logo` is a PNG or JPEG file beside the theme, `logo_alt` what it says to those who do not see it.
    """

    accent: _Colour | None = None
    accent_dark: _Colour | None = None
    logo: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$")
    logo_alt: str = ""


@dataclass(frozen=True)
class Theme:
    """What a theme puts into pages: style, and markup above the content."""

    css: str = ""
    banner: str = ""


def read_theme(programme_folder: str | Path) -> Theme:
    """The theme of a programme; the house style where it has none.

    Raises
    ------
    UnusableInputError
        When the file cannot be used, a colour cannot be read on its paper, or the logo is missing, too large, without
        words, or neither PNG nor JPEG.
    """
    folder = Path(programme_folder) / OWN_FOLDER
    path = next((one for one in (folder / "theme.yaml", folder / "theme.yml") if one.is_file()), None)
    if path is None:
        return Theme()
    told, findings = validate(ThemeFile, read_document(path))
    if told is None:
        raise UnusableInputError(
            findings[0].message, place=str(findings[0].place), mend=findings[0].mend, findings=findings
        )
    return Theme(_style(told, path), _banner(told, path))


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, from 1 to 21.

    Source: WCAG 2.2, definitions of contrast ratio and relative luminance.

    Examples
    --------
    >>> contrast("#000000", "#ffffff"), round(contrast("#767676", "#ffffff"), 2)
    (21.0, 4.54)
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _style(told: ThemeFile, path: Path) -> str:
    rules = []
    if told.accent:
        _require_contrast("accent", told.accent, _LIGHT, path)
        rules.append(f":root {{ --accent: {told.accent}; }}")
        if not told.accent_dark:
            # The house's own: one that is read on white is rarely read on black.
            rules.append("@media (prefers-color-scheme: dark) { :root { --accent: #7cc4f2; } }")
        rules.append(f"@media print {{ :root {{ --accent: {told.accent}; }} }}")
    if told.accent_dark:
        _require_contrast("accent_dark", told.accent_dark, _DARK, path)
        rules.insert(1, f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {told.accent_dark}; }} }}")
    if rules:
        rules.append("h1 { border-left: .35rem solid var(--accent); padding-left: .7rem; }")
    return "\n".join(rules)


def _require_contrast(name: str, colour: str, paper: str, path: Path) -> None:
    found = contrast(colour, paper)
    if found < _LEAST:
        raise UnusableInputError(
            f"`{name}` ({colour}) cannot be read well: its contrast to the paper {paper} is {found:.1f}, not {_LEAST}.",
            place=str(path),
            mend="Take a darker colour." if paper == _LIGHT else "Take a lighter colour.",
        )


def _banner(told: ThemeFile, path: Path) -> str:
    if not told.logo:
        return ""
    if not told.logo_alt.strip():
        raise UnusableInputError("The logo has no words (`logo_alt`).", place=str(path), mend="Say whose logo it is.")
    file = path.parent / told.logo
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnusableInputError(f"The logo cannot be read: {error.strerror}.", place=str(file)) from None
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    if kind is None or len(content) > _LARGEST:
        raise UnusableInputError(
            "The logo is no PNG or JPEG file." if kind is None else "The logo is larger than 300 kB.",
            place=str(file),
            mend="Every page carries it: save it as a small PNG.",
        )
    if not _can_be_drawn(content, kind):
        raise UnusableInputError("The logo is damaged: it cannot be drawn.", place=str(file), mend="Save it anew.")
    source = f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
    tag = element("img", src=source, alt=told.logo_alt, class_="logo")
    return tag.markup.replace("</img>", "")


def _can_be_drawn(content: bytes, kind: str) -> bool:
    """Whether the picture can be decoded to its end: a browser would show a damaged one as nothing, on every page."""
    from matplotlib.image import imread  # only where there is a logo

    try:
        imread(io.BytesIO(content), format=kind.removeprefix("image/"))
    except (OSError, SyntaxError, ValueError):
        return False
    return True
