"""What the manual says to type is typed: shell and Python of each page run, with the files that it speaks of."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import typer

from ipe_workbench.cli import app
from ipe_workbench.cli.groups import DEFAULT
from tests.project.manual_blocks import PAGES, ROOT, Block, blocks, commands
from tests.project.manual_desk import make_desk
from tests.project.manual_shell import Shell, why_not

BLOCKS = [block for page in PAGES for block in blocks(page)]
PYTHON = sorted({block.page for block in BLOCKS if block.kind == "python" and block.mark is None})
SHELL = sorted({block.page for block in BLOCKS if block.kind == "sh"} - {ROOT / "docs" / "tutorial.md"})
COMMANDS = [(block, words) for block in BLOCKS for words in commands(block)]
KINDS = {"sh", "python", "yaml", "json", "csv", "text", "ini", "nginx", "inline"}
IPE = typer.main.get_command(app)


def test_the_reader_of_the_manual_finds_what_is_there():
    assert len(COMMANDS) > 200
    assert len(SHELL) > 20
    assert len(PYTHON) > 5


def test_each_block_says_what_it_holds_and_none_is_indented():
    assert not [str(block) for block in BLOCKS if block.kind not in KINDS]
    for page in PAGES:
        bare = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        # After a heading or an empty line, four blanks are a block that no reader of ours sees.
        assert not re.search(r"^(#.*|)\n {4}[^ \n]", bare, flags=re.M), page


def test_a_block_is_marked_as_not_run_just_where_it_cannot_be_run():
    marked = {str(block): block.mark for block in BLOCKS if block.mark is not None}
    assert all(len(reason) > 10 for reason in marked.values()), marked
    typed = [block for block in BLOCKS if block.kind == "sh"]
    assert not [str(block) for block in typed if block.mark is not None and not why_not(block)]
    assert not [f"{block}: {why_not(block)}" for block in typed if block.mark is None and why_not(block)]
    assert len(marked) < 15


@pytest.mark.parametrize(("block", "words"), COMMANDS, ids=[f"{block}-{' '.join(words)}" for block, words in COMMANDS])
def test_each_command_of_the_manual_exists_with_its_options(block: Block, words: list[str]):
    command, rest = IPE, words[1:]
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


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages speak of, made once."""
    folder = tmp_path_factory.mktemp("desk")
    make_desk(folder)
    return folder


@pytest.fixture
def workplace(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the desk, for one page to work on."""
    for name in ("IPE_DB", "IPE_RECORDS_KEY"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(desk, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.timeout(900)  # a page may print reports, and the machine be busy
@pytest.mark.parametrize("page", SHELL, ids=lambda page: page.stem)
def test_the_shell_of_a_page_can_be_typed_from_top_to_bottom(page: Path, workplace: Path):
    # The tutorial's test prints a report, too.
    shell = Shell(workplace, prints=page.stem == "report")
    for block in blocks(page):
        if block.kind == "sh" and block.mark is None:
            for made in re.findall(r"^ipe init (\S+)", block.text, flags=re.M):
                shutil.rmtree(workplace / made)
            shell.type(block)


@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.stem)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path, workplace: Path):
    names: dict[str, object] = {"__name__": "manual"}
    for block in blocks(page):
        # Those with >>> are doctests, which tests/credentials/test_published_programmes.py runs.
        if block.kind == "python" and block.mark is None and ">>>" not in block.text:
            exec(compile("\n" * block.line + block.text, str(page), "exec"), names)  # noqa: S102 - our own manual
    assert set(names) - {"__name__", "__builtins__"} or page.name == "stacking-algebra.md", "no block was run"
