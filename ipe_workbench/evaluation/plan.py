"""The evaluation plan: every claim of a programme with the evidence that would bear it out or refute it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ipe_workbench.credentials.rules import Id
from ipe_workbench.documents import Document, FileModel, read_document, validate
from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.evaluation.planned.analyses import Among, PlannedAnalysis, Registration
from ipe_workbench.findings import Finding, Place

__all__ = ["Claim", "EvaluationPlan", "OutcomeLevel", "plan_file", "read_plan"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

#: Where on the Interprofessional Learning Continuum (Institute of Medicine 2015, doi 10.17226/21726) an outcome lies,
#: nearest first.
OutcomeLevel = Literal["reaction", "attitude", "knowledge-skill", "behaviour", "performance", "health-system"]


class Claim(FileModel):
    """One thing that the programme says it achieves, and how anybody could tell.

    `instrument_source` is a citation or DOI. `minimum_n` is the number of learners (or other units that the claim is
    about) below which the analysis is not reported. `limits` says what the design cannot show. `analyses` says the same
    as the prose in a form that ``ipe evaluate PROGRAMME`` can run. `untested` names each part of the statement that no
    analysis of the records can bear out; with one, the claim can be borne out in part at most.

    Examples
    --------
    >>> claim = Claim.model_validate({
    ...     "id": "confidence", "statement": "Learners report more confidence.", "outcome_level": "attitude",
    ...     "instrument": "ICCAS-R", "time_points": ["before", "after"], "comparison": "the same learners before",
    ...     "analysis": "Paired mean change with interval."})
    >>> claim.outcome_level, claim.minimum_n
    ('attitude', None)
    """

    id: Id
    statement: Text
    outcome_level: OutcomeLevel
    instrument: Text
    instrument_source: str = ""
    time_points: tuple[Text, ...] = Field(min_length=1)
    comparison: Text
    analysis: Text
    minimum_n: int | None = Field(default=None, ge=1)
    limits: str = ""
    untested: tuple[Text, ...] = ()
    analyses: tuple[PlannedAnalysis, ...] = ()


class EvaluationPlan(FileModel):
    """The content of ``evaluation.yaml``.

    `alpha` is the size of each test after adjustment; intervals are of level 1 - alpha. `registered` is written by
    ``ipe evaluate register``. `among` says which learners every analysis is about that does not name its own.

    Examples
    --------
    >>> EvaluationPlan().claims
    ()
    """

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    registered: Registration | None = None
    among: Among | None = None
    claims: tuple[Claim, ...] = ()


def read_plan(folder: str | Path) -> tuple[EvaluationPlan | None, tuple[Finding, ...]]:
    """Read the evaluation plan of a programme folder.

    Parameters
    ----------
    folder : path
        The programme's folder.

    Returns
    -------
    (plan, findings)
        The plan, or ``None`` where there is no ``evaluation.yaml`` or it cannot be used; and everything that is wrong
        with the file. A programme without a plan has no findings.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> plan, findings = read_plan(data_folder() / "programmes" / "cu-ipe")
    >>> [claim.id for claim in plan.claims], findings
    (['motivation', 'retention', 'confidence', 'faculty-evaluation'], ())
    """
    path = plan_file(folder)
    if path is None:
        return None, ()
    try:
        document = read_document(path)
    except UnreadableFileError as error:
        return None, tuple(error.findings)
    plan, findings = validate(EvaluationPlan, document)
    return plan, findings if plan is None else tuple(_ids_twice(plan, document))


def plan_file(folder: str | Path) -> Path | None:
    """The file of the evaluation plan, or ``None`` when the programme has none."""
    names = (Path(folder) / f"evaluation{ending}" for ending in (".yaml", ".yml"))
    return next((one for one in names if one.exists()), None)


def _ids_twice(plan: EvaluationPlan, document: Document) -> Iterator[Finding]:
    claims: set[str] = set()
    analyses: set[str] = set()
    for index, claim in enumerate(plan.claims):
        if claim.id in claims:
            yield _twice("claim", claim.id, document.place("claims", index, "id"))
        claims.add(claim.id)
        for number, one in enumerate(claim.analyses):
            if one.id in analyses:
                yield _twice("analysis", one.id, document.place("claims", index, "analyses", number, "id"))
            analyses.add(one.id)


def _twice(what: str, id: str, place: Place) -> Finding:
    return Finding(
        "duplicate-id",
        "error",
        f"The {what} id `{id}` stands twice in the evaluation plan.",
        "Give one of the two another id; results are reported by it.",
        place,
        id,
    )
