"""Groups of commands: their help has whole sentences in the order of the work, and one may have a default command."""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup

__all__ = ["DEFAULT", "Group", "GroupWithDefault"]

#: The command that is meant when none is named.
DEFAULT = "run"


class Group(TyperGroup):
    """A group whose help says of each command its whole first sentence; typer cuts it at the end of the line.

    Examples
    --------
    >>> import typer
    >>> from typer.testing import CliRunner
    >>> group = typer.Typer(cls=Group, rich_markup_mode=None)
    >>> @group.command("weigh")
    ... def weigh() -> None:
    ...     "Say how heavy each thing is, the heaviest first, and which of them nobody could carry alone."
    >>> @group.command("lift")
    ... def lift() -> None:
    ...     "Lift it."
    >>> "nobody could carry alone" in " ".join(CliRunner().invoke(group, ["--help"]).output.split())
    True
    """

    #: The headings of the help and the commands under each; what is under none comes last.
    sections: ClassVar[dict[str, tuple[str, ...]]] = {}

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, each with its sentence, under the headings."""
        shown = {name: command for name, command in self.commands.items() if not command.hidden}
        named = {name for names in self.sections.values() for name in names}
        rest = tuple(name for name in shown if name not in named)
        for heading, names in {**self.sections, "Commands": rest}.items():
            # No line is that long, so that the sentence is never cut; the list wraps it.
            rows = [(name, shown[name].get_short_help_str(10_000)) for name in names if name in shown]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


class GroupWithDefault(Group):
    """A group whose first word is a command or, where it is none, the first argument of the default command.

    A folder that is called like a command is meant by ``./sweep``.

    Examples
    --------
    >>> import typer
    >>> from typer.testing import CliRunner
    >>> group = typer.Typer(cls=GroupWithDefault, rich_markup_mode=None)
    >>> @group.command(DEFAULT)
    ... def run(name: str) -> None:
    ...     print("running", name)
    >>> @group.command("stop")
    ... def stop() -> None:
    ...     print("stopping")
    >>> print(CliRunner().invoke(group, ["autumn"]).output, end="")
    running autumn
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the default command where none is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)
