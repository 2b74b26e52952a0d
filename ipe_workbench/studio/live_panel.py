"""What an edit does, beside the form: findings, changes, coverage, hours and a forecast, as escaped HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable

import ipywidgets
import traitlets

from ipe_workbench.credentials.checks import explanation_in_short
from ipe_workbench.findings import Finding, count_by_severity
from ipe_workbench.pathways.coverage import HOW
from ipe_workbench.studio.components import AlertArea, english, escaped, guarded, markup
from ipe_workbench.studio.design_forecast import DesignForecast, Outlook
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.said import said_in
from ipe_workbench.studio.texts import ENGLISH, Texts, mark

__all__ = ["LivePanel", "changes_html", "coverage_html", "findings_html", "forecast_html", "hours_html"]

_WORDS = {"error": mark("Error"), "warning": mark("Warning"), "info": mark("To know")}
_GAINED = {
    "taught": mark("Now taught:"),
    "practised": mark("Now practised:"),
    "assessed": mark("Now assessed:"),
}
_LOST = {
    "taught": mark("No longer taught by any credential:"),
    "practised": mark("No longer practised by any credential:"),
    "assessed": mark("No longer assessed by any credential:"),
}
_MOST = 8
_CHECK = "<code>ipe check</code>"


class LivePanel(ipywidgets.VBox):  # type: ignore[misc]
    """Areas that are read out when they change."""

    def __init__(self, model: DesignerModel, alert: AlertArea, forecast: DesignForecast | None = None) -> None:
        self.model, self.texts = model, alert.texts
        self.forecast = forecast or DesignForecast(model)
        self.findings, self.changes, self.coverage, self.hours, self.outlook = (markup() for _ in range(5))
        self.follow = ipywidgets.Checkbox(
            value=self.forecast.on, description=self.texts("Forecast while I edit"), indent=False
        )
        self.follow.add_class("ipe-check")
        traitlets.link((self.follow, "value"), (self.forecast, "on"))
        self.forecast.observe(guarded(alert)(self._forecast_changed), ["updated", "busy"])
        beside = ipywidgets.VBox([self.coverage, self.hours, self.follow, self.outlook])
        super().__init__([ipywidgets.VBox([self.findings, self.changes]), beside])
        self.add_class("ipe-side")

    def refresh(self) -> None:
        """Bring the areas up to date; one whose content is the same is left alone, so that it is not read out."""
        self.findings.value = findings_html(self.model, self.texts)
        self.changes.value = changes_html(self.model, self.texts)
        self.coverage.value = coverage_html(self.model, self.texts)
        self.hours.value = hours_html(self.model, self.texts)
        self._show_forecast()

    def _forecast_changed(self, _: object) -> None:
        self._show_forecast()

    def _show_forecast(self) -> None:
        self.outlook.value = forecast_html(self.forecast, self.texts)


def findings_html(model: DesignerModel, texts: Texts = ENGLISH) -> str:
    """The findings of the draft: what is new first, then the selected credential's, then the others, folded."""
    counts = count_by_severity(model.findings)
    numbers = {
        texts.plural("{n} error", "{n} errors", counts["errors"]): counts["errors"],
        texts.plural("{n} warning", "{n} warnings", counts["warnings"]): counts["warnings"],
        texts.plural("{n} note", "{n} notes", counts["infos"]): counts["infos"],
    }
    total = ", ".join(words for words, number in numbers.items() if number)
    total = f"{total}." if total else texts("None: the design passes every check.")
    new = list(model.new_findings)
    own = [one for one in model.findings if one.subject == model.selected and one not in new]
    others = [one for one in model.findings if one not in new and one not in own]
    parts = [f"<h3>{texts('Findings')}</h3><p>{total}</p>"]
    parts += [_list(texts("New since the last save"), new, texts), _list(texts("About this credential"), own, texts)]
    if model.mended:
        parts.append(_list(texts("Mended by your edits"), model.mended, texts))
    if others:
        summary = texts("Elsewhere ({n})", n=len(others))
        parts.append(f"<details><summary>{summary}</summary>{_list('', others, texts)}</details>")
    return f'<section role="status" aria-label="{texts("Findings")}">{"".join(parts)}</section>'


