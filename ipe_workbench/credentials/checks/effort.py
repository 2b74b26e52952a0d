"""Lints about effort: whether numbers agree with each other, with the text and with what the programme can bear."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import get_args

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.model import Assessor, MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import AnyOf, AtLeast, Rule, walk

__all__ = ["assessor_demand", "assessor_overload", "suspicious_duration", "text_number_mismatch"]

_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_NUMBER = rf"(\d+|{'|'.join(_WORDS)})"
_K_OF_N = re.compile(rf"\b{_NUMBER}\s+(?:out\s+)?of\s+(?:the\s+|these\s+)?{_NUMBER}\b", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|per\s?cent\b)", re.IGNORECASE)
#: Words by which a sentence speaks of the pass mark and not of a weight.
_PASSING = re.compile(r"\b(pass|passes|passed|pass mark|at least|minimum|threshold|required|must)\b", re.IGNORECASE)
#: 1 ECTS credit is 25 to 30 hours of work (ECTS Users' Guide 2015); a little slack for rounding small credentials.
_HOURS_PER_ECTS = (20.0, 35.0)


@lint("text-number-mismatch", "warning", "a text and a number, or two numbers, disagree")
def text_number_mismatch(design: Design) -> Iterator[Problem]:
    programme = design.programme
    for credential in programme.credentials.values():
        yield from _hours_disagree(programme, credential)
        yield from _pass_mark_disagrees(programme, credential)
        if credential.requires is not None:
            for said in _counts_said(credential.summary) - _counts_in(credential.requires):
                yield _count_problem(programme, "credential", credential.id, said)
    for stack in programme.stacks.values():
        for said in _counts_said(stack.summary) - _counts_in(stack.rule):
            yield _count_problem(programme, "stack", stack.id, said)


def _hours_disagree(programme: Programme, credential: MicroCredential) -> Iterator[Problem]:
    total = sum(one.hours + one.preparation_hours for one in credential.activities)
    if credential.activities and abs(total - credential.hours) > 0.05:
        yield Problem(
            f"`hours` says {credential.hours:g}, but the activities add up to {total:g}.",
            "Correct one of the two.",
            programme.place("credential", credential.id, "hours"),
            credential.id,
        )


def _pass_mark_disagrees(programme: Programme, credential: MicroCredential) -> Iterator[Problem]:
    if credential.assessment is None:
        return
    sentences = re.split(r"(?<=[.;!?])\s", credential.assessment.description)
    marks = [one for text in sentences if _PASSING.search(text) for one in _PERCENT.findall(text)]
    said = {float(one) / 100 for one in marks}
    if said and credential.assessment.pass_score not in {round(one, 4) for one in said}:
        words = ", ".join(f"{one:.0%}" for one in sorted(said))
        yield Problem(
            f"The description speaks of {words}, but `pass_score` is {credential.assessment.pass_score:.0%}.",
            "Correct one of the two.",
            programme.place("credential", credential.id, "assessment", "pass_score"),
            credential.id,
        )


def _count_problem(programme: Programme, kind: str, reference: str, said: tuple[int, int]) -> Problem:
    place = programme.place("stack" if kind == "stack" else "credential", reference, "summary")
    return Problem(
        f"The summary says {said[0]} of {said[1]}, but no part of the rule does.",
        "Correct the text or the rule.",
        place,
        reference,
    )


def _counts_said(text: str) -> set[tuple[int, int]]:
    return {(_value(count), _value(whole)) for count, whole in _K_OF_N.findall(text)}


def _counts_in(rule: Rule) -> set[tuple[int, int]]:
    parts = list(walk(rule))
    counts = {(part.at_least.count, len(part.at_least.of)) for part in parts if isinstance(part, AtLeast)}
    return counts | {(1, len(part.any)) for part in parts if isinstance(part, AnyOf)}


def _value(word: str) -> int:
    return int(word) if word.isdigit() else _WORDS.index(word.lower()) + 1


@lint("suspicious-duration", "warning", "a duration looks like a slip of the pen")
def suspicious_duration(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        place = design.programme.place
        if credential.ects is not None:
            ratio = credential.hours / credential.ects
            if not _HOURS_PER_ECTS[0] <= ratio <= _HOURS_PER_ECTS[1]:
                yield Problem(
                    f"{credential.hours:g} hours for {credential.ects:g} ECTS is {ratio:.0f} hours a credit; "
                    "a credit stands for 25 to 30.",
                    "Correct `ects` or `hours`.",
                    place("credential", credential.id, "ects"),
                    credential.id,
                )
        if credential.validity_months is not None and credential.validity_months > 120:
            yield Problem(
                f"A validity of {credential.validity_months} months is longer than ten years.",
                "Give months, or leave `validity_months` out when it never expires.",
                place("credential", credential.id, "validity_months"),
                credential.id,
            )
        if credential.validity_months is not None and credential.validity_months == credential.hours >= 12:
            yield Problem(
                f"The validity ({credential.validity_months} months) equals the effort ({credential.hours:g} hours).",
                "Check that one was not typed into the other.",
                place("credential", credential.id, "validity_months"),
                credential.id,
            )


@lint("assessor-overload", "warning", "assessing the cohort takes more hours than the programme has")
def assessor_overload(design: Design) -> Iterator[Problem]:
    programme = design.programme
    capacity = programme.info.capacity.assessor_hours
    for (term, assessor), demand in assessor_demand(programme).items():
        if assessor not in ("faculty", "preceptor"):
            continue
        have = capacity.get(assessor)
        title = programme.term(term).title
        if have is None:
            if capacity:
                yield Problem(
                    f"{title} needs {demand:.0f} {assessor} hours of assessment, but the programme states no capacity.",
                    f"Add `{assessor}:` under `capacity: assessor_hours:`.",
                    programme.place("programme", programme.id, "capacity", "assessor_hours"),
                    programme.id,
                )
        elif demand > have:
            yield Problem(
                f"{title} needs {demand:.0f} {assessor} hours to assess each learner once; there are {have:.0f}.",
                "Shorten the assessment, spread it over terms, or find assessors.",
                programme.place("programme", programme.id, "capacity", "assessor_hours", assessor),
                programme.id,
            )


def assessor_demand(programme: Programme) -> dict[tuple[str, Assessor], float]:
    """Hours of assessors, by term and role, to assess every learner of the cohort once in every credential.

    A double-rated share of attempts takes a second assessor. A credential is assessed in the term of its last
    activity; retakes come on top (`ipe simulate` forecasts them).

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> all(hours > 0 for hours in assessor_demand(example_programme()).values())
    True
    """
    order = {term.id: index for index, term in enumerate(programme.info.terms)}
    demand: defaultdict[tuple[str, Assessor], float] = defaultdict(float)
    for credential in programme.credentials.values():
        terms = [one.term for one in credential.activities if one.term in order]
        if credential.assessment is None or not terms or not credential.assessment.assessor_minutes:
            continue
        learners = sum(p.learners for p in programme.info.professions if programme.may_earn(credential.id, p.id))
        minutes = credential.assessment.assessor_minutes * (1 + credential.assessment.double_rated)
        demand[max(terms, key=order.__getitem__), credential.assessment.assessor] += learners * minutes / 60
    roles = get_args(Assessor)
    return dict(sorted(demand.items(), key=lambda item: (order[item[0][0]], roles.index(item[0][1]))))
