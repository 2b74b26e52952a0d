"""A programme as a curriculum, for its structural figures.

A prerequisite of ours may leave a choice (one of two, points, hours), which the published metrics do not know. Here a
credential requires every badge that its prerequisite names: the figures are those of a learner who meets every
alternative, so that no choice makes a delay longer or blocks more. Where prerequisites leave no choice, the figures are
the published ones.
"""

from __future__ import annotations

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.pathways.planning.model import named
from ipe_workbench.pathways.structure import Course, Curriculum, Requisite

__all__ = ["curriculum_of"]


def curriculum_of(programme: Programme) -> Curriculum:
    """The credentials and stacks of a programme as courses; retired credentials are left out.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> curriculum = curriculum_of(example_programme())
    >>> len(curriculum.courses), dict(curriculum.courses[4].requisites)
    (21, {'communication-foundations': 'pre', 'teamwork-foundations': 'pre'})
    """
    owner = {one.id: credential.id for credential in programme.credentials.values() for one in credential.activities}
    active = {one.id: one for one in programme.credentials.values() if one.status != "retired"}
    rules = {one.id: one.requires for one in active.values()} | {one.id: one.rule for one in programme.stacks.values()}
    courses = []
    for reference, rule in rules.items():
        requisites: dict[str, Requisite] = {}
        for name in named(rule) if rule is not None else ():
            badge = owner.get(name, name)
            if badge in rules and badge != reference:
                requisites.setdefault(badge, "pre")
        credential = active.get(reference)
        hours = credential.hours if credential else 0.0
        courses.append(Course(reference, programme.title(reference), dict(sorted(requisites.items())), hours))
    return Curriculum(programme.info.title, tuple(courses), institution=programme.info.issuer.name, choices=True)
