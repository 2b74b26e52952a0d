"""What requires what, and what can be earned at all: the reasoning that several lints share."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import ApprovalGiven, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.credentials.programme import Programme, Term
from ipe_workbench.credentials.rules import (
    AllOf,
    Approval,
    Badge,
    InOrder,
    PerProfession,
    Rule,
    Score,
    Within,
    badges_in,
    walk,
)

__all__ = ["Calendar", "asked_by", "attainable", "circles", "end_of", "singled_out", "surely_required"]


def circles(asked: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Groups of credentials and stacks that ask for each other, each as ids along one circle.

    Examples
    --------
    >>> circles({"a": ["b"], "b": ["c"], "c": ["b"]})
    (('b', 'c'),)
    """
    needs = _circular({owner: set(wanted) for owner, wanted in asked.items()})
    if not needs:
        return ()
    # Only a design with a circle pays for loading networkx.
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph((owner, needed) for owner, wanted in needs.items() for needed in wanted)
    found = []
    for group in nx.strongly_connected_components(graph):
        if len(group) > 1 or any(graph.has_edge(one, one) for one in group):
            # In the order of ids: sets, of which a subgraph is made, have another one in each run.
            members = nx.DiGraph(sorted(edge for edge in graph.edges if group.issuperset(edge)))
            found.append(tuple(start for start, *_ in nx.find_cycle(members, source=min(group))))
    return tuple(sorted(found))


def _circular(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is left of a graph when whatever asks for nothing that is left is taken away again and again."""
    needs = {owner: wanted & needs.keys() for owner, wanted in needs.items()}
    askers: dict[str, list[str]] = {}
    for owner, wanted in needs.items():
        for needed in wanted:
            askers.setdefault(needed, []).append(owner)
    free = [owner for owner, wanted in needs.items() if not wanted]
    while free:
        gone = free.pop()
        del needs[gone]
        for owner in askers.get(gone, ()):
            needs[owner].discard(gone)
            if not needs[owner]:
                free.append(owner)
    return needs


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
    return _end(programme, credential, {term.id: term for term in programme.info.terms})


def _end(programme: Programme, credential: MicroCredential, terms: Mapping[str, Term]) -> datetime.date:
    days = [
        terms[activity.term].start
        + datetime.timedelta(weeks=min(max(activity.weeks, default=99), terms[activity.term].weeks), days=-1)
        for activity in credential.activities
        if activity.term in terms
    ]
    return max(days, default=programme.info.terms[0].start)


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
        Id of each credential and stack that can be earned within the calendar, with the earliest day, in that order.

    Notes
    -----
    Rules are monotone in what is held, so it is enough to look at the most that can be true: every badge is awarded
    again on each day from its earliest. The days are walked once; a rule is evaluated when its own activities have
    ended or when something that it asks for is new.
    """
    return Calendar(programme).earned_by(profession)


class Calendar:
    """The days of a programme and what is asked for on them: what every walk of `attainable` shares."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        terms = {term.id: term for term in programme.info.terms}
        self.ends = {one.id: _end(programme, one, terms) for one in programme.credentials.values()}
        self.days = tuple(sorted({*self.ends.values(), *(term.end for term in programme.info.terms)}))
        self.demands = {owner: _Demand(rule) for owner, rule in _rules(programme)}
        self.askers: dict[str, list[str]] = {}
        for owner, demand in self.demands.items():
            for one in demand.asked:
                self.askers.setdefault(one, []).append(owner)
        self.hours = {
            activity.id: (one.id, HoursRecorded(activity.id, activity.total_hours, self.ends[one.id]))
            for one in programme.credentials.values()
            for activity in one.activities
        }

    def earned_by(self, profession: str) -> dict[str, datetime.date]:
        """What `attainable` gives for learners of the profession."""
        return _Walk(self, profession).earned


class _Walk:
    """One walk through the days; `earned` is what it comes to."""

    def __init__(self, calendar: Calendar, profession: str) -> None:
        self.calendar, self.profession = calendar, profession
        self.earned: dict[str, datetime.date] = {}
        programme, first = calendar.programme, calendar.days[0]
        self.meant = {one for one in programme.credentials if programme.may_earn(one, profession)}
        offered = [one for one in self.meant if programme.credentials[one].status != "retired"]
        self.open = {*offered, *programme.stacks}
        ready: dict[datetime.date, list[str]] = {}
        for reference in self.open:
            ready.setdefault(calendar.ends.get(reference, first), []).append(reference)
        for owner, recorded in calendar.hours.values():
            if owner in self.meant:
                ready.setdefault(recorded.on, []).extend(calendar.askers.get(recorded.activity, ()))
        for day in calendar.days:
            waiting = set(ready.get(day, ()))
            while waiting:
                new = [one for one in waiting & self.open if self._is_earned(one, day)]
                self.earned.update(dict.fromkeys(sorted(new), day))
                self.open.difference_update(new)
                waiting = {owner for one in new for owner in calendar.askers.get(one, ())}

    def _is_earned(self, reference: str, day: datetime.date) -> bool:
        if self.calendar.ends.get(reference, day) > day:
            return False
        demand = self.calendar.demands.get(reference)
        return demand is None or completed_on(demand.rule, self._facts(demand, day), on=day) is not None

    def _facts(self, demand: _Demand, day: datetime.date) -> Facts:
        """All that can be true by that day of what the rule asks for; only the day itself where no date matters."""
        calendar = self.calendar
        days = calendar.days[: bisect_right(calendar.days, day)] if demand.dated else (day,)
        held = [(one, self.earned[one]) for one in demand.asked if one in self.earned]
        recorded = [calendar.hours[one] for one in demand.asked if one in calendar.hours]
        return Facts(
            profession=self.profession,
            awards=tuple(calendar.programme.award(one, on) for one, since in held for on in days if on >= since),
            scores=tuple(ScoreReached(one, 1.0, on) for one, since in held for on in days if on >= since),
            hours=tuple(hours for owner, hours in recorded if owner in self.meant),
            approvals=tuple(ApprovalGiven(role, on) for role in demand.approvals for on in days),
        )


class _Demand:
    """A rule with what it looks at: badges and activities, roles, and whether dates matter to it."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.asked = asked_by(rule)
        parts = list(walk(rule))
        self.approvals = tuple(part.approval.role for part in parts if isinstance(part, Approval))
        self.dated = any(isinstance(part, InOrder | Within) for part in parts)


def asked_by(rule: Rule) -> dict[str, None]:
    """Everything whose award can change whether the rule is satisfied."""
    scores = (part.score.assessment for part in walk(rule) if isinstance(part, Score))
    return dict.fromkeys((*badges_in(rule), *scores))


def _rules(programme: Programme) -> Iterator[tuple[str, Rule]]:
    for credential in programme.credentials.values():
        if credential.requires is not None:
            yield credential.id, credential.requires
    for stack in programme.stacks.values():
        yield stack.id, stack.rule
