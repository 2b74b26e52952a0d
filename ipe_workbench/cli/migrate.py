"""``ipe frameworks migrate``: move a programme's alignments from one framework to another along a crosswalk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, print_table, printable, table

if TYPE_CHECKING:
    from ipe_workbench.credentials import Programme
    from ipe_workbench.credentials.migration import Decision, Migration
    from ipe_workbench.frameworks import Framework


class Accept(StrEnum):
    """What is accepted without a decisions file."""

    automatic = "automatic"


def migrate(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    source: Annotated[
        str, typer.Option("--from", help="Id of the framework that the alignments are to.", show_default=False)
    ],
    target: Annotated[
        str, typer.Option("--to", help="Id (or file) of the framework to move them to.", show_default=False)
    ],
    crosswalk: Annotated[
        str | None,
        typer.Option(help="Id or YAML file of the crosswalk; found among the built-in ones by default."),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="A decisions file that you edited.", show_default=False)
    ] = None,
    write_decisions: Annotated[
        Path | None, typer.Option(help="Write the proposals there, for you to decide.", show_default=False)
    ] = None,
    accept: Annotated[
        Accept | None, typer.Option(help="Accept all proposals that need no decision.", show_default=False)
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Change the programme's files by what is accepted.")] = False,
    format: Annotated[OutputFormat, typer.Option(help="Print tables, or JSON.")] = OutputFormat.table,
) -> None:
    """Propose what each alignment becomes in another framework; with --apply, change what you accepted.

    Without --apply nothing in the programme is written. Comments and files that do not change stay as they are.
    Exit code 2: the programme, the crosswalk or the decisions cannot be used; nothing is written then.

    Example: ipe frameworks migrate my-programme --from ipec-2016 --to ipec-2023 --write-decisions decisions.yaml

    Example: ipe frameworks migrate my-programme --from ipec-2016 --to ipec-2023 --decisions decisions.yaml --apply
    """
    from ipe_workbench.credentials import load_programme, save_programme
    from ipe_workbench.credentials import migration as moving

    loaded = load_programme(programme)
    proposed, how = _propose(loaded, source, target, crosswalk)
    accepted = _read(decisions, proposed, loaded) if decisions is not None else ()
    if accept is not None:
        accepted = moving.accept_automatic(proposed, accepted)
    moved = moving.apply_migration(loaded, proposed, accepted)
    listed = moving.write_decisions(proposed, write_decisions, accepted) if write_decisions is not None else None
    written = save_programme(moved)[1] if apply and moved is not loaded else ()
    yes = sum(one.accept == "yes" and proposed.find(one) is not None for one in accepted)
    counts = {one.id: vars(moving.coverage_count(moved, one)) for one in (proposed.source, proposed.target)}
    if format is OutputFormat.json:
        facts = proposed.to_dict()
        facts["coverage"]["after_accepted"] = counts
        facts |= {"crosswalk_found": how, "accepted": yes, "applied": apply}
        print_json(facts | {"written": [str(path) for path in written]})
        return
    _print_proposals(proposed, how, accepted)
    _print_coverage(proposed, counts)
    if listed is not None:
        _say(f"Decisions to edit are in {listed}.")
    _say(_outcome(proposed, yes, apply, [str(path) for path in written]))


def _propose(loaded: Programme, source: str, target: str, crosswalk: str | None) -> tuple[Migration, str]:
    from ipe_workbench.credentials.migration import propose_migration
    from ipe_workbench.frameworks.crosswalk_files import find_crosswalk, open_crosswalk

    old, new = _framework(loaded, source), _framework(loaded, target)
    if crosswalk is not None:
        walk, how = open_crosswalk(crosswalk), f"{crosswalk}, as named."
        if (walk.source, walk.target) == (new.id, old.id):
            walk, how = walk.inverted(), f"{crosswalk}, read from its target to its source."
    else:
        found = find_crosswalk(old.id, new.id)
        walk, how = found.crosswalk, found.how
    # A file is named from the programme's folder, where it will be looked for.
    is_file = target not in (*loaded.frameworks, new.id) and Path(target).is_file()
    reference = Path(os.path.relpath(target, loaded.folder or Path())).as_posix() if is_file else None
    return propose_migration(loaded, walk, old, new, reference), how


def _framework(loaded: Programme, reference: str) -> Framework:
    """The programme's own framework of that id, which may be a local copy; else a built-in one or a file."""
    from ipe_workbench.frameworks import open_framework

    return loaded.frameworks.get(reference) or open_framework(reference)


def _read(path: Path, proposed: Migration, loaded: Programme) -> tuple[Decision, ...]:
    from ipe_workbench.credentials.migration import read_decisions

    file, findings = read_decisions(path, proposed, loaded)
    for finding in findings:
        typer.echo(printable(str(finding)), err=True)
    if file is None:
        typer.echo("ipe: The decisions cannot be used; nothing was written.", err=True)
        raise typer.Exit(2)
    return file.decisions


def _print_proposals(proposed: Migration, how: str, accepted: Sequence[Decision]) -> None:
    answers = {found.key: one.accept for one in accepted if (found := proposed.find(one)) is not None}
    rows: list[tuple[Any, ...]] = []
    for one in proposed.proposals:
        becomes = ", ".join(
            alternative.code + (f" ({alternative.relation})" if alternative.relation else "")
            for alternative in one.alternatives
        )
        notes = [f"{alternative.code}: {alternative.note}" for alternative in one.alternatives if alternative.note]
        why = " ".join(filter(None, (one.why, *notes)))
        rows.append((one.reference, one.code, becomes or "-", one.kind, answers.get(one.key) or "", why))
    _say(f"Crosswalk: {how}")
    if rows:
        columns = ("Credential or stack", "Old", "Becomes", "Kind", "Accepted", "Why")
        print_table(table(f"{proposed.source.id} to {proposed.target.id}", columns, rows))
    _say(f"{len(proposed.automatic)} automatic, {len(proposed.open)} to decide.")
    _say(f"Codes of {proposed.target.id} with no ancestor: {', '.join(proposed.no_ancestor) or 'none'}.")


def _print_coverage(proposed: Migration, counts: dict[str, dict[str, int]]) -> None:
    rows = [
        (one, how, vars(proposed.before[one])["leaves"], *(of[how] for of in states))
        for one in (proposed.source.id, proposed.target.id)
        for states in [(vars(proposed.before[one]), vars(proposed.after[one]), counts[one])]
        for how in ("aligned", "taught", "practised", "assessed")
    ]
    numbers: list[str | tuple[str, str]] = [
        (one, "right") for one in ("Codes", "Now", "If all automatic", "If what is accepted")
    ]
    print_table(table("Codes covered", ["Framework", "Covered", *numbers], rows))


def _outcome(proposed: Migration, yes: int, apply: bool, written: list[str]) -> str:
    if not proposed.proposals:
        return f"Nothing is aligned to {proposed.source.id}; there is nothing to migrate."
    if not apply:
        return f"Nothing in the programme was written; --apply would change {yes} accepted."
    if not written:
        return "Nothing was accepted, so nothing was written; see --accept and --decisions."
    return f"{yes} moved. Written: {', '.join(written)}."


def _say(text: str) -> None:
    typer.echo(printable(text))
