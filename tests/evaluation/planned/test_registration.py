"""Registration: what it holds fast, and what it says when the plan has changed since."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import plan_digest, read_plan, register_plan
from ipe_workbench.evaluation.planned.registration import REGISTERED_FILE, changes_since_registration
from ipe_workbench.resources import data_folder

DAY = datetime.date(2026, 8, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(data_folder() / "programmes" / "cu-ipe" / "evaluation.yaml", tmp_path)
    return tmp_path


def changed(folder: Path, was: str, becomes: str) -> list[str]:
    file = folder / "evaluation.yaml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    plan, findings = read_plan(folder)
    assert findings == ()
    assert plan is not None
    return [one.message for one in changes_since_registration(plan, folder)]


def test_registering_keeps_comments_and_everything_else(folder: Path) -> None:
    before = (folder / "evaluation.yaml").read_text(encoding="utf-8")

    register_plan(folder, DAY)

    lines = (folder / "evaluation.yaml").read_text(encoding="utf-8").splitlines()
    added = [one for one in lines if one.startswith("registered:")]
    assert len(added) == 1
    assert [one for one in lines if one not in added] == before.splitlines()
    plan, findings = read_plan(folder)
    assert findings == ()
    assert plan is not None
    assert plan.registered is not None
    assert (plan.registered.on, plan.registered.sha256) == (DAY, plan_digest(plan))
    assert changes_since_registration(plan, folder) == ()


def test_layout_and_remarks_may_change(folder: Path) -> None:
    register_plan(folder, DAY)

    assert changed(folder, "One skill of sixteen badges.", "One skill only.") == []


def test_every_change_of_an_analysis_is_named(folder: Path) -> None:
    register_plan(folder, DAY)

    (said,) = changed(folder, "target: -0.3", "target: -0.5")

    assert said == "Target of the analysis `handover-kept` was -0.3 and is -0.5 since 2026-08-01."
    assert "Minimum_n of `retention` was 100 and is 50 since 2026-08-01." in changed(
        folder, "minimum_n: 100", "minimum_n: 50"
    )
    told = changed(folder, "- id: csa-growth", "- id: csa-growth-2")
    assert "The analysis `csa-growth` was dropped since 2026-08-01." in told
    assert "The analysis `csa-growth-2` was added since 2026-08-01." in told


def test_secondary_that_became_primary_is_named(folder: Path) -> None:
    register_plan(folder, DAY)

    (said,) = changed(folder, "        role: secondary\n", "")

    assert said.startswith('Role of the analysis `identified-growth` was "secondary" and is the default')


def test_copy_that_was_tampered_with_is_not_believed(folder: Path) -> None:
    register_plan(folder, DAY)
    copy = folder / REGISTERED_FILE
    copy.write_text(copy.read_text("utf-8").replace('"target": -0.3', '"target": -0.5'), "utf-8")

    (said,) = changed(folder, "target: -0.3", "target: -0.5")

    assert "what it said is not kept here" in said


def test_registered_plan_is_not_registered_again_by_mistake(folder: Path) -> None:
    register_plan(folder, DAY)
    before = (folder / "evaluation.yaml").read_bytes()

    with pytest.raises(UnusableInputError, match="registered since 2026-08-01"):
        register_plan(folder, DAY)

    assert (folder / "evaluation.yaml").read_bytes() == before
    register_plan(folder, datetime.date(2027, 1, 1), again=True)
    plan, _ = read_plan(folder)
    assert plan is not None
    assert plan.registered is not None
    assert plan.registered.on == datetime.date(2027, 1, 1)


def test_plan_without_analyses_is_not_registered(tmp_path: Path) -> None:
    (tmp_path / "evaluation.yaml").write_text("claims: []\n", encoding="utf-8")

    with pytest.raises(UnusableInputError, match="No claim has analyses"):
        register_plan(tmp_path, DAY)

    assert not (tmp_path / REGISTERED_FILE).exists()