def coverage_html(model: DesignerModel, texts: Texts = ENGLISH) -> str:
    """What the draft covers more and less than the saved programme."""
    parts = [f"<h3>{texts('Coverage against the saved version')}</h3>"]
    for reference, change in model.coverage_changes.items():
        lines = []
        for how in HOW:
            gained, lost = change[f"{how}+"], change[f"{how}-"]
            if gained:
                words = f"<span class='ipe-tag'>{texts(_GAINED[how])}</span> {escaped(', '.join(gained))}"
                lines.append(f"<li class='ipe-gain'>{words}</li>")
            if lost:
                words = f"<span class='ipe-tag'>{texts(_LOST[how])}</span> {escaped(', '.join(lost))}"
                lines.append(f"<li class='ipe-error'>{words}</li>")
        title = escaped(model.programme.frameworks[reference].title)
        none = "" if lines else texts("no change.")
        parts.append(f"<p>{title}: {none}</p>" + (f"<ul>{''.join(lines)}</ul>" if lines else ""))
    return f'<section role="status" aria-label="{texts("Coverage")}">{"".join(parts)}</section>'


def changes_html(model: DesignerModel, texts: Texts = ENGLISH) -> str:
    """What the draft changes of the saved programme."""
    if not model.changes:
        return ""
    shown = "".join(f"<li class='ipe-gain'>{english(one, texts)}</li>" for one in model.changes[:_MOST])
    more = len(model.changes) - _MOST
    rest = "".join(f"<li>{english(one, texts)}</li>" for one in model.changes[_MOST:])
    rest = f"<details><summary>{texts('{n} more', n=more)}</summary><ul>{rest}</ul></details>" if more > 0 else ""
    heading = texts("Changed since the last save")
    return f'<section aria-label="{texts("Changes")}"><h3>{heading}</h3><ul>{shown}</ul>{rest}</section>'


def forecast_html(forecast: DesignForecast, texts: Texts = ENGLISH) -> str:
    """What a simulated cohort earns with the draft, and what changed by the edits."""
    words = [f"<h3>{texts('Forecast (simulated)')}</h3>"]
    state = texts("Simulating ...") if forecast.busy else "" if forecast.on else texts("Paused.")
    if state:
        words.append(f"<p class='ipe-muted'>{state}</p>")
    if forecast.error:
        words.append(f"<p class='ipe-problem'>{english(forecast.error, texts)}</p>")
    found = forecast.outlooks
    if found is not None:
        stacks = [one for one in found.items if one.kind == "stack"]
        moved = sorted((one for one in found.items if _moved(one)), key=lambda one: -abs(_change(one) or 1))
        moved = [one for one in moved if one.kind != "stack"]
        words.append(_outlook_list(texts("Stacks: earned by"), stacks, texts))
        words.append(_outlook_list(texts("Credentials that change"), moved[:_MOST], texts) if moved else "")
        over = "".join(f"<li class='ipe-warning'>{escaped(said_in(one, texts))}</li>" for one in found.over)
        words.append(f"<p>{texts('More for assessors than they have:')}</p><ul>{over}</ul>" if over else "")
        what = texts(
            "{cohorts} simulated cohorts of {learners}, scenario {title}; range of one cohort in brackets.",
            cohorts=found.replicates, learners=found.learners, title=forecast.scenario.title,
        )  # fmt: skip
        words.append(f"<p class='ipe-muted'>{escaped(what)}</p>")
    return (
        f'<section aria-label="{texts("Forecast")}" aria-busy="{str(forecast.busy).lower()}">{"".join(words)}</section>'
    )


