"""Awards against the design: earned when the rules allowed it, by those for whom it is meant, in its term."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pandas as pd

from ipe_workbench.credentials import Award, Facts, Programme
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import ApprovalGiven, HoursRecorded, ScoreReached
from ipe_workbench.credentials.rules import Approval, Hours, Rule, Score, badges_in, walk

__all__ = ["check_awards", "needed_for", "term_span", "terms_fit"]

#: The problems of an award, in the order in which they are looked for.
PROBLEMS = ("not-for-profession", "too-early", "expired-prerequisite", "before-term")


def check_awards(events: pd.DataFrame, programme: Programme, *, terms: bool) -> pd.DataFrame:
    """Each award with what the design says of it.

    Parameters
    ----------
    events : DataFrame
        As `read_events` gives them; activities are ids of credentials and stacks.
    programme : Programme
    terms : bool
        Whether the days of the awards lie in the programme's own terms, so that they can be compared.

    Returns
    -------
    DataFrame
        The events with ``known`` (the design has it), ``problem`` (one of `PROBLEMS`, or empty), ``eligible`` (the day
        on which badges first met its rule) and ``after_term`` (later than its last term).

    Notes
    -----
    Awards tell of badges alone. What rules ask of scores, hours and approvals is taken as given, so that a problem is
    one for certain. Awards of the same day count as earned before: their order is not known.
    """
    rows = []
    for _, path in events.groupby("learner", sort=False):
        days = [one.date() for one in path["time"]]
        professions = [one for one in path["profession"] if isinstance(one, str) and one]
        profession = professions[-1] if professions else None
        held = [
            programme.award(activity, day)
            for activity, day in zip(path["activity"], days, strict=True)
            if activity in programme.credentials or activity in programme.stacks
        ]
        for activity, day in zip(path["activity"], days, strict=True):
            rows.append(_judged(activity, day, held, profession, programme, terms=terms))
    columns = ["known", "problem", "eligible", "after_term"]
    return events.join(pd.DataFrame(rows, columns=columns, index=events.index))


def _judged(
    activity: str,
    day: datetime.date,
    held: Sequence[Award],
    profession: str | None,
    programme: Programme,
    *,
    terms: bool,
) -> tuple[bool, str, datetime.date | None, bool]:
    credential, stack = programme.credentials.get(activity), programme.stacks.get(activity)
    if credential is None and stack is None:
        return False, "", None, False
    rule = credential.requires if credential is not None else (stack.rule if stack is not None else None)
    before = [one for one in held if one.on <= day and one.badge != activity]
    eligible = _met_on(rule, before, day, profession) if rule is not None else None
    problem = ""
    span = term_span(programme, activity) if terms else None
    if credential is not None and profession is not None and not programme.may_earn(activity, profession):
        problem = "not-for-profession"
    elif rule is not None and eligible is None:
        kept = [Award(one.badge, one.on, hours=one.hours) for one in before]
        problem = "too-early" if _met_on(rule, kept, day, profession) is None else "expired-prerequisite"
    elif span is not None and day < span[0]:
        problem = "before-term"
    return True, problem, eligible, span is not None and day > span[1]


def _met_on(rule: Rule, held: Sequence[Award], day: datetime.date, profession: str | None) -> datetime.date | None:
    """The first day on which badges met the rule, with all that awards do not tell taken as given."""
    days = sorted({one.on for one in held} | {day})
    scores, hours, approvals = [], [], []
    for part in walk(rule):
        if isinstance(part, Score):
            scores += [ScoreReached(part.score.assessment, 1.0, one) for one in days]
        elif isinstance(part, Hours):
            hours += [HoursRecorded(of, part.hours.min, one) for of in part.hours.of for one in days]
        elif isinstance(part, Approval):
            approvals += [ApprovalGiven(part.approval.role, one) for one in days]
    facts = Facts(profession, tuple(held), tuple(scores), tuple(hours), tuple(approvals))
    return completed_on(rule, facts, on=day)


def term_span(programme: Programme, credential: str) -> tuple[datetime.date, datetime.date] | None:
    """First day of the earliest and last day of the latest term in which a credential's activities are held."""
    known = {one.id: one for one in programme.info.terms}
    design = programme.credentials.get(credential)
    held = [known[one.term] for one in design.activities if one.term in known] if design is not None else []
    return (min(one.start for one in held), max(one.end for one in held)) if held else None


def terms_fit(events: pd.DataFrame, programme: Programme) -> bool:
    """Whether most awards lie between the first and the last day of the programme's terms."""
    terms = programme.info.terms
    if not terms or events.empty:
        return False
    first, last = pd.Timestamp(min(one.start for one in terms)), pd.Timestamp(max(one.end for one in terms))
    return bool(events["time"].between(first, last + pd.Timedelta(days=1)).mean() >= 0.5)


def needed_for(programme: Programme, goal: str) -> frozenset[str]:
    """Every credential and stack that a goal can count, directly or as a prerequisite.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> "roles-foundations" in needed_for(example_programme(), "ipe-micro-credential")
    True
    """
    found: set[str] = set()
    waiting = [goal]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        credential, stack = programme.credentials.get(one), programme.stacks.get(one)
        rule = stack.rule if stack is not None else (credential.requires if credential is not None else None)
        if rule is not None:
            waiting += badges_in(rule)
    return frozenset(found)
