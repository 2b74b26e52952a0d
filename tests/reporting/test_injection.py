"""Names of parameters are never code, values always data: 200 nasty strings."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

import nbformat
import pytest
from pydantic import ValidationError

from ipe_workbench.credentials.report_list import ReportEntry
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.reporting.parameters import check_parameters
from ipe_workbench.reporting.press import Job, Outcome
from ipe_workbench.reporting.press.engine import use_this_process
from ipe_workbench.reporting.press.printing import print_job
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
    assert json.loads((tmp_path / "seen.json").read_text()) == NASTY
    assert not (tmp_path / "stolen").exists()
    assert "<script" not in rendered.page.read_text(encoding="utf-8")
    kept = nbformat.read(rendered.notebook, as_version=4)  # type: ignore[no-untyped-call]
    assert kept.metadata.papermill.parameters == given
    assert not os.path.exists("stolen")  # noqa: PTH110


#: A name that stands in no template: a cell makes it, as it would read it from records.
NAME = "Zzyxwv Quux"
MAKES_IT = f"name = bytes.fromhex('{NAME.encode().hex()}').decode()"


def _printed(folder: Path, *cells: str, private: bool) -> tuple[Outcome, list[Path]]:
    """What came of a report of these cells, and every file that was written."""
    made = template(folder / "t.ipynb", 'word: str = ""', MAKES_IT, *cells)
    out = folder / "out"
    job = Job("one", str(made), {}, "T", str(out), str(out / ".receipts" / "one.json"), "key", private=private)
    outcome = print_job(job, engine=use_this_process())
    return outcome, [one for one in out.rglob("*") if one.is_file()]


def test_a_failed_report_about_a_person_names_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shows = "import sys\nprint(name)\nprint(name, file=sys.stderr)"
    fails = f"{shows}\nnamed = {{name: 1}}\nraise ValueError(f'no result of {{name}}') from KeyError(name)"
    outcome, files = _printed(tmp_path, shows, "name", fails, private=True)
    assert outcome.cell == 5
    assert "failed: ValueError" in outcome.problem
    said = outcome.to_json() + "".join(capfd.readouterr())
    assert files
    assert not any(NAME.encode() in one.read_bytes() or NAME in one.name for one in files)
    assert NAME not in said
    # The same about nobody keeps what helps to mend it.
    outcome, files = _printed(tmp_path, shows, fails, private=False)
    assert f"no result of {NAME}" in outcome.problem
    assert any(NAME.encode() in one.read_bytes() for one in files)


@pytest.mark.parametrize("private", [True, False])
def test_a_figure_without_words_fails_the_report(tmp_path: Path, private: bool) -> None:
    outcome, files = _printed(tmp_path, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", private=private)
    assert "without alternative text" in outcome.problem
    assert {one.suffix for one in files} == {".ipynb"}


def test_words_of_learners_are_text_in_whatever_shows_them(tmp_path: Path) -> None:
    words = "<b>bold</b> & <i>=1+1</i>"
    shows = f"""
import pandas as pd
from great_tables import GT
from ipe_workbench.reporting.html import element, listing, table
from ipe_workbench.reporting.outcome_tables import apa_table
frame = pd.DataFrame({{"said": [{words!r}]}})
"""
    cells = (
        f"{shows}frame",
        "frame.style",
        "GT(frame)",
        "element('p', frame.said[0])",
        "listing(frame.said)",
        "table('T', ['Said'], [[one] for one in frame.said])",
        "apa_table('t', 'T', ['Said', 'By'], [[one, one] for one in frame.said])",
        "print(frame.said[0])",
        "frame.said[0]",
        "import ipywidgets\nipywidgets.HTML(frame.said[0])",
    )
    outcome, files = _printed(tmp_path, *cells, private=False)
    assert outcome.problem == ""
    page = next(one for one in files if one.suffix == ".html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "<i>" not in page
    assert page.count("&lt;b&gt;bold&lt;/b&gt; &amp; &lt;i&gt;=1+1&lt;/i&gt;") >= len(cells)