def _outlook_list(caption: str, rows: list[Outlook], texts: Texts) -> str:
    return f"<strong>{caption}</strong><ul>{''.join(_outlook_row(one, texts) for one in rows)}</ul>"


def _outlook_row(one: Outlook, texts: Texts) -> str:
    change = _change(one)
    moved = texts("as saved")
    if change is None:
        moved = texts("new")
    elif _moved(one):
        moved = f"<strong>{texts('{change} points', change=f'{change:+.0f}')}</strong>"
    low, high = texts.share(one.low), texts.share(one.high)
    words = [f"{texts.share(one.mean)} ({texts('{low} to {high}', low=low, high=high)})", moved]
    if one.kind == "stack":
        words.append(texts("least {hours}", hours=_least(one, texts)))
    bar = f"<span class='ipe-outlook' aria-hidden='true'><span style='width:{100 * one.mean:.0f}%'></span></span>"
    return f"<li>{escaped(one.title)}{bar}{'; '.join(words)}</li>"


def _least(one: Outlook, texts: Texts) -> str:
    both = (one.hours, one.hours_before)
    now, before = (texts("never") if hours is None else f"{texts.number(hours, 2)} h" for hours in both)
    return now if now == before or one.before is None else texts("{now} (was {before})", now=now, before=before)


def _change(one: Outlook) -> float | None:
    """Points by which the share changed; ``None`` for a new badge."""
    return None if one.before is None else 100 * (one.mean - one.before)


def _moved(one: Outlook) -> bool:
    change = _change(one)
    return change is None or abs(change) >= 0.5


def hours_html(model: DesignerModel, texts: Texts = ENGLISH) -> str:
    """The learner's hours for the whole programme and what the edits change."""
    change = model.hours_change
    hours = texts.number(abs(change), 2)
    words = (
        texts("{hours} more than saved", hours=hours) if change > 0 else texts("{hours} less than saved", hours=hours)
    )
    return (
        f'<section role="status" aria-label="{texts("Hours")}"><h3>{texts("Hours of a learner, all credentials")}</h3>'
        f'<p><span class="ipe-big">{texts.number(model.hours, 2)} h</span> {words if change else texts("as saved")}</p>'
        "</section>"
    )


def _list(heading: str, findings: Iterable[Finding], texts: Texts) -> str:
    shown = list(findings)
    if not shown:
        return ""
    title = f"<strong>{heading}</strong>" if heading else ""
    more = len(shown) - _MOST
    rest = f"<p>{texts('and {n} more; {command} lists them all.', n=more, command=_CHECK)}</p>" if more > 0 else ""
    return f"{title}<ul>{''.join(_item(one, texts) for one in shown[:_MOST])}</ul>{rest}"


def _item(finding: Finding, texts: Texts) -> str:
    word = f"<span class='ipe-tag'>{texts(_WORDS[finding.severity])}:</span>"
    mend = f" <span class='ipe-muted'>{_with_code(finding.mend)}</span>" if finding.mend else ""
    said = f"<span lang='en'>{_with_code(finding.message)}{mend}</span>"
    return f"<li class='ipe-{finding.severity}'>{word} {said}{_why(finding.id, texts)}</li>"


def _why(id: str, texts: Texts) -> str:
    """What the page of the finding says, folded; a tooltip says how to read all of it."""
    paragraphs = explanation_in_short(id).split("\n\n")
    if not any(paragraphs):
        return ""
    body = "".join(f"<p lang='en'>{_with_code(one)}</p>" for one in paragraphs)
    tip = texts("{command} prints the whole page", command=f"ipe check --explain {id}")
    why = texts("Why: {id}", id=id)
    return f"<details class='ipe-why'><summary title='{escaped(tip)}'>{escaped(why)}</summary>{body}</details>"


def _with_code(text: str) -> str:
    """The text escaped, what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped(text))
