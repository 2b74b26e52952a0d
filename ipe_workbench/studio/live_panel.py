"""What an edit does, beside the form: findings, changes, coverage, hours and a forecast, as escaped HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable

import ipywidgets
import traitlets

from ipe_workbench.credentials.checks import explanation_in_short
from ipe_workbench.findings import Finding, count_by_severity
from ipe_workbench.pathways.coverage import HOW
from ipe_workbench.studio.components import AlertArea, escaped, guarded, markup
from ipe_workbench.studio.design_forecast import DesignForecast, Outlook
from ipe_workbench.studio.designer_model import DesignerModel

__all__ = ["LivePanel", "changes_html", "coverage_html", "findings_html", "forecast_html", "hours_html"]

_WORDS = {"error": "Error", "warning": "Warning", "info": "To know"}
_MOST = 8


class LivePanel(ipywidgets.VBox):  # type: ignore[misc]
    """Areas that are read out when they change."""

    def __init__(self, model: DesignerModel, alert: AlertArea, forecast: DesignForecast | None = None) -> None:
        self.model = model
        self.forecast = forecast or DesignForecast(model)
        self.findings, self.changes, self.coverage, self.hours, self.outlook = (markup() for _ in range(5))
        self.follow = ipywidgets.Checkbox(value=self.forecast.on, description="Forecast while I edit", indent=False)
        self.follow.add_class("ipe-check")
        traitlets.link((self.follow, "value"), (self.forecast, "on"))
        self.forecast.observe(guarded(alert)(self._forecast_changed), ["updated", "busy"])
        beside = ipywidgets.VBox([self.coverage, self.hours, self.follow, self.outlook])
        super().__init__([ipywidgets.VBox([self.findings, self.changes]), beside])
        self.add_class("ipe-side")

    def refresh(self) -> None:
        """Bring the areas up to date; one whose content is the same is left alone, so that it is not read out."""
        self.findings.value = findings_html(self.model)
        self.changes.value = changes_html(self.model)
        self.coverage.value = coverage_html(self.model)
        self.hours.value = hours_html(self.model)
        self._show_forecast()

    def _forecast_changed(self, _: object) -> None:
        self._show_forecast()

    def _show_forecast(self) -> None:
        self.outlook.value = forecast_html(self.forecast)


def findings_html(model: DesignerModel) -> str:
    """The findings of the draft: what is new first, then the selected credential's, then the others, folded."""
    counts = count_by_severity(model.findings)
    total = ", ".join(
        f"{number} {word if number != 1 else word.removesuffix('s')}"
        for word, number in (("errors", counts["errors"]), ("warnings", counts["warnings"]), ("notes", counts["infos"]))
        if number
    )
    new = list(model.new_findings)
    own = [one for one in model.findings if one.subject == model.selected and one not in new]
    others = [one for one in model.findings if one not in new and one not in own]
    parts = [f"<h3>Findings</h3><p>{total or 'None: the design passes every check'}.</p>"]
    parts += [_list("New since the last save", new), _list("About this credential", own)]
    if model.mended:
        parts.append(_list("Mended by your edits", model.mended))
    if others:
        parts.append(f"<details><summary>Elsewhere ({len(others)})</summary>{_list('', others)}</details>")
    return f'<section role="status" aria-label="Findings">{"".join(parts)}</section>'


def coverage_html(model: DesignerModel) -> str:
    """What the draft covers more and less than the saved programme."""
    parts = ["<h3>Coverage against the saved version</h3>"]
    for reference, change in model.coverage_changes.items():
        lines = []
        for how in HOW:
            gained, lost = change[f"{how}+"], change[f"{how}-"]
            if gained:
                lines.append(
                    f"<li class='ipe-gain'><span class='ipe-tag'>Now {how}:</span> {escaped(', '.join(gained))}</li>"
                )
            if lost:
                words = f"No longer {how} by any credential:"
                lines.append(
                    f"<li class='ipe-error'><span class='ipe-tag'>{words}</span> {escaped(', '.join(lost))}</li>"
                )
        title = escaped(model.programme.frameworks[reference].title)
        parts.append(
            f"<p>{title}: {'no change.' if not lines else ''}</p>" + (f"<ul>{''.join(lines)}</ul>" if lines else "")
        )
    return f'<section role="status" aria-label="Coverage">{"".join(parts)}</section>'


def changes_html(model: DesignerModel) -> str:
    """What the draft changes of the saved programme."""
    if not model.changes:
        return ""
    shown = "".join(f"<li class='ipe-gain'>{escaped(one)}</li>" for one in model.changes[:_MOST])
    more = len(model.changes) - _MOST
    rest = "".join(f"<li>{escaped(one)}</li>" for one in model.changes[_MOST:])
    rest = f"<details><summary>{more} more</summary><ul>{rest}</ul></details>" if more > 0 else ""
    return f'<section aria-label="Changes"><h3>Changed since the last save</h3><ul>{shown}</ul>{rest}</section>'


