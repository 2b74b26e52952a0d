"""The content of a YAML text with the line of every value, put together in one pass over the parser's events.

The events come from libyaml (through PyYAML), which is written in C. ruamel.yaml's parser, which is some forty times
slower, stands in where libyaml is missing and where the two differ, and says what is wrong with a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ipe_workbench.documents.scalars import resolved
from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.findings import Finding, Place

__all__ = ["MAX_DEPTH", "Fields", "Items", "copied", "read_content", "unreadable"]

#: How deep values may be nested. The deepest file of a programme has about ten levels.
MAX_DEPTH = 200
#: Up to this many characters a text is worth a second look by the slow parser, whose errors read better (256 Ki).
_SECOND_LOOK = 256 * 1024
#: libyaml takes a tab where YAML and ruamel.yaml refuse it, and ends lines where YAML 1.2 does not.
_READ_DIFFERENTLY = re.compile("[\t\x85\u2028\u2029]")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHECK = "Check brackets, quotes, colons and indentation near that line."
#: What the parser says of the mistakes that people make most, and what mends them.
_MENDS = {
    "mapping values are not allowed": "Put a text that has a colon in it in quotes, or check the indentation.",
    "found character '\\t'": "Indent with spaces; YAML takes no tabs.",
    "that cannot start any token": "Put a text that begins with this character in quotes.",
}


class Fields(dict[str, Any]):
    """A mapping of a file; `lines` has the line where each key stands."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


class Items(list[Any]):
    """A list of a file; `lines` has the line where each item begins."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def copied(value: Any) -> Any:
    """The same content as plain dictionaries and lists, for the caller to change."""
    if isinstance(value, dict):
        return {key: copied(one) if isinstance(one, dict | list) else one for key, one in value.items()}
    if isinstance(value, list):
        return [copied(one) if isinstance(one, dict | list) else one for one in value]
    return value


def read_content(text: str, path: str) -> Fields:
    """The content of a text that is one mapping; `path` names it in findings.

    Linear in the length of the text.

    Raises
    ------
    UnreadableFileError
        When the text is not YAML, not a mapping, nested too deep, has a key twice, or uses aliases or tags.
    """
    if found := _FORBIDDEN.search(text):
        line = text[: found.start()].count("\n") + 1
        raise unreadable("There is a character that YAML does not allow.", Place(path, line), "Delete it.")
    content = _composed(text, path)
    if content is None:
        raise unreadable("The file is empty.", Place(path, 1), "Write the fields, or delete the file.")
    if not isinstance(content, Fields):
        raise unreadable("The file is not a mapping of fields to values.", Place(path, 1), "Begin with `id: ...`.")
    return content


def unreadable(message: str, place: Place, mend: str = "") -> UnreadableFileError:
    """The error of a file that cannot be used at all, with its finding."""
    finding = Finding("unreadable-file", "error", message, mend, place)
    return UnreadableFileError(message, place=str(place), mend=mend or None, findings=[finding])


def _composed(text: str, path: str) -> Any:
    """The content, read by the fast parser where that is safe, and else by the slow one, whose word is final."""
    short = len(text) <= _SECOND_LOOK
    if not (short and _READ_DIFFERENTLY.search(text)):
        try:
            import yaml

            loader = yaml.CSafeLoader(text)
            try:
                # As `yaml.parse` does it, without a call of Python's for each event.
                return _Composition(path).of(iter(loader.get_event, None))
            finally:
                loader.dispose()
        except (ImportError, AttributeError):
            pass  # PyYAML is missing, or was built without libyaml.
        except yaml.YAMLError as error:
            if not short:
                raise _invalid(error, path) from None
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return _Composition(path).of(YAML(typ="rt").parse(text))
    except YAMLError as error:
        raise _invalid(error, path) from None


def _invalid(error: Exception, path: str) -> UnreadableFileError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "context", None) or "it cannot be parsed"
    line = None if mark is None else mark.line + 1
    said = " ".join(problem.split())
    mend = next((mend for words, mend in _MENDS.items() if words in said), _CHECK)
    return unreadable(f"This is not valid YAML: {said}.", Place(path, line), mend)


class _Composition:
    """What a stream of events amounts to so far. It is no recursion, so that no depth of nesting can exhaust it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.top: Any = None
        self.documents = 0
        self.inside: Fields | Items | None = None
        self.around: list[Fields | Items | None] = []
        self.key: str | None = None

    def of(self, events: Iterable[Any]) -> Any:
        scalar, begin, around = self._scalar, self._begin, self.around
        # Events of both libraries have the same names and attributes, but no class in common. Most are scalars.
        for event in events:
            kind = type(event).__name__
            if kind == "ScalarEvent":
                scalar(event)
            elif kind == "MappingStartEvent":
                begin(event, Fields())
            elif kind == "MappingEndEvent" or kind == "SequenceEndEvent":
                self.inside = around.pop()
            elif kind == "SequenceStartEvent":
                begin(event, Items())
            elif kind == "AliasEvent":
                raise self._refused(event, "Aliases (`*name`) are not supported.", "Write the value out.")
            elif kind == "DocumentStartEvent":
                self._begin_document(event)
        return self.top

    def _begin_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._refused(event, "This is not valid YAML: but found another document.", _CHECK)
        if event.version and tuple(event.version) != (1, 2):
            version = ".".join(map(str, event.version))
            raise self._refused(event, f"YAML {version} is not supported.", f"Remove the line `%YAML {version}`.")

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        value = event.value
        # A word in quotes or in a block is a text. ruamel.yaml marks with BEL where a folded block was folded.
        if not event.implicit[0]:
            self._put(event, value.replace("\a", "") if event.style == ">" else value)
            return
        try:
            known = resolved(value)
        except ValueError as error:
            message = str(error)
            mend = "Correct the date (YYYY-MM-DD)." if "calendar" in message else "Correct it, or put it in quotes."
            raise self._refused(event, message, mend) from None
        if value == "<<" and self._at_key():
            raise self._refused(event, "Merge keys (`<<`) are not supported.", "Write the fields out.")
        self._put(event, known)

    def _begin(self, event: Any, empty: Fields | Items) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        if self._at_key():
            raise self._refused(event, "A key is a list or a mapping.", "Write a word before the colon.")
        if len(self.around) >= MAX_DEPTH:
            raise self._refused(event, "Values are nested too deep.", "Flatten them.")
        self._put(event, empty)
        self.around.append(self.inside)
        self.inside = empty

    def _put(self, event: Any, value: Any) -> None:
        inside = self.inside
        if isinstance(inside, Fields):
            if self.key is not None:
                inside[self.key] = value
                self.key = None
                return
            key = str(value)
            if key in inside:
                raise self._refused(event, f"The key `{key}` stands twice.", "Remove one of them.")
            self.key = key
            inside.lines[key] = event.start_mark.line + 1
        elif isinstance(inside, Items):
            inside.append(value)
            inside.lines.append(event.start_mark.line + 1)
        else:
            self.top = value

    def _at_key(self) -> bool:
        return self.key is None and isinstance(self.inside, Fields)

    def _refuse_tag(self, event: Any) -> None:
        if event.tag != "!":
            raise self._refused(event, f"The tag `{event.tag}` is not supported.", "Write a plain value.")

    def _refused(self, event: Any, message: str, mend: str) -> UnreadableFileError:
        return unreadable(message, Place(self.path, event.start_mark.line + 1), mend)
