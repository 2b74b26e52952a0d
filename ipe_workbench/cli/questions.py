"""Questions on a terminal: each answer is checked when it is typed, and asked again until it can be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import typer

from ipe_workbench.cli.output import printable
from ipe_workbench.errors import WorkbenchError

__all__ = ["ask", "may_ask"]

Answer = TypeVar("Answer")


def may_ask(yes: bool) -> bool:
    """Whether a person sits there to answer: both ends are a terminal, and ``--yes`` was not given."""
    return not yes and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, default: str, read: Callable[[str], Answer]) -> Answer:
    """Ask until `read` takes the answer; Enter takes the default. Ctrl-C leaves, and nothing is written."""
    shown = f"{question} [{printable(default)}]" if default else question
    while True:
        typed = typer.prompt(shown, default=default, show_default=False, err=True)
        try:
            return read(typed)
        except WorkbenchError as error:
            typer.echo(printable(str(error)), err=True)
