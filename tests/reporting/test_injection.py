"""Names of parameters are never code, values always data: 200 nasty strings."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import nbformat
import pytest
from pydantic import ValidationError

from ipe_workbench.credentials.report_list import ReportEntry
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.reporting.parameters import check_parameters
from ipe_workbench.reporting.press.engine import use_this_process
from ipe_workbench.reporting.render import render_report
from tests.reporting.templates import template

STARTS = (
    "",
    "a",
    "'",
    '"',
    "'''",
    '"""',
    "\\",
    "\n",
    "\r\n",
    "#",
    "{",
    "}}",
    "%",
    "!",
    "\u2028",
    "\x00",
    "$",
    "é",
    "\u202e",
)
PAYLOADS = (
    "=1;open('stolen','w');b",
    "\nopen('stolen', 'w')\n",
    "'+str(open('stolen','w'))+'",
    '"""\nopen("stolen","w")\n"""',
    "{open('stolen','w')}",
    "\\';open('stolen','w')#",
    "__import__('os').system('touch stolen')",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "%run /dev/null\n!touch stolen",
    "nan",
)
NASTY = [f"{start}{payload}" for start, payload in itertools.product(STARTS, PAYLOADS)][:200]


def test_there_are_two_hundred() -> None:
    assert len(set(NASTY)) == 200


def test_no_nasty_name_is_a_parameter(tmp_path: Path) -> None:
    made = template(tmp_path / "t.ipynb", 'word: str = ""', "word")
    for name in NASTY:
        if name != "nan":
            with pytest.raises(UnusableInputError, match="is not a parameter"):
                check_parameters(made, {name: "x"})
        if not name.isidentifier():
            with pytest.raises(ValidationError):
                ReportEntry.model_validate({"template": "t", "parameters": {name: "x"}})


def test_nasty_values_stay_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them at once, each as a parameter of its own: what the cells get is what was given."""
    monkeypatch.chdir(tmp_path)
    names = [f"word{number}" for number in range(len(NASTY))]
    show = (
        "from IPython.display import HTML\nfrom ipe_workbench.reporting.html import element, listing\n"
        f"words = [{', '.join(names)}]\nlisting(words)"
    )
    keep = "import json\nfrom pathlib import Path\nPath('seen.json').write_text(json.dumps(words));"
    made = template(tmp_path / "t.ipynb", "\n".join(f'{one}: str = ""' for one in names), show, keep)
    given = dict(zip(names, NASTY, strict=True))
    rendered = render_report(made, given, tmp_path / "page.html", title=NASTY[-1], engine=use_this_process())
    import json

    assert json.loads((tmp_path / "seen.json").read_text()) == NASTY
    assert not (tmp_path / "stolen").exists()
    assert "<script" not in rendered.page.read_text(encoding="utf-8")
    kept = nbformat.read(rendered.notebook, as_version=4)  # type: ignore[no-untyped-call]
    assert kept.metadata.papermill.parameters == given
    assert not os.path.exists("stolen")  # noqa: PTH110
