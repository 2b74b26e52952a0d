"""Applying what was accepted of a migration, and counting what it does to coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import get_args

from ipe_workbench.credentials.migration.model import CoverageCount, Decision, Migration, Owner, Proposal, name_in
from ipe_workbench.credentials.model import Alignment, Coverage, MicroCredential, Stack, Stage
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks import Framework

__all__ = [
    "accept_automatic",
    "apply_migration",
    "coverage_count",
    "decision_mistakes",
    "framework_of",
    "united",
]

_HOW: tuple[Coverage, ...] = get_args(Coverage)
_STAGES: tuple[Stage, ...] = get_args(Stage)
_STRENGTH = ("isRelatedTo", "isPartOf", "exactMatchOf")


def apply_migration(programme: Programme, migration: Migration, decisions: Iterable[Decision]) -> Programme:
    """The programme with what was accepted, and nothing else, moved to the target framework.

    An alignment keeps its relation, its level and what the credential does about the competency. Alignments of one
    credential that fall on one code merge where the first of them stood: everything that any of them does, the highest
    level, the weaker relation. The target framework joins the programme's frameworks; the source framework leaves them
    when no credential and no stack refers to it any more.

    Raises
    ------
    UnusableInputError
        When an accepted decision cannot be applied; `findings` has every reason.
    """
    accepted: dict[tuple[Owner, str, str], tuple[str, ...]] = {}
    problems: list[Finding] = []
    for decision in decisions:
        problems.extend(one for _, one in decision_mistakes(decision, migration) if one.severity == "error")
        proposal = migration.find(decision)
        if proposal is not None and decision.accept == "yes":
            accepted[proposal.key] = _chosen(decision, proposal)
    if problems:
        raise UnusableInputError(problems[0].message, mend=problems[0].mend, findings=problems)
    if not accepted:
        return programme
    moved = programme
    for credential in programme.credentials.values():
        changed = _moved_credential(credential, migration, accepted)
        moved = moved if changed is credential else moved.with_credential(changed)
    for stack in programme.stacks.values():
        changed_stack = _moved_stack(stack, migration, accepted)
        moved = moved if changed_stack is stack else moved.with_stack(changed_stack)
    return _with_frameworks(moved, migration)


def coverage_count(programme: Programme, framework: Framework) -> CoverageCount:
    """How much of a framework the credentials cover; retired ones and alignments to headings do not count."""
    leaves = {one.id for one in framework.leaves}
    covered: dict[str, set[str]] = {how: set() for how in _HOW}
    for credential in programme.credentials.values():
        for alignment in credential.alignments if credential.status != "retired" else ():
            competency = framework.find(alignment.competency) if alignment.framework == framework.id else None
            if competency is not None and competency.id in leaves:
                for how in alignment.how:
                    covered[how].add(competency.id)
    counts = {how: len(covered[how]) for how in _HOW}
    return CoverageCount(leaves=len(leaves), aligned=len(set().union(*covered.values())), **counts)


def accept_automatic(migration: Migration, decided: Iterable[Decision] = ()) -> tuple[Decision, ...]:
    """The decisions, with a yes for each automatic proposal that they leave open."""
    decisions: dict[tuple[Owner, str, str], Decision] = {}
    for one in decided:
        proposal = migration.find(one)
        decisions[proposal.key if proposal is not None else (one.owner, one.reference, one.code)] = one
    for proposal in migration.automatic:
        known = decisions.get(proposal.key)
        if known is None or known.accept is None:
            yes = Decision.model_validate({proposal.owner: proposal.reference, "code": proposal.code, "accept": "yes"})
            decisions[proposal.key] = known.model_copy(update={"accept": "yes"}) if known is not None else yes
    return tuple(decisions.values())


def decision_mistakes(decision: Decision, migration: Migration) -> Iterator[tuple[str, Finding]]:
    """What keeps a decision from being applied, each with the field that it stands at.

    An answer to what is no longer asked (it was applied before) is a warning; the others are errors.
    """
    about = f"{decision.code} of `{decision.reference}`"
    proposal = migration.find(decision)
    if proposal is None:
        known = [
            one.code
            for one in migration.proposals
            if (one.owner, one.reference) == (decision.owner, decision.reference)
        ]
        message = (
            f"There is nothing to decide about {about}: it is not aligned to it in {migration.source.id} (any more)."
        )
        mend = near_names(decision.code, known) if known else "Remove the entry."
        yield "code", Finding("nothing-to-decide", "warning", message, mend, subject=decision.reference)
        return
    unknown = [one for one in decision.codes if migration.target.find(one) is None]
    for code in unknown:
        mend = near_names(code, [one.code or one.id for one in migration.target.competencies])
        message = f"`{code}` is not a competency of {migration.target.title}."
        yield "codes", Finding("unknown-competency", "error", message, mend, subject=decision.reference)
    if decision.accept != "yes" or unknown:
        return
    chosen = _chosen(decision, proposal)
    if not chosen:
        offered = ", ".join(one.code for one in proposal.alternatives)
        mend = (
            f"Write `codes: [...]` with what it becomes; proposed are {offered}."
            if offered
            else "Write `codes: [...]`."
        )
        message = f"{about} is accepted, but not what it becomes."
        yield "accept", Finding("nothing-chosen", "error", message, mend, subject=decision.reference)
    if decision.owner == "stack" and len(chosen) > 1:
        message = f"A stack has one competency, but {about} is to become {', '.join(chosen)}."
        yield "codes", Finding("too-many-codes", "error", message, "Choose one.", subject=decision.reference)


def united(alignments: list[Alignment]) -> Alignment:
    """One alignment for several: all that any of them does, the highest level, the weakest relation."""
    does = {how for one in alignments for how in one.how}
    first = alignments[0]
    if len(alignments) == 1:
        return first
    return first.model_copy(
        update={
            "how": tuple(how for how in _HOW if how in does),
            "level": max((one.level for one in alignments), key=_STAGES.index),
            "relation": min((one.relation for one in alignments), key=_STRENGTH.index),
            "criteria": _criteria(alignments),
        }
    )


def _criteria(alignments: list[Alignment]) -> tuple[str, ...]:
    """The criteria of any of them; all of the credential's, which is to name none, where one of them means all."""
    if not all(one.criteria for one in alignments):
        return ()
    return tuple(dict.fromkeys(name for one in alignments for name in one.criteria))


