"""How good teams are, and whether they keep every rule; worked out from the teams alone, apart from any solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Any

from ipe_workbench.findings import Finding
from ipe_workbench.pathways.teams.roster import Roster
from ipe_workbench.pathways.teams.rules import FormingRules, Timetable
from ipe_workbench.pathways.teams.team import Team

__all__ = ["Quality", "blau", "check_teams", "mix_index", "quality_of"]


@dataclass(frozen=True)
class Quality:
    """Figures of a set of teams.

    Parameters
    ----------
    learners, teams : int
        How many.
    sizes : mapping of int to int
        Teams by size.
    slots : mapping of str to int
        Teams by slot.
    mix_index : float
        Share of the pairs of team-mates who are of different professions, over all teams; 1 is best (`mix_index`).
    blau : float
        Mean over teams of Blau's index (`blau`).
    min_professions : int
        Professions in the team that has the fewest.
    max_share : float
        Share of the largest profession in the team where it is largest.
    repeats : int
        Pairs of team-mates who were in one team last term.
    imbalance : float or None
        How far a learner's team mean is from the mean of all, on average over learners, in points of the score;
        ``None`` without scores. A learner without a score counts as the mean.
    spread : float or None
        Standard deviation of the team means.
    range : float or None
        Difference of the highest and the lowest team mean.
    """

    learners: int
    teams: int
    sizes: dict[int, int]
    slots: dict[str, int]
    mix_index: float
    blau: float
    min_professions: int
    max_share: float
    repeats: int
    imbalance: float | None
    spread: float | None
    range: float | None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON, fractions to six digits."""
        return {
            name: {str(k): v for k, v in value.items()} if isinstance(value, dict)
            else round(value, 6) if isinstance(value, float) else value
            for name, value in ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        }  # fmt: skip


def quality_of(teams: Sequence[Team], roster: Roster) -> Quality:
    """The figures of the teams; learners are looked up in the roster.

    Examples
    --------
    >>> from ipe_workbench.pathways.teams import Learner, Roster
    >>> roster = Roster((Learner("a", "nursing", 80), Learner("b", "medicine", 60)), {"a": "old", "b": "old"})
    >>> found = quality_of([Team("T1", ("a", "b"))], roster)
    >>> found.mix_index, found.blau, found.repeats, found.imbalance
    (1.0, 0.5, 1, 0.0)
    """
    person = {one.id: one for one in roster.learners}
    kinds = [[person[one].profession for one in team.learners] for team in teams]
    known = [one.score for one in roster.learners if one.score is not None]
    mean = sum(known) / len(known) if known else 0.0
    scores = [[mean if person[one].score is None else person[one].score for one in team.learners] for team in teams]
    means = [sum(float(s or 0.0) for s in own) / len(own) for own in scores]
    heads = sum(map(len, kinds))
    middle = sum(m * len(own) for m, own in zip(means, kinds, strict=True)) / heads if heads else 0.0
    off = sum(abs(m - middle) * len(own) for m, own in zip(means, kinds, strict=True)) / heads if heads else 0.0
    spread = sqrt(sum((m - middle) ** 2 for m in means) / len(means)) if means else 0.0
    return Quality(
        learners=heads,
        teams=len(teams),
        sizes=dict(sorted(Counter(len(team.learners) for team in teams).items())),
        slots=dict(Counter(team.slot for team in teams)),
        mix_index=mix_index(kinds),
        blau=sum(map(blau, kinds)) / len(kinds) if kinds else 0.0,
        min_professions=min((len(set(own)) for own in kinds), default=0),
        max_share=max((max(Counter(own).values()) / len(own) for own in kinds), default=0.0),
        repeats=sum(1 for team in teams for _ in _repeated(team, roster)),
        imbalance=off if known else None,
        spread=spread if known else None,
        range=max(means) - min(means) if known and means else None,
    )


