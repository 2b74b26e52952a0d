from __future__ import annotations

import json

from tests.simulation.update_baseline import BASELINE, numbers


def test_numbers_have_not_changed_unnoticed() -> None:
    """A change that was meant is recorded with ``python -m tests.simulation.update_baseline``."""
    assert numbers() == json.loads(BASELINE.read_text(encoding="utf-8"))
