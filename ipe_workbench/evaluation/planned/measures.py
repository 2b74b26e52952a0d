"""What is measured, when, and whom it is compared with: the words that every planned analysis is made of."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from ipe_workbench.credentials.rules import Id
from ipe_workbench.documents import FileModel

__all__ = ["Comparison", "FrameOfReference", "Measure", "Text", "TimePoint"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

#: A learner who thinks back (``retrospective-pre``) gives another measure than a true pretest; they are never averaged.
FrameOfReference = Literal["pre", "post", "retrospective-pre", "follow-up"]


class Measure(FileModel):
    """What is measured: one of an instrument's scale, a credential's rubric, an award, an assessment.

    `scale` is a subscale of the instrument or its ``total``; `criterion` a row of the rubric (all rows, weighted, when
    left out); `version` the version of the instrument or the design that was planned.

    Examples
    --------
    >>> Measure(rubric="structured-handover").kind
    'rubric'
    """

    instrument: Id | None = None
    scale: Text = "total"
    rubric: Id | None = None
    criterion: Id | None = None
    award: Id | None = None
    assessment: Id | None = None
    version: Text | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        named = [one for one in ("instrument", "rubric", "award", "assessment") if getattr(self, one) is not None]
        if len(named) != 1:
            raise ValueError("a measure names exactly one of instrument, rubric, award, assessment")
        if self.scale != "total" and self.instrument is None:
            raise ValueError("scale belongs to an instrument")
        if self.criterion is not None and self.rubric is None:
            raise ValueError("criterion belongs to a rubric")
        return self

    @property
    def kind(self) -> str:
        """``instrument``, ``rubric``, ``award`` or ``assessment``."""
        return next(one for one in ("instrument", "rubric", "award", "assessment") if getattr(self, one) is not None)

    @property
    def id(self) -> str:
        """The id of the instrument, credential, award or assessment."""
        return str(getattr(self, self.kind))

    @property
    def words(self) -> str:
        """The measure for people, such as ``sims (external)``."""
        part = self.criterion or (self.scale if self.scale != "total" else "")
        return f"{self.id} ({part})" if part else self.id


class TimePoint(FileModel):
    """When: a term, a wave of the records by its id, a frame, an attempt, or several of these together.

    Without a frame every frame but the retrospective one is meant. `attempt` chooses among a learner's several in that
    time: the last by default for rubrics and assessments; for instruments only where it is named.

    Examples
    --------
    >>> TimePoint(term="2026-fall", frame="pre").words
    '2026-fall (pre)'
    """

    term: Id | None = None
    wave: Text | None = None
    frame: FrameOfReference | None = None
    attempt: Literal["first", "last"] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.term or self.wave or self.frame or self.attempt):
            raise ValueError("a point in time names at least one of term, wave, frame, attempt")
        return self

    @property
    def words(self) -> str:
        """The point in time for people; unique where the points differ."""
        first = self.wave or self.term
        rest = ", ".join(one for one in (self.frame, f"{self.attempt} attempt" if self.attempt else None) if one)
        return f"{first} ({rest})" if first and rest else str(first or rest)


class Comparison(FileModel):
    """Whom to compare: learners by a column, or those with one of the awards against those with none.

    `by` is ``profession``, ``cohort``, ``study_programme``, ``entered`` or the name of a trait. `method`: the plain
    difference, the difference at the same baseline (``ancova``, needs two points in time), weighted for covariates, or
    the difference of the changes.

    Examples
    --------
    >>> Comparison(by="cohort", group="2026", reference="2025").method
    'difference'
    """

    by: Text | None = None
    earned: tuple[Id, ...] = ()
    group: Text | None = None
    reference: Text | None = None
    method: Literal["difference", "ancova", "weighted", "difference-in-differences"] = "difference"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.by is None) == (not self.earned):
            raise ValueError("a comparison names either `by` or `earned`")
        return self
