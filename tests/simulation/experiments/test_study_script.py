"""The study as a script runs, in small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

STUDY = Path(__file__).resolve().parents[3] / "docs" / "studies" / "redesign.py"


def test_study_writes_its_tables(tmp_path: Path) -> None:
    out = tmp_path / "study"
    done = subprocess.run(
        [sys.executable, str(STUDY), str(out), "--replicates", "2"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Simulated, not recorded." in done.stdout
    assert len(pd.read_csv(out / "sensitivity.csv")) == 5
    assert set(pd.read_csv(out / "best.csv")["candidate"]) >= {-1}
    assert (out / "today" / "summary.json").exists()
