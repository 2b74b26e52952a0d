"""Comments in words at the end of a survey, and what two coders made of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import numpy as np

from ipe_workbench.practice.cohort import Cohort
from ipe_workbench.practice.survey_plan import SurveyWave
from ipe_workbench.practice.surveys import Answer

__all__ = ["CODES", "coded_comments", "survey_comments"]

#: Sentences, all invented, under the code that they were written for.
CODES: dict[str, tuple[str, ...]] = {
    "roles": (
        "I finally know what the other professions may do, and when to call them.",
        "I did not expect how much of my job overlaps with that of others.",
    ),
    "communication": (
        "Reading back felt odd at first and now I do it everywhere.",
        "It helped to hear how my words sound to another profession.",
    ),
    "time": (
        "The session was too short for the case.",
        "Hard to fit in beside exams; please tell us the dates earlier.",
    ),
    "team": (
        "Our team worked well and we kept in touch.",
        "One member of the team did most of the talking.",
    ),
    "facilitation": (
        "Our facilitator asked good questions and let us find the answer.",
        "The feedback came late and was general.",
    ),
}
_SHARE, _AGREED = 0.15, 0.85


def survey_comments(cohort: Cohort, waves: Sequence[SurveyWave]) -> Iterator[tuple[Answer, str]]:
    """A comment of some learners in each posttest, with the code that it was written for."""
    codes = list(CODES)
    for wave in waves:
        if wave.frame != "post":
            continue
        random = cohort.random("comments", wave.id)
        for place in np.flatnonzero(random.random(len(cohort.learners)) < _SHARE):
            code = codes[int(random.integers(len(codes)))]
            text = CODES[code][int(random.integers(len(CODES[code])))]
            on = wave.opens + datetime.timedelta(days=int(random.integers(12)))
            if cohort.there(int(place), on):
                yield Answer(int(place), wave, "comment", None, text, on), code


def coded_comments(
    cohort: Cohort, comments: Sequence[tuple[Answer, str]], until: datetime.date | None = None
) -> Iterator[tuple[str, ...]]:
    """``comment, code, coder, learner, profession, wave, words``: what each of two coders gave; most agree.

    With `until`, of comments made by that day.
    """
    random, codes = cohort.random("coders"), list(CODES)
    for number, (answer, code) in enumerate(comments, start=1):
        learner = cohort.learners[answer.learner]
        for coder in ("practice-coder-1", "practice-coder-2"):
            given = code if random.random() < _AGREED else codes[int(random.integers(len(codes)))]
            if until is None or answer.on <= until:
                yield (
                    f"practice-comment-{number:04}", given, coder, learner.id, learner.profession, answer.wave.id,
                    answer.comment,
                )  # fmt: skip
