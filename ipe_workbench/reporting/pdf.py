"""A page as PDF, printed by the Chromium of this machine: tagged, for screen readers, too."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ipe_workbench.errors import EnvironmentFault, WorkbenchError
from ipe_workbench.reporting.pdf_structure import dated, pdf_faults

__all__ = ["page_as_pdf"]

_FIGURES = re.compile(r"<(?:figure|img)\b[^>]*\b(?:aria-label|alt)=[\"'][^\"']")
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def page_as_pdf(page: str, *, at: datetime.datetime | None = None, timeout: float = 120) -> bytes:
    """Print a self-contained page. The same page, time and Chromium give the same bytes.

    Parameters
    ----------
    page : str
        HTML that loads nothing.
    at : datetime, optional
        The date that the file bears.
    timeout : float
        Seconds to wait.

    Raises
    ------
    EnvironmentFault
        When there is no Chromium, or it prints nothing.
    WorkbenchError
        When the PDF cannot be read by everybody: see `pdf_faults`.
    """
    printed = dated(_printed(page, timeout), at)
    faults = pdf_faults(printed, figures=len(_FIGURES.findall(page)))
    if faults:
        raise WorkbenchError(
            f"The PDF would not be accessible: {' '.join(faults)}",
            mend="Mend the page: headings in order, header cells in tables, words for figures, a title and a language.",
        )
    return printed


def _printed(page: str, timeout: float) -> bytes:
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise EnvironmentFault(
            "There is no Chromium on this machine to make the PDF.",
            mend="Install Chromium or Chrome, or open the page in a browser and print it.",
        )
    with tempfile.TemporaryDirectory() as place:
        source, target = Path(place) / "page.html", Path(place) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        command = [
            program,
            "--headless",
            "--no-sandbox",  # inside containers there is no other way; the page runs nothing
            "--disable-gpu",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={place}/profile",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=timeout, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentFault(f"Chromium made no PDF ({type(error).__name__}).", place=program) from None
        if not target.is_file():
            raise EnvironmentFault(
                "Chromium made no PDF.", place=program, mend="Open the page in a browser and print it."
            )
        return target.read_bytes()
