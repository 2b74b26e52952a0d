"""Write docs/frames.md, the list of the tidy frames, from their descriptions.

Run after changing records/frames.py: python scripts/publish_frames.py
"""

from __future__ import annotations

from pathlib import Path

from ipe_workbench.records.frames_page import frames_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "frames.md"

if __name__ == "__main__":
    PAGE.write_text(frames_page(), encoding="utf-8")
