"""One analysis as the evaluation plan writes it: a question, a measure, points in time, and what is expected."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ipe_workbench.credentials.rules import Id
from ipe_workbench.documents import FileModel

__all__ = [
    "Among",
    "Comparison",
    "Expected",
    "FrameOfReference",
    "Measure",
    "PlannedAnalysis",
    "Question",
    "Registration",
    "TimePoint",
]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

#: A learner who thinks back (``retrospective-pre``) gives another measure than a true pretest; they are never averaged.
FrameOfReference = Literal["pre", "post", "retrospective-pre", "follow-up"]

Question = Literal[
    "change", "comparison", "growth", "retention", "time-to-badge", "reliability", "agreement", "raters", "many-facet",
    "items", "confidence-calibration", "equity", "comments", "process",
]  # fmt: skip

#: ``increase``, ``decrease``, ``difference``: than nought; ``at-least``, ``at-most``: than the target; ``describe``:
#: nothing is expected, so nothing is tested.
Expected = Literal["increase", "decrease", "difference", "at-least", "at-most", "describe"]

#: Values by column of those learners who are meant.
Among = dict[Text, tuple[Text, ...]]

_SCORES = ("instrument", "rubric", "assessment")
#: For each question: the kinds of measure that it takes, and the least and greatest number of points in time.
_TAKES: dict[str, tuple[tuple[str, ...], int, int]] = {
    "change": (_SCORES, 2, 2),
    "comparison": (_SCORES, 1, 2),
    "growth": (_SCORES, 2, 99),
    "retention": (_SCORES, 3, 99),  # a curve through two times fits anything
    "time-to-badge": (("award",), 0, 0),
    "reliability": (("instrument",), 1, 1),
    "agreement": (("rubric",), 0, 1),
    "raters": (("rubric",), 0, 1),
    "many-facet": (("rubric",), 0, 1),
    "items": (("assessment",), 0, 1),
    "confidence-calibration": (("instrument",), 1, 1),
    "equity": ((*_SCORES, "award"), 0, 1),
    "comments": (("instrument",), 0, 1),
    "process": (("award",), 0, 0),
}


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


class PlannedAnalysis(FileModel):
    """One analysis of a claim.

    Parameters
    ----------
    id : str
        Unique in the plan; results are reported by it.
    question : str
        Which function answers it.
    role : {"primary", "secondary"}
        A claim rests on its primary analyses, and p-values are adjusted over all primary ones of the plan.
    measure : Measure, optional
        What is measured; ``process`` may do without.
    against : Measure, optional
        The skill shown, for ``confidence-calibration``.
    waves : sequence of TimePoint
        In their order in time.
    comparison : Comparison, optional
    among : mapping, optional
        Which learners: values by column, such as ``{entered: [2026-fall]}``. The plan's own ``among`` by default.
    selected_by : str, optional
        An award whose holders alone were measured again: their first scores are lowered by what chance gave them.
    covariates : sequence of str
        Columns to adjust for: ``profession``, ``cohort``, ``study_programme``, ``entered`` (the term in which the
        learner began, or ``earlier``), traits.
    clusters : sequence of str
        Columns that learners share, the outermost first, such as ``team``.
    minimum_n : int, optional
        Below it only the number is reported; the claim's by default.
    expected, target : str, float
        What the claim needs this to show. With ``at-least`` or ``at-most`` the target, in units of the estimate.
    estimate : str, optional
        The estimate that the claim rests on; the main one of the question by default.
    at : sequence of float
        Days after the start, for ``time-to-badge``.

    Examples
    --------
    >>> planned = PlannedAnalysis.model_validate({
    ...     "id": "csa-change", "question": "change", "measure": {"instrument": "ipec-csa-v3"},
    ...     "waves": [{"term": "2026-fall", "frame": "pre"}, {"term": "2028-spring", "frame": "post"}],
    ...     "expected": "increase"})
    >>> planned.role, planned.expectation
    ('primary', 'above 0')
    """

    id: Id
    question: Question
    role: Literal["primary", "secondary"] = "primary"
    measure: Measure | None = None
    against: Measure | None = None
    waves: tuple[TimePoint, ...] = ()
    comparison: Comparison | None = None
    among: Among | None = None
    selected_by: Id | None = None
    covariates: tuple[Text, ...] = ()
    clusters: tuple[Text, ...] = ()
    minimum_n: int | None = Field(default=None, ge=1)
    expected: Expected = "describe"
    target: float | None = None
    estimate: Text | None = None
    at: tuple[Annotated[float, Field(gt=0)], ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _fits_its_question(self) -> Self:
        kinds, least, most = _TAKES[self.question]
        if self.measure is None and self.question != "process":
            raise ValueError(f"{self.question} needs a measure: {', '.join(kinds)}")
        if self.measure is not None and self.measure.kind not in kinds:
            raise ValueError(f"{self.question} takes {' or '.join(kinds)} as its measure, not {self.measure.kind}")
        if not least <= len(self.waves) <= most:
            number = str(least) if least == most else f"{least} or more" if most == 99 else f"{least} to {most}"
            raise ValueError(f"{self.question} takes {number} points in time, not {len(self.waves)}")
        if len({one.words for one in self.waves}) < len(self.waves):
            raise ValueError("two points in time are the same")
        self._fits_its_comparison()
        if (self.target is not None) != (self.expected in ("at-least", "at-most")):
            raise ValueError("a target goes with expected: at-least or at-most, and these need one")
        if self.role == "primary" and self.question in ("comments", "process") and self.expected != "describe":
            raise ValueError(f"{self.question} only describes")
        return self

    def _fits_its_comparison(self) -> None:
        if self.question in ("comparison", "equity") and self.comparison is None:
            raise ValueError(f"{self.question} needs a comparison: whom with whom")
        if self.comparison is not None and self.question not in ("comparison", "equity"):
            raise ValueError(f"{self.question} compares no groups")
        if self.question == "confidence-calibration" and (self.against is None or self.against.kind == "award"):
            raise ValueError("confidence-calibration needs `against`: the rubric or assessment that shows the skill")
        if self.selected_by is not None and (
            self.question not in ("change", "retention") or self.measure is None or self.measure.kind != "rubric"
        ):
            raise ValueError("selected_by belongs to change or retention of a rubric")
        two = self.comparison is not None and self.comparison.method in ("ancova", "difference-in-differences")
        if self.question == "comparison" and two != (len(self.waves) == 2):
            raise ValueError("ancova and difference-in-differences take two points in time, the others one")
        if self.comparison is not None and self.comparison.method == "weighted" and not self.covariates:
            raise ValueError("a weighted comparison needs covariates")

    @property
    def measured(self) -> Measure:
        """The measure; every question that reads it has one. Raises `ValueError` when there is none."""
        if self.measure is None:
            raise ValueError(f"the analysis {self.id} has no measure")
        return self.measure

    @property
    def compared(self) -> Comparison:
        """The comparison; every question that reads it has one. Raises `ValueError` when there is none."""
        if self.comparison is None:
            raise ValueError(f"the analysis {self.id} has no comparison")
        return self.comparison

    @property
    def bound(self) -> float:
        """The value that the interval is held against."""
        return 0.0 if self.target is None else self.target

    @property
    def expectation(self) -> str:
        """What is expected of the estimate, in words."""
        return {
            "increase": "above 0",
            "decrease": "below 0",
            "difference": "different from 0",
            "at-least": f"at least {self.bound:g}",
            "at-most": f"at most {self.bound:g}",
            "describe": "described only",
        }[self.expected]


class Registration(FileModel):
    """When the analyses were registered, and their hash (see `ipe evaluate register`)."""

    on: datetime.date
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
