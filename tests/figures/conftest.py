"""A small simulation and coverage to draw, with plain and with hostile names."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.simulation import Scenario, SimulationResult, simulate
from tests.programmes import credential, programme, stack

HOSTILE = "<script>$x$ & _{y} $"


def small(title: str = "") -> Programme:
    named = {"title": title} if title else {}
    first = credential("talk", **named)
    second = credential(
        "lead",
        requires="talk",
        assessment={"methods": ["peer-evaluation"], "assessor": "faculty", "pass_score": 0.7, "assessor_minutes": 30},
        alignments=[{"framework": "ipec-2023", "competency": "TT4", "how": ["practised"], "level": "exposure"}],
        **({"title": f"{title} 2"} if title else {}),
    )
    third = credential("meds", professions=["nursing"])
    both = stack("both", {"all": ["talk", "lead"]}, **named)
    return programme([first, second, third], [both], capacity={"assessor_hours": {"faculty": 10}})


@pytest.fixture(scope="session")
def design() -> Programme:
    return small()


@pytest.fixture(scope="session")
def result(design: Programme) -> SimulationResult:
    return simulate(design, Scenario(id="plain", title="Plain"), replicates=6, seed=3)


@pytest.fixture(scope="session")
def hostile() -> Programme:
    return small(HOSTILE * 4)


@pytest.fixture(scope="session")
def hostile_result(hostile: Programme) -> SimulationResult:
    return simulate(hostile, Scenario(id="hostile", title=HOSTILE), replicates=1, seed=3)
