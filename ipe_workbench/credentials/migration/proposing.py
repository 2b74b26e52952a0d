"""Proposing what each alignment to an old framework may become in the new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from ipe_workbench.credentials.migration.applying import (
    accept_automatic,
    apply_migration,
    coverage_count,
    framework_of,
    united,
)
from ipe_workbench.credentials.migration.model import Alternative, Migration, Owner, Proposal, name_in
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Place
from ipe_workbench.frameworks import Competency, Crosswalk, Framework
from ipe_workbench.frameworks.crosswalk import Mapping

__all__ = ["propose_migration"]


def propose_migration(
    programme: Programme,
    crosswalk: Crosswalk,
    source: Framework,
    target: Framework,
    target_reference: str | None = None,
) -> Migration:
    """What each alignment to the source framework may become in the target framework.

    Parameters
    ----------
    programme : Programme
        The programme; stays as it is.
    crosswalk : Crosswalk
        From the source framework to the target framework.
    source, target : Framework
        The frameworks.
    target_reference : str, optional
        How ``programme.yaml`` is to name the target framework; its id by default.

    Returns
    -------
    Migration
        A proposal is automatic when the crosswalk has exactly one row for the old code, no mere suggestion, and no
        other alignment of the credential may fall on the same code; all others need a decision.

    Raises
    ------
    UnusableInputError
        When the crosswalk joins other frameworks.

    Notes
    -----
    A stack that names a competency without a framework means the programme's first framework.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.frameworks import load_crosswalk, load_framework
    >>> walk = load_crosswalk("crosswalk-ipec-2016-2023").inverted()
    >>> new, old = load_framework("ipec-2023"), load_framework("ipec-2016")
    >>> migration = propose_migration(example_programme(), walk, new, old)
    >>> migration.proposals[0].code, [one.code for one in migration.proposals[0].alternatives]
    ('VE1', ['VE1'])
    """
    if (crosswalk.source, crosswalk.target) != (source.id, target.id):
        message = f"The crosswalk {crosswalk.id} leads from {crosswalk.source} to {crosswalk.target}."
        raise UnusableInputError(message, mend=f"Name one from {source.id} to {target.id}.")
    proposer = _Proposer(programme, crosswalk, source, target)
    before = {one.id: coverage_count(programme, one) for one in (source, target)}
    migration = Migration(
        programme=programme.id,
        crosswalk=crosswalk.id,
        source=source,
        target=target,
        target_reference=target_reference or target.id,
        proposals=tuple(proposer.proposals()),
        no_ancestor=tuple(name_in(target, target[one]) for one in crosswalk.unmapped_targets(target)),
        before=before,
        after=before,
    )
    moved = apply_migration(programme, migration, accept_automatic(migration))
    return replace(migration, after={one.id: coverage_count(moved, one) for one in (source, target)})


class _Proposer:
    """Looks up what each old code becomes, and where alignments would meet."""

    def __init__(self, programme: Programme, crosswalk: Crosswalk, source: Framework, target: Framework) -> None:
        self.programme, self.source, self.target = programme, source, target
        self.rows: dict[str, list[Mapping]] = {}
        for row in crosswalk.mappings:
            old = source.find(row.source)
            if old is not None and target.find(row.target) is not None:
                self.rows.setdefault(old.id, []).append(row)

    def proposals(self) -> Iterator[Proposal]:
        for credential in self.programme.credentials.values():
            yield from self._of_credential(credential)
        for stack in self.programme.stacks.values():
            if stack.competency is not None and framework_of(stack, self.programme) == self.source.id:
                place = self.programme.place("stack", stack.id, "competency")
                yield self._proposal("stack", stack.id, stack.competency, "", place)

    def _of_credential(self, credential: MicroCredential) -> Iterator[Proposal]:
        old = [(index, one) for index, one in enumerate(credential.alignments) if one.framework == self.source.id]
        met = Counter(target for _, one in old for target in {row.id for row in self._targets(one.competency)})
        there = (one.competency for one in credential.alignments if one.framework == self.target.id)
        met.update({found.id for code in there if (found := self.target.find(code)) is not None})
        seen: set[str] = set()
        for index, alignment in old:
            known = self.source.find(alignment.competency)
            if (key := known.id if known is not None else alignment.competency) in seen:
                continue
            seen.add(key)
            shared = [one for one in self._targets(alignment.competency) if met[one.id] > 1]
            merge = " ".join(self._merge(credential, one) for one in shared)
            place = self.programme.place("credential", credential.id, "alignments", index, "competency")
            yield self._proposal("credential", credential.id, alignment.competency, merge, place)

    def _proposal(self, owner: Owner, reference: str, code: str, merge: str, place: Place) -> Proposal:
        alternatives = self._alternatives(code)
        reasons = [merge] if merge else []
        if self.source.find(code) is None:
            reasons.append(f"`{code}` is not a competency of {self.source.title}.")
        elif len(alternatives) != 1:
            becomes = "nothing" if not alternatives else f"{len(alternatives)} codes"
            reasons.append(f"The crosswalk maps it to {becomes}.")
            alternatives = alternatives or self._parents_of_parts(code)
        elif alternatives[0].suggested:
            reasons.append("The crosswalk's row is a suggestion that nobody has accepted.")
        kind: Literal["automatic", "decision"] = "decision" if reasons else "automatic"
        return Proposal(owner, reference, code, kind, alternatives, " ".join(reasons), place)

    def _targets(self, code: str) -> list[Competency]:
        old = self.source.find(code)
        found = (self.target[row.target] for row in (self.rows.get(old.id, ()) if old is not None else ()))
        return list({one.id: one for one in found}.values())

    def _alternatives(self, code: str) -> tuple[Alternative, ...]:
        old = self.source.find(code)
        made: dict[str, Alternative] = {}
        for row in self.rows.get(old.id, ()) if old is not None else ():
            name = name_in(self.target, self.target[row.target])
            made.setdefault(name, Alternative(name, row.relation, row.note, row.score, row.suggested))
        return tuple(made.values())

    def _parents_of_parts(self, code: str) -> tuple[Alternative, ...]:
        """For a heading without a row of its own: the headings of what its parts become, the most frequent first."""
        parts = self.source.descendants(code)
        led = [{one.parent for one in self._targets(part.id) if one.parent is not None} for part in parts]
        parents = Counter(parent for of in led for parent in sorted(of))
        return tuple(
            Alternative(
                name_in(self.target, self.target[parent]), note=f"{times} of its {len(parts)} parts lead there."
            )
            for parent, times in parents.most_common()
        )

    def _merge(self, credential: MicroCredential, target: Competency) -> str:
        """What would become of the alignments that meet in one code, as a sentence."""
        meeting = [
            one
            for one in credential.alignments
            if (one.framework == self.source.id and target in self._targets(one.competency))
            or (one.framework == self.target.id and self.target.find(one.competency) is target)
        ]
        merged = united(meeting)
        names = " and ".join(
            one.competency + (" (already there)" if one.framework == self.target.id else "") for one in meeting
        )
        does = ", ".join(merged.how)
        return f"{names} fall on {name_in(self.target, target)} and merge: {does}; {merged.level}; {merged.relation}."
