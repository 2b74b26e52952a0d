"""Which instruments a plan of evaluation asks, and when: read from the words and the analyses of its claims."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.evaluation import Claim, EvaluationPlan, Instrument

__all__ = ["FollowUp", "SurveyWave", "follow_ups", "survey_waves"]

#: What is asked where no claim names an instrument that is known.
_ANYWAY = "team-confidence"


@dataclass(frozen=True)
class SurveyWave:
    """An instrument asked in one frame on one occasion.

    `progress` is 0 at the first occasion of the claim and 1 at the last; `occasion` counts them from 0.
    """

    id: str
    instrument: Instrument
    frame: str
    term: str
    opens: datetime.date
    occasion: int
    progress: float


@dataclass(frozen=True)
class FollowUp:
    """A credential whose holders are rated once more, on a day or (without one) twelve months after the badge."""

    credential: str
    on: datetime.date | None


def survey_waves(
    programme: Programme, plan: EvaluationPlan, instruments: Iterable[Instrument]
) -> tuple[SurveyWave, ...]:
    """The waves of every instrument that a claim names: in an analysis, or by its id, its title or short name in words.

    An instrument is asked in its frames: the first occasion is the pretest, the later ones posttests, and those more
    than half a year after the last term follow-ups. One that is asked retrospectively is asked in both of its frames at
    the last occasion. Of parallel forms the other one is used from the second occasion on. Without any, the
    Workbench's own questions on confidence are asked at the start and at the end.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation import list_instruments, read_plan
    >>> programme = example_programme()
    >>> plan, _ = read_plan(programme.folder)
    >>> [one.id for one in survey_waves(programme, plan, list_instruments()) if one.instrument.id == "iccas-r"]
    ['iccas-r-2028-spring-week-15-retrospective-pre', 'iccas-r-2028-spring-week-15-post']
    """
    known = {one.id: one for one in instruments}
    found: dict[str, SurveyWave] = {}
    for claim in plan.claims:
        planned = [one.measure.instrument for one in claim.analyses if one.measure and one.measure.instrument]
        named = [one.id for one in _named(claim.instrument, known.values())]
        times = _occasions(programme, claim)
        for instrument in [known[id] for id in dict.fromkeys([*named, *planned]) if id in known]:
            for wave in _waves(programme, instrument, times, known):
                found.setdefault(wave.id, wave)
    if not found and _ANYWAY in known:
        for wave in _waves(programme, known[_ANYWAY], _ends(programme), known):
            found.setdefault(wave.id, wave)
    return tuple(found.values())


def follow_ups(programme: Programme, plan: EvaluationPlan) -> tuple[FollowUp, ...]:
    """Credentials that a claim on retention names with their rubric; without any, the first one that people rate."""
    found: dict[str, FollowUp] = {}
    for claim in plan.claims:
        text = f"{claim.instrument} {' '.join(claim.time_points)}"
        planned = {
            one.measure.rubric
            for one in claim.analyses
            if one.measure and one.question == "change" and len({wave.term for wave in one.waves}) > 1
        }
        times = _occasions(programme, claim)
        for id, credential in programme.credentials.items():
            if credential.rubric and len(times) > 1 and (id in planned or _says(text, id)):
                found.setdefault(id, FollowUp(id, times[-1][1]))
    if not found:
        rated = (
            id
            for id, one in programme.credentials.items()
            if one.rubric and one.assessment and one.assessment.assessor in ("faculty", "preceptor", "peer")
        )
        found = {id: FollowUp(id, None) for id in list(rated)[:1]}
    return tuple(found.values())


_Times = Sequence[tuple[str, datetime.date, str]]


def _named(text: str, instruments: Iterable[Instrument]) -> list[Instrument]:
    plain = _plain(text)
    found = []
    for one in instruments:
        title, short = _plain(re.sub(r"\([^)]*\)", "", one.title)), re.findall(r"\(([A-Z][\w-]*)\)", one.title)
        if _says(text, one.id) or title in plain or any(_says(text, name) for name in short):
            found.append(one)
    return found


def _says(text: str, name: str) -> bool:
    """Whether the text has the name as a whole word: ICCAS does not stand in ICCAS-R."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w-]+", text.casefold()))


def _occasions(programme: Programme, claim: Claim) -> _Times:
    """Time points that name a term, and a week of it or its last: (term, day, words for ids), in order of time."""
    found = []
    for text in claim.time_points:
        for term in programme.info.terms:
            match = re.search(rf"(?<![\w-]){re.escape(term.id)}(?:\s+week\s+(\d+))?(?![\w-])", text)
            if match:
                week = min(int(match[1]), term.weeks) if match[1] else term.weeks
                day = term.start + datetime.timedelta(weeks=max(1, week) - 1)
                found.append((term.id, day, f"{term.id}-week-{week}"))
                break
    if len(found) < 2:
        found = _planned_occasions(programme, claim)
    return sorted(found, key=lambda one: one[1]) if len(found) > 1 else _ends(programme)


def _planned_occasions(programme: Programme, claim: Claim) -> list[tuple[str, datetime.date, str]]:
    """The terms of the claim's analyses: the first week for a pretest, else the last one."""
    waves = [wave for one in claim.analyses for wave in one.waves]
    found = []
    for term in programme.info.terms:
        frames = {wave.frame for wave in waves if wave.term == term.id}
        weeks = [1] * ("pre" in frames) + [term.weeks] * bool(frames - {"pre"})
        found += [
            (term.id, term.start + datetime.timedelta(weeks=week - 1), f"{term.id}-week-{week}") for week in weeks
        ]
    return found


def _ends(programme: Programme) -> _Times:
    first, last = programme.info.terms[0], programme.info.terms[-1]
    end = last.start + datetime.timedelta(weeks=last.weeks - 1)
    return [(first.id, first.start, f"{first.id}-week-1"), (last.id, end, f"{last.id}-week-{last.weeks}")]


def _waves(
    programme: Programme, instrument: Instrument, times: _Times, known: Mapping[str, Instrument]
) -> Iterable[SurveyWave]:
    first, last = times[0][1], times[-1][1]
    span = max(1, (last - first).days)
    if "pre" not in instrument.frames and "retrospective-pre" in instrument.frames:
        term, day, words = times[-1]
        for frame, progress in (("retrospective-pre", 0.0), ("post", 1.0)):
            id = f"{instrument.id}-{words}-{frame}"
            yield SurveyWave(id, instrument, frame, term, day, len(times) - 1, progress)
        return
    other = known.get(instrument.parallel_form or "", instrument)
    late = programme.info.terms[-1].end + datetime.timedelta(days=182)
    for occasion, (term, day, words) in enumerate(times):
        form = instrument if occasion == 0 else other
        frame = "pre" if occasion == 0 else "follow-up" if day > late else "post"
        yield SurveyWave(
            f"{form.id}-{words}-{frame}", form, frame, term, day, occasion, (day - first).days / span
        )  # fmt: skip
