"""``ipe coverage``: competency by credential, and the gaps; or evidence by accreditation standard."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.coverage_strength import View, show_view
from ipe_workbench.cli.output import print_json, print_table, printable, table

if TYPE_CHECKING:
    from ipe_workbench.pathways import Coverage
    from ipe_workbench.pathways.accreditation import AccreditationMatrix


class CoverageFormat(StrEnum):
    """What the coverage is printed as."""

    table = "table"
    csv = "csv"
    json = "json"


def coverage(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    framework: Annotated[
        str | None, typer.Option(help="Id of the framework; the programme's first one by default.", show_default=False)
    ] = None,
    profession: Annotated[
        str | None, typer.Option(help="Count only what learners of this profession may earn.", show_default=False)
    ] = None,
    view: Annotated[
        View, typer.Option(help="The matrix, its strength, its equity, or the smallest set of credentials.")
    ] = View.matrix,
    pathway: Annotated[
        str | None, typer.Option(help="With --view strength: only what this stack counts.", show_default=False)
    ] = None,
    term: Annotated[
        str | None, typer.Option(help="With --view strength: only credentials of this term.", show_default=False)
    ] = None,
    through: Annotated[
        str | None, typer.Option(help="With --view strength: only what is over by then.", show_default=False)
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the heatmap to this .svg, .png or .pdf file.", show_default=False)
    ] = None,
    standards: Annotated[
        bool, typer.Option("--standards", help="Show the evidence for each accreditation standard instead.")
    ] = False,
    body: Annotated[
        str | None, typer.Option(help="With --standards: only this accreditation body.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="With --standards: also write this .html, .csv or .xlsx file.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --out if it exists.")] = False,
    format: Annotated[CoverageFormat, typer.Option(help="Print a table, CSV or JSON.")] = CoverageFormat.table,
) -> None:
    """Show who covers which competency, and the gaps.

    For each competency of the framework: the credentials that teach, practise and assess it.

    Example: ipe coverage cu-ipe --framework ipec-2023 --format csv

    Example: ipe coverage cu-ipe --view strength --profession nursing

    Example: ipe coverage cu-ipe --standards --profession nursing --out nursing.html
    """
    if standards:
        _refuse("does not go with --standards", {"--framework": framework, "--figure": figure})
        _standards(programme, profession, body, out, force=force, format=format)
        return
    _refuse("needs --standards", {"--body": body, "--out": out, "--force": force or None})
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.pathways import coverage as cover

    if view is not View.strength:
        _refuse("needs --view strength", {"--pathway": pathway, "--term": term, "--through": through})
    loaded = load_programme(programme)
    named = framework or next(iter(loaded.frameworks))
    if view is not View.matrix:
        _refuse("goes with --view matrix", {"--figure": figure})
        asked = {"profession": profession, "pathway": pathway, "term": term, "through": through}
        show_view(view, loaded, named, format=format.value, **asked)
        return
    result = cover(loaded, named, profession)
    if figure is not None:
        from ipe_workbench.figures import coverage_heatmap

        coverage_heatmap(result, {one.id: one.title for one in loaded.credentials.values()}).save(figure)
    if format is CoverageFormat.json:
        print_json(result.to_dict())
    elif format is CoverageFormat.csv:
        typer.echo(result.to_csv(), nl=False)
    else:
        _print_for_people(result)


def _print_for_people(result: Coverage) -> None:
    rows = [
        (row.code, *(", ".join(getattr(row, how)) or "-" for how in ("taught", "practised", "assessed")))
        for row in result.rows
    ]
    print_table(table(f"Coverage of {result.framework_title}", ("Code", "Taught", "Practised", "Assessed"), rows))
    for how, codes in result.gaps.items():
        typer.echo(printable(f"Not {how}: {', '.join(codes) if codes else 'none'}"))


def _refuse(why: str, options: dict[str, object]) -> None:
    for name, value in options.items():
        if value is not None:
            raise typer.BadParameter(f"{name} {why}.")


def _standards(
    programme: Path, profession: str | None, body: str | None, out: Path | None, *, force: bool, format: CoverageFormat
) -> None:
    import datetime

    from ipe_workbench.credentials import load_programme
    from ipe_workbench.frameworks.standards import load_standards
    from ipe_workbench.pathways.accreditation import accreditation

    loaded = load_programme(programme)
    bodies, findings = load_standards(loaded.folder)
    matrix = accreditation(loaded, bodies, profession, body=body).with_findings(findings)
    if out is not None:
        from ipe_workbench.reporting.accreditation import write_accreditation

        write_accreditation(matrix, out, on=datetime.datetime.now().astimezone().date(), replace=force)
    if format is CoverageFormat.json:
        print_json(matrix.to_dict())
    elif format is CoverageFormat.csv:
        typer.echo(matrix.to_csv(), nl=False)
    else:
        _print_standards(matrix)
    for finding in matrix.findings:
        if finding.severity == "warning":
            typer.echo(printable(str(finding)), err=True)


def _print_standards(matrix: AccreditationMatrix) -> None:
    columns = ("Profession", "Body", "Standard", "Edition", "Kind", "Checked", ("Evidence", "right"), "Gap")
    rows: list[tuple[object, ...]] = []
    for profession in matrix.professions:
        groups = matrix.rows_of(profession.id)
        if not groups:
            rows.append((profession.title, "no standard on file", "", "", "", "", "", ""))
        for group in groups:
            standard, body = group[0].standard, group[0].body
            if standard is None or body is None:
                continue
            kept = sum(row.role == "evidence" and row.evidence is not None for row in group)
            edition = standard.edition or (str(standard.year) if standard.year else "-")
            checked = "checked" if standard.checked else "not checked"
            gap = group[0].remark if group[0].role == "gap" else "-"
            rows.append((profession.title, body.id, standard.number, edition, standard.kind, checked, kept, gap))
    print_table(table(f"Accreditation evidence of {matrix.title}", columns, rows))
    for finding in matrix.findings:
        if finding.severity == "info":
            typer.echo(printable(f"{finding.message} {finding.mend}"))
