"""Checks of a crosswalk against the two frameworks that it joins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ipe_workbench.documents import Document
from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.findings import Finding, Place, Severity, sort_findings
from ipe_workbench.frameworks.crosswalk import Crosswalk, Mapping
from ipe_workbench.frameworks.model import Competency, Framework
from ipe_workbench.frameworks.similarity import pair_similarities

__all__ = ["LEAST_ALIKE", "check_crosswalk"]

#: An exact match whose texts score less is worth a second look: of the pairs of IPEC 2016 and 2023 that our draft
#: crosswalk does not join, 95 in 100 score less (docs/crosswalks.md).
LEAST_ALIKE = 0.18


def check_crosswalk(
    crosswalk: Crosswalk, source: Framework, target: Framework, document: Document | None = None
) -> tuple[Finding, ...]:
    """Everything about a crosswalk that a person should look at.

    Parameters
    ----------
    crosswalk : Crosswalk
        The crosswalk.
    source, target : Framework
        The frameworks that it joins.
    document : Document, optional
        The file that it was read from, for line numbers.

    Returns
    -------
    tuple of Finding
        Gravest first. Errors: ``unknown-source-code``, ``unknown-target-code``, ``contradictory-relations`` (one pair
        in two relations). Warnings: ``unmapped-source`` (a leaf mapped to nothing), ``duplicate-mapping``,
        ``several-exact-matches`` (of one code), ``relation-too-strong`` (an exact match whose texts score below
        `LEAST_ALIKE`; not looked at where a statement is absent), ``suggestion-not-accepted``, ``level-mismatch`` (a
        leaf mapped to a heading or the other way round, but not as its broader, or narrower, one). For information:
        ``target-without-ancestor``, ``one-to-many``, ``many-to-one``.

    Raises
    ------
    UnusableInputError
        When a framework is not the one that the crosswalk names.

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_crosswalk, load_framework
    >>> old, new = load_framework("ipec-2016"), load_framework("ipec-2023")
    >>> found = check_crosswalk(load_crosswalk("crosswalk-ipec-2016-2023"), old, new)
    >>> [one.subject for one in found if one.id == "target-without-ancestor"]
    ['RR5', 'TT10', 'TT9', 'VE10', 'VE11', 'VE2']
    """
    for framework, named in ((source, crosswalk.source), (target, crosswalk.target)):
        if framework.id != named:
            message = f"The crosswalk {crosswalk.id} is about `{named}`, not about `{framework.id}`."
            raise UnusableInputError(message, mend=f"Name the framework `{named}`.")
    view = _View(crosswalk, source, target, document)
    return sort_findings(
        (
            *_unknown_codes(view),
            *_repeated_pairs(view),
            *_unmapped(view),
            *_numbers(view),
            *_several_exact_matches(view),
            *_levels(view),
            *_too_strong(view),
            *_suggestions(view),
        )
    )


@dataclass(frozen=True)
class _Row:
    """A row whose codes are known."""

    index: int
    mapping: Mapping
    source: Competency
    target: Competency


@dataclass
class _View:
    """The crosswalk with its codes looked up."""

    crosswalk: Crosswalk
    source: Framework
    target: Framework
    document: Document | None
    rows: list[_Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        for index, one in enumerate(self.crosswalk.mappings):
            source, target = self.source.find(one.source), self.target.find(one.target)
            if source is not None and target is not None:
                self.rows.append(_Row(index, one, source, target))

    def place(self, index: int | None = None, name: str | None = None) -> Place:
        if self.document is None:
            return Place()
        steps: tuple[str | int, ...] = ("mappings",) if index is None else ("mappings", index)
        return self.document.place(*steps, *(() if name is None else (name,)))

    def finding(self, id: str, severity: Severity, message: str, mend: str, row: _Row) -> Finding:
        return Finding(id, severity, message, mend, self.place(row.index), _code(row.source))


def _unknown_codes(view: _View) -> Iterator[Finding]:
    sides: tuple[tuple[Literal["source", "target"], Framework], ...] = (
        ("source", view.source),
        ("target", view.target),
    )
    for index, one in enumerate(view.crosswalk.mappings):
        for side, framework in sides:
            code = one.source if side == "source" else one.target
            if framework.find(code) is None:
                mend = near_names(code, [_code(known) for known in framework.competencies])
                message = f"`{code}` is not a competency of {framework.title}."
                yield Finding(f"unknown-{side}-code", "error", message, mend, view.place(index, side), code)


def _repeated_pairs(view: _View) -> Iterator[Finding]:
    for rows in _grouped((row.source.id, row.target.id, row) for row in view.rows).values():
        first = rows[0]
        for row in rows[1:]:
            pair = f"{_code(row.source)} is mapped to {_code(row.target)} twice"
            if row.mapping.relation == first.mapping.relation:
                yield view.finding("duplicate-mapping", "warning", f"{pair}.", "Remove one.", row)
            else:
                message = f"{pair}, as {first.mapping.relation} and as {row.mapping.relation}."
                yield view.finding("contradictory-relations", "error", message, "Keep the one that is true.", row)


def _unmapped(view: _View) -> Iterator[Finding]:
    mapped = {found.id for one in view.crosswalk.mappings if (found := view.source.find(one.source)) is not None}
    for leaf in view.source.leaves:
        if leaf.id not in mapped:
            message = f"{_code(leaf)} of {view.source.id} is mapped to nothing."
            mend = "Add a row, or say in `notes` that it has no successor."
            yield Finding("unmapped-source", "warning", message, mend, view.place(), _code(leaf))
    for reference in view.crosswalk.unmapped_targets(view.target):
        code = _code(view.target[reference])
        message = f"{code} of {view.target.id} has no ancestor in {view.source.id}."
        mend = "Add a row if it has one; what is new has none."
        yield Finding("target-without-ancestor", "info", message, mend, view.place(), code)


def _numbers(view: _View) -> Iterator[Finding]:
    for rows in _grouped((row.source.id, row) for row in view.rows).values():
        targets = list(dict.fromkeys(_code(row.target) for row in rows))
        if len(targets) > 1:
            message = f"{_code(rows[0].source)} becomes {len(targets)} codes: {', '.join(targets)}."
            yield view.finding("one-to-many", "info", message, "A migration asks which of them is meant.", rows[0])
    for rows in _grouped((row.target.id, row) for row in view.rows).values():
        sources = list(dict.fromkeys(_code(row.source) for row in rows))
        if len(sources) > 1:
            message = f"{len(sources)} codes become {_code(rows[0].target)}: {', '.join(sources)}."
            mend = "A migration merges alignments to them, when a person agrees."
            yield Finding("many-to-one", "info", message, mend, view.place(rows[0].index), _code(rows[0].target))


def _several_exact_matches(view: _View) -> Iterator[Finding]:
    exact = [row for row in view.rows if row.mapping.relation == "exactMatchOf"]
    mend = "Keep the one whose wording is the same; make the others isRelatedTo, broader or narrower."
    for rows in _grouped((row.source.id, row) for row in exact).values():
        others = list(dict.fromkeys(_code(row.target) for row in rows))
        if len(others) > 1:
            message = f"{_code(rows[0].source)} is the exact match of {len(others)} codes: {', '.join(others)}."
            yield view.finding("several-exact-matches", "warning", message, mend, rows[1])
    for rows in _grouped((row.target.id, row) for row in exact).values():
        others = list(dict.fromkeys(_code(row.source) for row in rows))
        if len(others) > 1:
            code = _code(rows[0].target)
            message = f"{len(others)} codes are the exact match of {code}: {', '.join(others)}."
            yield Finding("several-exact-matches", "warning", message, mend, view.place(rows[1].index), code)


def _levels(view: _View) -> Iterator[Finding]:
    leaves, target_leaves = ({one.id for one in side.leaves} for side in (view.source, view.target))
    for row in view.rows:
        is_leaf, becomes_leaf = row.source.id in leaves, row.target.id in target_leaves
        fitting = "broader" if is_leaf else "narrower"
        if is_leaf == becomes_leaf or row.mapping.relation == fitting:
            continue
        kinds = ("a leaf", "a heading") if is_leaf else ("a heading", "a leaf")
        message = f"{_code(row.source)} is {kinds[0]}, but {_code(row.target)} is {kinds[1]}."
        mend = f"Name {kinds[0]} of the target, or make the relation `{fitting}`."
        yield view.finding("level-mismatch", "warning", message, mend, row)


def _too_strong(view: _View) -> Iterator[Finding]:
    exact = [row for row in view.rows if row.mapping.relation == "exactMatchOf"]
    scores = pair_similarities(view.source, view.target, [(row.source.id, row.target.id) for row in exact])
    for row, score in zip(exact, scores, strict=True):
        if score is not None and score < LEAST_ALIKE:
            pair = f"{_code(row.source)} and {_code(row.target)}"
            message = f"{pair} are an exact match, but their texts have little in common (score {score:.2f})."
            mend = "Read both; make the relation isRelatedTo, broader or narrower unless they ask for the same."
            yield view.finding("relation-too-strong", "warning", message, mend, row)


def _suggestions(view: _View) -> Iterator[Finding]:
    for row in view.rows:
        if row.mapping.suggested:
            score = "" if row.mapping.score is None else f" (score {row.mapping.score:.2f})"
            message = f"{_code(row.source)} to {_code(row.target)} is a suggestion that nobody has accepted{score}."
            mend = "Take `suggested: true` away and set the relation, or delete the row."
            yield view.finding("suggestion-not-accepted", "warning", message, mend, row)


def _grouped(keyed: Iterable[tuple[*tuple[str, ...], _Row]]) -> dict[tuple[str, ...], list[_Row]]:
    groups: dict[tuple[str, ...], list[_Row]] = {}
    for *key, row in keyed:
        groups.setdefault(tuple(key), []).append(row)
    return groups


def _code(competency: Competency) -> str:
    return competency.code or competency.id
