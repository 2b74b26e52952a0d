"""The rubrics of a CASE package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ipe_workbench.frameworks.case.fields import CRITERION, LEVEL, RUBRIC, identifier, records, take_named
from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.package import PublishedCriterion, PublishedLevel, PublishedRubric

__all__ = ["ids_of", "read_rubrics"]


def read_rubrics(listed: Any, items: Mapping[str, str], framework: str, notes: Notes) -> Iterator[PublishedRubric]:
    """Each CFRubric with its criteria and their levels.

    `items` gives our id of an item by its identifier, `framework` is our id of the framework.
    """

    def criteria(rubric: dict[str, Any], rubric_name: str) -> Iterator[PublishedCriterion]:
        for index, one in records(rubric.get("CFRubricCriteria")):
            reference, values = take_named(one, CRITERION, framework, notes, f"CFRubricCriteria[{index}]")
            name = reference or f"{rubric_name}-criterion-{index + 1}"
            item = identifier(one.get("CFItemURI"))
            yield PublishedCriterion(
                id=name,
                competency=items.get(item, item) if item else None,
                levels=tuple(levels(one, name)),
                **values,
            )

    def levels(criterion: dict[str, Any], criterion_name: str) -> Iterator[PublishedLevel]:
        for index, one in records(criterion.get("CFRubricCriterionLevels")):
            # A list of extensions stands here in 1.1, and one object everywhere else.
            if isinstance(extensions := one.get("extensions"), list) and len(extensions) == 1:
                one = one | {"extensions": extensions[0]}
            reference, values = take_named(one, LEVEL, framework, notes, f"CFRubricCriterionLevels[{index}]")
            yield PublishedLevel(id=reference or f"{criterion_name}-level-{index + 1}", **values)

    for index, one in records(listed):
        reference, values = take_named(one, RUBRIC, framework, notes, f"CFRubrics[{index}]")
        name = reference or f"rubric-{index + 1}"
        yield PublishedRubric(id=name, criteria=tuple(criteria(one, name)), **values)


def ids_of(rubric: PublishedRubric) -> Iterator[str]:
    """The ids of a rubric, its criteria and their levels."""
    yield rubric.id
    for criterion in rubric.criteria:
        yield criterion.id
        yield from (level.id for level in criterion.levels)
