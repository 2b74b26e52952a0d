"""What the designer can do to a programme, without any widget.

Nothing here raises at the user: what cannot be done is said in `message` or at the field.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any

from pydantic import ValidationError

from ipe_workbench.credentials import MicroCredential, Programme, Rule, Stack, describe
from ipe_workbench.credentials.model import Coverage as How
from ipe_workbench.credentials.model import Stage
from ipe_workbench.documents import id_from
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.pathways.design_edits import AddRequirement, DropRequirement
from ipe_workbench.pathways.design_edits import edited as with_edits
from ipe_workbench.studio.credential_edits import (
    EditError,
    edited,
    field_of,
    rule_from_text,
    rule_text,
    starting_assessment,
    starting_rubric,
)
from ipe_workbench.studio.design_draft import DesignDraft, Message
from ipe_workbench.studio.rule_blocks import acted, spelled_out

__all__ = ["DesignerModel", "Message"]


class DesignerModel(DesignDraft):
    """A programme being edited, with one credential or stack selected, whose fields are edited by their paths.

    Parameters
    ----------
    programme : Programme or path
        The programme, or its folder.

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

    @property
    def item(self) -> MicroCredential | Stack | None:
        """The selected credential or stack of the draft."""
        return self.programme.credentials.get(self.selected) or self.programme.stacks.get(self.selected)

    @property
    def stack(self) -> Stack | None:
        """The selected stack of the draft; ``None`` when a credential is selected."""
        return self.programme.stacks.get(self.selected)

    @property
    def rule(self) -> Rule | None:
        """What the selected item asks for."""
        item = self.item
        return item.rule if isinstance(item, Stack) else item.requires if item else None

    @property
    def rule_field(self) -> str:
        """The field that holds the rule of the selected item."""
        return "rule" if self.stack else "requires"

    @property
    def credential(self) -> MicroCredential | None:
        """The selected credential of the draft."""
        return self.programme.credentials.get(self.selected)

    @property
    def requires_text(self) -> str:
        """What the selected item asks for, as YAML."""
        return rule_text(self.rule)

    @property
    def requires_in_words(self) -> str:
        """What the selected item asks for, as a sentence."""
        if self.rule is None:
            return "Nothing: a learner may begin at once."
        words = describe(self.rule, self.programme.title)
        return f"{words[0].upper()}{words[1:]}."

    def value(self, path: str) -> Any:
        """The value of a field of the selected item as plain data; ``None`` where there is none."""
        return field_of(self.item, path) if self.item else None

    def select(self, reference: str) -> bool:
        """Choose the credential or stack to edit."""
        if reference not in self.programme.credentials and reference not in self.programme.stacks:
            return self._refuse(f"The programme has no credential or stack `{reference}`.")
        self.field_errors = {}
        self.selected = reference
        self._refresh()
        return True

    def edit(self, path: str, value: Any) -> bool:
        """Give a field of the selected item a new value.

        Returns
        -------
        bool
            Whether the value could be used. If not, `field_errors` says why and the draft stays as it was.
        """
        if self.item is None:
            return self._refuse("Choose a credential first.")
        try:
            changed = edited(self.item, path, value)
        except EditError as error:
            return self._refuse_field(path, error)
        self.field_errors = {key: text for key, text in self.field_errors.items() if key != path}
        self._become(self._with(changed))
        return True

    def set_requires(self, text: str) -> bool:
        """Give the selected item a rule written in YAML; an empty text takes a credential's rule away."""
        try:
            data = rule_from_text(text)
        except EditError as error:
            return self._refuse_field(self.rule_field, error)
        if data is None and self.stack:
            return self._refuse_field(
                self.rule_field, EditError("A stack asks for something; write what completes it.")
            )
        return self.edit(self.rule_field, data)

    def change_rule(self, action: Mapping[str, Any]) -> bool:
        """Do to a block of the selected item's rule what `rule_blocks.acted` understands."""
        item = self.item
        if item is None:
            return self._refuse("Choose a credential first.")
        names = [one for one in (*self.programme.credentials, *self.programme.stacks) if one != item.id]
        professions = [one.id for one in self.programme.info.professions]
        try:
            changed = acted(spelled_out(self.value(self.rule_field)), action, names, professions)
        except (LookupError, TypeError, ValueError):
            return self._refuse("That cannot be done to this part of the rule any more; look at it again.")
        if changed is None and self.stack:
            changed = {"all": []}
        return self.edit(self.rule_field, changed)

    def connect(self, badge: str, to: str) -> bool:
        """Let a credential or stack ask for a badge on top of what it asks for, and select it."""
        return self._change(AddRequirement(badge, to), to, "{to} now asks for {badge}.")

    def disconnect(self, badge: str, of: str) -> bool:
        """Let a credential or stack no longer ask for a badge, in alternatives neither, and select it."""
        return self._change(DropRequirement(badge, of), of, "{to} no longer asks for {badge}.")

    def remove(self, reference: str) -> bool:
        """Take a credential or stack out of the programme; rules that name it are left, for the checks to find."""
        if reference not in self.programme.credentials and reference not in self.programme.stacks:
            return self._refuse(f"The programme has no credential or stack `{reference}`.")
        title = self.programme.title(reference)
        left = self.programme.without_credential(reference).without_stack(reference)
        self.field_errors = {}
        self._become(left, said=Message(f"{title} is removed. Undo brings it back; Save removes its file."))
        return True

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
        reference = _free_id("criterion", {one["id"] for one in before}, start=len(before) + 1)
        return self.edit("criteria", [*before, {"id": reference, "statement": statement}])

    def remove_criterion(self, reference: str) -> bool:
        """Take a criterion away."""
        return self.remove_part("criteria", reference)

    def remove_part(self, field: str, reference: str) -> bool:
        """Take the item with that id out of a list such as ``criteria``, ``activities`` or ``rubric.criteria``."""
        before = self.value(field) or []
        return self.edit(field, [one for one in before if one["id"] != reference])

    def add_activity(self, title: str, term: str) -> bool:
        """Add a session of two hours in a term; its id is made from the credential's."""
        if not title.strip():
            return self._refuse("Write the activity's title first.")
        taken = {one.id for one in self.programme.activities()}
        reference = _free_id(self.selected, taken)
        new = {"id": reference, "title": title, "kind": "workshop", "hours": 2, "term": term}
        return self.edit("activities", [*(self.value("activities") or []), new])

    def add_evidence(self, kind: str) -> bool:
        """Add a piece of evidence."""
        before = self.value("evidence") or []
        reference = _free_id(kind, {one["id"] for one in before})
        return self.edit("evidence", [*before, {"id": reference, "kind": kind}])

    def add_rubric_row(self, title: str) -> bool:
        """Add a row to the rubric, its descriptors to be written."""
        if not title.strip():
            return self._refuse("Write what the row is about first.")
        before = self.value("rubric.criteria") or []
        reference = _free_id("row", {one["id"] for one in before})
        return self.edit("rubric.criteria", [*before, {"id": reference, "title": title}])

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
        """Add a credential to the programme and select it; without an id, one is made from the title."""
        start = {"type": "recognition", "level": "foundation", "stage": "exposure", "hours": 1}
        return self._new(MicroCredential, {"id": reference.strip(), "title": title, **start})

    def new_stack(self, reference: str, title: str) -> bool:
        """Add a stack that asks for nothing yet to the programme, and select it."""
        start = {"kind": "certificate", "stage": "exposure", "rule": {"all": []}}
        return self._new(Stack, {"id": reference.strip(), "title": title, **start})

    def _new(self, kind: type[MicroCredential | Stack], data: dict[str, Any]) -> bool:
        reference = data["id"] = data["id"] or id_from(data["title"], longest=60)
        if reference in self.programme.credentials or reference in self.programme.stacks:
            return self._refuse_field("new.id", EditError(f"The id `{reference}` is already used; choose another."))
        try:
            made = kind.model_validate(data)
        except ValidationError as error:
            return self._refuse_new(error)
        self.field_errors = {}
        self._become(self._with(made), select=made.id)
        return True

    def _with(self, item: MicroCredential | Stack) -> Programme:
        if isinstance(item, Stack):
            return self.programme.with_stack(item)
        return self.programme.with_credential(item)

    def _change(self, edit: AddRequirement | DropRequirement, select: str, words: str) -> bool:
        try:
            changed = with_edits(self.programme, [edit])
        except WorkbenchError as error:
            return self._refuse(str(error))
        said = words.format(to=self.programme.title(select), badge=self.programme.title(edit.badge))
        self.field_errors = {}
        self._become(changed, select=select, said=Message(said))
        return True

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

    def _is(self, alignment: dict[str, Any], framework: str, competency_id: str) -> bool:
        """Whether an alignment is with that competency, by whichever of its names it says it."""
        if alignment["framework"] != framework:
            return False
        known = self.programme.frameworks.get(framework)
        item = known.find(alignment["competency"]) if known else None
        return (item.id if item else alignment["competency"]) == competency_id


def _free_id(stem: str, taken: Collection[str], start: int = 1) -> str:
    """An id that is not taken: the stem and a number."""
    return next(one for one in (f"{stem[:70]}-{number}" for number in count(start)) if one not in taken)
