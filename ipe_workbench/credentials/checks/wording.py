"""Lints about wording: whether the text that learners read says the numbers that software reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ipe_workbench.credentials.checks.claims import (
    Asked,
    asked_badges,
    in_digits,
    months_of_validity,
    pass_marks,
    pattern,
    points_said,
    sentences,
    windows,
)
from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    PerProfession,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
    badges_in,
    subrules,
    walk,
)
from ipe_workbench.documents import Step

__all__ = ["text_number_mismatch"]

_HOURS = pattern(
    r"(?:\b(?:at least|an?y? minimum of|minimum of|no less than) NUMBER hours|NUMBER (?:or more hours|hours or more))\b"
    r"(?! (?:a|per|each|every)\b)"
)
_ATTEMPTS = pattern(
    r"\b(?:at most|up to|a maximum of|maximum of|no more than|has|have|gets?|allows?|within) NUMBER attempts?\b"
)
_EFFORT = pattern(r"\b(?:takes (?:about )?NUMBER hours\b|NUMBER hours of (?:work|effort|study|learning)\b)")
_ECTS = pattern(r"NUMBER ECTS\b")
#: A credential's summary is mostly about something else than what must be held before.
_BEFORE = re.compile(
    r"\b(?:prerequisites?|before|requires?|required|holds?|holding|first|admission|admitted|entry)\b", re.IGNORECASE
)


@lint("text-number-mismatch", "warning", "a text and a number, or two numbers, disagree")
def text_number_mismatch(design: Design) -> Iterator[Problem]:
    programme = design.programme
    for credential in programme.credentials.values():
        yield from _hours_disagree(programme, credential)
        yield from _assessment_disagrees(programme, credential)
        yield from _summary_disagrees(programme, credential)
        yield from _validity_disagrees(programme, "credential", credential.id)
        if credential.requires is not None:
            text = " ".join(one for one in sentences(credential.summary) if _BEFORE.search(one))
            for words, instead in _not_asked(text, credential.requires):
                yield _unkept(programme, "credential", credential.id, words, instead)
    for stack in programme.stacks.values():
        yield from _validity_disagrees(programme, "stack", stack.id)
        for words, instead in _broken_promises(design, stack.id, stack.summary, stack.rule):
            yield _unkept(programme, "stack", stack.id, words, instead)


def _unkept(programme: Programme, kind: str, reference: str, words: str, instead: str) -> Problem:
    return Problem(
        f"The summary says {words}, but {instead}.",
        "Correct the text or the rule.",
        programme.place("stack" if kind == "stack" else "credential", reference, "summary"),
        reference,
    )


def _broken_promises(design: Design, reference: str, text: str, rule: Rule) -> Iterator[tuple[str, str]]:
    """What the summary of a stack says and its rule does not, and what the rule says instead, in words."""
    yield from _not_asked(text, rule)
    parts = list(walk(rule))
    points = [part.points for part in parts if isinstance(part, Points)]
    known = {one.min for one in points} | {item.points for one in points for item in one.from_}
    # A summary may repeat what the badges ask for: their pass marks, and their hours together.
    behind = [design.programme.credentials[one] for one in design.behind(reference)]
    marks = {part.score.min for part in parts if isinstance(part, Score)}
    marks |= {one.assessment.pass_score for one in behind if one.assessment}
    hours = {part.hours.min for part in parts if isinstance(part, Hours)} or {sum(one.hours for one in behind)}
    yield from _lacking(
        windows(text), {p.within.months for p in parts if isinstance(p, Within)}, "within {:g} months", "months"
    )
    yield from _lacking(map(_either, _HOURS.findall(in_digits(text))), hours, "at least {:g} hours", "hours")
    yield from _lacking(points_said(text, asked=not points), known, "{:g} points", "points")
    yield from _lacking((one * 100 for one in pass_marks(text)), {one * 100 for one in marks}, "a score of {:g} %", "%")


def _lacking(said: Iterable[float], kept: Iterable[float], words: str, unit: str) -> Iterator[tuple[str, str]]:
    known = sorted({round(one, 6) for one in kept})
    instead = f"the rule says {_or(f'{one:g}' for one in known)} {unit}" if known else "no part of the rule does"
    for one in dict.fromkeys(round(one, 6) for one in said):
        if one not in known:
            yield words.format(one), instead


def _or(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _not_asked(text: str, rule: Rule) -> Iterator[tuple[str, str]]:
    """How many badges the text asks for where no part of the rule asks for so many, and what the rule asks for."""
    claims = tuple(asked_badges(text))
    if not claims:
        return
    parts = list(walk(rule))
    choices = {(part.at_least.count, len(part.at_least.of)) for part in parts if isinstance(part, AtLeast)}
    choices |= {(1, len(part.any)) for part in parts if isinstance(part, AnyOf)}
    whole = {len(badges_in(part)) for part in parts if _asks_for_all(part)}
    whole |= {len(part.hours.of) for part in parts if isinstance(part, Hours)}
    whole |= {len(part.points.from_) for part in parts if isinstance(part, Points)}
    least = {_least_badges(part) for part in parts}
    chosen = sorted(f"{count} of {of}" for count, of in choices)
    instead = f"the rule asks for {_or(chosen)}" if chosen else f"the rule asks for {max(least)} in all"
    steps = {len(subrules(part)) for part in parts if isinstance(part, AllOf | InOrder)}
    for one in claims:
        # One of these is a choice; one badge can be any part of a rule, and points and hours leave a choice, too.
        one_will_do = any(isinstance(part, Points | Hours) for part in parts)
        counts = {*least, *(count for count, _ in choices), *(steps if one.parts else ())}
        if not _is_kept(one, choices, whole, counts) and not (one.choice and one.count == 1 and one_will_do):
            thing = "" if one.of is not None or one.every or one.half else " parts" if one.parts else " badges"
            yield f"{one}{thing}", instead


def _is_kept(claim: Asked, choices: set[tuple[int, int]], whole: set[int], counts: set[int]) -> bool:
    if claim.half:
        return any(of > 1 and count in (of // 2, (of + 1) // 2) for count, of in choices)
    if claim.of is not None:
        return (claim.count, claim.of) in choices or (claim.count == claim.of and claim.of in whole)
    if claim.every:
        return claim.count in whole
    if claim.choice and claim.count == 1:
        return any(count == 1 for count, _ in choices)
    return claim.count in counts or (claim.more and claim.count < max(counts))


def _asks_for_all(rule: Rule) -> bool:
    """Whether nothing of the rule can be left out."""
    match rule:
        case AnyOf(any=parts):
            return len(parts) == 1 and _asks_for_all(parts[0])
        case AtLeast():
            return rule.at_least.count == len(rule.at_least.of) and all(map(_asks_for_all, rule.at_least.of))
        case Points() | Hours() | PerProfession() | Shortcut():
            return False
        case _:
            return all(map(_asks_for_all, subrules(rule)))


def _least_badges(rule: Rule) -> int:
    """How many badges the rule asks for at least; those of points and hours, which nobody counts, aside."""
    match rule:
        case Badge():
            return 1
        case AllOf(all=parts) | InOrder(in_order=parts):
            return sum(map(_least_badges, parts))
        case AtLeast():
            return sum(sorted(map(_least_badges, rule.at_least.of))[: rule.at_least.count])
        case _:
            return min(map(_least_badges, subrules(rule)), default=0)


def _hours_disagree(programme: Programme, credential: MicroCredential) -> Iterator[Problem]:
    total = sum(one.hours + one.preparation_hours for one in credential.activities)
    if credential.activities and abs(total - credential.hours) > 0.05:
        yield _disagree(
            programme,
            credential,
            f"`hours` says {credential.hours:g}, but the activities add up to {total:g}.",
            "hours",
        )


def _assessment_disagrees(programme: Programme, credential: MicroCredential) -> Iterator[Problem]:
    assessment = credential.assessment
    if assessment is None:
        return
    said = pass_marks(assessment.description)
    if said and assessment.pass_score not in said:
        words = ", ".join(f"{one:.4g}" if one > 1 else f"{one:.0%}" for one in sorted(said))
        message = f"The description speaks of {words}, but `pass_score` is {assessment.pass_score:.0%}."
        yield _disagree(programme, credential, message, "assessment", "pass_score")
    attempts = {float(one) for one in _ATTEMPTS.findall(in_digits(assessment.description))}
    if attempts and assessment.attempts not in attempts:
        message = f"The description speaks of {min(attempts):g} attempts, but `attempts` is {assessment.attempts}."
        yield _disagree(programme, credential, message, "assessment", "attempts")


def _summary_disagrees(programme: Programme, credential: MicroCredential) -> Iterator[Problem]:
    hours = set(map(_either, _EFFORT.findall(in_digits(credential.summary))))
    if hours and credential.hours not in hours:
        message = f"The summary speaks of {min(hours):g} hours, but `hours` is {credential.hours:g}."
        yield _disagree(programme, credential, message, "hours")
    credits = {float(one) for one in _ECTS.findall(in_digits(credential.summary))}
    if credits and credential.ects not in credits:
        now = "is not given" if credential.ects is None else f"is {credential.ects:g}"
        yield _disagree(
            programme, credential, f"The summary speaks of {min(credits):g} ECTS, but `ects` {now}.", "ects"
        )


def _validity_disagrees(programme: Programme, kind: str, reference: str) -> Iterator[Problem]:
    one = programme.stacks[reference] if kind == "stack" else programme.credentials[reference]
    for name in ("summary", "renewal"):
        for months, words in months_of_validity(getattr(one, name)):
            if months != one.validity_months:
                now = "is not given" if one.validity_months is None else f"is {one.validity_months}"
                yield Problem(
                    f"The {name} speaks of {words}, but `validity_months` {now}.",
                    "Correct one of the two.",
                    programme.place("stack" if kind == "stack" else "credential", reference, name),
                    reference,
                )


def _disagree(programme: Programme, credential: MicroCredential, message: str, *steps: Step) -> Problem:
    place = programme.place("credential", credential.id, *steps)
    return Problem(message, "Correct one of the two.", place, credential.id)


def _either(found: tuple[str, ...]) -> float:
    """The number of whichever alternative of a pattern was found."""
    return float(next(filter(None, found)))