def forecast_html(forecast: DesignForecast) -> str:
    """What a simulated cohort earns with the draft, and what changed by the edits."""
    words = ["<h3>Forecast (simulated)</h3>"]
    state = "Simulating ..." if forecast.busy else "" if forecast.on else "Paused."
    if state:
        words.append(f"<p class='ipe-muted'>{state}</p>")
    if forecast.error:
        words.append(f"<p class='ipe-problem'>{escaped(forecast.error)}</p>")
    found = forecast.outlooks
    if found is not None:
        stacks = [one for one in found.items if one.kind == "stack"]
        moved = sorted((one for one in found.items if _moved(one)), key=lambda one: -abs(_change(one) or 1))
        moved = [one for one in moved if one.kind != "stack"]
        words.append(_outlook_list("Stacks: earned by", stacks))
        words.append(_outlook_list("Credentials that change", moved[:_MOST]) if moved else "")
        over = "".join(f"<li class='ipe-warning'>{escaped(one)}</li>" for one in found.over)
        words.append(f"<p>More for assessors than they have:</p><ul>{over}</ul>" if over else "")
        what = f"{found.replicates} simulated cohorts of {found.learners}, scenario {forecast.scenario.title}"
        words.append(f"<p class='ipe-muted'>{escaped(what)}; range of one cohort in brackets.</p>")
    return f'<section aria-label="Forecast" aria-busy="{str(forecast.busy).lower()}">{"".join(words)}</section>'


def _outlook_list(caption: str, rows: list[Outlook]) -> str:
    return f"<strong>{caption}</strong><ul>{''.join(_outlook_row(one) for one in rows)}</ul>"


def _outlook_row(one: Outlook) -> str:
    change = _change(one)
    moved = "new" if change is None else f"<strong>{change:+.0f} points</strong>" if _moved(one) else "as saved"
    words = [f"{one.mean:.0%} ({one.low:.0%} to {one.high:.0%})", moved]
    if one.kind == "stack":
        words.append(f"least {_least(one)}")
    bar = f"<span class='ipe-outlook' aria-hidden='true'><span style='width:{100 * one.mean:.0f}%'></span></span>"
    return f"<li>{escaped(one.title)}{bar}{'; '.join(words)}</li>"


def _least(one: Outlook) -> str:
    now, before = ("never" if hours is None else f"{_number(hours)} h" for hours in (one.hours, one.hours_before))
    return now if now == before or one.before is None else f"{now} (was {before})"


def _change(one: Outlook) -> float | None:
    """Points by which the share changed; ``None`` for a new badge."""
    return None if one.before is None else 100 * (one.mean - one.before)


def _moved(one: Outlook) -> bool:
    change = _change(one)
    return change is None or abs(change) >= 0.5


def hours_html(model: DesignerModel) -> str:
    """The learner's hours for the whole programme and what the edits change."""
    change = model.hours_change
    words = "as saved" if not change else f"{_number(abs(change))} {'more' if change > 0 else 'less'} than saved"
    return (
        '<section role="status" aria-label="Hours"><h3>Learner\'s hours, all credentials</h3>'
        f'<p><span class="ipe-big">{_number(model.hours)} h</span> {words}</p></section>'
    )


def _list(heading: str, findings: Iterable[Finding]) -> str:
    shown = list(findings)
    if not shown:
        return ""
    title = f"<strong>{heading}</strong>" if heading else ""
    more = f"<p>and {len(shown) - _MOST} more; <code>ipe check</code> lists them all.</p>" if len(shown) > _MOST else ""
    return f"{title}<ul>{''.join(_item(one) for one in shown[:_MOST])}</ul>{more}"


def _item(finding: Finding) -> str:
    word = f"<span class='ipe-tag'>{_WORDS[finding.severity]}:</span>"
    mend = f" <span class='ipe-muted'>{_with_code(finding.mend)}</span>" if finding.mend else ""
    return f"<li class='ipe-{finding.severity}'>{word} {_with_code(finding.message)}{mend}{_why(finding.id)}</li>"


def _why(id: str) -> str:
    """What the page of the finding says, folded; a tooltip says how to read all of it."""
    paragraphs = explanation_in_short(id).split("\n\n")
    if not any(paragraphs):
        return ""
    body = "".join(f"<p>{_with_code(one)}</p>" for one in paragraphs)
    tip = f"ipe check --explain {id} prints the whole page"
    return f"<details class='ipe-why'><summary title='{escaped(tip)}'>Why: {escaped(id)}</summary>{body}</details>"


def _with_code(text: str) -> str:
    """The text escaped, what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped(text))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
