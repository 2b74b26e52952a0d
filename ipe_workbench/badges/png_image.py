"""PNG images that carry a badge: read and written chunk by chunk. Pixels are never decoded, nothing is inflated.

References
----------
W3C, PNG Specification (Third Edition), sections 5 (datastream) and 11.3.3 (textual information);
1EdTech, Open Badges 3.0, section 5.3.1 (PNG baking): one uncompressed ``iTXt`` chunk.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ipe_workbench.badges.carried import (
    MAXIMUM_IMAGE_BYTES,
    Carried,
    CarriedKind,
    NoBadgeInImageError,
    RefusedImageError,
)

__all__ = ["SIGNATURE", "badges_in_png", "png_with_badge"]

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEYWORDS: Final[dict[bytes, CarriedKind]] = {
    b"openbadgecredential": "open-badges-3",
    b"clrcredential": "clr-2",
    b"openbadges": "open-badges-2",
}
_MOST_CHUNKS: Final = 20_000
_LONGEST_SIDE: Final = 20_000
_TEXT_CHUNKS: Final = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True)
class _Chunk:
    kind: bytes
    data: bytes
    raw: bytes


def badges_in_png(content: bytes) -> list[Carried]:
    """Every badge that a PNG carries.

    Parameters
    ----------
    content : bytes
        The file.

    Raises
    ------
    NoBadgeInImageError
        When the file is no sound PNG: cut off, a wrong checksum, something after its end.
    RefusedImageError
        When its size is a trap, or it carries a badge compressed or not as text.

    Examples
    --------
    >>> badges_in_png(SIGNATURE)
    Traceback (most recent call last):
        ...
    ipe_workbench.badges.carried.NoBadgeInImageError: The PNG image is cut off.
    """
    return [carried for chunk in _chunks(content) if (carried := _carried(chunk)) is not None]


def png_with_badge(image: bytes, kind: CarriedKind, content: bytes) -> bytes:
    """The image with a badge in it, instead of any that it carried; its other chunks stay as they are.

    Raises
    ------
    NoBadgeInImageError, RefusedImageError
        As `badges_in_png`; an image whose old badge is compressed is no trouble, for it goes.
    """
    keyword = next(word for word, known in _KEYWORDS.items() if known == kind)
    # Keyword, not compressed, no method, no language, no translated keyword.
    text = _written(b"iTXt", keyword + b"\0\0\0\0\0" + content)
    kept = [chunk.raw for chunk in _chunks(image) if not (chunk.kind in _TEXT_CHUNKS and _keyword(chunk) in _KEYWORDS)]
    return SIGNATURE + kept[0] + text + b"".join(kept[1:])


def _written(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _chunks(content: bytes) -> list[_Chunk]:
    if len(content) > MAXIMUM_IMAGE_BYTES:
        raise RefusedImageError(f"The PNG image is larger than {MAXIMUM_IMAGE_BYTES:,} bytes.")
    chunks = list(_split(content))
    if chunks[0].kind != b"IHDR" or len(chunks[0].data) != 13:
        raise NoBadgeInImageError("The PNG image does not begin with its header.")
    width, height = struct.unpack(">II", chunks[0].data[:8])
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        raise RefusedImageError(
            f"The PNG image says that it is {width:,} by {height:,} pixels; up to {_LONGEST_SIDE:,} are shown safely."
        )
    if not any(chunk.kind == b"IDAT" for chunk in chunks):
        raise NoBadgeInImageError("The PNG image has no picture in it.")
    return chunks


def _split(content: bytes) -> Iterator[_Chunk]:
    position, number = len(SIGNATURE), 0
    while True:
        head = content[position : position + 8]
        if len(head) < 8:
            raise NoBadgeInImageError("The PNG image is cut off.")
        length, kind = struct.unpack(">I4s", head)
        end = position + 12 + length
        if end > len(content):
            raise NoBadgeInImageError("The PNG image is cut off.")
        number += 1
        if number > _MOST_CHUNKS:
            raise RefusedImageError(f"The PNG image has more than {_MOST_CHUNKS:,} chunks.")
        data = content[position + 8 : end - 4]
        if zlib.crc32(content[position + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            raise NoBadgeInImageError("The PNG image is damaged: the checksum of a chunk is wrong.")
        yield _Chunk(kind, data, content[position:end])
        position = end
        if kind == b"IEND":
            break
    if position != len(content):
        raise RefusedImageError("Something stands after the end of the PNG image.")


def _keyword(chunk: _Chunk) -> bytes:
    return chunk.data[:80].partition(b"\0")[0]


def _carried(chunk: _Chunk) -> Carried | None:
    if chunk.kind not in _TEXT_CHUNKS or _keyword(chunk) not in _KEYWORDS:
        return None
    keyword = _keyword(chunk)
    rest = chunk.data[len(keyword) + 1 :]
    if chunk.kind == b"tEXt" and keyword == b"openbadges":
        return Carried("open-badges-2", rest)  # the form before Open Badges 1.1: an address
    if chunk.kind != b"iTXt":
        raise RefusedImageError("The badge stands in another kind of chunk than the uncompressed iTXt of the standard.")
    if rest[:1] != b"\0":
        raise RefusedImageError("The badge in the PNG image is compressed; the standard forbids that.")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3:
        raise NoBadgeInImageError("The chunk of the badge in the PNG image is malformed.")
    return Carried(_KEYWORDS[keyword], parts[2])
