"""Write the baseline numbers anew. Run it only after a change of the model that was meant, and say so in the changelog.

python -m tests.simulation.update_baseline
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ipe_workbench.credentials import load_programme
from ipe_workbench.simulation import Scenario, find_scenario, simulate

DATA = Path(__file__).resolve().parents[2] / "data" / "programmes"
BASELINE = Path(__file__).with_name("baseline.json")


def numbers() -> dict[str, Any]:
    """Learners who earned, and who still can do, each item in the second replicate: whole numbers compare exactly."""
    programme = load_programme(DATA / "reference")
    plain = find_scenario(DATA / "reference", "reference")
    every_part = Scenario.model_validate(
        {
            "id": "every-part",
            "title": "Every part of the model",
            "participation": {
                "drop_out": [{"from_week": 1, "to_week": 8, "per_week": 0.01}],
                "leave_before_start": 0.02,
            },
            "assessment": {"offered": "after-first-meeting", "open_terms_after": 1},
            "professions": {"nursing": {"known_at_start_shift": 0.5, "learn_shift": 0.2, "drop_out_factor": 2}},
            "credentials": {"chain-b-2": {"slip": 0.2, "attempts": 2, "retake_after_weeks": 3}},
            "design_changes": {"chain-a-1": {"pass_score": 0.75}, "chain-c-3": {"drop_requires": True}},
        }
    )
    return {
        scenario.id: _counts(simulate(programme, scenario, replicates=2, seed=7).by_replicate())
        for scenario in (plain, every_part)
    }


def _counts(frame: pd.DataFrame) -> dict[str, list[int | None]]:
    second = frame[frame["replicate"] == 1]
    return {
        str(item): [int(earned), None if np.isnan(retained) else int(retained)]
        for item, earned, retained in zip(second["item"], second["earned"], second["retained"], strict=True)
    }


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(numbers(), indent=2) + "\n", encoding="utf-8")
