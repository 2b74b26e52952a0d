"""The command line ``ipe``: parses, calls the API, prints. One module a command group; no logic of its own.

Results go to standard output, as tables or with ``--format json``; everything else to standard error. Exit codes:
0 fine, 1 findings or a failed verification, 2 unusable input or usage, 3 an environment fault.
"""

from __future__ import annotations

import errno
import sys
from typing import Annotated, ClassVar

import typer

from ipe_workbench.cli import (
    badge_images,
    badges,
    badges_issue,
    badges_sharing,
    check,
    compare,
    coverage,
    crosswalks,
    dashboard,
    diff,
    evaluate,
    evaluate_feedback,
    evaluate_instruments,
    evaluate_judgements,
    evaluate_outcomes,
    evaluate_plan,
    evaluate_process,
    evaluate_scales,
    frameworks,
    init,
    lab,
    migrate,
    pathway_exchange,
    pathway_feedback,
    pathway_plan,
    pathway_structure,
    pathway_what_if,
    playbook,
    report,
    simulate,
    simulation_calibrate,
    simulation_studies,
    teams,
)
from ipe_workbench.cli import credentials as credentials_group
from ipe_workbench.cli import records as records_group
from ipe_workbench.cli.groups import DEFAULT, Group, GroupWithDefault
from ipe_workbench.errors import WorkbenchError

__all__ = ["app", "main"]


class _Everything(Group):
    sections: ClassVar[dict[str, tuple[str, ...]]] = {
        "Design": ("init", "check", "credentials", "frameworks", "pathways", "coverage", "diff"),
        "Look ahead": ("simulate", "compare", "teams", "playbook"),
        "Record and recognise": ("records", "badges"),
        "Find out and tell": ("evaluate", "report", "dashboard"),
        "By mouse": ("lab",),
    }


app = typer.Typer(
    name="ipe",
    cls=_Everything,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Design, simulate and report stackable micro-credentials for interprofessional education.",
    epilog="Begin with: ipe init my-programme, then: ipe check my-programme\n\n"
    "Examples of the help use the example programme; copy it by: ipe init cu-ipe --template cu-ipe",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
pathways_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=Group)
pathways_app.command("import")(pathway_exchange.import_pathway)
pathways_app.command("export")(pathway_exchange.export_pathway)
pathways_app.command("feedback")(pathway_feedback.feedback)
pathways_app.command("plan")(pathway_plan.plan)
pathways_app.command("structure")(pathway_structure.structure)
pathways_app.command("what-if")(pathway_what_if.what_if)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("diff")(diff.diff)
app.command("coverage")(coverage.coverage)
app.command("playbook")(playbook.playbook)
frameworks.app.command("migrate")(migrate.migrate)
frameworks.app.add_typer(crosswalks.app, name="crosswalk", help="Show, check, invert, compose and suggest crosswalks.")
app.add_typer(credentials_group.app, name="credentials", help="List, show and begin micro-credentials.")
app.add_typer(frameworks.app, name="frameworks", help="List, show, import and export competency frameworks.")
app.add_typer(pathways_app, name="pathways", help="Structure, plans and exchange of stacks and pathways.")
badges.app.command("issue")(badges_issue.issue)
badges.app.command("publish")(badges_sharing.publish)
badges.app.command("claim")(badges_sharing.claim)
badges.app.command("transcript")(badges_sharing.transcript)
badges.app.command("bake")(badge_images.bake)
badges.app.command("extract")(badge_images.extract)
badges.app.command("images")(badge_images.images)
badges.app.command("read")(badge_images.read)
app.add_typer(dashboard.app, name="dashboard", help="Pages on the records for office, faculty and learners.")
app.add_typer(badges.app, name="badges", help="Keys, issue, verify and revoke Open Badges 3.0.")
evaluate_scales.add_to(evaluate.app)
evaluate_outcomes.add_to(evaluate.app)
evaluate_instruments.add_to(evaluate.app)
evaluate_judgements.add_to(evaluate.app)
evaluate_process.add_to(evaluate.app)
evaluate_plan.add_to(evaluate.app)
evaluate_feedback.add_to(evaluate.app)
app.add_typer(
    evaluate.app,
    name="evaluate",
    cls=evaluate_plan.GroupWithPlan,
    help="The evaluation plan of a programme, or one analysis of a tidy file.\n\n"
    "Example: ipe evaluate cu-ipe --db records.sqlite",
    epilog="`ipe evaluate PROGRAMME` is short for `ipe evaluate run PROGRAMME`; its options: ipe evaluate run --help",
)
app.add_typer(records_group.app, name="records", help="The database of what really happened.")
simulate_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=GroupWithDefault)
simulate_app.command(DEFAULT)(simulate.simulate)
simulate_app.command("sweep")(simulation_studies.sweep)
simulate_app.command("sensitivity")(simulation_studies.sensitivity)
simulate_app.command("optimise")(simulation_studies.optimise)
simulate_app.command("calibrate")(simulation_calibrate.calibrate)
app.add_typer(
    simulate_app,
    name="simulate",
    help="Simulate cohorts through a programme.\n\nExample: ipe simulate cu-ipe --scenario today",
    epilog="`ipe simulate PROGRAMME` is short for `ipe simulate run PROGRAMME`; its options: ipe simulate run --help",
)
app.command("compare")(compare.compare)
app.command("teams")(teams.teams)
report_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, cls=GroupWithDefault)
report_app.command(DEFAULT)(report.report)
report_app.command("verify")(report.verify)
app.add_typer(
    report_app,
    name="report",
    help="Make the reports of a term.\n\nExample: ipe report 2026-fall --programme cu-ipe --jobs 2",
    epilog="`ipe report TERM` is short for `ipe report run TERM`; its options: ipe report run --help",
)
app.command("lab", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(lab.lab)

_debug = False


def _show_version(wanted: bool) -> None:
    if wanted:
        from ipe_workbench import __version__

        typer.echo(f"ipe-workbench {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Design, simulate and report stackable micro-credentials for interprofessional education."""
    global _debug
    _debug = debug


def main() -> None:
    """Run the command line; turn the package's own errors into one sentence and an exit code."""
    try:
        app()
    except WorkbenchError as error:
        if _debug:
            raise
        typer.echo(f"ipe: {_printable(str(error))}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # The reader (head, less) has gone; that is no error of ours.
            sys.stderr.close()
            sys.exit(0)
        if _debug:
            raise
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"ipe: {_printable(place + (error.strerror or str(error)))}.", err=True)
        sys.exit(2 if error.errno in (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR) else 3)


def _printable(text: str) -> str:
    from ipe_workbench.cli.output import printable

    return printable(text)
