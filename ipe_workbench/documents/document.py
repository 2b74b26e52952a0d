"""One YAML file in memory: read, with the line of every value, and edited with its comments kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ipe_workbench.documents.content import Fields, Items, copied, read_content, unreadable
from ipe_workbench.documents.model import Step
from ipe_workbench.findings import Place

__all__ = ["MAX_BYTES", "Document", "field_path", "locate", "parse_document", "read_document"]

#: A programme file is written by a person; one larger than this is a mistake or an attack (32 MiB).
MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class Document:
    """One YAML file in memory.

    Parameters
    ----------
    path : str
        The file's path as it is shown to the user.
    text : str
        The text that was read; `digest` is its SHA-256, which tells whether somebody changed the file meanwhile.
    """

    path: str
    text: str

    @cached_property
    def tree(self) -> Fields:
        """The content with the line of every value. Treat it as read-only; `data` is a copy to change."""
        return read_content(self.text, self.path)

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def data(self) -> dict[str, Any]:
        """The content as plain dictionaries, lists and scalars."""
        return copied(self.tree)  # type: ignore[no-any-return]

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
        # Few documents are written: only these pay for loading the writer.
        from ipe_workbench.documents.edits import edited_text

        return Document(self.path, edited_text(self.text, self.tree, data, self.path))


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
            raise unreadable(f"The file has {size:,} bytes; a programme file has at most {MAX_BYTES:,}.", Place(name))
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise unreadable("The file does not exist.", Place(name), "Check the path.") from None
    except IsADirectoryError:
        raise unreadable("This is a folder, not a file.", Place(name), "Name a file.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise unreadable("The file is not UTF-8 text.", Place(name, line), "Save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        # ValueError: a name with a null byte in it.
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise unreadable(f"The file cannot be read: {reason}.", Place(name)) from None
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
    document = Document(path, text)
    # Read now, so that a text that cannot be used is refused here.
    document.__dict__["tree"] = read_content(text, path)
    return document


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


def locate(document: Document, steps: Sequence[Step]) -> tuple[Place, list[Step]]:
    """Walk as far as the tree allows. Steps that name nothing (tags of a union) are passed over."""
    node: Any = document.tree
    line = 1
    walked: list[Step] = []
    for step in steps:
        known = isinstance(node, Fields) and step in node
        if known or (isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node)):
            line, node = node.lines[step], node[step]
            walked.append(step)
    return Place(document.path, line, field_path(walked)), walked
