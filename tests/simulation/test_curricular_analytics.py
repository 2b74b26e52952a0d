"""With constant pass rates and nothing else on, the general engine gives what CurricularAnalytics expects."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import curricularanalytics as peer
import numpy as np
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.simulation import Scenario, SimulationResult, simulate
from tests.simulation.curricular_chain import expectations, random_curriculum

Maker = Callable[..., Any]
TERMS, LEARNERS, REPLICATES = 8, 2000, 20
#: CurricularAnalytics' own by default; it compares whole numbers from 1 to 100 with them, so that 8.38 % act as 8 %.
STOP_OUTS = [rate // 1 / 100 for rate in (8.38, 13.34, 4.65, 6.31, 3.68, 1.89, 1.65)]


@pytest.fixture
def engine(make_programme: Maker, make_credential: Maker) -> Callable[..., SimulationResult]:
    """A curriculum of the PyPI package through our engine: a course is a credential, a term a week."""

    def run(curriculum: peer.Curriculum, *, limit: int = 20, stop_outs: list[float] | None = None) -> SimulationResult:
        credentials = [
            make_credential(
                f"course-{course.id}",
                assessment={"attempts": limit},
                **({"requires": {"all": [f"course-{one}" for one in course.requisites]}} if course.requisites else {}),
            )
            for course in curriculum.courses
        ]
        names = [one.id for one in credentials]
        programme: Programme = make_programme(credentials, {"degree": {"all": names}})
        rates = {
            f"course-{course.id}": {"slip": 1 - course.passrate, "guess": course.passrate}
            for course in curriculum.courses
        }
        leaving = [
            {"from_week": term, "to_week": term, "per_week": rate} for term, rate in enumerate(stop_outs or [], 1)
        ]
        scenario = Scenario.model_validate(
            {
                "id": "constant",
                "title": "Constant pass rates",
                "cohort": {"nursing": LEARNERS, "pharmacy": 0},
                "practice": {"when": "every-week"},
                "assessment": {"offered": "every-week", "rater_icc": None, "attempt_probability": 1.0},
                "participation": {
                    "uptake": {"foundation": 1, "intermediate": 1, "advanced": 1},
                    "drop_out": leaving,
                },
                "credentials": rates,
            }
        )
        return simulate(programme, scenario, replicates=REPLICATES, seed=3)

    return run


def by_term(result: SimulationResult, item: str) -> np.ndarray:
    frame = result.attainment_by_week("all", "earned")
    return frame[frame["item"] == item]["mean"].to_numpy()[:TERMS]


def assert_near(seen: np.ndarray, expected: np.ndarray) -> None:
    """Within four standard errors of so many independent students, and one student for what hardly ever happens."""
    students = LEARNERS * REPLICATES
    reach = 4 * np.sqrt(expected * (1 - expected) / students) + 1 / students
    assert (np.abs(seen - expected) <= reach).all(), (seen, expected)


@pytest.mark.parametrize(("seed", "courses", "rate"), [(1, 6, 0.7), (2, 7, 0.5), (3, 5, 0.9), (4, 6, None)])
def test_every_course_and_the_degree_are_passed_term_by_term_as_expected(
    engine: Callable[..., SimulationResult], seed: int, courses: int, rate: float | None
) -> None:
    """The law with one pass rate for all courses; the last one has a rate for each."""
    curriculum = random_curriculum(seed, courses, rate)
    passed, graduated = expectations(curriculum, TERMS)
    result = engine(curriculum)
    for place, course in enumerate(curriculum.courses):
        assert_near(by_term(result, f"course-{course.id}"), passed[:, place])
    assert_near(by_term(result, "degree"), graduated)


def test_default_stop_outs_give_the_expected_graduation_rates(engine: Callable[..., SimulationResult]) -> None:
    curriculum = random_curriculum(5, 5, 0.7)
    passed, graduated = expectations(curriculum, TERMS, stop_outs=STOP_OUTS)
    result = engine(curriculum, stop_outs=STOP_OUTS)
    assert_near(by_term(result, "degree"), graduated)
    for place, course in enumerate(curriculum.courses):
        assert_near(by_term(result, f"course-{course.id}"), passed[:, place])
    assert graduated[-1] < expectations(curriculum, TERMS)[1][-1] - 0.1


@pytest.mark.parametrize("limit", [1, 3])
def test_a_limit_of_attempts_gives_the_expected_graduation_rates(
    engine: Callable[..., SimulationResult], limit: int
) -> None:
    """Who has used up a course's attempts leaves there and goes on with other courses here; neither graduates."""
    curriculum = random_curriculum(6, 4, 0.6)
    _, graduated = expectations(curriculum, TERMS, limit=limit)
    assert_near(by_term(engine(curriculum, limit=limit), "degree"), graduated)


def test_time_to_degree_is_the_expected_term_of_graduation(engine: Callable[..., SimulationResult]) -> None:
    """A chain of three courses, each passed with 0.8, cut off after eight terms: a sum of geometric waits."""
    chain = [peer.Course(f"Course {number}", 3, id=number, passrate=0.8) for number in (1, 2, 3)]
    for before, after in pairwise(chain):
        after.add_requisite(before, peer.pre)
    curriculum = peer.Curriculum("Chain", chain)
    _, graduated = expectations(curriculum, TERMS)
    # Negative binomial: term t ends with the third pass.
    exact = np.array([(t - 1) * (t - 2) / 2 * 0.8**3 * 0.2 ** (t - 3) for t in range(1, TERMS + 1)])
    assert np.diff(graduated, prepend=0) == pytest.approx(exact)
    seen = np.diff(by_term(engine(curriculum), "degree"), prepend=0)
    terms = np.arange(1, TERMS + 1)
    assert (seen @ terms) / seen.sum() == pytest.approx((exact @ terms) / exact.sum(), abs=0.02)
