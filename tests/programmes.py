"""Programmes to test on: the shipped example in a folder of one's own, and small ones made in memory."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipe_workbench.credentials import MicroCredential, Programme, ProgrammeInfo, Stack
from ipe_workbench.frameworks import load_framework
from ipe_workbench.resources import data_folder


def copy_of_cu_ipe(folder: Path) -> Path:
    """The example programme in a folder that a test may change."""
    target = folder / "cu-ipe"
    shutil.copytree(data_folder() / "programmes" / "cu-ipe", target)
    return target


def replace_in(path: Path, old: str, new: str) -> int:
    """Replace one piece of text that must be there; give the line (from 1) on which it stood."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def credential(reference: str, **fields: Any) -> MicroCredential:
    """A complete small credential, clean under every lint when it stands in `programme`."""
    data: dict[str, Any] = {
        "id": reference,
        "title": reference.replace("-", " ").capitalize(),
        "type": "knowledge",
        "level": "foundation",
        "stage": "exposure",
        "license": "CC-BY-4.0",
        "learning_outcomes": ["Do it."],
        "hours": 3,
        "participation": "in-person",
        "quality_assurance": "Yearly review.",
        "activities": [
            {"id": f"{reference}-1", "title": "Session", "kind": "workshop", "hours": 3, "term": "autumn", "weeks": [2]}
        ],
        "assessment": {"methods": ["test"], "assessor": "automatic", "pass_score": 0.7},
        "evidence": [{"id": "test", "kind": "test-result"}],
        "alignments": [
            {"framework": "ipec-2023", "competency": "C1", "how": ["taught", "assessed"], "level": "exposure"}
        ],
    }
    return MicroCredential.model_validate(data | fields)


def stack(reference: str, rule: Any, **fields: Any) -> Stack:
    """A stack completed by a rule."""
    data = {"id": reference, "title": reference, "kind": "certificate", "stage": "immersion", "rule": rule}
    return Stack.model_validate(data | fields)


def programme(credentials: Sequence[MicroCredential], stacks: Sequence[Stack] = (), **info: Any) -> Programme:
    """A programme of two professions and two terms that never came from a file."""
    data: Mapping[str, Any] = {
        "id": "small",
        "title": "Small",
        "license": "CC-BY-4.0",
        "issuer": {"name": "School", "country": "US"},
        "frameworks": ["ipec-2023"],
        "professions": [
            {"id": "medicine", "title": "Medicine", "learners": 60},
            {"id": "nursing", "title": "Nursing", "learners": 40},
        ],
        "terms": [
            {"id": "autumn", "title": "Autumn", "start": datetime.date(2026, 9, 7), "weeks": 12},
            {"id": "spring", "title": "Spring", "start": datetime.date(2027, 1, 11), "weeks": 12},
        ],
        "learner_identification": "University account.",
    }
    return Programme(
        info=ProgrammeInfo.model_validate({**data, **info}),
        credentials={one.id: one for one in credentials},
        stacks={one.id: one for one in stacks},
        frameworks={"ipec-2023": load_framework("ipec-2023")},
    )
