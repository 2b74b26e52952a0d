"""What the crosswalk explorer shows, without widgets: the pairs of one code, in either direction."""

from __future__ import annotations

import traitlets

from ipe_workbench.findings import Finding
from ipe_workbench.frameworks import Crosswalk, Framework, check_crosswalk

__all__ = ["CrosswalkExplorerModel"]


class CrosswalkExplorerModel(traitlets.HasTraits):
    """A crosswalk between two frameworks, looked at from one of them.

    `backwards` looks from the target framework; `code` is the id of the chosen competency, ``None`` for all.

    Examples
    --------
    >>> from ipe_workbench import frameworks
    >>> old, new = frameworks.load_framework("ipec-2016"), frameworks.load_framework("ipec-2023")
    >>> model = CrosswalkExplorerModel(frameworks.load_crosswalk("crosswalk-ipec-2016-2023"), old, new)
    >>> forwards = len(model.pairs)
    >>> model.backwards = True
    >>> len(model.pairs) == forwards, model.looked_from.id
    (True, 'ipec-2023')
    """

    backwards = traitlets.Bool(False)
    code = traitlets.Unicode(None, allow_none=True)

    def __init__(self, crosswalk: Crosswalk, source: Framework, target: Framework) -> None:
        super().__init__()
        self._forwards, self._backwards = crosswalk, crosswalk.inverted()
        self._source, self._target = source, target

    @traitlets.observe("backwards")
    def _turned(self, change: object) -> None:
        self.code = None

    @property
    def crosswalk(self) -> Crosswalk:
        """The crosswalk in the direction that is looked."""
        return self._backwards if self.backwards else self._forwards

    @property
    def looked_from(self) -> Framework:
        """The framework whose codes are chosen from."""
        return self._target if self.backwards else self._source

    @property
    def looked_at(self) -> Framework:
        """The framework whose codes are shown for them."""
        return self._source if self.backwards else self._target

    @property
    def choices(self) -> list[tuple[str, str | None]]:
        """(words, id) of all, and of each competency without parts."""
        each = [(_named(self.looked_from, one.id), one.id) for one in self.looked_from.leaves]
        return [("All", None), *each]

    @property
    def pairs(self) -> list[tuple[str, str, str, str]]:
        """(from, relation, to, remark) of the chosen code, or of all; a code mapped to nothing is said so."""
        chosen = None if self.code is None else self.looked_from.find(self.code)
        rows: list[tuple[str, str, str, str]] = []
        for one in self.crosswalk.mappings:
            here = self.looked_from.find(one.source)
            if chosen is None or here == chosen:
                suggested = f"suggested, score {one.score:.2f}. " if one.suggested and one.score is not None else ""
                names = _named(self.looked_from, one.source), _named(self.looked_at, one.target)
                rows.append((names[0], one.relation, names[1], suggested + one.note))
        if chosen is not None and not rows:
            rows.append((_named(self.looked_from, chosen.id), "", "mapped to nothing", ""))
        return rows

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubtful in the crosswalk, as it was written."""
        return tuple(check_crosswalk(self._forwards, self._source, self._target))


def _named(framework: Framework, reference: str) -> str:
    one = framework.find(reference)
    if one is None:
        return reference
    said = one.title or one.statement or ""
    return f"{one.code or one.id} {said[:90]}{'...' if len(said) > 90 else ''}".strip()
