"""What a person sees who asks a group of commands for help."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.cli.groups import Group


def groups(group: Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Group]]:
    """The group and every group inside it, with the words that call it."""
    yield words, group
    for name, command in group.commands.items():
        if isinstance(command, Group):
            yield from groups(command, (*words, name))


EVERYTHING = typer.main.get_command(app)
assert isinstance(EVERYTHING, Group)
GROUPS = dict(groups(EVERYTHING))


@pytest.mark.parametrize("words", GROUPS, ids=" ".join)
def test_help_says_the_whole_sentence_of_each_command(words):
    shown = CliRunner().invoke(app, [*words, "-h"], terminal_width=80)
    assert shown.exit_code == 0
    told = " ".join(shown.output.split())
    for name, command in GROUPS[words].commands.items():
        sentence = " ".join(inspect.cleandoc(command.help or "").partition("\n\n")[0].split())
        assert f"{name} {sentence.partition('. ')[0].rstrip('.')}" in told, name


@pytest.mark.parametrize("words", [words for words, group in GROUPS.items() if group.sections], ids=" ".join)
def test_a_group_with_headings_has_each_command_under_one(words):
    group = GROUPS[words]
    assert Counter(name for names in group.sections.values() for name in names) == Counter(list(group.commands))


def test_everything_that_has_commands_is_such_a_group():
    plain = [
        (*words, name)
        for words, group in GROUPS.items()
        for name, command in group.commands.items()
        if hasattr(command, "commands") and not isinstance(command, Group)
    ]
    assert plain == []
    assert len(GROUPS) > 8