def framework_of(stack: Stack, programme: Programme) -> str | None:
    """The framework of a stack's competency; without one of its own, the programme's first."""
    return stack.framework or next(iter(programme.frameworks), None)


def _chosen(decision: Decision, proposal: Proposal) -> tuple[str, ...]:
    """What an accepted decision chooses: its own codes, else the only alternative."""
    if decision.codes:
        return tuple(dict.fromkeys(decision.codes))
    return (proposal.alternatives[0].code,) if len(proposal.alternatives) == 1 else ()


def _moved_credential(
    credential: MicroCredential, migration: Migration, accepted: Mapping[tuple[Owner, str, str], tuple[str, ...]]
) -> MicroCredential:
    source, target = migration.source, migration.target
    codes: dict[str, tuple[str, ...]] = {}
    for (owner, reference, code), chosen in accepted.items():
        if (owner, reference) == ("credential", credential.id):
            codes[_id(source, code)] = chosen
    moved: list[Alignment] = []
    reached: set[str] = set()
    for one in credential.alignments:
        chosen = codes.get(_id(source, one.competency), ()) if one.framework == source.id else ()
        for code in chosen:
            competency = target[code]
            reached.add(competency.id)
            update = {"framework": target.id, "competency": name_in(target, competency)}
            moved.append(one.model_copy(update=update))
        if not chosen:
            moved.append(one)
    if not reached:
        return credential
    together: dict[object, list[Alignment]] = {}
    for index, one in enumerate(moved):
        name = _id(target, one.competency) if one.framework == target.id else None
        together.setdefault(name if name in reached else index, []).append(one)
    return credential.model_copy(update={"alignments": tuple(map(united, together.values()))})


def _moved_stack(
    stack: Stack, migration: Migration, accepted: Mapping[tuple[Owner, str, str], tuple[str, ...]]
) -> Stack:
    chosen = accepted.get(("stack", stack.id, stack.competency or ""), ())
    if not chosen:
        return stack
    name = name_in(migration.target, migration.target[chosen[0]])
    return stack.model_copy(update={"competency": name, "framework": migration.target.id})


def _with_frameworks(programme: Programme, migration: Migration) -> Programme:
    """The programme with the target framework named, and the source framework no longer where nothing refers to it."""
    source, target = migration.source.id, migration.target.id
    used = any(
        one.framework == source for credential in programme.credentials.values() for one in credential.alignments
    )
    used = used or any(
        one.competency is not None and framework_of(one, programme) == source for one in programme.stacks.values()
    )
    ids = list(programme.frameworks)
    references = list(programme.info.frameworks)
    named = dict(zip(references, ids, strict=True)) if len(ids) == len(references) else {one: one for one in references}
    frameworks: dict[str, str] = {}
    for reference, framework in named.items():
        if framework != source or used:
            frameworks[reference] = framework
        elif target not in named.values():
            # In its place, so that the programme's first framework stays the one that it is mainly about.
            frameworks[migration.target_reference] = target
    if target not in frameworks.values():
        frameworks[migration.target_reference] = target
    opened = {**programme.frameworks, target: migration.target}
    info = programme.info.model_copy(update={"frameworks": tuple(frameworks)})
    kept = {one: opened[one] for one in frameworks.values() if one in opened}
    return replace(programme, info=info, frameworks=kept)


def _id(framework: Framework, reference: str) -> str:
    found = framework.find(reference)
    return found.id if found is not None else reference
