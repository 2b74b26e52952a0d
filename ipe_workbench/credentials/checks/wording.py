"""Lints about wording: whether the text that learners read says the numbers that software reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Hours,
    InOrder,
    Points,
    Rule,
    Score,
    Within,
    badges_in,
    walk,
)
from ipe_workbench.documents import Step

__all__ = ["text_number_mismatch"]

_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(_WORDS)})"
_BADGES = r"(?:(?:competency|digital|open)\s+)?(?:badges|credentials|micro-credentials|certificates)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("NUMBER", _NUMBER), re.IGNORECASE)


_K_OF_N = _pattern(r"\bNUMBER\s+(?:out\s+)?of\s+(?:the\s+|these\s+)?NUMBER\b")
_AT_LEAST = _pattern(rf"\b(?:any|at\s+least)\s+NUMBER\s+(?:of\s+(?:these|them|the)\b(?!\s+{_NUMBER}\b)|{_BADGES}\b)")
_ALL = _pattern(rf"\ball\s+NUMBER\s+{_BADGES}\b")
_WITHIN = _pattern(r"\bwithin\s+NUMBER\s+months\b")
_HOURS = _pattern(r"\bat\s+least\s+NUMBER\s+hours\b")
_POINTS = _pattern(r"\bNUMBER\s+points?\b")
_SCORE = _pattern(r"\bscore\s+of\s+(?:at\s+least\s+)?NUMBER\s*(?:%|per\s?cent\b)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|per\s?cent\b)", re.IGNORECASE)
#: Words by which a sentence speaks of the pass mark and not of a weight.
_PASSING = re.compile(r"\b(pass|passes|passed|pass mark|at least|minimum|threshold|required|must)\b", re.IGNORECASE)
_ATTEMPTS = _pattern(r"\b(?:at\s+most|up\s+to|maximum\s+of|has|have|gets?)\s+NUMBER\s+attempts\b")
_EFFORT = _pattern(r"\b(?:takes\s+NUMBER\s+hours\b|NUMBER\s+hours\s+of\s+(?:work|effort|study|learning)\b)")
_ECTS = _pattern(r"\bNUMBER\s+ECTS\b")
_VALID = _pattern(r"\b(?:valid\s+for|expires\s+after|validity\s+of|renews\s+it\s+for)\s+NUMBER\s+(months|years)\b")


@lint("text-number-mismatch", "warning", "a text and a number, or two numbers, disagree")
def text_number_mismatch(design: Design) -> Iterator[Problem]:
    programme = design.programme
    for credential in programme.credentials.values():
        yield from _hours_disagree(programme, credential)
        yield from _assessment_disagrees(programme, credential)
        yield from _summary_disagrees(programme, credential)
        yield from _validity_disagrees(programme, "credential", credential.id)
        if credential.requires is not None:
            for words, part in _unkept(credential.summary, credential.requires, whole=False):
                yield _problem(programme, "credential", credential.id, words, part)
    for stack in programme.stacks.values():
        yield from _validity_disagrees(programme, "stack", stack.id)
        for words, part in _unkept(stack.summary, stack.rule, whole=True):
            yield _problem(programme, "stack", stack.id, words, part)


def _problem(programme: Programme, kind: str, reference: str, words: str, part: str) -> Problem:
    return Problem(
        f"The summary says {words}, but no part of the rule {part}.",
        "Correct the text or the rule.",
        programme.place("stack" if kind == "stack" else "credential", reference, "summary"),
        reference,
    )


def _unkept(text: str, rule: Rule, *, whole: bool) -> Iterator[tuple[str, str]]:
    """What the text promises of the rule and the rule does not keep, each in words and by what the rule lacks.

    The summary of a stack is all about its rule (`whole`), that of a credential is mostly about something else.
    """
    parts = list(walk(rule))
    counts = _choices(parts)
    for count, of in dict.fromkeys((_value(k), _value(n)) for k, n in _K_OF_N.findall(text)):
        if (count, of) not in counts:
            yield f"{count:g} of {of:g}", "does"
    if not whole:
        return
    mins = {count for count, _ in counts}
    lengths: set[float] = {len(part.all) for part in parts if isinstance(part, AllOf)} | {len(badges_in(rule))}
    lengths |= {len(part.in_order) for part in parts if isinstance(part, InOrder)} | {n for _, n in counts}
    points = [part.points for part in parts if isinstance(part, Points)]
    known_points = {one.min for one in points} | {item.points for one in points for item in one.from_}
    promises = (
        (_AT_LEAST, mins, "at least {:g} badges", "asks for that many"),
        (_ALL, lengths, "all {:g} badges", "names that many"),
        (_WITHIN, {p.within.months for p in parts if isinstance(p, Within)}, "within {:g} months", "does"),
        (_HOURS, {p.hours.min for p in parts if isinstance(p, Hours)}, "at least {:g} hours", "asks for that many"),
        (_POINTS, known_points, "{:g} points", "does"),
        (_SCORE, {round(p.score.min * 100, 6) for p in parts if isinstance(p, Score)}, "a score of {:g} %", "does"),
    )
    for pattern, kept, words, part in promises:
        for said in dict.fromkeys(_value(match.group(1)) for match in pattern.finditer(text)):
            if said not in kept:
                yield words.format(said), part


def _choices(parts: list[Rule]) -> set[tuple[float, float]]:
    counts = {(part.at_least.count, len(part.at_least.of)) for part in parts if isinstance(part, AtLeast)}
    return counts | {(1, len(part.any)) for part in parts if isinstance(part, AnyOf)}


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
    sentences = re.split(r"(?<=[.;!?])\s", assessment.description)
    marks = [one for text in sentences if _PASSING.search(text) for one in _PERCENT.findall(text)]
    said = {float(one) / 100 for one in marks}
    if said and assessment.pass_score not in {round(one, 4) for one in said}:
        words = ", ".join(f"{one:.0%}" for one in sorted(said))
        message = f"The description speaks of {words}, but `pass_score` is {assessment.pass_score:.0%}."
        yield _disagree(programme, credential, message, "assessment", "pass_score")
    attempts = {_value(one) for one in _ATTEMPTS.findall(assessment.description)}
    if attempts and assessment.attempts not in attempts:
        message = f"The description speaks of {min(attempts):g} attempts, but `attempts` is {assessment.attempts}."
        yield _disagree(programme, credential, message, "assessment", "attempts")


def _summary_disagrees(programme: Programme, credential: MicroCredential) -> Iterator[Problem]:
    hours = {_value(one or other) for one, other in _EFFORT.findall(credential.summary)}
    if hours and credential.hours not in hours:
        message = f"The summary speaks of {min(hours):g} hours, but `hours` is {credential.hours:g}."
        yield _disagree(programme, credential, message, "hours")
    credits = {_value(one) for one in _ECTS.findall(credential.summary)}
    if credits and credential.ects not in credits:
        now = "is not given" if credential.ects is None else f"is {credential.ects:g}"
        yield _disagree(
            programme, credential, f"The summary speaks of {min(credits):g} ECTS, but `ects` {now}.", "ects"
        )


def _validity_disagrees(programme: Programme, kind: str, reference: str) -> Iterator[Problem]:
    one = programme.stacks[reference] if kind == "stack" else programme.credentials[reference]
    for name in ("summary", "renewal"):
        for number, unit in _VALID.findall(getattr(one, name)):
            months = _value(number) * (12 if unit.lower() == "years" else 1)
            if months != one.validity_months:
                now = "is not given" if one.validity_months is None else f"is {one.validity_months}"
                yield Problem(
                    f"The {name} speaks of {number} {unit.lower()}, but `validity_months` {now}.",
                    "Correct one of the two.",
                    programme.place("stack" if kind == "stack" else "credential", reference, name),
                    reference,
                )


def _disagree(programme: Programme, credential: MicroCredential, message: str, *steps: Step) -> Problem:
    place = programme.place("credential", credential.id, *steps)
    return Problem(message, "Correct one of the two.", place, credential.id)


def _value(word: str) -> float:
    return float(word) if word[0].isdigit() else _WORDS.index(word.lower()) + 1
