"""Lints about stacking: whether stacks can be completed by everyone they are for, counting and asking once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from ipe_workbench.credentials.checks.conflicts import conflict
from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.checks.references import place_of_badge, rules_of
from ipe_workbench.credentials.checks.requirements import asked_by, end_of, surely_required
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.programme import Profession, Programme
from ipe_workbench.credentials.rules import AtLeast, Badge, Rule, describe, walk

__all__ = [
    "badge_counted_twice",
    "badge_in_no_stack",
    "cannot_be_earned",
    "double_counting",
    "empty_rule",
    "prerequisite_too_late",
    "redundant_prerequisite",
    "stackability_mismatch",
    "too_few_professions",
]

#: Seeing why takes far longer than seeing that. Most often, mending the first ones mends the others.
_MOST_EXPLAINED = 10


@lint("cannot-be-earned", "error", "a stack or credential that nobody, or one profession, can complete in the calendar")
def cannot_be_earned(design: Design) -> Iterator[Problem]:
    programme = design.programme
    earned = design.earned
    excused = _affected(design)
    shut_out = {
        reference: out
        for reference in (*programme.credentials, *programme.stacks)
        if reference not in excused and (out := _shut_out(programme, reference, earned))
    }
    explained = 0
    for reference, out in shut_out.items():
        stack = programme.stacks.get(reference)
        everybody = len(out) == len(_meant(programme, reference))
        who = "nobody" if everybody else f"no learner of {', '.join(one.title for one in out)}"
        thing = "be admitted to" if stack is None else "complete"
        why = _cause(programme, reference, shut_out)
        if not why and explained < _MOST_EXPLAINED:
            explained += 1
            clash = conflict(programme, reference, out[0].id)
            why = (
                f" These stand in the way{' together' if len(clash) > 1 else ''}: {'; '.join(clash)}." if clash else ""
            )
        failed = f"Within the calendar {who} can {thing} {programme.title(reference)}, even passing everything at once."
        yield Problem(
            failed + why,
            "Loosen the rule, move an activity to an earlier term, or add a branch or `default` for the profession.",
            programme.place("credential", reference, "requires")
            if stack is None
            else programme.place("stack", reference, "rule"),
            reference,
        )


def _meant(programme: Programme, reference: str) -> list[Profession]:
    credential = programme.credentials.get(reference)
    return [one for one in programme.info.professions if credential is None or programme.may_earn(reference, one.id)]


def _shut_out(
    programme: Programme, reference: str, earned: Mapping[str, Mapping[str, datetime.date]]
) -> list[Profession]:
    """Professions whose learners are meant to earn it and cannot, for what it asks for."""
    credential = programme.credentials.get(reference)
    if credential is not None and (credential.requires is None or credential.status == "retired"):
        return []
    return [one for one in _meant(programme, reference) if reference not in earned[one.id]]


def _cause(programme: Programme, reference: str, shut_out: Mapping[str, list[Profession]]) -> str:
    """What it asks for and the same learners cannot earn either: that is explained there, and mended there."""
    credential = programme.credentials.get(reference)
    rule = credential.requires if credential else programme.stacks[reference].rule
    profession = shut_out[reference][0]
    asked = asked_by(rule) if rule is not None else ()
    causes = [f"`{one}`" for one in asked if profession in shut_out.get(one, ())]
    return f" It asks for {' and '.join(causes)}, which cannot be earned either." if causes else ""


@lint("prerequisite-too-late", "warning", "a credential whose prerequisite comes after its last activity")
def prerequisite_too_late(design: Design) -> Iterator[Problem]:
    programme = design.programme
    excused = _affected(design)
    for one in programme.credentials.values():
        if one.requires is None or not one.activities or one.status == "retired" or one.id in excused:
            continue
        last = end_of(programme, one)
        days = {who.title: design.earned[who.id].get(one.id) for who in _meant(programme, one.id)}
        late = [title for title, day in days.items() if day is not None and day > last]
        if late:
            whom = "a learner" if len(late) == len(days) else f"a learner of {', '.join(late)}"
            soonest = min(day for day in days.values() if day is not None and day > last)
            yield Problem(
                f"The activities of {one.title} end on {last.isoformat()}, but {whom} can hold what it requires "
                f"({describe(one.requires, programme.title)}) on {soonest.isoformat()} at the earliest.",
                "Offer it again in a later term, or ask for something earlier.",
                programme.place("credential", one.id, "requires"),
                one.id,
            )


def _affected(design: Design) -> set[str]:
    """Whatever hangs on something unknown or damaged: other findings name that cause already."""
    programme = design.programme
    known = {*programme.credentials, *programme.stacks, *(one.id for one in programme.activities())}
    needs = {owner: set(wanted) for owner, wanted in design.needs.items()}
    affected = {owner for owner, wanted in needs.items() if wanted - known}
    affected |= {one for circle in design.circles for one in circle}
    while more := {owner for owner, wanted in needs.items() if wanted & affected} - affected:
        affected |= more
    return affected


@lint("empty-rule", "warning", "a stack that everyone has completed from the start")
def empty_rule(design: Design) -> Iterator[Problem]:
    day = design.programme.info.terms[0].start
    for stack in design.programme.stacks.values():
        for profession in design.programme.info.professions:
            if completed_on(stack.rule, Facts(profession=profession.id), on=day) is not None:
                yield Problem(
                    f"{stack.title} asks nothing of a learner of {profession.title}, who holds it without any badge.",
                    "Name at least one badge in the rule, or in the branch of that profession.",
                    design.programme.place("stack", stack.id, "rule"),
                    stack.id,
                )
                break


@lint("double-counting", "error", "a badge counts toward two stacks although one of them forbids it")
def double_counting(design: Design) -> Iterator[Problem]:
    stacks = design.programme.stacks
    counted: dict[str, list[str]] = {}
    for reference, badges in design.stack_badges.items():
        for badge in badges:
            counted.setdefault(badge, []).append(reference)
    for stack in stacks.values():
        if stack.double_counting != "forbidden":
            continue
        for badge in design.stack_badges[stack.id]:
            others = [stacks[one].title for one in counted[badge] if one != stack.id]
            if others:
                yield Problem(
                    f"`{badge}` counts toward {stack.title}, which forbids double counting, and toward {others[0]}.",
                    "Drop it from one of them, or set `double_counting: allowed`.",
                    place_of_badge(design, stack.id, badge),
                    stack.id,
                )


@lint("badge-counted-twice", "warning", "one badge fills two places of the same choice")
def badge_counted_twice(design: Design) -> Iterator[Problem]:
    for owner, rule, _ in rules_of(design):
        for part in walk(rule):
            if not isinstance(part, AtLeast) or part.at_least.count < 2:
                continue
            named = [one.badge for one in part.at_least.of if isinstance(one, Badge)]
            for badge in dict.fromkeys(one for one in named if named.count(one) > 1):
                yield Problem(
                    f"`{badge}` stands {named.count(badge)} times in one choice of {part.at_least.count}, so that one "
                    "badge fills several places.",
                    "Name it once.",
                    place_of_badge(design, owner, badge),
                    owner,
                )


@lint("redundant-prerequisite", "warning", "a prerequisite that another prerequisite already asks for")
def redundant_prerequisite(design: Design) -> Iterator[Problem]:
    programme = design.programme
    rules = {one.id: one.requires for one in programme.credentials.values()}
    rules |= {one.id: one.rule for one in programme.stacks.values()}
    circular = {one for circle in design.circles for one in circle}
    for credential in programme.credentials.values():
        # In a circle everything asks for everything; that is another finding.
        direct = surely_required(credential.requires) if credential.id not in circular else ()
        for badge in dict.fromkeys(direct):
            through = next((other for other in direct if other != badge and badge in _behind(other, rules)), None)
            if through is not None:
                yield Problem(
                    f"Asking for `{badge}` is redundant: `{through}` asks for it already.",
                    "Drop it; the pathway becomes easier to read.",
                    place_of_badge(design, credential.id, badge),
                    credential.id,
                )


def _behind(reference: str, rules: Mapping[str, Rule | None]) -> set[str]:
    """Everything that holding this badge implies, at any distance."""
    found: set[str] = set()
    waiting = [reference]
    while waiting:
        rule = rules.get(waiting.pop())
        for badge in surely_required(rule):
            if badge not in found and badge != reference:
                found.add(badge)
                waiting.append(badge)
    return found


@lint("badge-in-no-stack", "info", "a credential that leads nowhere")
def badge_in_no_stack(design: Design) -> Iterator[Problem]:
    programme = design.programme
    used = _leading_on(design)
    for credential in programme.credentials.values():
        alone = credential.id not in used and credential.status == "active" and not credential.stackability
        if programme.stacks and alone:
            yield Problem(
                f"{credential.title} counts toward no stack and is required by no credential.",
                "Name it in a stack's rule, or set `stackability: stand-alone`.",
                programme.place("credential", credential.id, "id"),
                credential.id,
            )


@lint("stackability-mismatch", "warning", "a credential says that it stacks, or that it stands alone, and does not")
def stackability_mismatch(design: Design) -> Iterator[Problem]:
    programme = design.programme
    used = _leading_on(design)
    for credential in programme.credentials.values():
        if credential.status != "active":
            continue
        if credential.stackability == "stackable" and credential.id not in used:
            says, does, mend = "can be stacked", "counts toward nothing", "Name it in a stack's rule"
        elif credential.stackability == "stand-alone" and credential.id in used:
            says, does, mend = "stands alone", "counts toward a stack or another credential", "Drop it there"
        else:
            continue
        yield Problem(
            f"{credential.title} says that it {says}, but it {does}.",
            f"{mend}, or correct `stackability`; a European partner reads it as an element of Annex I.",
            programme.place("credential", credential.id, "stackability"),
            credential.id,
        )


def _leading_on(design: Design) -> set[str]:
    """Whatever some stack or prerequisite counts."""
    return {badge for badges in design.needs.values() for badge in badges}


@lint("too-few-professions", "warning", "an activity that fewer than two professions share")
def too_few_professions(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        for index, activity in enumerate(credential.activities):
            alone = activity.min_professions < 2 or len(credential.professions) == 1
            if activity.team_based and alone:
                yield Problem(
                    f"`{activity.title}` is team-based but needs only one profession; interprofessional learning takes "
                    "two or more (WHO 2010).",
                    "Set `min_professions: 2` or more, or `team_based: false`.",
                    design.programme.place("credential", credential.id, "activities", index),
                    credential.id,
                )
