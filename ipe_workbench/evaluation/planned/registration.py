"""Registration of a plan: what was planned, held fast on a day, so that a later change shows."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.documents import parse_document, read_document, validate, write_atomically
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.findings import Finding

if TYPE_CHECKING:
    from ipe_workbench.evaluation.plan import EvaluationPlan

__all__ = ["REGISTERED_FILE", "changes_since_registration", "plan_digest", "register_plan", "registered_part"]

#: The copy of what was registered; it lies beside ``evaluation.yaml``.
REGISTERED_FILE = "evaluation.registered.json"


def registered_part(plan: EvaluationPlan) -> dict[str, Any]:
    """What registration holds fast: of each claim its statement, smallest number and analyses; and alpha.

    Texts about limits and sources may be mended later without a new registration.
    """
    claims = {
        one.id: {
            "statement": " ".join(one.statement.split()),
            "outcome_level": one.outcome_level,
            "minimum_n": one.minimum_n,
            "analyses": {
                each.id: each.model_dump(mode="json", exclude={"id", "note"}, exclude_defaults=True)
                for each in one.analyses
            },
        }
        for one in plan.claims
    }
    among = {column: list(values) for column, values in (plan.among or {}).items()}
    return {"alpha": plan.alpha, "among": among, "claims": claims}


def plan_digest(plan: EvaluationPlan) -> str:
    """SHA-256 of the registered part, whatever the order and the layout of the file.

    Examples
    --------
    >>> from ipe_workbench.evaluation import EvaluationPlan
    >>> plan_digest(EvaluationPlan())[:12]
    '979a7cb71dd0'
    """
    return _digest(registered_part(plan))


def register_plan(folder: str | Path, on: datetime.date, *, again: bool = False) -> tuple[Path, Path]:
    """Write the day and the hash into ``evaluation.yaml``, and a copy of what was registered beside it.

    Parameters
    ----------
    folder : path
        The programme's folder.
    on : date
        The day of the registration.
    again : bool
        Whether a plan that is registered already may be registered anew.

    Returns
    -------
    (plan file, registered copy)

    Raises
    ------
    UnusableInputError
        When there is no plan, it has faults, no claim has analyses, or it is registered already.

    Examples
    --------
    >>> import shutil, tempfile
    >>> from ipe_workbench.evaluation import read_plan
    >>> from ipe_workbench.resources import data_folder
    >>> folder = tempfile.mkdtemp()
    >>> _ = shutil.copy(data_folder() / "programmes" / "cu-ipe" / "evaluation.yaml", folder)
    >>> file, copy = register_plan(folder, datetime.date(2026, 8, 1))
    >>> read_plan(folder)[0].registered.on, copy.name
    (datetime.date(2026, 8, 1), 'evaluation.registered.json')
    >>> shutil.rmtree(folder)
    """
    from ipe_workbench.evaluation.plan import EvaluationPlan, plan_file, read_plan

    path = plan_file(folder)
    plan, findings = read_plan(folder)
    if path is None or plan is None or any(one.severity == "error" for one in findings):
        told = next((one for one in findings if one.severity == "error"), None)
        message = told.message if told else "There is no evaluation plan here."
        mend = told.mend if told else "Write evaluation.yaml first."
        raise UnusableInputError(message, place=str(told.place if told else folder), mend=mend, findings=findings)
    if not any(one.analyses for one in plan.claims):
        raise UnusableInputError("No claim has analyses.", place=str(path), mend="Write them before you register.")
    if plan.registered is not None and not again:
        message = f"The plan is registered since {plan.registered.on}."
        raise UnusableInputError(message, place=str(path), mend="Register it --again, and say in the report why.")
    digest = plan_digest(plan)
    text = _with_registration(read_document(path).text, on, digest)
    # The file must say the same as before, and be registered; nothing is written otherwise.
    changed, said = validate(EvaluationPlan, parse_document(text, str(path)))
    if changed is None or changed.registered is None or plan_digest(changed) != digest:
        message = "The registration could not be written into the plan."
        mend = said[0].message if said else "Write `registered:` by hand."
        raise UnusableInputError(message, place=str(path), mend=mend)
    copy = path.parent / REGISTERED_FILE
    content = {"on": on.isoformat(), "sha256": digest, "plan": registered_part(plan)}
    write_atomically(copy, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    write_atomically(path, text)
    return path, copy


def changes_since_registration(plan: EvaluationPlan, folder: str | Path | None) -> tuple[Finding, ...]:
    """How the plan departs from what was registered: nothing when it does not.

    Examples
    --------
    >>> from ipe_workbench.evaluation import EvaluationPlan
    >>> [one.id for one in changes_since_registration(EvaluationPlan(), None)]
    ['not-registered']
    """
    if plan.registered is None:
        message = "The plan was not registered, so nobody can see whether it was written before the data."
        return (remark("not-registered", message, "Register it before the first wave: ipe evaluate register.", "info"),)
    if plan_digest(plan) == plan.registered.sha256:
        return ()
    held = _held(folder, plan.registered.sha256)
    if held is None:
        message = (
            f"The plan was changed since it was registered on {plan.registered.on}; what it said is not kept here."
        )
        return (remark("plan-changed", message, f"Put {REGISTERED_FILE} back to see what changed."),)
    return tuple(_differences(held, registered_part(plan), f"since {plan.registered.on}"))


def _held(folder: str | Path | None, digest: str) -> dict[str, Any] | None:
    """The registered copy, when it is there and is the one whose hash the plan names."""
    if folder is None:
        return None
    try:
        held = json.loads((Path(folder) / REGISTERED_FILE).read_text(encoding="utf-8"))["plan"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return held if isinstance(held, dict) and _digest(held) == digest else None


def _differences(held: Mapping[str, Any], now: Mapping[str, Any], when: str) -> Iterator[Finding]:
    if held["alpha"] != now["alpha"]:
        yield _changed(f"alpha was {held['alpha']:g} and is {now['alpha']:g} {when}.", "")
    if held["among"] != now["among"]:
        yield _changed(f"among was {_short(held['among'])} and is {_short(now['among'])} {when}.", "")
    for claim in {**held["claims"], **now["claims"]}:
        before, after = held["claims"].get(claim), now["claims"].get(claim)
        if before is None or after is None:
            yield _changed(f"The claim `{claim}` was {'added' if before is None else 'dropped'} {when}.", claim)
            continue
        for field in ("statement", "outcome_level", "minimum_n"):
            if before[field] != after[field]:
                yield _changed(f"{field} of `{claim}` was {before[field]!r} and is {after[field]!r} {when}.", claim)
        for one in {**before["analyses"], **after["analyses"]}:
            yield from _analysis(one, before["analyses"].get(one), after["analyses"].get(one), when)


def _analysis(id: str, before: Any, after: Any, when: str) -> Iterator[Finding]:
    if before is None or after is None:
        yield _changed(f"The analysis `{id}` was {'added' if before is None else 'dropped'} {when}.", id)
        return
    for field in sorted({*before, *after}):
        if before.get(field) != after.get(field):
            was, now = (_short(one.get(field)) for one in (before, after))
            yield _changed(f"{field} of the analysis `{id}` was {was} and is {now} {when}.", id)


def _short(value: Any) -> str:
    if value is None:
        return "the default"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "..."


def _changed(message: str, subject: str) -> Finding:
    found = remark("plan-changed", message[0].upper() + message[1:], "Say why in the report.")
    return Finding(found.id, found.severity, found.message, found.mend, found.place, subject)


def _digest(part: Mapping[str, Any]) -> str:
    text = json.dumps(part, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _with_registration(text: str, on: datetime.date, digest: str) -> str:
    """The text with its block ``registered:`` in front of the claims; comments and everything else stay."""
    end = "\r\n" if "\r\n" in text else "\n"
    block = f"registered: {{on: {on.isoformat()}, sha256: {digest}}}"
    lines = text.splitlines()
    at = next((i for i, line in enumerate(lines) if line.startswith("registered:")), None)
    if at is not None:
        after = at + 1
        while after < len(lines) and lines[after][:1] in (" ", "\t"):
            after += 1
        lines[at:after] = [block]
    else:
        first = next((i for i, line in enumerate(lines) if line.startswith("claims:")), len(lines))
        lines.insert(first, block)
    return end.join(lines) + end
