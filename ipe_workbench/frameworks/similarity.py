"""Suggested crosswalk rows: competencies of two frameworks whose texts are alike, always marked as suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.frameworks.crosswalk import Crosswalk, Mapping
from ipe_workbench.frameworks.model import Competency, Framework

if TYPE_CHECKING:
    import numpy as np

__all__ = ["pair_similarities", "suggest_crosswalk", "suggest_mappings", "without_text"]

#: Of the pairs of IPEC 2016 and 2023 that our draft crosswalk does not join, nine in ten score below 0.15; see
#: docs/crosswalks.md.
MINIMUM = 0.1
_DIGITS = 3
_CELLS = 4_000_000


def suggest_mappings(
    source: Framework, target: Framework, minimum: float = MINIMUM, per_code: int = 3
) -> tuple[Mapping, ...]:
    """Pairs of competencies whose texts are alike, as suggestions for a crosswalk.

    Parameters
    ----------
    source, target : Framework
        Leaves are compared with leaves, and headings with headings. A competency without a text of its own (see
        `without_text`) is not compared.
    minimum : float
        The least score, in (0, 1].
    per_code : int
        How many suggestions a competency of the source gets at most.

    Returns
    -------
    tuple of Mapping
        In the order of the source framework, the best first; equal scores in the order of the target framework. Each is
        ``isRelatedTo`` and ``suggested``: how alike two texts are says nothing about which relation they have.

    Raises
    ------
    UnusableInputError
        When `minimum` or `per_code` is out of its range.

    Notes
    -----
    The score is the cosine of TF-IDF vectors over both frameworks (Salton and Buckley 1988, doi
    10.1016/0306-4573(88)90021-0), half from words, half from pieces of three to five letters inside words, which see
    "communicate" in "communication". The text is the title, the statement and the title of the parent; no list of
    English words is used. Time grows with the product of the two numbers of competencies.

    Examples
    --------
    >>> old = Framework(id="old", title="Old", competencies=(Competency(id="A", statement="Lead a team huddle."),))
    >>> new = Framework(id="new", title="New", competencies=(
    ...     Competency(id="B", statement="Document care."), Competency(id="C", statement="Leading team huddles.")))
    >>> [(one.source, one.target, one.suggested) for one in suggest_mappings(old, new)]
    [('A', 'C', True)]
    """
    if not 0 < minimum <= 1:
        raise UnusableInputError("The least score is not a number above 0 and up to 1.", mend="Name one such as 0.1.")
    if per_code < 1:
        raise UnusableInputError("At least one suggestion a code must be allowed.", mend="Name 1 or more.")
    leaves_of_source, leaves_of_target = _leaf_ids(source), _leaf_ids(target)
    found: dict[str, list[Mapping]] = {}
    for leaf in (True, False):
        rows = [one for one in source.in_order() if _own_text(one) and (one.id in leaves_of_source) is leaf]
        columns = [one for one in target.in_order() if _own_text(one) and (one.id in leaves_of_target) is leaf]
        for row, column, score in _best(source, target, rows, columns, minimum, per_code):
            one = Mapping(source=rows[row].id, target=columns[column].id, score=score, suggested=True)
            found.setdefault(one.source, []).append(one)
    return tuple(one for competency in source.in_order() for one in found.get(competency.id, ()))


def suggest_crosswalk(source: Framework, target: Framework, minimum: float = MINIMUM, per_code: int = 3) -> Crosswalk:
    """A draft crosswalk of nothing but suggestions, to be edited; parameters and errors as `suggest_mappings` has.

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_framework
    >>> draft = suggest_crosswalk(load_framework("ipec-2016"), load_framework("ipec-2023"))
    >>> draft.source, draft.target, len(draft.mappings) > 0
    ('ipec-2016', 'ipec-2023', True)
    """
    return Crosswalk(
        id=f"crosswalk-{source.id}-{target.id}",
        title=f"{source.title} to {target.title} (suggestions)",
        source=source.id,
        target=target.id,
        status="draft (suggestions by text similarity)",
        notes="Accept a row by taking `suggested: true` away and setting its relation; delete the others.",
        mappings=suggest_mappings(source, target, minimum, per_code),
    )


def without_text(framework: Framework) -> tuple[str, ...]:
    """Ids of the competencies that cannot be compared, having no word in title and statement.

    Examples
    --------
    >>> without_text(Framework(id="a", title="A", competencies=(Competency(id="A1", code="A1"),)))
    ('A1',)
    """
    return tuple(one.id for one in framework.in_order() if not _own_text(one))


def pair_similarities(
    source: Framework, target: Framework, pairs: Sequence[tuple[str, str]]
) -> tuple[float | None, ...]:
    """How alike the texts of each pair (ids of source and target) are, 0 to 1, on the scale of `suggest_mappings`.

    ``None`` where one of the two has no statement.
    """
    comparable = [_has_words(source[one].statement) and _has_words(target[other].statement) for one, other in pairs]
    kept = [pair for pair, is_comparable in zip(pairs, comparable, strict=True) if is_comparable]
    if not kept:
        return tuple(None for _ in pairs)
    rows = list({one: source[one] for one, _ in kept}.values())
    columns = list({other: target[other] for _, other in kept}.values())
    row_of = {one: index for index, one in enumerate({one: None for one, _ in kept})}
    column_of = {other: index for index, other in enumerate({other: None for _, other in kept})}
    left, right = _vectors(source, target, rows, columns)
    first, second = left[[row_of[one] for one, _ in kept]], right[[column_of[other] for _, other in kept]]
    scores = iter(first.multiply(second).sum(axis=1).A1 if kept else ())
    return tuple(_rounded(next(scores)) if is_comparable else None for is_comparable in comparable)


def _best(
    source: Framework,
    target: Framework,
    rows: list[Competency],
    columns: list[Competency],
    minimum: float,
    per_code: int,
) -> Iterator[tuple[int, int, float]]:
    """(row, column, score) of the best columns of each row, block by block so that memory stays bounded."""
    if not rows or not columns:
        return
    import numpy as np

    left, right = _vectors(source, target, rows, columns)
    turned = right.T.tocsc()
    block = max(1, _CELLS // len(columns))
    for start in range(0, len(rows), block):
        scores: np.ndarray[Any, Any] = np.round((left[start : start + block] @ turned).toarray(), _DIGITS)
        least = np.full(len(scores), minimum)
        if per_code < len(columns):
            least = np.maximum(least, np.partition(scores, -per_code, axis=1)[:, -per_code])
        row, column = np.nonzero(scores >= least[:, None])
        order = np.lexsort((column, -scores[row, column], row))
        row, column = row[order], column[order]
        # The place of each among those of its row; ties at the last place are more than were asked for.
        place = np.arange(len(row)) - np.searchsorted(row, row)
        for at in np.nonzero(place < per_code)[0]:
            yield start + int(row[at]), int(column[at]), _rounded(scores[row[at], column[at]])


def _vectors(
    source: Framework, target: Framework, rows: list[Competency], columns: list[Competency]
) -> tuple[Any, Any]:
    """Sparse rows of length one for the competencies of either side; their products are the scores."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [*(_text(source, one) for one in rows), *(_text(target, one) for one in columns)]
    everything = [
        *(_text(source, one) for one in source.in_order() if _own_text(one)),
        *(_text(target, one) for one in target.in_order() if _own_text(one)),
    ]
    parts = []
    for settings in (
        {"analyzer": "word", "token_pattern": r"(?u)\b\w+\b"},
        {"analyzer": "char_wb", "ngram_range": (3, 5)},
    ):
        vectorizer = TfidfVectorizer(sublinear_tf=True, **settings)
        try:
            vectorizer.fit(everything)
        except ValueError:
            continue  # No letter in any text: this view has nothing to compare.
        parts.append(vectorizer.transform(texts) * 0.5**0.5)
    if not parts:
        from scipy.sparse import csr_matrix

        parts = [csr_matrix((len(texts), 1))]
    stacked = hstack(parts, format="csr")
    return stacked[: len(rows)], stacked[len(rows) :]


def _text(framework: Framework, competency: Competency) -> str:
    parent = framework[competency.parent].title if competency.parent is not None else None
    return ". ".join(filter(None, (competency.title, competency.statement, parent)))


def _own_text(competency: Competency) -> bool:
    return _has_words(competency.title) or _has_words(competency.statement)


def _has_words(text: str | None) -> bool:
    return any(sign.isalnum() for sign in text or "")


def _leaf_ids(framework: Framework) -> frozenset[str]:
    return frozenset(one.id for one in framework.leaves)


def _rounded(score: float) -> float:
    return min(1.0, max(0.0, round(float(score), _DIGITS)))
