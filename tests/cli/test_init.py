"""``ipe init``: a programme that passes its check, whatever a person answers, asked on a terminal or not."""

from __future__ import annotations

import datetime
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import load_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.folder_check import check_folder
from ipe_workbench.frameworks import list_frameworks
from ipe_workbench.simulation import read_scenarios
from ipe_workbench.starter import TEMPLATES, check_professions, check_text, start_programme

COMMAND = [sys.executable, "-c", "from ipe_workbench.cli import main; main()", "init"]


def init(*arguments: str | Path, code: int = 0) -> str:
    answer = CliRunner().invoke(app, ["init", *map(str, arguments)])
    assert answer.exit_code == code, answer.output
    assert "Traceback" not in answer.output
    return answer.output


def is_clean(folder: Path) -> bool:
    return check_folder(folder).findings == ()


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_template_passes_its_check_without_a_remark(tmp_path, template):
    init(tmp_path / "mine", "--template", template, "--title", "Ours")
    assert is_clean(tmp_path / "mine")
    programme = load_programme(tmp_path / "mine")
    assert (programme.id, programme.info.title, programme.info.issuer.name) == ("mine", "Ours", "Our university")
    # Each file names the schemas that stand in the folder.
    for path in (tmp_path / "mine").rglob("*.yaml"):
        reference = path.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
        assert (path.parent / reference).resolve().parent == (tmp_path / "mine" / "schemas").resolve()
        assert (path.parent / reference).is_file()


def test_every_option_arrives_in_the_files(tmp_path):
    folder = tmp_path / "Équipe de soins"
    init(
        *(folder, "--yes", "--title", "T", "--issuer", "I", "--country", "ca", "--url", "https://example.ca/ipe"),
        *("--framework", "ipec-2023", "--framework", "cihc-2024", "--start", "2026-08-24"),
        *("--profession", "Medicine=400", "--profession", "Nursing: 600", "--profession", "Year 2 pharmacy 7"),
    )
    programme = load_programme(folder)
    info = programme.info
    assert (info.id, info.issuer.country, info.issuer.url) == ("equipe-de-soins", "CA", "https://example.ca/ipe")
    assert list(programme.frameworks) == ["ipec-2023", "cihc-2024"]
    assert [(one.id, one.learners) for one in info.professions] == [
        ("medicine", 400),
        ("nursing", 600),
        ("year-2-pharmacy", 7),
    ]
    assert [(one.id, one.start) for one in info.terms] == [
        ("2026-fall", datetime.date(2026, 8, 24)),
        ("2027-spring", datetime.date(2027, 1, 11)),
    ]
    assert {one.framework for one in programme.credentials["team-simulation"].alignments} == set(programme.frameworks)
    assert is_clean(folder)


def test_terms_that_swap_names_with_the_template_end_up_where_they_belong(tmp_path):
    start_programme(tmp_path / "mine", title="T", issuer="I", start=datetime.date(2027, 8, 23))
    programme = load_programme(tmp_path / "mine")
    assert [one.term for one in programme.activities()] == ["2027-fall", "2028-spring"]
    assert "2027-fall week 1, 2028-spring week 16" in (tmp_path / "mine" / "evaluation.yaml").read_text(
        encoding="utf-8"
    )


def test_comments_of_the_template_are_kept(tmp_path):
    init(tmp_path / "mine", "--profession", "A=1", "--profession", "B=2", "--framework", "ipec-2023")
    text = (tmp_path / "mine" / "programme.yaml").read_text(encoding="utf-8")
    assert "# learners in a cohort" in text
    assert "an id identifies for good" in text