def mix_index(teams: Sequence[Sequence[str]]) -> float:
    """The share of pairs of team-mates who are of different professions, all teams together.

    Each pair counts once, so a larger team counts more. For one team it is Simpson's index of diversity without
    replacement, 1 - sum n (n - 1) / (N (N - 1)).

    Source: Simpson 1949, Measurement of diversity, doi 10.1038/163688a0.

    Examples
    --------
    >>> mix_index([["medicine", "medicine", "nursing", "pharmacy", "nursing"]])
    0.8
    """
    every = sum(len(team) * (len(team) - 1) // 2 for team in teams)
    same = sum(count * (count - 1) // 2 for team in teams for count in Counter(team).values())
    return 1 - same / every if every else 0.0


def blau(team: Sequence[str]) -> float:
    """Blau's index of heterogeneity, 1 - sum of squared shares; at most 1 - 1/k with k professions.

    Source: Blau 1977, Inequality and Heterogeneity (Free Press); Harrison and Klein 2007,
    doi 10.5465/amr.2007.26586096.

    Examples
    --------
    >>> blau(["medicine", "nursing", "pharmacy", "nursing"])
    0.625
    """
    return 1 - sum((count / len(team)) ** 2 for count in Counter(team).values()) if team else 0.0


def check_teams(
    teams: Sequence[Team],
    roster: Roster,
    rules: FormingRules,
    timetable: Timetable,
    *,
    allowed_repeats: Iterable[frozenset[str]] = (),
) -> tuple[Finding, ...]:
    """Every breach of a hard rule, each as a finding; empty when all hold.

    `allowed_repeats` are pairs who may meet again, because they were together before a late change.
    """
    return tuple(
        Finding(id, "error", message, subject=subject)
        for check in (_membership, _makeup, _wishes, _times, _company)
        for id, subject, message in (
            check(teams, roster, rules, timetable) if check is not _company
            else _company(teams, roster, rules, timetable, frozenset(allowed_repeats))
        )
    )  # fmt: skip


_Breach = tuple[str, str, str]


def _membership(teams: Sequence[Team], roster: Roster, rules: FormingRules, timetable: Timetable) -> Iterable[_Breach]:
    del timetable
    seen = Counter(one for team in teams for one in team.learners)
    known = {one.id for one in roster.learners}
    for learner in sorted(seen.keys() | known):
        if learner not in known:
            yield "not-in-roster", learner, f"{learner} is not in the roster."
        elif seen[learner] != 1:
            yield "not-once", learner, f"{learner} is in {seen[learner]} teams."
    if rules.teams is not None and len(teams) != rules.teams:
        yield "teams", "", f"There are {len(teams)} teams instead of {rules.teams}."


def _makeup(teams: Sequence[Team], roster: Roster, rules: FormingRules, timetable: Timetable) -> Iterable[_Breach]:
    del timetable
    profession = {one.id: one.profession for one in roster.learners}
    for team in teams:
        size = len(team.learners)
        if not rules.min_size <= size <= rules.max_size:
            yield "size", team.id, f"{team.id} has {size} learners."
        heads = Counter(profession.get(one, "") for one in team.learners)
        if len(heads) < rules.min_professions:
            yield "min-professions", team.id, f"{team.id} has {len(heads)} professions."
        name, most = max(heads.items(), key=lambda one: one[1], default=("", 0))
        if size and most / size > rules.max_share + 1e-9:
            yield "max-share", team.id, f"{team.id} has {most} of {size} learners from {name}."


def _wishes(teams: Sequence[Team], roster: Roster, rules: FormingRules, timetable: Timetable) -> Iterable[_Breach]:
    del timetable
    profession = {one.id: one.profession for one in roster.learners}
    for wish in rules.wishes:
        found = [sum(profession.get(one) in wish.professions for one in team.learners) for team in teams]
        if wish.kind == "at-most":
            bad = [team.id for team, count in zip(teams, found, strict=True) if count > wish.count]
            if bad:
                yield "wish", bad[0], f"Not {wish.text}: {', '.join(bad[:5])}."
            continue
        held = sum(count >= wish.count for count in found)
        if held < (len(teams) if wish.teams is None else wish.teams):
            yield "wish", "", f"Not {wish.text}: it holds in {held} of {len(teams)}."


def _times(teams: Sequence[Team], roster: Roster, rules: FormingRules, timetable: Timetable) -> Iterable[_Breach]:
    del rules
    person = {one.id: one for one in roster.learners}
    slots = {slot.id: slot for slot in timetable.slots}
    used = Counter((team.slot, team.room) for team in teams if team.room)
    for team in teams:
        slot = slots.get(team.slot)
        if slot is None:
            yield "slot", team.id, f"{team.id} meets in `{team.slot}`, which is not open."
            continue
        for one in team.learners:
            if one in person and not person[one].can_meet(team.slot):
                yield "availability", one, f"{one} of {team.id} is not available in {team.slot}."
        if slot.rooms is not None:
            room = next((room for room in slot.rooms if room.id == team.room), None)
            if room is None:
                yield "room", team.id, f"{team.id} has no room in {team.slot}."
            elif room.seats is not None and room.seats < len(team.learners):
                yield "seats", team.id, f"{team.id} has {len(team.learners)} learners in a room for {room.seats}."
            elif used[team.slot, team.room] > 1:
                yield "room-twice", team.id, f"Room {team.room} has several teams in {team.slot}."


def _company(
    teams: Sequence[Team],
    roster: Roster,
    rules: FormingRules,
    timetable: Timetable,
    allowed: frozenset[frozenset[str]] = frozenset(),
) -> Iterable[_Breach]:
    del timetable
    team_of = {one: team.id for team in teams for one in team.learners}
    labels: dict[str, set[str]] = {}
    for one in roster.learners:
        for label in one.together:
            labels.setdefault(label, set()).add(team_of.get(one.id, ""))
    for label, where in labels.items():
        if len(where) > 1:
            yield "together", label, f"Learners labelled `{label}` are in {len(where)} teams."
    person = {one.id: one for one in roster.learners}
    for team in teams:
        shared = Counter(label for one in team.learners if one in person for label in person[one].apart)
        for label, count in shared.items():
            if count > 1:
                yield "apart", label, f"{count} learners labelled `{label}` are in {team.id}."
        if rules.repeats == "forbid":
            for pair in _repeated(team, roster):
                if frozenset(pair) not in allowed:
                    yield "repeat", team.id, f"{pair[0]} and {pair[1]} of {team.id} were in one team last term."


def _repeated(team: Team, roster: Roster) -> Iterable[tuple[str, str]]:
    before = roster.previous
    for one, other in combinations(team.learners, 2):
        if one in before and before[one] == before.get(other):
            yield one, other
