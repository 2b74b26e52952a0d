"""What has been worked out about badges, so that a design with one change works out only what the change can reach.

An answer is kept by a number that stands for a badge with everything that it rests on: two graphs give a badge the same
number exactly when nothing below it differs, so that an answer that is found is the answer that would be worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import count
from typing import Any, TypeVar

__all__ = ["Known", "Same"]

_Answer = TypeVar("_Answer")
_NUMBERS = count()
_NONE = object()


class Same:
    """A value as a key that only the very same value equals: quick for large values that never change."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


class Known:
    """Answers by question and number.

    Parameters
    ----------
    names : iterable of str
        All badges that any of its graphs may have, in their order.
    like : Known, optional
        What is known of a design that is much the same; what of it is asked for is taken over.

    Examples
    --------
    >>> known = Known(["a", "b"])
    >>> first = known.number(("a", 3.0))
    >>> known.number(("a", 3.0)) == first, known.number(("a", 4.0)) == first
    (True, False)
    >>> known.answer("hours", first, lambda: 3.0), known.answer("hours", first, lambda: 99.0)
    (3.0, 3.0)
    """

    def __init__(self, names: Iterable[str], like: Known | None = None) -> None:
        self.place = {one: at for at, one in enumerate(names)}
        self._like = like
        self._numbers: dict[Hashable, int] = {}
        self._answers: dict[str, dict[Hashable, Any]] = {}

    def number(self, key: Hashable = None) -> int:
        """The number that stands for a key; a new one each time without a key."""
        if key is None:
            return next(_NUMBERS)
        found = self._numbers.get(key)
        if found is None:
            found = self._like._numbers.get(key) if self._like else None
            found = self._numbers[key] = next(_NUMBERS) if found is None else found
        return found

    def answer(self, question: str, about: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        """The answer to a question about a number or value, worked out once."""
        answers = self._answers.setdefault(question, {})
        found = answers.get(about, _NONE)
        if found is _NONE:
            found = self._like._answers.get(question, {}).get(about, _NONE) if self._like else _NONE
            found = answers[about] = ask() if found is _NONE else found
        answer: _Answer = found
        return answer

    def answers(self, question: str) -> tuple[Any, ...]:
        """All answers to a question so far."""
        old = self._like._answers.get(question, {}) if self._like else {}
        return (*self._answers.get(question, {}).values(), *old.values())

    def let_go(self) -> None:
        """Forget what was known before and not asked for."""
        self._like = None
