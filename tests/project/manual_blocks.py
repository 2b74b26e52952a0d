"""What the manual and the README say to type: their blocks of code, with the page and the line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")])
_BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$|`(?P<command>ipe [^`\n]+)`", flags=re.M | re.S)
_MARK = re.compile(r"<!-- not run(?:: (.*?))? -->\n$")


@dataclass(frozen=True)
class Block:
    """A block of code of a page: `kind` is the word behind the fence, `mark` the reason why nobody runs it here.

    Readers do not see the mark: it is a comment on the line before the fence, `<!-- not run: REASON -->`.
    """

    page: Path
    line: int
    kind: str
    text: str
    mark: str | None = None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in their order: fenced ones, and the commands inside sentences."""
    text = page.read_text(encoding="utf-8")
    for one in _BLOCK.finditer(text):
        line = text.count("\n", 0, one.start()) + 1
        if one["command"]:
            yield Block(page, line, "inline", one["command"])
        else:
            mark = _MARK.search(text, 0, one.start())
            yield Block(page, line, one["kind"], one["body"], mark and (mark[1] or ""))


def lines(block: Block) -> list[str]:
    """The lines of a shell's block as they are typed: long ones joined, without comments of their own."""
    joined = re.sub(r"\\\n\s*", " ", block.text)
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def commands(block: Block) -> Iterator[list[str]]:
    """The `ipe` commands of a block, split as a shell does, without comments and what follows a pipe."""
    for line in lines(block):
        if line.startswith("ipe "):
            words = shlex.split(line, comments=True)
            ends = [at for at, word in enumerate(words) if word in ("|", ">", "&&", ";", "||")]
            yield words[: min(ends)] if ends else words
