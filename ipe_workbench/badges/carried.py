"""What an image carries, and why one is refused: the words that the readers of PNG and SVG share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["MAXIMUM_IMAGE_BYTES", "Carried", "CarriedKind", "NoBadgeInImageError", "RefusedImageError", "sole_badge"]

#: A badge's picture is some kilobytes; beyond this nobody would show it.
MAXIMUM_IMAGE_BYTES: Final = 12_000_000
CarriedKind = Literal["open-badges-3", "clr-2", "open-badges-2"]


class NoBadgeInImageError(ValueError):
    """An image that cannot be read, or that carries no badge."""


class RefusedImageError(ValueError):
    """An image that two readers could understand in two ways, or that does more than show a picture."""


@dataclass(frozen=True)
class Carried:
    """A badge as an image carries it.

    Parameters
    ----------
    kind : {"open-badges-3", "clr-2", "open-badges-2"}
        What the carrier says that it is.
    content : bytes
        JSON, a token, or with Open Badges 2 and before an address.
    """

    kind: CarriedKind
    content: bytes


def sole_badge(found: list[Carried], image: str) -> Carried:
    """The one badge that an image carries.

    Raises
    ------
    NoBadgeInImageError
        When there is none.
    RefusedImageError
        When there are several: readers would choose differently.
    """
    if not found:
        raise NoBadgeInImageError(f"This {image} image carries no badge.")
    if len(found) > 1:
        raise RefusedImageError(f"This {image} image carries {len(found)} badges, so readers could see different ones.")
    return found[0]
