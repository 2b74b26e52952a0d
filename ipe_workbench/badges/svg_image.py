"""SVG images that carry a badge: read as a stream, without a tree, and changed only where the badge stands.

References
----------
1EdTech, Open Badges 3.0, section 5.3.2 (SVG baking); Comprehensive Learner Record 2.0; Open Badges 2.0 Baking.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ipe_workbench.badges.carried import (
    MAXIMUM_IMAGE_BYTES,
    Carried,
    CarriedKind,
    NoBadgeInImageError,
    RefusedImageError,
)
from ipe_workbench.badges.svg_screen import attribute_flaw, element_flaw, style_flaw

__all__ = ["badges_in_svg", "svg_with_badge"]

_NAMESPACES: Final[dict[CarriedKind, str]] = {
    "open-badges-3": "https://purl.imsglobal.org/ob/v3p0",
    "clr-2": "https://purl.imsglobal.org/clr/v2p0",
}
_ELEMENTS: Final[dict[str, CarriedKind]] = {
    "{https://purl.imsglobal.org/ob/v3p0}credential": "open-badges-3",
    "{https://purl.imsglobal.org/clr/v2p0}credential": "clr-2",
    "{http://openbadges.org}assertion": "open-badges-2",
}
_ROOTS: Final = ("svg", "{http://www.w3.org/2000/svg}svg")
_DEEPEST: Final = 200
_MOST_ELEMENTS: Final = 200_000


def badges_in_svg(content: bytes) -> list[Carried]:
    """Every badge that an SVG carries.

    Raises
    ------
    NoBadgeInImageError
        When the file is no SVG.
    RefusedImageError
        When it declares entities, holds scripts or fetches something when shown, is nested beyond reason, or has a
        badge at another place than right below its root.

    Examples
    --------
    >>> badges_in_svg(b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    []
    >>> badges_in_svg(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    Traceback (most recent call last):
        ...
    ipe_workbench.badges.carried.RefusedImageError: The SVG image is more than a picture: it has a `script` element.
    """
    return [_carried(found) for found in _read(content).found]


def svg_with_badge(image: bytes, kind: CarriedKind, content: bytes) -> bytes:
    """The image with a badge right after its root's start tag, instead of any that it carried.

    Raises
    ------
    NoBadgeInImageError, RefusedImageError
        As `badges_in_svg`.
    """
    reader = _read(image)
    body = image.removeprefix(codecs.BOM_UTF8)
    for found in sorted(reader.found, key=lambda one: one.start, reverse=True):
        body = body[: found.start] + body[_end_of_element(body, found) :]
    end = _end_of_tag(body, reader.root)
    opened = body[reader.root : end - 1].rstrip()
    empty = opened.endswith(b"/")
    name = re.match(rb"<([^\s/>]+)", opened)
    assert name is not None  # noqa: S101 - the parser has found an element here
    opened = re.sub(rb"\sxmlns:openbadges\s*=\s*(\"[^\"]*\"|'[^']*')", b"", opened.removesuffix(b"/").rstrip())
    opened = opened[: name.end()] + f' xmlns:openbadges="{_NAMESPACES[kind]}"'.encode() + opened[name.end() :]
    rest = b"</" + name[1] + b">" + body[end:] if empty else body[end:]
    return body[: reader.root] + opened + b">" + _element(content) + rest


def _element(content: bytes) -> bytes:
    if not content.startswith(b"{"):
        return b'<openbadges:credential verify="' + html.escape(content.decode("ascii")).encode() + b'"/>'
    # In JSON the two signs that XML lacks can only stand in strings, where an escape means the same.
    text = content.decode("utf-8").replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    text = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<openbadges:credential><![CDATA[{text}]]></openbadges:credential>".encode()


def _end_of_element(content: bytes, found: _Found) -> int:
    opened = _end_of_tag(content, found.start)
    return opened if content[opened - 2 : opened] == b"/>" else _end_of_tag(content, found.end)


def _end_of_tag(content: bytes, start: int) -> int:
    """Where the tag that begins at `start` ends; a ``>`` in a value in quotes does not end it."""
    found = re.compile(rb"<[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>").match(content, start)
    assert found is not None  # noqa: S101 - the parser has read the tag
    return found.end()


@dataclass
class _Found:
    kind: CarriedKind
    verify: str
    start: int
    end: int = -1
    text: list[str] = field(default_factory=list)


class _Reader:
    """The target of the parser: counts, screens, and keeps what badges' elements say."""

    def __init__(self) -> None:
        self.found: list[_Found] = []
        self.root = -1
        self.parser: Any = None
        self._depth = 0
        self._elements = 0
        self._badge: int | None = None
        self._style: list[str] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth == 1:
            if tag not in _ROOTS:
                raise NoBadgeInImageError("This is XML, but no SVG image.")
            self.root = self.parser.parser.CurrentByteIndex
        if self._depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise RefusedImageError(
                f"The SVG image has more than {_DEEPEST} levels or {_MOST_ELEMENTS:,} elements; a badge needs few."
            )
        if self._badge is not None:
            raise RefusedImageError("The badge in the SVG image has elements inside.")
        if tag in _ELEMENTS:
            if self._depth != 2:
                raise RefusedImageError("The badge does not stand right below the root of the SVG image.")
            position = self.parser.parser.CurrentByteIndex
            self.found.append(_Found(_ELEMENTS[tag], attributes.get("verify", "").strip(), position))
            self._badge = self._depth
            return
        _refuse(element_flaw(tag))
        for name, value in attributes.items():
            _refuse(attribute_flaw(tag, name, value))
        if tag.rpartition("}")[2] == "style":
            self._style = []

    def data(self, text: str) -> None:
        if self._badge is not None:
            self.found[-1].text.append(text)
        elif self._style is not None:
            self._style.append(text)

    def end(self, tag: str) -> None:
        if self._badge == self._depth:
            self._badge = None
            self.found[-1].end = self.parser.parser.CurrentByteIndex
        elif self._style is not None and tag.rpartition("}")[2] == "style":
            _refuse(style_flaw("".join(self._style)))
            self._style = None
        self._depth -= 1

    def pi(self, target: str, data: str | None = None) -> None:
        raise RefusedImageError(f"The SVG image is more than a picture: it has the instruction `{target[:40]}`.")

    def close(self) -> None:
        """Nothing is left to do."""


def _refuse(flaw: str | None) -> None:
    if flaw is not None:
        raise RefusedImageError(f"The SVG image is more than a picture: {flaw}.")


def _read(content: bytes) -> _Reader:
    if len(content) > MAXIMUM_IMAGE_BYTES:
        raise RefusedImageError(f"The SVG image is larger than {MAXIMUM_IMAGE_BYTES:,} bytes.")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise NoBadgeInImageError("The SVG image is not UTF-8.") from None
    reader = _Reader()
    # A plain DOCTYPE is common in real files; what it could do needs entities, and these are refused.
    reader.parser = DefusedXMLParser(target=reader, encoding="utf-8", forbid_dtd=False)
    try:
        reader.parser.feed(content)
        reader.parser.close()
    except DefusedXmlException:
        raise RefusedImageError("The SVG image declares entities or refers to an external definition.") from None
    except ParseError as error:
        line, column = error.position
        raise NoBadgeInImageError(f"This is no sound XML (line {line}, column {column + 1}).") from None
    return reader


def _carried(found: _Found) -> Carried:
    text = "".join(found.text).strip()
    if text and found.verify and (found.kind != "open-badges-2" or found.verify.startswith("ey")):
        raise RefusedImageError("The badge in the SVG image is a token and JSON at once.")
    # Open Badges 2 may repeat in `verify` the address of what stands in the text.
    return Carried(found.kind, (text or found.verify).encode())
