"""``ipe frameworks crosswalk``: show, check, invert, compose and suggest crosswalks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.groups import Group
from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.phrases import listed

if TYPE_CHECKING:
    from ipe_workbench.findings import Finding
    from ipe_workbench.frameworks import Crosswalk, Framework

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=Group)

_Walk = Annotated[str, typer.Argument(help="Id of a built-in crosswalk, or a YAML file.", show_default=False)]
_Format = Annotated[OutputFormat, typer.Option(help="Print a table, or JSON.")]
_Out = Annotated[
    Path | None, typer.Option(help="Write the crosswalk to this .yaml file, or into this folder.", show_default=False)
]
_Replace = Annotated[bool, typer.Option("--force", help="Change a file that exists, its comments kept.")]


@app.command()
def show(crosswalk: _Walk, format: _Format = OutputFormat.table) -> None:
    """Show the rows of a crosswalk.

    Example: ipe frameworks crosswalk show crosswalk-ipec-2016-2023
    """
    from ipe_workbench.frameworks.crosswalk_files import open_crosswalk

    _print(open_crosswalk(crosswalk), format)


@app.command()
def check(
    crosswalk: _Walk,
    source: Annotated[
        str | None, typer.Option(help="Id or file of the source framework, where it is not built in.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Id or file of the target framework, where it is not built in.")
    ] = None,
    format: _Format = OutputFormat.table,
) -> None:
    """List every finding about a crosswalk, each with its line.

    Exit code 0: clean, or warnings only; 1: it has errors; 2: it cannot be used.

    Example: ipe frameworks crosswalk check crosswalk-ipec-2016-2023 --format json
    """
    from ipe_workbench.errors import UnusableInputError
    from ipe_workbench.frameworks.crosswalk_checks import check_crosswalk
    from ipe_workbench.frameworks.crosswalk_files import document_of_crosswalk, open_crosswalk

    try:
        walk, document = open_crosswalk(crosswalk), document_of_crosswalk(crosswalk)
    except UnusableInputError as error:
        if not error.findings:
            raise
        _print_findings(None, error.findings, format)
        raise typer.Exit(2) from None
    beside = Path(document.path).parent
    old, new = _framework(source or walk.source, beside), _framework(target or walk.target, beside)
    findings = check_crosswalk(walk, old, new, document)
    _print_findings(walk.id, findings, format)
    raise typer.Exit(1 if any(one.severity == "error" for one in findings) else 0)


@app.command()
def invert(crosswalk: _Walk, out: _Out = None, replace: _Replace = False, format: _Format = OutputFormat.table) -> None:
    """Read a crosswalk from its target to its source.

    Example: ipe frameworks crosswalk invert crosswalk-ipec-2016-2023 --out ipec-2023-2016.yaml
    """
    from ipe_workbench.frameworks.crosswalk_files import open_crosswalk

    _deliver(open_crosswalk(crosswalk).inverted(), out, replace, format)


@app.command()
def compose(
    first: _Walk, second: _Walk, out: _Out = None, replace: _Replace = False, format: _Format = OutputFormat.table
) -> None:
    """Follow one crosswalk by another: from A to B and from B to C gives from A to C.

    Example: ipe frameworks crosswalk compose ours-2016.yaml crosswalk-ipec-2016-2023 --out ours-2023.yaml
    """
    from ipe_workbench.frameworks.crosswalk_files import open_crosswalk

    _deliver(open_crosswalk(first).then(open_crosswalk(second)), out, replace, format)


@app.command()
def suggest(
    source: Annotated[str, typer.Argument(help="Id of a built-in framework, or a file.", show_default=False)],
    target: Annotated[str, typer.Argument(help="Id of a built-in framework, or a file.", show_default=False)],
    minimum: Annotated[float, typer.Option(help="The least score, above 0 and up to 1.")] = 0.1,
    per_code: Annotated[int, typer.Option(help="How many suggestions a code gets at most.")] = 3,
    out: _Out = None,
    replace: _Replace = False,
    format: _Format = OutputFormat.table,
) -> None:
    """Suggest pairs of two frameworks whose texts are alike, each with a score; a person decides.

    Example: ipe frameworks crosswalk suggest cihc-2024 ipec-2023 --per-code 1 --out suggestions.yaml
    """
    from ipe_workbench.frameworks import open_framework
    from ipe_workbench.frameworks.similarity import suggest_crosswalk, without_text

    old, new = open_framework(source), open_framework(target)
    _deliver(suggest_crosswalk(old, new, minimum, per_code), out, replace, format)
    for framework in (old, new):
        if ids := without_text(framework):
            shown = listed(ids, 12)
            told = f"Not comparable, having no text in {framework.id}: {len(ids)} of {len(framework.competencies)}"
            typer.echo(printable(f"{told} ({shown})."), err=True)


def _framework(reference: str, beside: Path) -> Framework:
    """A built-in framework, a file, or the file of that id beside the crosswalk."""
    from ipe_workbench.frameworks import open_framework

    local = beside / f"{reference}.yaml"
    return open_framework(str(local) if local.is_file() else reference)


def _print_findings(walk: str | None, findings: tuple[Finding, ...], format: OutputFormat) -> None:
    from ipe_workbench.findings import count_by_severity

    counts = count_by_severity(findings)
    if format is OutputFormat.json:
        print_json({"crosswalk": walk, "findings": [one.to_dict() for one in findings], **counts})
        return
    for finding in findings:
        typer.echo(printable(str(finding)))
    numbers = ", ".join(
        f"{number} {name.removesuffix('s') if number == 1 else name}" for name, number in counts.items()
    )
    typer.echo(printable(f"{walk or 'not a crosswalk'}: {numbers}."))


def _deliver(walk: Crosswalk, out: Path | None, replace: bool, format: OutputFormat) -> None:
    from ipe_workbench.frameworks.crosswalk_files import write_crosswalk

    written = write_crosswalk(walk, out, replace=replace) if out is not None else None
    _print(walk, format)
    if written is not None and format is OutputFormat.table:
        typer.echo(printable(f"Written to {written}."))


def _print(walk: Crosswalk, format: OutputFormat) -> None:
    if format is OutputFormat.json:
        print_json(walk.model_dump(mode="json"))
        return
    marks = {True: "suggestion", False: ""}
    rows = [
        (
            one.source,
            one.target,
            one.relation,
            "" if one.score is None else f"{one.score:.3f}",
            marks[one.suggested],
            one.note,
        )
        for one in walk.mappings
    ]
    columns = (walk.source, walk.target, "Relation", ("Score", "right"), "Mark", "Note")
    print_table(table(walk.title, columns, rows))
    typer.echo(printable(f"{walk.id}: {len(rows)} rows. Status: {walk.status}. {walk.notes}".strip()))
