"""Lints about stacking: whether stacks can be completed by everyone they are for, counting and asking once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.checks.references import place_of_badge
from ipe_workbench.credentials.checks.requirements import attainable, circles, singled_out, surely_required
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Rule, badges_in

__all__ = [
    "badge_in_no_stack",
    "cannot_be_earned",
    "double_counting",
    "empty_rule",
    "redundant_prerequisite",
    "too_few_professions",
]


@lint("cannot-be-earned", "error", "a stack or credential that nobody, or one profession, can complete in the calendar")
def cannot_be_earned(design: Design) -> Iterator[Problem]:
    programme = design.programme
    professions = programme.info.professions
    earned = _attainable_by_profession(programme)
    excused = {one for circle in circles(programme) for one in circle} | _affected(design)
    for reference in (*programme.credentials, *programme.stacks):
        credential = programme.credentials.get(reference)
        if reference in excused or (credential is not None and credential.requires is None):
            continue
        meant = [one for one in professions if credential is None or programme.may_earn(reference, one.id)]
        shut_out = [one.title for one in meant if reference not in earned[one.id]]
        if not shut_out:
            continue
        who = "nobody" if len(shut_out) == len(meant) else f"no learner of {', '.join(shut_out)}"
        kind, field, thing = (
            ("stack", "rule", "complete") if credential is None else ("credential", "requires", "be admitted to")
        )
        yield Problem(
            f"Within the calendar {who} can {thing} {programme.title(reference)}, even passing everything at once.",
            "Loosen the rule, move an activity to an earlier term, or add a branch or `default` for the profession.",
            programme.place("stack" if kind == "stack" else "credential", reference, field),
            reference,
        )


def _attainable_by_profession(programme: Programme) -> dict[str, dict[str, datetime.date]]:
    """`attainable` for each profession, worked out once for all those that no rule treats apart."""
    apart = singled_out(programme)
    everyone_else: dict[str, datetime.date] | None = None
    earned: dict[str, dict[str, datetime.date]] = {}
    for profession in programme.info.professions:
        if profession.id in apart:
            earned[profession.id] = attainable(programme, profession.id)
        else:
            if everyone_else is None:
                everyone_else = attainable(programme, profession.id)
            earned[profession.id] = everyone_else
    return earned


def _affected(design: Design) -> set[str]:
    """Whatever hangs on something unknown or damaged: other findings name that cause already."""
    programme = design.programme
    known = {*programme.credentials, *programme.stacks, *(one.id for one in programme.activities())}
    rules = {one.id: one.requires for one in programme.credentials.values() if one.requires is not None}
    rules |= {one.id: one.rule for one in programme.stacks.values()}
    needs = {owner: set(badges_in(rule)) for owner, rule in rules.items()}
    affected = {owner for owner, wanted in needs.items() if wanted - known}
    affected |= {one for circle in circles(programme) for one in circle}
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
    for stack in stacks.values():
        if stack.double_counting != "forbidden":
            continue
        for badge in badges_in(stack.rule):
            others = [one.title for one in stacks.values() if one.id != stack.id and badge in badges_in(one.rule)]
            if others:
                yield Problem(
                    f"`{badge}` counts toward {stack.title}, which forbids double counting, and toward {others[0]}.",
                    "Drop it from one of them, or set `double_counting: allowed`.",
                    place_of_badge(design, stack.id, badge),
                    stack.id,
                )


@lint("redundant-prerequisite", "warning", "a prerequisite that another prerequisite already asks for")
def redundant_prerequisite(design: Design) -> Iterator[Problem]:
    programme = design.programme
    rules = {one.id: one.requires for one in programme.credentials.values()}
    rules |= {one.id: one.rule for one in programme.stacks.values()}
    for credential in programme.credentials.values():
        direct = surely_required(credential.requires)
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
    used = {badge for stack in programme.stacks.values() for badge in badges_in(stack.rule)}
    used |= {badge for one in programme.credentials.values() if one.requires for badge in badges_in(one.requires)}
    for credential in programme.credentials.values():
        if programme.stacks and credential.id not in used and credential.status == "active":
            yield Problem(
                f"{credential.title} counts toward no stack and is required by no credential.",
                "Name it in a stack's rule, or leave it as a badge that stands alone.",
                programme.place("credential", credential.id, "id"),
                credential.id,
            )


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
