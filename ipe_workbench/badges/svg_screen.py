"""What an SVG must not hold to be a picture and nothing more: scripts, foreign markup, addresses that are fetched.

References
----------
W3C, SVG Integration, section 2 (secure static mode): no scripts, no external references, no interaction.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["attribute_flaw", "element_flaw", "style_flaw"]

_ACTIVE: Final = frozenset({"script", "foreignobject", "iframe", "object", "embed", "handler", "listener", "audio",
                            "video", "html", "link", "base", "meta"})  # fmt: skip
_HTML: Final = "{http://www.w3.org/1999/xhtml}"
_PICTURE_DATA: Final = re.compile(r"data:image/(png|jpeg|gif|webp)[;,]", re.IGNORECASE)
# Possessive: else a blank given back would pass for an address, and many blanks would take long.
_ADDRESS_IN_STYLE: Final = re.compile(
    r"url\s*+\(\s*+[\"']?+\s*+(?!#|data:image/(?:png|jpeg|gif|webp)[;,])", re.IGNORECASE
)


def element_flaw(tag: str) -> str | None:
    """Why an element does not belong in a picture.

    Examples
    --------
    >>> element_flaw("{http://www.w3.org/2000/svg}script"), element_flaw("{http://www.w3.org/2000/svg}path")
    ('it has a `script` element', None)
    """
    name = tag.rpartition("}")[2]
    if name.lower() in _ACTIVE or tag.startswith(_HTML):
        return f"it has a `{name[:40]}` element"
    return None


def attribute_flaw(tag: str, name: str, value: str) -> str | None:
    """Why an attribute does not belong in a picture.

    Examples
    --------
    >>> attribute_flaw("image", "href", "https://example.edu/spy.png")
    'its `image` element leads out of the file'
    >>> attribute_flaw("use", "{http://www.w3.org/1999/xlink}href", "#star") is None
    True
    >>> attribute_flaw("svg", "onload", "alert(1)")
    'it has an `onload` attribute'
    """
    plain, element = name.rpartition("}")[2].lower(), tag.rpartition("}")[2]
    if plain.startswith("on") or plain == "base":
        return f"it has an `{plain[:40]}` attribute"
    if plain in ("href", "src") and not _stays_inside(element, value):
        return f"its `{element[:40]}` element leads out of the file"
    if plain == "attributename" and value.strip().lower().rpartition(":")[2] in ("href", "src"):
        return "it animates an address"
    return style_flaw(value) if plain == "style" or "(" in value else None


def style_flaw(text: str) -> str | None:
    """Why a style does not belong in a picture.

    Examples
    --------
    >>> style_flaw("fill: url( '#shade')") is None, style_flaw("@import url(https://example.edu/a.css)")
    (True, 'its style leads out of the file')
    """
    # An escape could spell `url` in another way; a comment could part it.
    if "\\" in text or "@import" in text.lower() or "image-set" in text.lower() or _ADDRESS_IN_STYLE.search(text):
        return "its style leads out of the file"
    return None


def _stays_inside(element: str, value: str) -> bool:
    value = value.strip()
    if not value or value.startswith("#") or _PICTURE_DATA.match(value):
        return True
    # A link that a person may follow fetches nothing by itself.
    return element == "a" and value.lower().startswith(("https://", "http://"))