def test_the_example_as_a_template_keeps_no_address_of_its_old_owner(tmp_path):
    init(tmp_path / "mine", "--template", "cu-ipe", "--issuer", "Ours")
    issuer = load_programme(tmp_path / "mine").info.issuer
    assert (issuer.name, issuer.url, issuer.email) == ("Ours", "", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--title", "  "], "The title is empty"),
        (["--country", "Canada"], "code of two letters"),
        (["--url", "javascript:alert(1)"], "not an address"),
        (["--url", "https://exa mple.edu"], "not an address"),
        (["--framework", "ipec2023"], "Did you mean ipec-2023"),
        (["--profession", "Medicine=40"], "two or more"),
        (["--profession", "Medicine", "--profession", "Nursing=4"], "no number of learners"),
        (["--profession", "A=1", "--profession", "a = 2"], "stands twice"),
        (["--profession", "A=0", "--profession", "B=0"], "no learners"),
        (["--profession", "A=1", "--profession", "B=99999999"], "out of range"),
        (["--start", "next week"], "YYYY-MM-DD"),
        (["--start", "2027-02-30"], "YYYY-MM-DD"),
        (["--start", "9999-01-01"], "too far away"),
        (["--template", "startr"], "Did you mean starter"),
        (["--template", "cu-ipe", "--start", "2027-01-11"], "a whole design"),
    ],
)
def test_an_answer_that_cannot_be_used_leaves_with_2_and_writes_nothing(tmp_path, arguments, words):
    answer = subprocess.run(
        [*COMMAND, str(tmp_path / "mine"), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_name_without_letters_gives_no_id(tmp_path):
    with pytest.raises(UnusableInputError, match="gives no id"):
        start_programme(tmp_path / "看護", title="T", issuer="I")
    assert list(tmp_path.iterdir()) == []


hostile = st.one_of(
    st.text(max_size=30),
    st.text(alphabet=":#-?*&!|>'\"%@`{}[], \t\n\r\\/~<=", max_size=12),
    st.sampled_from(
        ["- a", "~", "null", "yes", "1e3", "2027-01-01", "---", "...", "%YAML 1.1", "=1+1", "!!str x", "é\u2028x"]
    ),
)


def usable(text: str) -> bool:
    try:
        return bool(check_text(text, "text"))
    except UnusableInputError:
        return False


@settings(max_examples=25, deadline=None)
@given(
    title=hostile.filter(usable),
    issuer=hostile.filter(usable),
    professions=st.lists(
        st.tuples(hostile.filter(usable), st.integers(0, 1_000_000)),
        min_size=2,
        max_size=4,
        unique_by=lambda one: one[0].strip().casefold(),
    ).filter(lambda many: any(learners for _, learners in many)),
    frameworks=st.lists(
        st.sampled_from([one.id for one in list_frameworks() if one.status == "current"]), min_size=1, unique=True
    ),
    start=st.dates(datetime.date(1900, 1, 1), datetime.date(2198, 12, 31)),
    template=st.sampled_from(["starter", "blank"]),
)
def test_whatever_is_answered_the_programme_passes_its_check(
    tmp_path_factory, title, issuer, professions, frameworks, start, template
):
    folder = tmp_path_factory.mktemp("any") / "mine"
    cohort = check_professions([f"{name}={learners}" for name, learners in professions])
    start_programme(
        folder,
        title=title,
        issuer=issuer,
        professions=cohort,
        frameworks=frameworks,
        start=start,
        template=template,
    )
    assert [str(one) for one in check_folder(folder).findings if one.severity != "info"] == []
    programme = load_programme(folder)
    assert (programme.info.title, programme.info.issuer.name) == (title.strip(), issuer.strip())
    assert [(one.title, one.learners) for one in programme.info.professions] == [
        (name.strip(), learners) for name, learners in professions
    ]
    assert read_scenarios(folder, programme)[1] == ()


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs POSIX")
def test_on_a_terminal_it_asks_and_asks_again_until_the_answer_can_be_used(tmp_path):
    answers = {
        "Title of": ["Team care: 'ours'"],
        "awarding body": ["- École"],
        "country": ["Kanada", "CA"],
        "home page": ["example.edu", "https://example.edu"],
        "Frameworks": ["ipec2023", "cihc-2024"],
        "Professions": ["Medicine", "Medicine 40, Nursing: 60"],
        "First day": ["soon", "2027-09-06"],
    }
    shown = talk([*COMMAND, str(tmp_path / "mine")], answers)
    assert "Made" in shown
    assert shown.count("Professions with") == 2
    assert "two letters" in shown
    programme = load_programme(tmp_path / "mine")
    assert (programme.info.title, programme.info.issuer.name) == ("Team care: 'ours'", "- École")
    assert [one.id for one in programme.info.professions] == ["medicine", "nursing"]
    assert programme.info.terms[0].id == "2027-fall"
    assert is_clean(tmp_path / "mine")


def talk(command: list[str], answers: dict[str, list[str]]) -> str:
    """Run a command on a pseudo-terminal and answer each question, the next time with the next answer."""
    import pty

    process, terminal = pty.fork()
    if process == 0:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    waiting = {question: list(given) for question, given in answers.items()}
    shown = seen = ""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                piece = os.read(terminal, 4096).decode("utf-8", "replace")
            except OSError:
                break
            shown += piece
            seen += piece
        last = seen.rpartition("\n")[2]
        asked = next((one for one in waiting if one in last and last.endswith(": ")), None)
        if asked is not None and waiting[asked]:
            os.write(terminal, (waiting[asked].pop(0) + "\n").encode())
            seen = ""
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, shown
    return shown


def test_without_a_terminal_nothing_is_asked(tmp_path):
    # The pipe stays open and empty: a question would wait for ever.
    reading, writing = os.pipe()
    try:
        answer = subprocess.run(
            [*COMMAND, str(tmp_path / "mine")], stdin=reading, capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert answer.returncode == 0, answer.stderr
    assert "[" not in answer.stderr
    assert "Nobody was asked" in answer.stderr
    assert is_clean(tmp_path / "mine")
