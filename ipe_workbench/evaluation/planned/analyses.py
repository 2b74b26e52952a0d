"""One analysis as the evaluation plan writes it: a question, a measure, points in time, and what is expected."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ipe_workbench.credentials.rules import Id
from ipe_workbench.documents import FileModel
from ipe_workbench.evaluation.planned.designs import FacetDesign, StandardDesign
from ipe_workbench.evaluation.planned.measures import Comparison, FrameOfReference, Measure, Text, TimePoint

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

Question = Literal[
    "change", "comparison", "growth", "retention", "time-to-badge", "reliability", "agreement", "raters", "many-facet",
    "generalizability", "items", "standard", "confidence-calibration", "equity", "comments", "process",
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
    "generalizability": (("rubric", "instrument"), 0, 99),
    "items": (("assessment", "instrument"), 0, 1),
    "standard": (("assessment", "rubric"), 0, 1),
    "confidence-calibration": (("instrument",), 1, 1),
    "equity": ((*_SCORES, "award"), 0, 1),
    "comments": (("instrument",), 0, 1),
    "process": (("award",), 0, 0),
}


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
    facets : FacetDesign, optional
        Over what scores are thought to vary, for ``generalizability``.
    standard : StandardDesign, optional
        How the line between passing and failing is found, for ``standard``.

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
    facets: FacetDesign | None = None
    standard: StandardDesign | None = None
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
        self._fits_its_design()
        if (self.target is not None) != (self.expected in ("at-least", "at-most")):
            raise ValueError("a target goes with expected: at-least or at-most, and these need one")
        if self.role == "primary" and self.question in ("comments", "process") and self.expected != "describe":
            raise ValueError(f"{self.question} only describes")
        return self

    def _fits_its_comparison(self) -> None:
        if self.question in ("comparison", "equity") and self.comparison is None:
            raise ValueError(f"{self.question} needs a comparison: whom with whom")
        if self.comparison is not None and self.question not in ("comparison", "equity", "items"):
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

    def _fits_its_design(self) -> None:
        for field, question in (("facets", "generalizability"), ("standard", "standard")):
            if (getattr(self, field) is not None) != (self.question == question):
                raise ValueError(f"`{field}` goes with the question {question}, and that needs it")
        if self.facets is not None and self.measure is not None:
            self.facets.suit(self.measure, len(self.waves))
            if self.expected != "describe":
                raise ValueError("generalizability only describes: its coefficients have no interval")
        if self.standard is not None and self.measure is not None:
            self.standard.suit(self.measure)
        if self.question == "items" and self.measure is not None:
            if self.measure.kind == "instrument" and (self.comparison is None or len(self.waves) != 1):
                raise ValueError("items of an instrument need a comparison, and the point in time at which they stand")
            # The largest of many differences is no test of any: chance makes one of them large.
            if self.comparison is not None and self.expected != "describe" and self.estimate is None:
                raise ValueError("of several items compared, `estimate` names the one that is tested")

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
