"""Which kind of image a content is, by its first bytes, and what badge the image carries."""

from __future__ import annotations

import codecs
from typing import Literal

from ipe_workbench.badges.carried import Carried, NoBadgeInImageError, sole_badge
from ipe_workbench.badges.png_image import SIGNATURE, badges_in_png

__all__ = ["badge_in_image", "image_kind"]


def image_kind(content: bytes) -> Literal["PNG", "SVG"] | None:
    """The kind of image by content, whatever its name is; ``None`` for anything else.

    Raises
    ------
    NoBadgeInImageError
        When the content is packed (gzip), as SVGZ is.

    Examples
    --------
    >>> image_kind(b"<?xml version='1.0'?><svg/>"), image_kind(b"{}")
    ('SVG', None)
    """
    if content.startswith(SIGNATURE):
        return "PNG"
    if content.startswith(b"\x1f\x8b"):
        raise NoBadgeInImageError("This file is packed (gzip); unpack it first.")
    return "SVG" if content.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<" else None


def badge_in_image(content: bytes) -> Carried | None:
    """The one badge of an image; ``None`` when the content is no image.

    Raises
    ------
    NoBadgeInImageError
        When the image is damaged or carries none.
    RefusedImageError
        When it carries several, or is a trap.
    """
    kind = image_kind(content)
    if kind is None:
        return None
    if kind == "PNG":
        return sole_badge(badges_in_png(content), kind)
    from ipe_workbench.badges.svg_image import badges_in_svg

    return sole_badge(badges_in_svg(content), kind)
