"""Ids made of the words that people write."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["id_from"]


def id_from(text: str, *, longest: int | None = 80) -> str:
    """An id of lower-case letters, digits and single hyphens: the text without accents and signs.

    Empty where the text has no Latin letter or digit; at most `longest` characters, or any number with None.

    Examples
    --------
    >>> id_from("École de santé: Team 1"), id_from("Rahmen für Teams", longest=8), id_from("看護")
    ('ecole-de-sante-team-1', 'rahmen-f', '')
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")
