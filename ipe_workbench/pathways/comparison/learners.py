"""What a change of the design does to learners in progress: who gains, loses or keeps a step or a stack."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import AllOf, Rule, Within, describe
from ipe_workbench.pathways.comparison.designs import Designs, rule_of
from ipe_workbench.pathways.comparison.lacking import badges_lacking
from ipe_workbench.pathways.comparison.learner_values import LearnersInProgress, NearlyThere, StackEffect, StepEffect
from ipe_workbench.pathways.comparison.rules import pair_up
from ipe_workbench.pathways.comparison.standing import Standing, stacks_in_order, standing_of
from ipe_workbench.pathways.comparison.written import canonical, with_new_ids
from ipe_workbench.pathways.reach import Reaches

__all__ = ["learners_in_progress", "steps_of"]

#: How many badges beyond those that make a learner nearly there are looked for under the new design.
_BEYOND = 2

Standings = Mapping[str, Standing]


def learners_in_progress(
    designs: Designs, learners: Mapping[str, Facts], *, on: datetime.date, within: int = 2
) -> LearnersInProgress:
    """Compare what each learner has completed under the two designs.

    Parameters
    ----------
    designs : Designs
        The two programmes.
    learners : mapping of str to Facts
        What is known of each learner, by id.
    on : datetime.date
        The day of the question.
    within : int
        A learner who lacks at most this many badges to a stack is nearly there.

    Returns
    -------
    LearnersInProgress
    """
    old, new = (
        {name: standing_of(programme, facts, on=on, order=order) for name, facts in learners.items()}
        for programme in (designs.old, designs.new)
        for order in [stacks_in_order(programme)]
    )
    return LearnersInProgress(
        on=on,
        learners=len(learners),
        within=within,
        stacks=tuple(_stacks(designs, old, new)),
        steps=tuple(_steps(designs, old, new, on)),
        nearly_there=tuple(_nearly_there(designs, old, new, on, within)),
    )


def steps_of(rule: Rule) -> tuple[Rule, ...]:
    """The steps of a stack: the parts that are all asked for. A window around them is the stack's, not a step's.

    Examples
    --------
    >>> from ipe_workbench.credentials import parse_rule
    >>> [describe(step) for step in steps_of(parse_rule({"within": {"months": 6, "rule": {"all": ["a", "b"]}}}))]
    ['a', 'b']
    """
    if isinstance(rule, AllOf):
        return tuple(step for part in rule.all for step in steps_of(part))
    if isinstance(rule, Within):
        return steps_of(rule.within.rule)
    return (rule,)


def _stacks(designs: Designs, old: Standings, new: Standings) -> Iterator[StackEffect]:
    pairs: list[tuple[str | None, str | None]] = [(a.id, b.id) for a, b in designs.both("stack")]
    pairs += [(one, None) for one in designs.old.stacks if one not in {a for a, _ in pairs}]
    pairs += [(None, one) for one in designs.new.stacks if one not in {b for _, b in pairs}]
    for before, after in pairs:
        effect: dict[str, list[str]] = {"gains": [], "loses": [], "keeps": [], "issued": []}
        for learner in old:
            had = before in old[learner].completed
            has = after in new[learner].completed
            issued = before in old[learner].issued
            if has:
                effect["keeps" if had or issued else "gains"].append(learner)
            elif had or (issued and after is None):
                effect["loses"].append(learner)
                effect["issued"] += [learner] if issued else []
            elif issued:
                # The badge was given for what neither design can see; nothing changes for its holder.
                effect["keeps"].append(learner)
        if any(effect.values()):
            yield StackEffect(after or before or "", **{name: tuple(ids) for name, ids in effect.items()})


def _steps(designs: Designs, old: Standings, new: Standings, on: datetime.date) -> Iterator[StepEffect]:
    for kind in ("stack", "credential"):
        for before, after in designs.both(kind):
            was, now = rule_of(before), rule_of(after)
            if kind == "stack" and was is not None and now is not None:
                yield from _steps_of_stack(designs, after.id, was, now, old, new, on)
            elif was is not None or now is not None:
                waiting = [one for one in old if not _holds(old[one].facts, before.id)]
                mine, other = ({one: group[one] for one in waiting} for group in (old, new))
                changed = _words(designs, was) != _words(designs, now)
                effect = _effect(designs, after.id, was, now, mine, other, on)
                if changed or effect.gains or effect.loses:
                    yield effect


def _holds(facts: Facts, badge: str) -> bool:
    return any(award.badge == badge for award in facts.awards)


def _steps_of_stack(
    designs: Designs, owner: str, was: Rule, now: Rule, old: Standings, new: Standings, on: datetime.date
) -> Iterator[StepEffect]:
    written = steps_of(was)
    in_new_ids = [with_new_ids(step, designs.renamed) for step in written]
    pairing = pair_up(in_new_ids, steps_of(now))

    def as_written(step: Rule) -> Rule:
        return next(mine for mine, other in zip(written, in_new_ids, strict=True) if other == step)

    for before, after in pairing.together:
        effect = _effect(designs, owner, as_written(before), after, old, new, on)
        if canonical(before) != canonical(after) or effect.gains or effect.loses:
            yield effect
    for step in pairing.removed:
        done = _done(as_written(step), old, on)
        yield StepEffect(owner, "removed", describe(step, designs.title), "", (), tuple(done), ())
    for step in pairing.added:
        done = _done(step, new, on)
        yield StepEffect(owner, "added", describe(step, designs.title), "", tuple(done), (), ())


def _effect(
    designs: Designs,
    owner: str,
    was: Rule | None,
    now: Rule | None,
    old: Standings,
    new: Standings,
    on: datetime.date,
) -> StepEffect:
    before, after = _done(was, old, on), _done(now, new, on)
    step, then = _words(designs, now), _words(designs, was)
    return StepEffect(
        owner=owner,
        kind="changed",
        step=step,
        was="" if then == step else then,
        gains=tuple(one for one in after if one not in before),
        loses=tuple(one for one in before if one not in after),
        keeps=tuple(one for one in before if one in after),
    )


def _done(rule: Rule | None, standings: Standings, on: datetime.date) -> dict[str, None]:
    """Who has done a step; no rule asks for nothing."""
    return {
        name: None
        for name, one in standings.items()
        if rule is None or completed_on(rule, one.facts, on=on) is not None
    }


def _words(designs: Designs, rule: Rule | None) -> str:
    return "nothing" if rule is None else describe(with_new_ids(rule, designs.renamed), designs.title)


def _nearly_there(
    designs: Designs, old: Standings, new: Standings, on: datetime.date, within: int
) -> Iterator[NearlyThere]:
    professions = [one.id for one in designs.new.info.professions]
    reach = Reaches(designs.new)
    after_of = {before.id: after.id for before, after in designs.both("stack")}
    for stack in designs.old.stacks:
        after = after_of.get(stack)
        for learner in old:
            if stack in old[learner].completed or stack in old[learner].issued:
                continue
            if after in new[learner].completed:
                continue
            before = _lacking(designs.old, stack, old[learner], on, within)
            if before is None:
                continue
            more = None if after is None else _lacking(designs.new, after, new[learner], on, before + _BEYOND)
            profession = old[learner].facts.profession
            possible = after is not None and (profession not in professions or after in reach.earnable(profession))
            yield NearlyThere(learner, after or stack, before, more, possible)


def _lacking(programme: Programme, stack: str, standing: Standing, on: datetime.date, most: int) -> int | None:
    return badges_lacking(programme, stack, standing, on, most)
