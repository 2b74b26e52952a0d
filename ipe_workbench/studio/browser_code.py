"""The scripts of the widgets, joined from files that they share: a module of a widget cannot import one beside it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["module"]

_HERE = Path(__file__).parent


def module(*names: str) -> str:
    """The text of a module, from files of this folder in that order; the last one exports the widget.

    Examples
    --------
    >>> module("listening", "labelled_slider").rstrip().splitlines()[-1]
    'export default { initialize: listen, render };'
    """
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)
