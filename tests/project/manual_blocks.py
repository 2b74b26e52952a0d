"""What the manual and the README say to type: their blocks of code, with the page and the line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.M | re.S)
_INLINE = re.compile(r"`(ipe [^`\n]+)`")
_INDENTED = re.compile(r"(?<=\n\n)((?: {4}.*\n|\n)+)")


@dataclass(frozen=True)
class Block:
    """A block of code of a page; `kind` is the word behind the fence, empty where there is none."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in their order: fenced ones, indented ones, and the commands inside sentences."""
    text = page.read_text(encoding="utf-8")
    fenced = [(one.start(), one.group(1), one.group(2)) for one in _FENCE.finditer(text)]
    bare = _FENCE.sub(lambda one: re.sub(r"[^\n]", "x", one.group()), text)
    indented = [
        (one.start(), "", re.sub(r"^ {4}", "", one.group(), flags=re.M))
        for one in _INDENTED.finditer(bare)
        if one.group().strip()
    ]
    inline = [(one.start(), "inline", one.group(1)) for one in _INLINE.finditer(bare)]
    for start, kind, body in sorted(fenced + indented + inline):
        yield Block(page, text.count("\n", 0, start) + 1, kind, body)


def commands(block: Block) -> Iterator[list[str]]:
    """The `ipe` commands of a block, split as a shell does, without comments, prompts and what follows a pipe."""
    joined = re.sub(r"\\\n\s*", " ", block.text)
    for line in joined.splitlines():
        bare = re.sub(r"^\$ ", "", line.strip())
        if bare.startswith("ipe "):
            words = shlex.split(bare, comments=True)
            ends = [at for at, word in enumerate(words) if word in ("|", ">", "&&", ";", "||")]
            yield words[: min(ends)] if ends else words
