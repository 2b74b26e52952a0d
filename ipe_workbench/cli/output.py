"""How commands print: JSON on demand, tables for people, and nothing that a hostile name could do to a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

__all__ = ["OutputFormat", "is_terminal", "print_json", "print_table", "printable", "progress_bar", "table"]


class OutputFormat(StrEnum):
    """What a command prints its result as."""

    table = "table"
    json = "json"


def printable(text: str) -> str:
    r"""The text without control characters, which could move a terminal's cursor or forge a line.

    Examples
    --------
    >>> printable("Teams\x1b[2J & huddles\n")
    'Teams?[2J & huddles?'
    """
    return "".join("?" if _moves_the_cursor(one) else one for one in text)


def _moves_the_cursor(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs")


def print_json(value: Any) -> None:
    """Print a result as JSON, keys in the order given; control characters are escaped, letters are not."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    typer.echo("".join(json.dumps(one)[1:-1] if one != "\n" and _moves_the_cursor(one) else one for one in text))


def is_terminal() -> bool:
    """Whether a person is looking at standard error, where progress goes."""
    return sys.stderr.isatty()


def progress_bar() -> Progress:
    """A bar on standard error while a person looks at it; nothing on a pipe. To be used with ``with``."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), disable=not is_terminal(), transient=True)


def table(title: str, columns: Sequence[str | tuple[str, str]], rows: Sequence[Sequence[Any]]) -> Table:
    """A table for the terminal; a column is its heading, or (heading, "right").

    Cells are shown as they are: markup and control characters in names have no effect.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    made = Table(title=escape(printable(title)), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        heading, align = column if isinstance(column, tuple) else (column, "left")
        made.add_column(heading, justify="right" if align == "right" else "left", overflow="fold")
    for row in rows:
        made.add_row(*(escape(printable(str(cell))) for cell in row))
    return made


def print_table(made: Table) -> None:
    """Print a table, at the terminal's width; 120 columns on a pipe."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    # rich would break the title at the width of the columns, in the midst of a path.
    title, made.title = made.title, None
    if title:
        console.print(title, style="table.title", soft_wrap=True)
    console.print(made)
