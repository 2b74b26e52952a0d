"""What some questions need beside a measure: the facets of a generalizability study, and how a standard is set."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ipe_workbench.documents import FileModel
from ipe_workbench.evaluation.planned.measures import Measure, Text

__all__ = ["FacetDesign", "StandardDesign"]

#: The columns that records have for a facet, by the kind of measure.
_FACETS = {"rubric": ("criterion", "rater", "occasion"), "instrument": ("item", "occasion")}


class FacetDesign(FileModel):
    """Over what scores are thought to vary, and the numbers of each that might be used.

    Parameters
    ----------
    over : sequence of str
        Of a rubric ``criterion``, ``rater``, ``occasion`` (which performance); of an instrument ``item``, ``occasion``
        (the points in time). ``rater:occasion`` says that each occasion has raters of its own.
    fixed : sequence of str
        Those whose conditions are all that there are, such as the criteria of the rubric.
    sizes : mapping of str to sequence of int
        The numbers of each to look at.
    aim : float
        The dependability to reach.

    Examples
    --------
    >>> FacetDesign(over=("criterion", "rater"), fixed=("criterion",), sizes={"rater": (1, 2, 3)}).names
    ('criterion', 'rater')
    """

    over: tuple[Text, ...] = Field(min_length=1, max_length=3)
    fixed: tuple[Text, ...] = ()
    sizes: dict[Text, tuple[Annotated[int, Field(ge=1, le=1000)], ...]] = Field(default_factory=dict)
    aim: float = Field(default=0.8, gt=0, lt=1)

    @property
    def names(self) -> tuple[str, ...]:
        """The facets without what they are nested in."""
        return tuple(one.split(":")[0].strip() for one in self.over)

    @model_validator(mode="after")
    def _names_its_facets(self) -> Self:
        if len(set(self.names)) < len(self.names):
            raise ValueError("a facet stands twice")
        outer = [each.strip() for one in self.over for each in one.split(":")[1:]]
        for one in (*outer, *self.fixed, *self.sizes):
            if one not in self.names:
                raise ValueError(f"`{one}` is none of the facets: {', '.join(self.names)}")
        if set(self.fixed) == set(self.names):
            raise ValueError("one facet at least is not fixed, else there is no error")
        return self

    def suit(self, measure: Measure, waves: int) -> None:
        """Check that the records have these facets of the measure. Raises `ValueError` when they have not."""
        known = _FACETS[measure.kind]
        for one in self.names:
            if one not in known:
                raise ValueError(f"the facets of {measure.kind} are {', '.join(known)}, not `{one}`")
        if measure.criterion is not None and "criterion" in self.names:
            raise ValueError("one criterion alone is no facet")
        if measure.kind == "instrument" and not waves:
            raise ValueError("generalizability of an instrument needs the points in time at which it was answered")
        if measure.kind == "instrument" and ("occasion" in self.names) != (waves > 1):
            raise ValueError("several points in time are the facet `occasion`, and it needs several")


class StandardDesign(FileModel):
    """How the line between passing and failing is found.

    Parameters
    ----------
    method : {"angoff", "borderline-regression", "borderline-group"}
    judgements : str, optional
        For ``angoff``: a CSV file in the programme's folder, one row a judgement, with columns ``judge``, ``item``,
        ``rating`` and perhaps ``round``. Items are those of the assessment.
    grade : Measure, optional
        For the others: the examiner's overall grade, a row of a rubric, that was given apart from the score.
    borderline : float, optional
        The grade that means borderline.

    Examples
    --------
    >>> StandardDesign(method="angoff", judgements="standards/irat.csv").method
    'angoff'
    """

    method: Literal["angoff", "borderline-regression", "borderline-group"]
    judgements: Text | None = None
    grade: Measure | None = None
    borderline: float | None = None

    @model_validator(mode="after")
    def _fits_its_method(self) -> Self:
        panel = self.method == "angoff"
        if panel != (self.judgements is not None):
            raise ValueError("`judgements` goes with angoff, and that needs it")
        if panel == (self.grade is not None) or panel == (self.borderline is not None):
            raise ValueError("`grade` and `borderline` go with the borderline methods, and these need both")
        if self.grade is not None and (self.grade.rubric is None or self.grade.criterion is None):
            raise ValueError("the overall grade is one row of a rubric: name rubric and criterion")
        if self.judgements is not None and not _stays_inside(self.judgements):
            raise ValueError("judgements names a file inside the programme's folder, such as standards/irat.csv")
        return self

    def suit(self, measure: Measure) -> None:
        """Check that the method can be used with the measure. Raises `ValueError` when it cannot."""
        if self.method == "angoff" and measure.kind != "assessment":
            raise ValueError("angoff sets the standard of an assessment with items")
        if self.grade is not None and measure.kind == "rubric" and measure.criterion == self.grade.criterion:
            raise ValueError("the overall grade cannot be the score that it judges")


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\x00" in name)
