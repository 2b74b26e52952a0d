"""Where the pictures of achievements are: in the folder of badges, and on the web, beside the achievements."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipe_workbench.errors import UnusableInputError

__all__ = ["picture_address", "picture_file", "with_picture"]


def picture_address(achievement: str, base: str) -> str:
    """The address of the picture of a published achievement.

    Examples
    --------
    >>> picture_address("https://example.edu/badges/achievements/ipe/teams/1.0", "https://example.edu/badges")
    'https://example.edu/badges/images/ipe/teams/1.0.png'
    """
    return f"{base}/images/{achievement.removeprefix(f'{base}/achievements/')}.png"


def picture_file(folder: Path, address: str, base: str) -> Path:
    """The file of a picture in a folder of badges. Raises `UnusableInputError` for an address of elsewhere."""
    steps = address.removeprefix(f"{base}/images/").split("/")
    if not address.startswith(f"{base}/images/") or any(step in ("", ".", "..") or "\\" in step for step in steps):
        raise UnusableInputError(f"{address[:200]!r} is no picture of these badges.", place=str(folder))
    return folder.joinpath("images", *steps)


def with_picture(achievement: Mapping[str, Any], base: str) -> dict[str, Any]:
    """The achievement with its picture, which stands in a badge as an address."""
    address = picture_address(str(achievement["id"]), base)
    image = {"id": address, "type": "Image", "caption": f"Badge: {achievement['name']}"}
    return {**achievement, "image": image}
