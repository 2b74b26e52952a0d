"""What the tests of attacks share: changes of a document, the verdict, lists that were read."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ipe_workbench.badges import read_badge, verify
from tests.badges.making import NOW, content

Change = Callable[[dict[str, Any]], None]


def changed(document: dict[str, Any], change: Change) -> dict[str, Any]:
    made = copy.deepcopy(document)
    change(made)
    return made


def verdict(document: Any, **options: Any) -> str:
    return verify(document if isinstance(document, bytes) else content(document), now=NOW, **options).verdict


def put(path: str, value: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        *steps, last = path.split("/")
        target: Any = document
        for step in steps:
            target = target[step]
        target[last] = value

    return change


def lists(*made: Any) -> list[Any]:
    return [read_badge(one if isinstance(one, bytes) else content(one)) for one in made]
