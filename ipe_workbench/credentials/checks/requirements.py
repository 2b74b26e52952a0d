"""What requires what, and what can be earned at all: the reasoning that several lints share."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import AllOf, Approval, Badge, InOrder, PerProfession, Rule, Score, badges_in, walk

__all__ = ["attainable", "circles", "end_of", "ready_on", "singled_out", "surely_required"]


def circles(programme: Programme) -> tuple[tuple[str, ...], ...]:
    """Groups of credentials and stacks that require each other, each as ids along one circle."""
    # networkx is loaded here and not at the top: reading a programme must stay quick.
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    for owner, rule in _rules(programme):
        graph.add_edges_from((owner, needed) for needed in badges_in(rule))
    found = []
    for group in nx.strongly_connected_components(graph):
        if len(group) > 1 or any(graph.has_edge(one, one) for one in group):
            edges = nx.find_cycle(graph.subgraph(group), source=min(group))
            found.append(tuple(start for start, *_ in edges))
    return tuple(sorted(found))


def surely_required(rule: Rule | None) -> tuple[str, ...]:
    """Badges without which the rule cannot be satisfied whatever else is held (those of `all` and `in_order`)."""
    match rule:
        case Badge(badge=one):
            return (one,)
        case AllOf(all=parts) | InOrder(in_order=parts):
            return tuple(one for part in parts for one in surely_required(part))
        case _:
            return ()


def end_of(programme: Programme, credential: MicroCredential) -> datetime.date:
    """The last day of the credential's last activity; the first day of the calendar when it has none."""
    terms = {term.id: term for term in programme.info.terms}
    days = [
        terms[activity.term].start
        + datetime.timedelta(weeks=min(max(activity.weeks, default=99), terms[activity.term].weeks), days=-1)
        for activity in credential.activities
        if activity.term in terms
    ]
    return max(days, default=programme.info.terms[0].start)


def ready_on(programme: Programme) -> tuple[datetime.date, ...]:
    """The days on which something can change: the end of each credential's activities and of each term."""
    ends = [end_of(programme, one) for one in programme.credentials.values()]
    return tuple(sorted({*ends, *(term.end for term in programme.info.terms)}))


def singled_out(programme: Programme) -> frozenset[str]:
    """Professions that some rule or credential treats apart; to every rule, all the others are alike."""
    branches = {
        name
        for _, rule in _rules(programme)
        for part in walk(rule)
        if isinstance(part, PerProfession)
        for name in part.per_profession
    }
    return frozenset(branches.union(*(one.professions for one in programme.credentials.values())))


def attainable(programme: Programme, profession: str) -> dict[str, datetime.date]:
    """What a learner of the profession can hold at best, who passes everything at once and is always approved.

    Returns
    -------
    dict
        Id of each credential and stack that can be earned within the calendar, with the earliest day.
    """
    days = ready_on(programme)
    roles = {part.approval.role for _, rule in _rules(programme) for part in walk(rule) if isinstance(part, Approval)}
    waiting = dict(_requirements(programme, profession))
    asked = {reference: _asked(rule) for reference, rule in waiting.items()}
    earned: dict[str, datetime.date] = {}
    new: set[str] | None = None
    while new is None or new:
        facts = _best_facts(programme, profession, earned, days, roles)
        found: set[str] = set()
        for reference, rule in list(waiting.items()):
            if new is not None and not asked[reference] & new:
                continue  # nothing that this rule asks for has changed since it was looked at
            credential = programme.credentials.get(reference)
            ready = end_of(programme, credential) if credential else days[0]
            done = ready if rule is None else _first_day(rule, facts, days)
            if done is not None and max(done, ready) <= days[-1]:
                earned[reference] = max(done, ready)
                found.add(reference)
                del waiting[reference]
        new = found
    return earned


def _asked(rule: Rule | None) -> set[str]:
    """Everything whose award can change whether the rule is satisfied."""
    if rule is None:
        return set()
    return {*badges_in(rule), *(part.score.assessment for part in walk(rule) if isinstance(part, Score))}


def _first_day(rule: Rule, facts: Facts, days: tuple[datetime.date, ...]) -> datetime.date | None:
    """The first of the days on which the rule is satisfied.

    With the best facts every badge is awarded again on each day, so what is satisfied once stays so: halving the days
    finds the first one.
    """
    asked = _asked(rule)
    relevant = replace(facts, awards=tuple(award for award in facts.awards if award.badge in asked))
    first = bisect_left(days, True, key=lambda day: completed_on(rule, relevant, on=day) is not None)
    return days[first] if first < len(days) else None


def _requirements(programme: Programme, profession: str) -> Iterator[tuple[str, Rule | None]]:
    for credential in programme.credentials.values():
        if programme.may_earn(credential.id, profession) and credential.status != "retired":
            yield credential.id, credential.requires
    for stack in programme.stacks.values():
        yield stack.id, stack.rule


def _best_facts(
    programme: Programme,
    profession: str,
    earned: dict[str, datetime.date],
    days: tuple[datetime.date, ...],
    roles: set[str],
) -> Facts:
    """Every badge earned so far, awarded on each day from its earliest: the most that can be true of one learner.

    Rules are monotone in what is held, so a rule that these facts do not satisfy is one that no facts can.
    """
    awards: list[Award] = []
    for reference, since in earned.items():
        awards.extend(programme.award(reference, day) for day in days if day >= since)
    hours = tuple(
        HoursRecorded(activity.id, activity.hours + activity.preparation_hours, end_of(programme, one))
        for one in programme.credentials.values()
        if programme.may_earn(one.id, profession)
        for activity in one.activities
    )
    return Facts(
        profession=profession,
        awards=tuple(awards),
        scores=tuple(ScoreReached(one, 1.0, day) for one, since in earned.items() for day in days if day >= since),
        hours=hours,
        approvals=tuple(ApprovalGiven(role, day) for role in roles for day in days),
    )


def _rules(programme: Programme) -> Iterator[tuple[str, Rule]]:
    for credential in programme.credentials.values():
        if credential.requires is not None:
            yield credential.id, credential.requires
    for stack in programme.stacks.values():
        yield stack.id, stack.rule
