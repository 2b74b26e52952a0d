"""``ipe simulate calibrate``: parameters from recorded cohorts, and forecasts held against what came."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table
from ipe_workbench.cli.simulation_means import SchedulerOption, WorkersOption, simulation_means
from ipe_workbench.cli.simulation_studies import (
    FigureOption,
    check_figure,
    check_table,
    item_titles,
    plain_rows,
    write_table,
)

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.findings import Finding
    from ipe_workbench.simulation.calibration import Posterior

__all__ = ["calibrate"]


def calibrate(
    programme: Annotated[Path | None, typer.Argument(help="Folder of the programme.", show_default=False)] = None,
    fit: Annotated[
        list[str] | None,
        typer.Option(
            help="PATH=LOW:HIGH of a parameter to fit, with a uniform prior; may be repeated.", show_default=False
        ),
    ] = None,
    scenario: Annotated[str, typer.Option(help="The scenario whose other values stay.")] = "today",
    db: Annotated[
        str | None, typer.Option(help="The records' database; IPE_DB by default.", show_default=False)
    ] = None,
    cohort: Annotated[
        str | None, typer.Option(help="Id of the cohort to fit; all by default.", show_default=False)
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="Id of a later cohort to forecast and compare.", show_default=False)
    ] = None,
    simulations: Annotated[int, typer.Option(help="Simulated cohorts to spend at most.")] = 6000,
    oulad: Annotated[
        Path | None, typer.Option(help="Instead of a programme: a folder of OULAD files.", show_default=False)
    ] = None,
    until: Annotated[
        list[int] | None,
        typer.Option(help="OULAD: last week that the fit sees; may be repeated. By default 30 to 70 % of the course."),
    ] = None,
    draws: Annotated[int, typer.Option(help="OULAD: posterior draws of each of four chains.")] = 500,
    seed: Annotated[int, typer.Option(help="Of the fit and the forecast.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option(help="Programme: write the fitted scenario (.yaml). OULAD: the forecast shares (.parquet, .csv)."),
    ] = None,
    figure: FigureOption = None,
    scheduler: SchedulerOption = "auto",
    workers: WorkersOption = None,
    format: Annotated[OutputFormat, typer.Option(help="Print a table or JSON.")] = OutputFormat.table,
) -> None:
    """Fit parameters to recorded cohorts; say what the records do not tell; judge forecasts.

    Example: ipe simulate calibrate cu-ipe --fit learning.learn_per_opportunity=0.05:0.3
    --fit participation.uptake.advanced=0.2:0.9 --cohort 2026 --judge 2027

    Example: ipe simulate calibrate --oulad oulad-bbb-2013j
    """
    from ipe_workbench.errors import UnusableInputError

    if oulad is not None and programme is None:
        check_figure(figure)
        _course(oulad, until or [], draws, seed, out, figure, format)
    elif programme is not None and oulad is None:
        check_figure(figure)
        who, where = (scheduler, workers), (out, figure)
        _programme(programme, fit or [], scenario, db, cohort, judge, simulations, seed, where, who, format)
    else:
        raise UnusableInputError("Name either a programme or a folder with --oulad.", mend="Give one of the two.")


def _course(
    folder: Path, until: list[int], draws: int, seed: int, out: Path | None, figure: Path | None, format: OutputFormat
) -> None:
    from ipe_workbench.simulation.calibration import read_oulad, roll_forecasts

    check_table(out)
    cohort = read_oulad(folder)
    with simulation_means("auto", None, None, "Fitting and forecasting") as means:
        found = roll_forecasts(cohort, until, draws=draws, seed=seed, progress=means.progress)
    write_table(found.points, out)
    if figure is not None:
        from ipe_workbench.figures import forecast_against_record

        forecast_against_record(found.points).save(figure)
    findings = [(fit.cohort.seen, one) for fit in found.fits for one in fit.posterior.findings()]
    if format is OutputFormat.json:
        print_json(
            {
                "kind": "ipe-calibration", "format": 1, "simulated": True, "method": "likelihood",
                "learners": cohort.learners, "weeks": cohort.weeks, "scores": plain_rows(found.scores),
                "posterior": [{"origin": fit.cohort.seen, **row}
                              for fit in found.fits for row in plain_rows(fit.posterior.summary())],
                "findings": [{"origin": week, **_finding(one)} for week, one in findings],
            }
        )  # fmt: skip
        return
    rows = [
        ("all" if row["origin"] == 0 else f"week {row['origin']}", *_score(row))
        for row in found.scores.query("measure == 'all'").to_dict("records")
    ]
    columns = ("Forecast from", *_SCORE_COLUMNS)
    print_table(table(f"Forecasts of {cohort.learners:,} learners (simulated), held against what came", columns, rows))
    _print_findings([one for _, one in findings], out)


def _programme(
    folder: Path, fit: list[str], scenario: str, db: str | None, cohort: str | None, judge: str | None,
    simulations: int, seed: int, where: tuple[Path | None, Path | None], who: tuple[str, int | None],
    format: OutputFormat,
) -> None:  # fmt: skip
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.documents import write_atomically
    from ipe_workbench.records import open_store
    from ipe_workbench.simulation import find_scenario
    from ipe_workbench.simulation.calibration import award_records, fit_programme, judge_cohort
    from ipe_workbench.simulation.experiments import parse_factor

    loaded, chosen = load_programme(folder), find_scenario(folder, scenario)
    factors = [parse_factor(one) for one in fit]
    out, figure = where
    _check_scenario_file(out)
    with open_store(db) as store:
        records = award_records(store, cohort=cohort)
        later = award_records(store, cohort=judge) if judge is not None else None
    with simulation_means(*who, None, "Simulating cohorts") as means:
        fitted = fit_programme(
            loaded, chosen, factors, records, pilot=max(50, simulations // 10), most=simulations, seed=seed, means=means
        )
        judged = judge_cohort(fitted, loaded, records, later, seed=seed + 1, means=means) if later is not None else None
    if figure is not None:
        _draw(figure, fitted.posterior, judged[0] if judged else None, item_titles(loaded))
    if out is not None:
        write_atomically(out, _scenario_text(fitted.scenario, cohort))
    summary = plain_rows(fitted.posterior.summary())
    findings = fitted.posterior.findings()
    off = fitted.checks[(fitted.checks["p"] < 0.01) | (fitted.checks["p"] > 0.99)]
    if format is OutputFormat.json:
        print_json(
            {
                "kind": "ipe-calibration", "format": 1, **fitted.about, "posterior": summary,
                "findings": [_finding(one) for one in findings], "checks": plain_rows(fitted.checks),
                "scores": plain_rows(judged[1]) if judged else None,
            }
        )  # fmt: skip
        return
    rows = [
        (row["parameter"], f"{row['mean']:.4g}", f"{row['low']:.4g} to {row['high']:.4g}", f"{row['overlap']:.0%}")
        for row in summary
    ]
    columns = ("Parameter", ("Mean", "right"), ("95 % interval", "right"), ("Shared with the prior", "right"))
    print_table(table(f"Fitted by {fitted.about['method']}", columns, rows))
    typer.echo(
        f"Of {len(fitted.checks)} statistics of the record {len(off)} lie where hardly any simulated cohort does."
    )
    for row in off.head(5).to_dict("records"):
        told = f"  {row['statistic']}: recorded {row['recorded']:.3f}, model {row['low']:.3f} to {row['high']:.3f}"
        typer.echo(printable(told))
    if judged:
        print_table(
            table(f"Forecast of cohort {judge}", _SCORE_COLUMNS, [_score(row) for row in plain_rows(judged[1])])
        )
    _print_findings(list(findings), out)


def _draw(figure: Path, posterior: Posterior, points: pd.DataFrame | None, titles: dict[str, str]) -> None:
    """The posterior; where a cohort was forecast, that beside it as NAME-forecast."""
    from ipe_workbench.figures import forecast_against_record, posterior_against_prior

    posterior_against_prior(posterior).save(figure)
    if points is not None:
        beside = figure.with_name(f"{figure.stem}-forecast{figure.suffix}")
        forecast_against_record(points, names=titles).save(beside)


_SCORE_COLUMNS = ("Method", ("Shares", "right"), ("CRPS (points)", "right"), ("In 90 % interval", "right"))


def _score(row: Any) -> tuple[str, ...]:
    return str(row["method"]), str(row["points"]), f"{row['crps']:.2f}", f"{row['coverage']:.0%}"


def _finding(one: Finding) -> dict[str, str]:
    return {"id": one.id, "parameter": one.subject, "message": one.message, "mend": one.mend}


def _print_findings(findings: list[Finding], out: Path | None) -> None:
    counts = Counter(one.id for one in findings)
    for kind, count in counts.items():
        some = next(one for one in findings if one.id == kind)
        more = f" (and {count - 1} more such)" if count > 1 else ""
        typer.echo(printable(f"{kind}: {some.message}{more} {some.mend}"))
    if out is not None:
        typer.echo(printable(f"Written to {out}."))


def _check_scenario_file(out: Path | None) -> None:
    from ipe_workbench.errors import UnusableInputError

    if out is not None and (out.suffix != ".yaml" or out.exists()):
        raise UnusableInputError(
            "The fitted scenario is written to a new .yaml file.", place=str(out), mend="Name one that is not there."
        )


def _scenario_text(scenario: Any, cohort: str | None) -> str:
    import yaml

    data = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data["id"], data["title"] = f"{scenario.id}-fitted", f"{scenario.title} (fitted)"
    comment = "# Posterior means of a calibration: the numbers have uncertainty that a scenario cannot carry.\n"
    source = yaml.safe_dump({"cohort": cohort or "all"}, allow_unicode=True).strip().replace("\n", " ")
    return f"{comment}# Fitted to the recorded {source}\n" + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
