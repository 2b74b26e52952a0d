"""What one proof cannot tell apart: equal items of an array, and members of one node in two places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Descriptions", "Mention", "UnsafeDocumentError", "refuse_equal_items"]

# A node's id, the place where it is named, and what is said about it there.
Mention = tuple[str, str, Mapping[str, Any]]


class UnsafeDocumentError(ValueError):
    """A document whose JSON says more, less or other than what its proof covers. The message names the place."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place or 'the document'}: {reason}")
        self.place = place
        self.reason = reason


class Descriptions:
    """Where the nodes of one credential are named and described; embedded credentials have their own, and own proofs.

    Nodes of one id are one node to the proof, so members could be moved from one to the other. That is harmless only
    if the place where people look first says everything: the issuer, else the one nearest to the top.
    """

    def __init__(self) -> None:
        self.mentions: list[Mention] = []

    def check(self) -> None:
        """Raise `UnsafeDocumentError` when a node says something elsewhere that its first place does not."""
        by_id: dict[str, list[Mention]] = {}
        for mention in self.mentions:
            by_id.setdefault(mention[0], []).append(mention)
        for mentions in by_id.values():
            if len(mentions) > 1 and any(node for _, _, node in mentions):
                _refuse_scattered(mentions)


def _refuse_scattered(mentions: list[Mention]) -> None:
    first, *others = sorted(mentions, key=lambda one: (one[1].count("/"), one[1] != "issuer", one[1]))
    for identifier, place, node in others:
        if any(name not in first[2] or first[2][name] != value for name, value in node.items()):
            raise UnsafeDocumentError(
                place,
                f"The node {identifier[:200]} says more here than in its first place ({first[1] or 'the top'}): "
                "members could have been moved between the two under the same proof.",
            )


def refuse_equal_items(items: list[Any], place: str, memory: dict[int, Any]) -> None:
    """Raise `UnsafeDocumentError` when two items say the same; `memory` keeps what was worked out, for one document."""
    if all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items) and len(
        {item["id"] for item in items}
    ) == len(items):
        return
    seen = set()
    for index, item in enumerate(items):
        frozen = _frozen(item, memory)
        if frozen in seen:
            raise UnsafeDocumentError(
                f"{place}[{index}]", "This item equals an earlier one; the proof cannot tell how many there are."
            )
        seen.add(frozen)


def _frozen(value: Any, memory: dict[int, Any]) -> Any:
    """A hashable value, equal for what says the same; each part of a document is worked out once."""
    if not isinstance(value, dict | list):
        return (type(value).__name__, value)
    known = memory.get(id(value))
    if known is None:
        if isinstance(value, dict):
            known = frozenset((name, _frozen(one, memory)) for name, one in value.items())
        else:
            # A set says the same in any order.
            known = ("array", frozenset(_frozen(one, memory) for one in value))
        memory[id(value)] = known
    return known
