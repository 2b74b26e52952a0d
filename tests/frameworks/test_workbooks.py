"""Workbooks that would bring a reader down by the size they claim are read within limits, or refused."""

from __future__ import annotations

import datetime
import io
import subprocess
import sys
import zipfile

import pytest

from ipe_workbench.frameworks import export_framework, import_framework, load_framework

HUGE = b'<c r="XFD1048576"><v>1</v></c>'
#: In place of the first cell of the sheet of competencies.
PLANTED = {
    "plainly": HUGE,
    "without a blank": b'<c r="A9"r="XFD1048576"><v>1</v></c>',
    "in other quotes": b"<c r='XFD1048576'><v>1</v></c>",
    "after a line break": b'<c\nr="XFD1048576"><v>1</v></c>',
    "with a prefix": b'<x:c r="XFD1048576"><v>1</v></x:c>',
    "within the limits of one side": b'<c r="GR99999"><v>1</v></c>',
}


def planted(cell: bytes, folder, *, twice: bool = False):
    exported = export_framework(load_framework("ipec-2023"), "xlsx", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(exported.content)) as packed, zipfile.ZipFile(stream, "w") as written:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "xl/worksheets/sheet2.xml":
                evil = content.replace(b"</row>", cell + b"</row>", 1)
                assert evil != content
                written.writestr(name, evil)
                if not twice:
                    continue
            written.writestr(name, content)
    path = folder / "planted.xlsx"
    path.write_bytes(stream.getvalue())
    return path


@pytest.mark.parametrize("how", PLANTED)
def test_a_cell_far_away_brings_nothing_down(how, tmp_path):
    path = planted(PLANTED[how], tmp_path)
    # In a process of its own with 2 GiB, which an abort would end.
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
        "from ipe_workbench.frameworks import import_framework\n"
        "from ipe_workbench.errors import WorkbenchError\n"
        "try: print(len(import_framework(sys.argv[1]).framework.competencies))\n"
        "except WorkbenchError: print('refused')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (run.returncode, run.stdout.strip() in ("37", "refused")) == (0, True), run.stderr[-500:]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_stands_twice_does_not_hide_a_sheet(tmp_path):
    path = planted(HUGE, tmp_path, twice=True)
    assert len(import_framework(path).framework.competencies) == 37
