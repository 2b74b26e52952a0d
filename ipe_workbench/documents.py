"""YAML documents that remember where each value stands and keep people's comments when they are written.

A :class:`Document` is the text of one file as ruamel.yaml's round-trip tree. Readers validate its plain data with a
pydantic model and turn every violation into a finding with file and line; writers edit the tree in place, so that
comments, order and quoting of what did not change survive.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.findings import Finding, Place

__all__ = [
    "MAX_BYTES",
    "Document",
    "FileModel",
    "Step",
    "field_path",
    "parse_document",
    "read_document",
    "spreadsheet_safe",
    "validate",
    "write_atomically",
]

Model = TypeVar("Model", bound=BaseModel)
Step = str | int

#: A programme file is written by a person; one larger than this is a mistake or an attack (8 MiB).
MAX_BYTES = 8 * 1024 * 1024


class FileModel(BaseModel):
    """Base of every value that a person writes in a file: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)


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
        return _plain(self.tree)  # type: ignore[no-any-return]

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
        return _locate(self, steps)[0]

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
        _merge_map(tree, _quoted(data))
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
    except OSError as error:
        raise _unreadable(f"The file cannot be read: {error.strerror}.", Place(name)) from None
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


def validate(model: type[Model], document: Document) -> tuple[Model | None, tuple[Finding, ...]]:
    """Check a document against a pydantic model.

    Returns
    -------
    (model or None, findings)
        The value, or ``None`` and one finding with id ``invalid-field`` for each violation, all of them at once.
    """
    try:
        return model.model_validate(document.data), ()
    except ValidationError as error:
        subject = str(document.tree.get("id", "") or "")
        return None, tuple(_as_finding(problem, document, subject) for problem in error.errors(include_url=False))


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


def spreadsheet_safe(text: str) -> str:
    """A CSV cell that no spreadsheet runs as a formula: an apostrophe before the characters that would start one.

    Source: OWASP, CSV Injection (characters ``= + - @``, tab and carriage return).

    Examples
    --------
    >>> spreadsheet_safe("=cmd|' /C calc'!A0"), spreadsheet_safe("Teams")
    ("'=cmd|' /C calc'!A0", 'Teams')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new and never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    payload = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
            stream.flush()
            os.fsync(stream.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
    except (YAMLError, ValueError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else "it cannot be parsed"
        raise _unreadable(f"This is not valid YAML: {first}.", Place(path)) from None
    if tree is None:
        raise _unreadable("The file is empty.", Place(path, 1), "Write the fields, or delete the file.")
    if not isinstance(tree, CommentedMap):
        raise _unreadable("The file is not a mapping of fields to values.", Place(path, 1), "Begin with `id: ...`.")
    return tree


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


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, ScalarInt):
        return int(value)
    if isinstance(value, ScalarFloat):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value if type(value) is datetime.datetime else datetime.datetime.fromisoformat(str(value))
    if isinstance(value, str):
        return str(value)
    return value


def _locate(document: Document, steps: Sequence[Step]) -> tuple[Place, list[Step], bool]:
    """Walk as far as the tree allows. Steps that name nothing (tags of a union) are passed over."""
    node: Any = document.tree
    line = 1
    walked: list[Step] = []
    complete = True
    for step in steps:
        here = _line_of(node, step)
        if here is None:
            complete = False
            continue
        line, node, complete = here, node[step], True
        walked.append(step)
    return Place(document.path, line, field_path(walked)), walked, complete


def _line_of(node: Any, step: Step) -> int | None:
    if isinstance(node, CommentedMap) and isinstance(step, str) and step in node:
        return int(node.lc.key(step)[0]) + 1
    if isinstance(node, CommentedSeq) and isinstance(step, int) and 0 <= step < len(node):
        return int(node.lc.item(step)[0]) + 1
    return None


def _as_finding(problem: Mapping[str, Any], document: Document, subject: str) -> Finding:
    steps: list[Step] = list(problem["loc"])
    place, walked, _ = _locate(document, steps)
    kind = problem["type"]
    name = str(steps[-1]) if steps else "file"
    if kind == "missing":
        field = field_path([*walked, name])
        message, mend = f"The field `{field}` is missing.", f"Add `{name}:` here."
        place = Place(place.file, place.line, field)
    elif kind == "extra_forbidden":
        message, mend = f"`{name}` is not a known field.", "Correct its spelling or delete it."
    else:
        text = str(problem["msg"]).removeprefix("Value error, ")
        shown = repr(problem.get("input"))
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        message = f"`{place.field or name}` is not valid: {text[0].lower() + text[1:]} (found {shown})."
        mend = "Correct the value; the schema named in the file's first line lists what is allowed."
    return Finding("invalid-field", "error", message, mend, place, subject)


def _quoted(value: Any) -> Any:
    """The value with texts in quotes that need escapes: bare, the writer would put NEL (U+0085) out as a line break."""
    if isinstance(value, Mapping):
        return {key: _quoted(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_quoted(one) for one in value]
    if isinstance(value, str) and any(not sign.isprintable() and sign != "\n" for sign in value):
        return DoubleQuotedScalarString(value)
    return value


def _merge_map(tree: CommentedMap, data: Mapping[str, Any]) -> None:
    for key in [k for k in tree if k not in data]:
        del tree[key]
    for key, value in data.items():
        if key not in tree:
            tree[key] = value
        elif isinstance(tree[key], CommentedMap) and isinstance(value, Mapping):
            _merge_map(tree[key], value)
        elif isinstance(tree[key], CommentedSeq) and isinstance(value, list):
            _merge_seq(tree[key], value)
        elif _plain(tree[key]) != value:
            tree[key] = value


def _merge_seq(tree: CommentedSeq, data: list[Any]) -> None:
    """Make the list say `data`: items are matched by id, else by being equal, and keep their comments."""
    old = [_plain(item) for item in tree]
    if old == data:
        return
    by_id = _identified(old) and _identified(data)
    before = [item["id"] if by_id else repr(item) for item in old]
    after = [item["id"] if by_id else repr(_plain(item)) for item in data]
    nodes = dict(zip(before, list(tree), strict=True)) if by_id else {}
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    # From the end, so that places further up stay valid; one by one, so that comments move with their items.
    for tag, start, end, new_start, new_end in reversed(changes):
        if tag == "equal" and not by_id:
            continue
        shared = 0 if by_id and tag != "equal" else min(end - start, new_end - new_start)
        for index in range(end - 1, start + shared - 1, -1):
            del tree[index]
        for offset in range(shared):
            _merge_item(tree, start + offset, data[new_start + offset])
        for offset in range(shared, new_end - new_start):
            value = data[new_start + offset]
            known = nodes.get(after[new_start + offset])
            tree.insert(start + offset, value if known is None else known)
            _merge_item(tree, start + offset, value)


def _merge_item(tree: CommentedSeq, index: int, value: Any) -> None:
    if isinstance(tree[index], CommentedMap) and isinstance(value, Mapping):
        _merge_map(tree[index], value)
    elif isinstance(tree[index], CommentedSeq) and isinstance(value, list):
        _merge_seq(tree[index], value)
    elif _plain(tree[index]) != value:
        tree[index] = value


def _identified(items: Sequence[Any]) -> bool:
    ids = [item.get("id") if isinstance(item, Mapping) else None for item in items]
    return None not in ids and len(set(ids)) == len(ids)
