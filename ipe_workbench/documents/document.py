"""One YAML file in memory: read, with the line of every value, and edited with its comments kept."""

from __future__ import annotations

import datetime
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from ipe_workbench.documents.edits import merge, plain, quoted
from ipe_workbench.documents.model import Step
from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.findings import Finding, Place

__all__ = ["MAX_BYTES", "Document", "field_path", "locate", "parse_document", "read_document"]

#: A programme file is written by a person; one larger than this is a mistake or an attack (8 MiB).
MAX_BYTES = 8 * 1024 * 1024
_DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


@dataclass(frozen=True, eq=False)
class Document:
    """One YAML file in memory.

    Parameters
    ----------
    path : str
        The file's path as it is shown to the user.
    tree : CommentedMap
        The round-trip tree, comments and all. Treat it as read-only; `edited` returns a changed copy.
    text : str
        The text that was read; `digest` is its SHA-256, which tells whether somebody changed the file meanwhile.
    """

    path: str
    tree: CommentedMap
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def data(self) -> dict[str, Any]:
        """The content as plain dictionaries, lists and scalars."""
        return plain(self.tree)  # type: ignore[no-any-return]

    def place(self, *steps: Step) -> Place:
        r"""Where the value behind `steps` stands; the nearest enclosing one where it is absent.

        Examples
        --------
        >>> doc = parse_document("id: teams\nalignments:\n  - competency: TT3\n", "teams.yaml")
        >>> print(doc.place("alignments", 0, "competency"))
        teams.yaml:3
        >>> print(doc.place("alignments", 0, "missing"))
        teams.yaml:3
        """
        return locate(self, steps)[0]

    def edited(self, data: Mapping[str, Any]) -> Document:
        r"""A copy whose content is `data`, with the comments and the order of what did not change kept.

        Examples
        --------
        >>> doc = parse_document("id: teams  # never change this\nhours: 3\n", "teams.yaml")
        >>> print(doc.edited({"id": "teams", "hours": 4}).text, end="")
        id: teams  # never change this
        hours: 4
        """
        tree = _parse(self.text, self.path)
        merge(tree, quoted(data))
        stream = io.StringIO()
        _yaml().dump(tree, stream)
        return Document(self.path, tree, stream.getvalue())


def read_document(path: Path, *, shown_as: str | None = None) -> Document:
    """Read one YAML file.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str, optional
        How to name it in findings; the path itself when absent.

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, not UTF-8, not YAML, or not a mapping; with a finding that has the line.
    """
    name = shown_as or str(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _unreadable(f"The file has {size:,} bytes; a programme file has at most {MAX_BYTES:,}.", Place(name))
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise _unreadable("The file does not exist.", Place(name), "Check the path.") from None
    except IsADirectoryError:
        raise _unreadable("This is a folder, not a file.", Place(name), "Name a file.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _unreadable("The file is not UTF-8 text.", Place(name, line), "Save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        # ValueError: a name with a null byte in it.
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _unreadable(f"The file cannot be read: {reason}.", Place(name)) from None
    return parse_document(text, name)


def parse_document(text: str, path: str = "(text)") -> Document:
    """Read YAML from a string; `path` names it in findings. Raises as `read_document` does.

    Examples
    --------
    >>> parse_document("id: [unclosed", "x.yaml")
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnreadableFileError: x.yaml:1: This is not valid YAML: expected ',' or ']', but got \
'<stream end>'. Check brackets, quotes, colons and indentation near that line.
    """
    return Document(path, _parse(text, path), text)


def field_path(steps: Sequence[Step]) -> str:
    """A readable path of a field.

    Examples
    --------
    >>> field_path(["alignments", 2, "competency"])
    'alignments[2].competency'
    """
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 120
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = False
    return yaml


def _parse(text: str, path: str) -> CommentedMap:
    try:
        if any(sign in text for sign in "*&!"):
            _refuse_aliases_and_tags(text, path)
        tree = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        problem = " ".join((error.problem or error.context or "it cannot be parsed").split())
        if "duplicate key" in problem:
            key = problem.split('"')[1] if '"' in problem else "a key"
            raise _unreadable(f"The key `{key}` stands twice.", Place(path, line), "Remove one of them.") from None
        raise _unreadable(
            f"This is not valid YAML: {problem}.",
            Place(path, line),
            "Check brackets, quotes, colons and indentation near that line.",
        ) from None
    except RecursionError:
        raise _unreadable("Values are nested too deep.", Place(path), "Flatten them.") from None
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _unreadable("There is a character that YAML does not allow.", Place(path, line), "Delete it.") from None
    except (YAMLError, ValueError) as error:
        raise _strange_value(text, path, error) from None
    if tree is None:
        raise _unreadable("The file is empty.", Place(path, 1), "Write the fields, or delete the file.")
    if not isinstance(tree, CommentedMap):
        raise _unreadable("The file is not a mapping of fields to values.", Place(path, 1), "Begin with `id: ...`.")
    return tree


def _strange_value(text: str, path: str, error: Exception) -> UnreadableFileError:
    """A value that looks like a date or a number but cannot be one; the parser does not say where."""
    for number, line in enumerate(text.splitlines(), start=1):
        for year, month, day in _DATE.findall(line):
            try:
                datetime.date(int(year), int(month), int(day))
            except ValueError:
                message = f"{year}-{month}-{day} is not a day of the calendar."
                return _unreadable(message, Place(path, number), "Correct the date (YYYY-MM-DD).")
        if re.search(r"\d{4000}", line):
            return _unreadable("A number has more digits than can be read.", Place(path, number), "Shorten it.")
    first = str(error).strip().splitlines()[0] if str(error).strip() else "it cannot be parsed"
    return _unreadable(f"This is not valid YAML: {first}.", Place(path))


def _refuse_aliases_and_tags(text: str, path: str) -> None:
    """Aliases could blow up a small file to any size, and tags name Python types; neither has a use here."""
    for event in _yaml().parse(text):
        line = event.start_mark.line + 1
        if type(event).__name__ == "AliasEvent":
            raise _unreadable("Aliases (`*name`) are not supported.", Place(path, line), "Write the value out.")
        if getattr(event, "tag", None) not in (None, "!"):
            raise _unreadable(f"The tag `{event.tag}` is not supported.", Place(path, line), "Write a plain value.")


def _unreadable(message: str, place: Place, mend: str = "") -> UnreadableFileError:
    finding = Finding("unreadable-file", "error", message, mend, place)
    return UnreadableFileError(message, place=str(place), mend=mend or None, findings=[finding])


def locate(document: Document, steps: Sequence[Step]) -> tuple[Place, list[Step]]:
    """Walk as far as the tree allows. Steps that name nothing (tags of a union) are passed over."""
    node: Any = document.tree
    line = 1
    walked: list[Step] = []
    for step in steps:
        here = _line_of(node, step)
        if here is not None:
            line, node = here, node[step]
            walked.append(step)
    return Place(document.path, line, field_path(walked)), walked


def _line_of(node: Any, step: Step) -> int | None:
    if isinstance(node, CommentedMap) and isinstance(step, str) and step in node:
        return int(node.lc.key(step)[0]) + 1
    if isinstance(node, CommentedSeq) and isinstance(step, int) and 0 <= step < len(node):
        return int(node.lc.item(step)[0]) + 1
    return None
