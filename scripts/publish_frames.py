"""Write docs/frames.md and docs/simple-csv.md from the descriptions of the frames and of the files that imports read.

Run after changing either: python scripts/publish_frames.py
"""

from __future__ import annotations

from pathlib import Path

from ipe_workbench.records.frames_page import frames_page
from ipe_workbench.records.importing.plain_page import simple_csv_page

DOCS = Path(__file__).resolve().parents[1] / "docs"

if __name__ == "__main__":
    (DOCS / "frames.md").write_text(frames_page(), encoding="utf-8")
    (DOCS / "simple-csv.md").write_text(simple_csv_page(), encoding="utf-8")
