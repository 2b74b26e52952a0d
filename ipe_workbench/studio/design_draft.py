"""A programme being edited: the draft, what is saved, the way back and forth, and what the edits do.

A programme is immutable, so each edit makes a new one: undo is the one before, and what the edit changes is the
difference from the saved one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import traitlets

from ipe_workbench.credentials import ConflictError, Programme, check_programme, load_programme, save_programme
from ipe_workbench.credentials.merging import Clash, Side, merge_programmes
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.findings import Finding, Severity
from ipe_workbench.pathways import coverage
from ipe_workbench.pathways.comparison.designs import Designs, design_changes
from ipe_workbench.pathways.coverage import coverage_change
from ipe_workbench.studio.credential_edits import EditError

__all__ = ["Conflict", "DesignDraft", "Message"]


@dataclass(frozen=True)
class Message:
    """What the designer has to say about the last action; `severity` tells how to show it."""

    text: str = ""
    severity: Severity = "info"


@dataclass(frozen=True)
class Conflict:
    """Somebody changed the files meanwhile: what they say now, what changed, and where it clashes with the draft."""

    theirs: Programme
    changes: tuple[str, ...]
    clashes: tuple[Clash, ...]


class DesignDraft(traitlets.HasTraits):
    """A programme that is edited, with undo, redo and saving. Nothing here raises at the user: see `message`.

    Parameters
    ----------
    programme : Programme or path
        The programme, or its folder.

    Attributes
    ----------
    programme, saved : Programme
        The draft, always valid; and what is on disk.
    selected : str
        Id of the credential or stack that is edited; empty when the programme has none.
    findings : tuple of Finding
        Of the draft, the selected item's first.
    new_findings, mended : tuple of Finding
        What the draft has that the saved one has not, and the other way round.
    coverage_changes : dict
        For each framework what `coverage_change` says of the draft against the saved programme.
    changes : tuple of str
        What the draft changes of the saved programme, a sentence each.
    hours, hours_change : float
        The learner's effort for all active credentials, and its difference from the saved programme; hours.
    dirty, can_undo, can_redo : bool
        Whether there is something to save, undo, redo.
    field_errors : dict of str to str
        What is wrong with the last value given for a field, by its path.
    message : Message
        What came of the last action.
    conflict : Conflict or None
        What a person has to decide before the draft can be saved.
    """

    programme = traitlets.Instance(Programme)
    saved = traitlets.Instance(Programme)
    selected = traitlets.Unicode()
    findings = traitlets.Tuple()
    new_findings = traitlets.Tuple()
    mended = traitlets.Tuple()
    coverage_changes: traitlets.Dict[str, dict[str, tuple[str, ...]]] = traitlets.Dict()
    changes = traitlets.Tuple()
    hours = traitlets.Float()
    hours_change = traitlets.Float()
    dirty = traitlets.Bool()
    can_undo = traitlets.Bool()
    can_redo = traitlets.Bool()
    field_errors: traitlets.Dict[str, str] = traitlets.Dict()
    message = traitlets.Instance(Message, args=())
    conflict: traitlets.Instance[Conflict | None] = traitlets.Instance(Conflict, allow_none=True)
    #: Grows by one with each change, after everything else is up to date; the one thing that a view has to watch.
    revision = traitlets.Int()

    def __init__(self, programme: Programme | str | Path) -> None:
        opened = programme if isinstance(programme, Programme) else load_programme(programme)
        super().__init__(programme=opened, saved=opened, selected=next(iter((*opened.credentials, *opened.stacks)), ""))
        self._undo: list[tuple[Programme, str]] = []
        self._redo: list[tuple[Programme, str]] = []
        self._saved_findings = check_programme(opened)
        self._refresh()

    def undo(self) -> bool:
        """Take the last edit back."""
        return self._travel(self._undo, self._redo, "There is nothing to undo.", "The last edit is taken back.")

    def redo(self) -> bool:
        """Make the edit again that was taken back last."""
        return self._travel(self._redo, self._undo, "There is nothing to redo.", "The edit is made again.")

    def revert(self) -> bool:
        """Go back to what is saved; this can be undone, too."""
        self.field_errors = {}
        if not self.dirty:
            self._refresh(Message("There is nothing to revert: the draft is what is saved."))
            return False
        self._become(self.saved, said=Message("Back to the saved version. Undo brings your edits back."))
        return True

    def save(self) -> bool:
        """Write the files whose content changed; one that somebody else changed is never written over.

        Then `conflict` says what they changed, and `bring_together` or `take_theirs` goes on.
        """
        try:
            stored, written = save_programme(self.programme)
        except ConflictError as error:
            self._meet()
            again = f"{error} Your edits are still here; nothing is lost until you close the designer."
            return self._refuse(again)
        except WorkbenchError as error:
            return self._refuse(str(error))
        except OSError as error:
            return self._refuse(f"{error.filename or 'The file'} cannot be written: {error.strerror}.")
        self.programme = stored
        self._adopt(stored)
        names = ", ".join(path.name for path in written)
        self._refresh(Message(f"Saved {names}." if written else "Nothing had changed; nothing was written."))
        return True

    def read_again(self) -> bool:
        """Read the files and take in what others changed; where that clashes with the draft, `conflict` asks."""
        if self.programme.folder is None:
            return self._refuse("The programme has no folder that could be read.")
        if not self._meet():
            return False
        if self.conflict is None:
            self._refresh(Message("Nobody has changed the files since they were read."))
            return True
        return True if self.conflict.clashes else self.bring_together()

    def bring_together(self, choose: Callable[[Clash], Side] = lambda _: "theirs") -> bool:
        """Take in what others changed; `choose` says whose value a field gets that both changed. Saving comes after."""
        if self.conflict is None:
            return self._refuse("There is no conflict.")
        base, theirs, changes = self.saved, self.conflict.theirs, len(self.conflict.changes)

        def merged(mine: Programme) -> Programme:
            return merge_programmes(base, mine, theirs, choose).programme

        # The steps back and forth take their edits in as well: an undo must not undo somebody else's work.
        self._undo = [(merged(step), selected) for step, selected in self._undo]
        self._redo = [(merged(step), selected) for step, selected in self._redo]
        draft = merged(self.programme)
        self._adopt(theirs)
        words = "1 change of others is" if changes == 1 else f"{changes} changes of others are"
        self._show(draft, self.selected, Message(f"{words} in your draft now. Look at it, then save."))
        return True

    def take_theirs(self) -> bool:
        """Go on with the files as they are now; the edits of the draft can be had back by undo."""
        if self.conflict is None:
            return self._refuse("There is no conflict.")
        self.bring_together()
        return self.revert() if self.dirty else True

    def decide_later(self) -> None:
        """Leave the conflict; the draft stays, and saving meets it again."""
        self.conflict = None
        self._refresh(Message("Nothing was written. Your edits are still here."))

    def save_copy(self, folder: str) -> bool:
        """Write the draft as a programme of its own to another folder, and leave everything else as it is."""
        target = Path(folder.strip()).expanduser()
        if not folder.strip() or (target.exists() and any(target.iterdir() if target.is_dir() else [target])):
            return self._refuse("Name a folder that is not there yet or is empty; nothing was written.")
        try:
            save_programme(self.programme, target)
        except (WorkbenchError, OSError) as error:
            return self._refuse(f"The copy cannot be written: {error}")
        self._refresh(Message(f"A copy of your version is in {target}. The files here stay as they are."))
        return True

    def _meet(self) -> bool:
        """Look at the files as they are now; `conflict` says how they differ from what was read."""
        try:
            theirs = load_programme(self.programme.folder or Path())
        except WorkbenchError as error:
            self.conflict = None
            return self._refuse(f"The files cannot be read any more: {error}")
        if theirs == self.saved and _texts(theirs) == _texts(self.saved):
            self.conflict = None
            return True
        changes = design_changes(Designs.of(self.saved, theirs), by_meaning=False)
        clashes = merge_programmes(self.saved, self.programme, theirs).clashes
        self.conflict = Conflict(theirs, tuple(one.message for one in changes), clashes)
        return True

    def _adopt(self, stored: Programme) -> None:
        self.saved, self.conflict = stored, None
        self._saved_findings = check_programme(stored)

    def _become(self, programme: Programme, *, select: str | None = None, said: Message | None = None) -> None:
        """Make a programme the draft, with a step to go back."""
        if programme == self.programme:
            self._refresh(said)
            return
        self._undo.append((self.programme, self.selected))
        self._redo.clear()
        self._show(programme, select or self.selected, said)

    def _travel(
        self, source: list[tuple[Programme, str]], target: list[tuple[Programme, str]], empty: str, done: str
    ) -> bool:
        self.field_errors = {}
        if not source:
            self._refresh(Message(empty))
            return False
        target.append((self.programme, self.selected))
        self._show(*source.pop(), Message(done))
        return True

    def _show(self, programme: Programme, selected: str, said: Message | None) -> None:
        # The files are what they are now, whichever edit is shown: an older step must not bring older files along.
        self.programme = replace(programme, documents=self.saved.documents, folder=self.saved.folder)
        known = (*programme.credentials, *programme.stacks)
        self.selected = selected if selected in known else next(iter(known), "")
        self._refresh(said)

    def _refuse(self, text: str) -> bool:
        self.message = Message(text, "error")
        self.revision += 1
        return False

    def _refuse_field(self, path: str, error: EditError) -> bool:
        self.field_errors = {**self.field_errors, path: str(error)}
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
        changes = design_changes(Designs.of(self.saved, self.programme), by_meaning=False)
        self.changes = tuple(one.message for one in changes)
        self.hours = _hours(self.programme)
        self.hours_change = self.hours - _hours(self.saved)
        self.dirty = self.programme != self.saved
        self.can_undo, self.can_redo = bool(self._undo), bool(self._redo)
        self.message = said or Message()
        self.revision += 1


def _texts(programme: Programme) -> dict[tuple[str, str], str]:
    return {key: document.text for key, document in programme.documents.items()}


def _hours(programme: Programme) -> float:
    return sum(one.hours for one in programme.credentials.values() if one.status != "retired")


def _identity(finding: Finding) -> tuple[str, str, str]:
    """A finding without its place, which moves when lines are added above it."""
    return finding.id, finding.subject, finding.message
