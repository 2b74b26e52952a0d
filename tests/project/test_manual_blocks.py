"""What the manual says to type can be typed: commands and options exist, and the Python of each page runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import typer

from ipe_workbench.cli import app
from ipe_workbench.cli.simulation_means import DEFAULT
from ipe_workbench.records import make_store
from ipe_workbench.starter import start_programme
from tests.project.manual_blocks import PAGES, ROOT, Block, blocks, commands

BLOCKS = [block for page in PAGES for block in blocks(page)]
PYTHON = sorted({block.page for block in BLOCKS if block.kind == "python"})
COMMANDS = [(block, words) for block in BLOCKS for words in commands(block)]


def test_the_reader_of_the_manual_finds_what_is_there():
    assert len(COMMANDS) > 100
    assert len(PYTHON) > 5


@pytest.mark.parametrize(("block", "words"), COMMANDS, ids=[f"{block}-{' '.join(words)}" for block, words in COMMANDS])
def test_each_command_of_the_manual_exists_with_its_options(block: Block, words: list[str]):
    command, rest = typer.main.get_command(app), words[1:]
    while hasattr(command, "commands"):
        if rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        elif DEFAULT in command.commands and rest and not rest[0].startswith("-"):
            command = command.commands[DEFAULT]
        else:
            break
    assert not hasattr(command, "commands") or not rest or rest[0].startswith("-"), f"there is no {' '.join(words)}"
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    used = {
        word.split("=")[0] for word in rest if word.startswith("--") or (word.startswith("-") and word[1:].isalpha())
    }
    assert used <= known or command.context_settings.get("ignore_unknown_options"), f"{block}: {used - known}"


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the pages speak of: the shipped data, a programme, records and a report template of one's own."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "notebooks" / "reports" / "term_evaluation.ipynb", tmp_path / "my_report.ipynb")
    start_programme(tmp_path / "my-programme", title="Team care", issuer="Our school")
    make_store(tmp_path / "records.sqlite").close()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.name)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path, workplace: Path):
    names: dict[str, object] = {"__name__": "manual"}
    for block in blocks(page):
        # Those with >>> are doctests, which tests/credentials/test_published_programmes.py runs.
        if block.kind == "python" and ">>>" not in block.text:
            exec(compile("\n" * block.line + block.text, str(page), "exec"), names)  # noqa: S102 - our own manual
    assert set(names) - {"__name__", "__builtins__"} or page.name == "stacking-algebra.md", "no block was run"
