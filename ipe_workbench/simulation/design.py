"""The design that a scenario tries out: the programme with the scenario's changes made."""

from __future__ import annotations

from typing import Any

from ipe_workbench.credentials.model import Activity, Assessment, MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.simulation.scenario import DesignChange, Scenario

__all__ = ["apply_design_changes"]


def apply_design_changes(programme: Programme, scenario: Scenario) -> Programme:
    """The programme with the scenario's `design_changes` made; the given one stays as it is.

    Raises
    ------
    UnknownNameError
        When a change names a credential or a term that the programme does not have.
    UnusableInputError
        When a change is about the assessment of a credential that has none.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> first = next(iter(programme.credentials))
    >>> scenario = Scenario.model_validate(
    ...     {"id": "retakes", "title": "More attempts", "design_changes": {first: {"attempts": 9}}})
    >>> apply_design_changes(programme, scenario).credentials[first].assessment.attempts
    9
    """
    for reference, change in scenario.design_changes.items():
        credential = programme.credentials.get(reference)
        if credential is None:
            raise UnknownNameError(
                f"The scenario `{scenario.id}` changes `{reference}`, which is not a credential of this programme.",
                mend=near_names(reference, programme.credentials),
            )
        programme = programme.with_credential(_changed(programme, credential, change, scenario.id))
    return programme


def _changed(programme: Programme, credential: MicroCredential, change: DesignChange, scenario: str) -> MicroCredential:
    update: dict[str, Any] = {}
    if change.drop_requires:
        update["requires"] = None
    if change.requires is not None:
        update["requires"] = change.requires
    if change.offer_again_in:
        copies = (copy for term in change.offer_again_in for copy in _again(programme, credential, term))
        update["activities"] = (*credential.activities, *copies)
    fields = ("attempts", "retake_after_weeks", "pass_score", "assessor_minutes", "double_rated")
    assessment = {name: value for name in fields if (value := getattr(change, name)) is not None}
    if assessment:
        if credential.assessment is None:
            raise UnusableInputError(
                f"The scenario `{scenario}` changes the assessment of `{credential.id}`, which has none.",
                mend="Describe the assessment in the credential's file first.",
            )
        update["assessment"] = Assessment.model_validate(credential.assessment.model_dump() | assessment)
    return credential.model_copy(update=update)


def _again(programme: Programme, credential: MicroCredential, term: str) -> tuple[Activity, ...]:
    """Copies of the activities in another term; weeks that the term does not have move to its last one."""
    last = programme.term(term).weeks
    return tuple(
        activity.model_copy(
            update={
                "id": f"{activity.id}-again-{term}",
                "term": term,
                "weeks": tuple(sorted({min(week, last) for week in activity.weeks})),
            }
        )
        for activity in credential.activities
    )
