"""Bake a badge into a picture, so that the picture is the badge, and take it out again."""

from __future__ import annotations

from ipe_workbench.badges.carried import Carried, CarriedKind, NoBadgeInImageError, RefusedImageError
from ipe_workbench.badges.image_carriers import badge_in_image, image_kind
from ipe_workbench.badges.png_image import png_with_badge
from ipe_workbench.badges.reading import RefusedBadgeError, UnreadableBadgeError, read_badge
from ipe_workbench.badges.structure import kind_of
from ipe_workbench.badges.svg_image import svg_with_badge
from ipe_workbench.errors import UnreadableFileError, UnusableInputError

__all__ = ["bake", "extract"]


def bake(badge: bytes, image: bytes, *, name: str = "the badge", image_name: str = "the image") -> bytes:
    """The image with the badge in it, instead of any that it carried.

    Parameters
    ----------
    badge : bytes
        A signed badge or learner record: JSON, a token, or another image that carries one.
    image : bytes
        PNG or SVG.
    name, image_name : str, optional
        What errors call the two.

    Returns
    -------
    bytes
        PNG or SVG, as `image` was.

    Raises
    ------
    UnusableInputError
        When the badge is none, or not signed; when the image is neither PNG nor SVG, damaged, or more than a picture.

    Examples
    --------
    >>> bake(b'{"type": "VerifiableCredential", "proof": {}}', b"<svg></svg>")[:70]
    b'<svg xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges'
    """
    kind, content = _signed(badge, name)
    try:
        baked = _baked(kind, content, image)
        badge_in_image(baked)
    except (NoBadgeInImageError, RefusedImageError) as error:
        raise UnusableInputError(str(error), place=image_name, mend="Export it as a plain PNG or SVG.") from None
    return baked


def extract(image: bytes, *, name: str = "the image") -> Carried:
    """What badge an image carries.

    Raises
    ------
    UnreadableFileError
        When it is no image, damaged, carries none or several, or is a trap.

    Examples
    --------
    >>> extract(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    Traceback (most recent call last):
        ...
    ipe_workbench.errors.UnreadableFileError: the image: This SVG image carries no badge.
    """
    try:
        found = badge_in_image(image)
    except (NoBadgeInImageError, RefusedImageError) as error:
        raise UnreadableFileError(str(error), place=name) from None
    if found is None:
        raise UnreadableFileError("This is neither a PNG nor an SVG image.", place=name)
    return found


def _baked(kind: CarriedKind, content: bytes, image: bytes) -> bytes:
    match image_kind(image):
        case "PNG":
            return png_with_badge(image, kind, content)
        case "SVG":
            return svg_with_badge(image, kind, content)
    raise NoBadgeInImageError("This is neither a PNG nor an SVG image.")


def _signed(badge: bytes, name: str) -> tuple[CarriedKind, bytes]:
    try:
        read = read_badge(badge)
        carried = badge_in_image(badge)
    except (RefusedBadgeError, UnreadableBadgeError) as error:
        raise UnusableInputError(str(error), place=name, mend="Give a badge as JSON or token.") from None
    if read.token is None and "proof" not in read.credential:
        raise UnusableInputError(
            "This badge is not signed.", place=name, mend="Bake the file that `ipe badges issue` made."
        )
    kind: CarriedKind = "clr-2" if kind_of(read.credential) == "clrcredential" else "open-badges-3"
    return kind, (carried.content if carried is not None else badge).strip()
