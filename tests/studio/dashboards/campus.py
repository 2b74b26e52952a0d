"""A small campus on the example programme, as records: everything is drawn from a seed, and some names are hostile."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.records import make_store
from ipe_workbench.records.tables import table
from ipe_workbench.resources import data_folder

PROGRAMME = data_folder() / "programmes" / "cu-ipe"
#: In the middle of the second term.
DAY = datetime.date(2027, 3, 20)
HOSTILE = '<img src=x onerror="window.hacked=1">'
#: A small group: of anesthesiologist assistants there are six.
PROFESSIONS = {"medicine": 60, "nursing": 40, "pharmacy": 18, "anesthesiologist-assistant": 6}
TERMS = ("2026-fall", "2027-spring")
FACILITATORS = ("f001", "f002")


def make_campus(folder: Path, *, seed: int = 7, copies: int = 1) -> str:
    """Make the records; gives the path of the database. `copies` times as many learners, from ``s000`` on."""
    place = str(folder / "records.sqlite")
    programme = load_programme(PROGRAMME)
    random_ = random.Random(seed)  # noqa: S311 - for examples, not for secrets
    with make_store(place) as store, store.writing() as connection:
        for name, rows in _rows(programme, random_, copies).items():
            connection.execute(insert(table(name)), rows)
    return place


def _rows(programme: Programme, random_: random.Random, copies: int) -> dict[str, list[dict[str, Any]]]:
    people = [one for one, count in PROFESSIONS.items() for _ in range(count * copies)]
    random_.shuffle(people)
    terms = {one.id: one for one in programme.info.terms if one.id in TERMS}
    offered = {
        one.id: one.activities[-1]
        for one in programme.credentials.values()
        if one.activities and one.activities[-1].term in terms
    }
    size = 6
    rows: dict[str, list[dict[str, Any]]] = {
        "study_programmes": [{"id": one, "title": one, "profession": one} for one in PROFESSIONS],
        "cohorts": [{"id": "2026", "title": "2026", "starts": terms["2026-fall"].start}],
        "terms": [{"id": one.id, "title": one.title, "starts": one.start, "ends": one.end} for one in terms.values()],
        "offerings": [],
        "assessment_plan": [{"id": one, "title": one, "kind": "simulation", "credential": one} for one in offered],
        "learners": [{"id": at, "source_id": f"s{at:03}"} for at in range(len(people))],
        "learner_names": [_named(at) for at in range(len(people))],
        "learner_traits": [
            {"learner_id": at, "trait": "first-generation", "value": "yes" if at % 3 == 0 else "no"}
            for at in range(len(people))
        ],
        "staff": [
            {"id": at, "source_id": one, "given_name": f"Fac{at}", "family_name": "Ilitator"}
            for at, one in enumerate(FACILITATORS)
        ],
        "enrolments": [
            {
                "learner_id": at, "study_programme_id": one, "cohort_id": "2026", "status": "active",
                "starts": terms["2026-fall"].start,
            }
            for at, one in enumerate(people)
        ],
        "teams": [],
        "team_members": [],
        "attendance": [],
        "assessments": [],
        "rubric_scores": [],
        "awards": [],
        "award_events": [],
    }  # fmt: skip
    for term in terms.values():
        for at in range(0, len(people), size):
            number = len(rows["teams"])
            name = "=cmd|' /C calc'!A0" if number == 0 else f"Team {at // size + 1}"
            rows["teams"].append(
                {"id": number, "term_id": term.id, "name": name, "facilitator_id": (at // size) % len(FACILITATORS)}
            )
            rows["team_members"] += [
                {"team_id": number, "learner_id": one, "joined": term.start}
                for one in range(at, min(at + size, len(people)))
            ]
    skill = [random_.gauss(0, 1) for _ in people]
    for credential, activity in offered.items():
        term = terms[activity.term]
        day = term.start + datetime.timedelta(weeks=(activity.weeks[-1] if activity.weeks else 10) - 1)
        rows["offerings"].append(
            {
                "id": f"o-{credential}",
                "activity": activity.id,
                "credential": credential,
                "term_id": term.id,
                "starts": day,
                "ends": day,
            }
        )
        if day > DAY:
            continue
        for learner in range(len(people)):
            _assess(programme, random_, rows, learner, skill[learner], credential, activity, day)
    return {name: found for name, found in rows.items() if found}


def _named(at: int) -> dict[str, Any]:
    given = HOSTILE if at == 0 else f"Given{at}"
    return {"learner_id": at, "given_name": given, "family_name": f"Family{at}", "email": f"s{at:03}@example.edu"}


def _assess(
    programme: Programme, random_: random.Random, rows: dict[str, list[dict[str, Any]]], learner: int, skill: float,
    credential: str, activity: Any, day: datetime.date,
) -> None:  # fmt: skip
    there = random_.random() < 0.93
    status = "present" if there else "absent"
    rows["attendance"].append(
        {
            "learner_id": learner,
            "offering_id": f"o-{credential}",
            "on": day,
            "status": status,
            "hours": activity.hours if there else 0.0,
        }
    )
    if not there:
        return
    design = programme.credentials[credential]
    score = min(max(0.78 + 0.12 * skill + random_.gauss(0, 0.08), 0.0), 1.0)
    passed = score >= (design.assessment.pass_score if design.assessment else 0.7)
    rows["assessments"].append(
        {
            "learner_id": learner,
            "assessment_id": credential,
            "attempt": 1,
            "on": day,
            "score": round(score, 3),
            # Of one learner it was not recorded whether anything was passed.
            "passed": None if learner == 11 else passed,
        }
    )
    if design.rubric is not None:
        levels = [one.id for one in design.rubric.levels]
        for criterion in design.rubric.criteria:
            # The second rater is stricter by half a level.
            raters = (0, 1) if random_.random() < 0.4 else ((learner // 6) % 2,)
            for rater in raters:
                rank = round(2 + 0.7 * skill + random_.gauss(0, 0.5) - 0.5 * rater)
                level = levels[min(max(rank, 0), len(levels) - 1)]
                rows["rubric_scores"].append(
                    {
                        "learner_id": learner,
                        "assessment_id": credential,
                        "attempt": 1,
                        "criterion": criterion.id,
                        "rater_id": rater,
                        "level": level,
                        "on": day,
                    }
                )
    if passed:
        number = len(rows["awards"])
        made = programme.award(credential, day)
        rows["awards"].append(
            {
                "id": number,
                "learner_id": learner,
                "credential": credential,
                "version": made.version,
                "on": day,
                "expires": made.expires,
                "hours": made.hours,
                "issuer": "",
            }
        )
        if learner == 3 and number % 2:
            rows["award_events"].append(
                {
                    "award_id": number,
                    "event": "revoked",
                    "at": datetime.datetime.combine(day, datetime.time(12)),
                    "reason": "mistaken",
                }
            )
