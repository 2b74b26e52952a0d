"""What the designer knows and can do, without any widget.

A programme is immutable, so each edit makes a new one: undo is the one before, and what the edit changes is the
difference from the saved one. Nothing here raises at the user: what cannot be done is said in `message` or at the
field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import traitlets
from pydantic import ValidationError

from ipe_workbench.credentials import (
    ConflictError,
    MicroCredential,
    Programme,
    check_programme,
    describe,
    load_programme,
    save_programme,
)
from ipe_workbench.credentials.model import Coverage as How
from ipe_workbench.credentials.model import Stage
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.findings import Finding, Severity
from ipe_workbench.pathways import coverage
from ipe_workbench.pathways.coverage import coverage_change
from ipe_workbench.studio.credential_edits import (
    EditError,
    edited,
    field_of,
    rule_from_text,
    rule_text,
    starting_assessment,
    starting_rubric,
)

__all__ = ["DesignerModel", "Message"]


@dataclass(frozen=True)
class Message:
    """What the designer has to say about the last action; `severity` tells how to show it."""

    text: str = ""
    severity: Severity = "info"


class DesignerModel(traitlets.HasTraits):
    """The state of a designer: a programme being edited, and what the edits do to it.

    Parameters
    ----------
    programme : Programme or path
        The programme, or its folder.

    Attributes
    ----------
    programme, saved : Programme
        The draft, always valid; and what is on disk.
    selected : str
        Id of the credential that is edited; empty when the programme has none.
    findings : tuple of Finding
        Of the draft, the selected credential's first.
    new_findings, mended : tuple of Finding
        What the draft has that the saved one has not, and the other way round.
    coverage_changes : dict
        For each framework what `coverage_change` says of the draft against the saved programme.
    hours, hours_change : float
        The learner's effort for all active credentials, and its difference from the saved programme; hours.
    dirty, can_undo, can_redo : bool
        Whether there is something to save, undo, redo.
    field_errors : dict of str to str
        What is wrong with the last value given for a field, by its path.
    message : Message
        What came of the last action.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> model = DesignerModel(example_programme())
    >>> model.edit("hours", 5)
    True
    >>> model.hours_change, model.dirty
    (2.0, True)
    >>> model.edit("hours", -1), model.field_errors
    (False, {'hours': 'This must be greater than 0.'})
    >>> model.undo(), model.dirty
    (True, False)
    """

    programme = traitlets.Instance(Programme)
    saved = traitlets.Instance(Programme)
    selected = traitlets.Unicode()
    findings = traitlets.Tuple()
    new_findings = traitlets.Tuple()
    mended = traitlets.Tuple()
    coverage_changes: traitlets.Dict[str, dict[str, tuple[str, ...]]] = traitlets.Dict()
    hours = traitlets.Float()
    hours_change = traitlets.Float()
    dirty = traitlets.Bool()
    can_undo = traitlets.Bool()
    can_redo = traitlets.Bool()
    field_errors: traitlets.Dict[str, str] = traitlets.Dict()
    message = traitlets.Instance(Message, args=())
    #: Grows by one with each change, after everything else is up to date; the one thing that a view has to watch.
    revision = traitlets.Int()

    def __init__(self, programme: Programme | str | Path) -> None:
        opened = programme if isinstance(programme, Programme) else load_programme(programme)
        super().__init__(programme=opened, saved=opened, selected=next(iter(opened.credentials), ""))
        self._undo: list[tuple[Programme, str]] = []
        self._redo: list[tuple[Programme, str]] = []
        self._saved_findings = check_programme(opened)
        self._refresh()

    @property
    def credential(self) -> MicroCredential | None:
        """The selected credential of the draft."""
        return self.programme.credentials.get(self.selected)

    @property
    def requires_text(self) -> str:
        """What the selected credential requires, as YAML."""
        return rule_text(self.credential.requires) if self.credential else ""

    @property
    def requires_in_words(self) -> str:
        """What the selected credential requires, as a sentence."""
        if self.credential is None or self.credential.requires is None:
            return "Nothing: a learner may begin at once."
        words = describe(self.credential.requires, self.programme.title)
        return f"{words[0].upper()}{words[1:]}."

    def value(self, path: str) -> Any:
        """The value of a field of the selected credential as plain data; ``None`` where there is none."""
        return field_of(self.credential, path) if self.credential else None

    def select(self, reference: str) -> bool:
        """Choose the credential to edit."""
        if reference not in self.programme.credentials:
            return self._refuse(f"The programme has no credential `{reference}`.")
        self.field_errors = {}
        self.selected = reference
        self._refresh()
        return True

    def edit(self, path: str, value: Any) -> bool:
        """Give a field of the selected credential a new value.

        Returns
        -------
        bool
            Whether the value could be used. If not, `field_errors` says why and the draft stays as it was.
        """
        if self.credential is None:
            return self._refuse("Choose a credential first.")
        try:
            changed = edited(self.credential, path, value)
        except EditError as error:
            return self._refuse_field(path, error)
        self.field_errors = {key: text for key, text in self.field_errors.items() if key != path}
        self._become(self.programme.with_credential(changed))
        return True

    def set_requires(self, text: str) -> bool:
        """Give the selected credential a rule written in YAML; an empty text takes the rule away."""
        try:
            data = rule_from_text(text)
        except EditError as error:
            return self._refuse_field("requires", error)
        return self.edit("requires", data)

    def add_alignment(self, framework: str, competency: str, how: Sequence[How], level: Stage) -> bool:
        """Align the selected credential with a competency; one that is aligned already gets the new values."""
        known = self.programme.frameworks.get(framework)
        item = known.find(competency) if known else None
        if known is None or item is None:
            return self._refuse(f"`{competency}` is not a competency of `{framework}`; choose one from the list.")
        if not how:
            return self._refuse_field("alignments", EditError("Choose at least one of taught, practised and assessed."))
        new = {"framework": framework, "competency": competency, "how": list(how), "level": level}
        before = self.value("alignments") or []
        at = next((i for i, one in enumerate(before) if self._is(one, framework, item.id)), len(before))
        after = [*before[:at], {**(before[at] if at < len(before) else {}), **new}, *before[at + 1 :]]
        return self.edit("alignments", after)

    def remove_alignment(self, framework: str, competency: str) -> bool:
        """Take the alignment with a competency away."""
        known = self.programme.frameworks.get(framework)
        item = known.find(competency) if known else None
        reference = item.id if item else competency
        before = self.value("alignments") or []
        after = [one for one in before if not self._is(one, framework, reference)]
        if len(after) == len(before):
            return self._refuse(f"The credential is not aligned with `{competency}`.")
        return self.edit("alignments", after)

    def add_criterion(self, statement: str) -> bool:
        """Add a criterion; its id is made from its number."""
        if not statement.strip():
            return self._refuse("Write the criterion first.")
        before = self.value("criteria") or []
        taken = {one["id"] for one in before}
        reference = next(id for id in (f"criterion-{n}" for n in range(len(before) + 1, 10_000)) if id not in taken)
        return self.edit("criteria", [*before, {"id": reference, "statement": statement}])

    def remove_criterion(self, reference: str) -> bool:
        """Take a criterion away."""
        before = self.value("criteria") or []
        return self.edit("criteria", [one for one in before if one["id"] != reference])

    def edit_descriptor(self, criterion: str, level: str, text: str) -> bool:
        """Write the descriptor of a rubric's row at a level."""
        rows = self.value("rubric.criteria") or []
        for index, row in enumerate(rows):
            if row["id"] == criterion:
                return self.edit(f"rubric.criteria[{index}].descriptors.{level}", text)
        return self._refuse(f"The rubric has no row `{criterion}`.")

    def start_assessment(self) -> bool:
        """Give the selected credential an assessment to work on."""
        return self.edit("assessment", starting_assessment())

    def start_rubric(self) -> bool:
        """Give the selected credential a rubric to work on, with a row for each criterion."""
        if self.credential is None:
            return self._refuse("Choose a credential first.")
        return self.edit("rubric", starting_rubric(self.credential))

    def new_credential(self, reference: str, title: str) -> bool:
        """Add a credential to the programme and select it."""
        reference = reference.strip()
        if reference in self.programme.credentials or reference in self.programme.stacks:
            return self._refuse_field("new.id", EditError(f"The id `{reference}` is already used; choose another."))
        start = {"type": "recognition", "level": "foundation", "stage": "exposure", "hours": 1}
        try:
            made = MicroCredential.model_validate({"id": reference, "title": title, **start})
        except ValidationError as error:
            return self._refuse_new(error)
        self.field_errors = {}
        self._become(self.programme.with_credential(made), select=made.id)
        return True

    def undo(self) -> bool:
        """Take the last edit back."""
        return self._travel(self._undo, self._redo, "There is nothing to undo.")

    def redo(self) -> bool:
        """Make the edit again that was taken back last."""
        return self._travel(self._redo, self._undo, "There is nothing to redo.")

    def revert(self) -> bool:
        """Go back to what is saved; this can be undone, too."""
        self.field_errors = {}
        if not self.dirty:
            self._refresh(Message("There is nothing to revert: the draft is what is saved."))
            return False
        self._become(self.saved, said=Message("Back to the saved version. Undo brings your edits back."))
        return True

    def save(self) -> bool:
        """Write the files whose content changed."""
        try:
            stored, written = save_programme(self.programme)
        except ConflictError as error:
            again = f"{error} Your edits are still here; nothing is lost until you close the designer."
            return self._refuse(again)
        except WorkbenchError as error:
            return self._refuse(str(error))
        except OSError as error:
            return self._refuse(f"{error.filename or 'The file'} cannot be written: {error.strerror}.")
        self.programme = self.saved = stored
        self._saved_findings = check_programme(stored)
        names = ", ".join(path.name for path in written)
        self._refresh(Message(f"Saved {names}." if written else "Nothing had changed; nothing was written."))
        return True

    def _become(self, programme: Programme, *, select: str | None = None, said: Message | None = None) -> None:
        """Make a programme the draft, with a step to go back."""
        if programme == self.programme:
            self._refresh(said)
            return
        self._undo.append((self.programme, self.selected))
        self._redo.clear()
        self._show(programme, select or self.selected, said)

    def _travel(self, source: list[tuple[Programme, str]], target: list[tuple[Programme, str]], empty: str) -> bool:
        self.field_errors = {}
        if not source:
            self._refresh(Message(empty))
            return False
        target.append((self.programme, self.selected))
        self._show(*source.pop(), None)
        return True

    def _show(self, programme: Programme, selected: str, said: Message | None) -> None:
        # The files are what they are now, whichever edit is shown: an older step must not bring older files along.
        self.programme = replace(programme, documents=self.saved.documents, folder=self.saved.folder)
        self.selected = selected if selected in programme.credentials else next(iter(programme.credentials), "")
        self._refresh(said)

    def _refuse(self, text: str) -> bool:
        self.message = Message(text, "error")
        self.revision += 1
        return False

    def _refuse_field(self, path: str, error: EditError) -> bool:
        self.field_errors = {**self.field_errors, path: str(error)}
        self.revision += 1
        return False

    def _refuse_new(self, error: ValidationError) -> bool:
        """Say at the right one of the two inputs what is wrong with a new credential."""
        wrong = {str(problem["loc"][0]) for problem in error.errors(include_url=False) if problem["loc"]}
        texts = {
            "id": "An id has lower-case letters, digits and single hyphens, such as team-huddles.",
            "title": "Give it a title.",
        }
        self.field_errors = {**self.field_errors, **{f"new.{key}": texts[key] for key in texts if key in wrong}}
        self.revision += 1
        return False

    def _refresh(self, said: Message | None = None) -> None:
        """Bring what follows from the draft up to date."""
        found = check_programme(self.programme) if self.programme != self.saved else self._saved_findings
        self.findings = tuple(sorted(found, key=lambda one: one.subject != self.selected))
        known, now = {_identity(one) for one in self._saved_findings}, {_identity(one) for one in found}
        self.new_findings = tuple(one for one in self.findings if _identity(one) not in known)
        self.mended = tuple(one for one in self._saved_findings if _identity(one) not in now)
        self.coverage_changes = {
            key: coverage_change(coverage(self.saved, key), coverage(self.programme, key))
            for key in self.programme.frameworks
        }
        self.hours = _hours(self.programme)
        self.hours_change = self.hours - _hours(self.saved)
        self.dirty = self.programme != self.saved
        self.can_undo, self.can_redo = bool(self._undo), bool(self._redo)
        self.message = said or Message()
        self.revision += 1

    def _is(self, alignment: dict[str, Any], framework: str, competency_id: str) -> bool:
        """Whether an alignment is with that competency, by whichever of its names it says it."""
        if alignment["framework"] != framework:
            return False
        known = self.programme.frameworks.get(framework)
        item = known.find(alignment["competency"]) if known else None
        return (item.id if item else alignment["competency"]) == competency_id


def _hours(programme: Programme) -> float:
    return sum(one.hours for one in programme.credentials.values() if one.status != "retired")


def _identity(finding: Finding) -> tuple[str, str, str]:
    """A finding without its place, which moves when lines are added above it."""
    return finding.id, finding.subject, finding.message
