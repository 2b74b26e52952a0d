"""A small programme by constructors, and the programmes that ship."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import ProgrammeInfo

DATA = Path(__file__).resolve().parents[2] / "data" / "programmes"


def credential(reference: str, **fields: Any) -> MicroCredential:
    level = fields.pop("level", "foundation")
    assessment = {"methods": ["test"], "assessor": "automatic", "pass_score": 0.7, "attempts": 3}
    assessment |= fields.pop("assessment", {})
    data = {"id": reference, "title": reference, "type": "knowledge", "level": level, "stage": "exposure", "hours": 4}
    return MicroCredential.model_validate({**data, "assessment": assessment, **fields})


def programme(credentials: list[MicroCredential], stacks: dict[str, Any] | None = None, **info: Any) -> Programme:
    fields = {
        "id": "small",
        "title": "Small",
        "issuer": {"name": "Somebody"},
        "frameworks": ["ipec-2023"],
        "professions": [
            {"id": "nursing", "title": "Nursing", "learners": 60},
            {"id": "pharmacy", "title": "Pharmacy", "learners": 40},
        ],
        "terms": [
            {"id": "fall", "title": "Fall", "start": datetime.date(2026, 8, 24), "weeks": 8},
            {"id": "spring", "title": "Spring", "start": datetime.date(2027, 1, 11), "weeks": 8},
        ],
    }
    made = {
        name: Stack.model_validate({"id": name, "title": name, "kind": "badge", "stage": "exposure", "rule": rule})
        for name, rule in (stacks or {}).items()
    }
    return Programme(ProgrammeInfo.model_validate({**fields, **info}), {one.id: one for one in credentials}, made, {})


@pytest.fixture
def small() -> Programme:
    first = credential("first")
    second = credential("second", requires="first", level="intermediate")
    return programme([first, second], {"both": {"all": ["first", "second"]}})


@pytest.fixture(scope="session")
def reference() -> Programme:
    return load_programme(DATA / "reference")


@pytest.fixture
def make_programme() -> Callable[..., Programme]:
    return programme


@pytest.fixture
def make_credential() -> Callable[..., MicroCredential]:
    return credential
