"""What the views share: the style, fields bound to a model, an area for errors, and escaped pieces of HTML."""

from __future__ import annotations

import functools
import html
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, Protocol

import ipywidgets
import traitlets

from ipe_workbench.studio.said import said_in
from ipe_workbench.studio.texts import Texts

__all__ = [
    "AlertArea",
    "BoundField",
    "Editable",
    "action",
    "alert_html",
    "english",
    "escaped",
    "guarded",
    "markup",
    "problem_html",
    "stacked",
    "style_sheet",
    "wrapped",
]

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")


class Editable(Protocol):
    """What a bound field needs of a model."""

    @property
    def field_errors(self) -> Mapping[str, str]:
        """What is wrong with the last values given, by field."""

    def value(self, path: str) -> Any:
        """The value of a field."""

    def edit(self, path: str, value: Any) -> bool:
        """Give a field a new value."""


def escaped(text: object) -> str:
    """The text as HTML shows it; names and free text are never markup.

    Examples
    --------
    >>> escaped('<img src=x onerror="alert(1)">')
    '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'
    """
    return html.escape(str(text), quote=True)


def markup(content: str = "", *classes: str) -> ipywidgets.HTML:
    """An HTML widget for content that is escaped already."""
    shown = ipywidgets.HTML(content)
    for one in classes:
        shown.add_class(one)
    return shown


def english(text: str, texts: Texts) -> str:
    """A sentence that may be of a lower layer: escaped, and marked as English where the page is in another language."""
    said = said_in(text, texts)
    known = said != text or texts.language == "en" or not text
    return escaped(said) if known else f'<span lang="en">{escaped(text)}</span>'


def problem_html(problem: str, texts: Texts) -> str:
    """What is wrong with a field, in the page's language; nothing where nothing is."""
    return f'<div role="alert" class="ipe-problem">{escaped(said_in(problem, texts))}</div>' if problem else ""


def alert_html(text: str, texts: Texts) -> str:
    """A sentence that is read out at once."""
    return f'<div role="alert" class="ipe-alert"><strong>{texts("Error.")}</strong> {escaped(text)}</div>'


class AlertArea(ipywidgets.HTML):  # type: ignore[misc]
    """Where an error shows that would otherwise be swallowed by the widget machinery.

    Parameters
    ----------
    texts : Texts, optional
        The language of the page, English by default; what stands beside the area speaks it, too.
    """

    def __init__(self, texts: Texts | None = None) -> None:
        super().__init__()
        self.texts = texts or Texts()

    def show(self, text: str) -> None:
        """Show a sentence and have it read out."""
        self.value = alert_html(text, self.texts)

    def clear(self) -> None:
        """Show nothing."""
        self.value = ""


#: JupyterLab sends what a page does to more than one thread of the kernel; a click must not meet a half-done edit.
_ONE_AT_A_TIME = threading.RLock()


def guarded(alert: AlertArea) -> Callable[[Callable[_P, object]], Callable[_P, None]]:
    """A decorator for event handlers: one runs at a time, and what it raises is shown in `alert`, not lost.

    Examples
    --------
    >>> alert = AlertArea()
    >>> guarded(alert)(lambda: 1 / 0)()
    >>> "division by zero" in alert.value
    True
    """

    def decorate(handler: Callable[_P, object]) -> Callable[_P, None]:
        @functools.wraps(handler)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
            with _ONE_AT_A_TIME:
                alert.clear()
                try:
                    handler(*args, **kwargs)
                except Exception as error:  # the last stop before the widget machinery, which would swallow it
                    _log.debug("a handler of the studio failed", exc_info=True)
                    what = f"{type(error).__name__}: {error}"
                    alert.show(alert.texts("{what}. Look at what the form shows before you save.", what=what))

        return run

    return decorate


def stacked(control: ipywidgets.Widget, *classes: str) -> ipywidgets.Widget:
    """The control with its label above it, so that long labels are never cut off."""
    for one in ("ipe-stacked", *classes):
        control.add_class(one)
    return control


def action(label: str, handler: Callable[[], object], alert: AlertArea, *, primary: bool = False) -> ipywidgets.Button:
    """A button that says in words what it does."""
    button = ipywidgets.Button(description=label, button_style="primary" if primary else "")
    button.add_class("ipe-button")
    button.layout.width = "auto"
    run = guarded(alert)(handler)
    button.on_click(lambda _: run())
    return button


class BoundField(ipywidgets.VBox):  # type: ignore[misc]
    """A control that shows one field of the model and edits it.

    Parameters
    ----------
    model : Editable
        The model.
    path : str
        The field.
    control : widget
        Any input widget with a ``value``.
    alert : AlertArea
        Where an unexpected error shows.
    read, write : callable
        From the model's plain value to the control's, and back.
    """

    def __init__(
        self,
        model: Editable,
        path: str,
        control: ipywidgets.Widget,
        alert: AlertArea,
        *,
        read: Callable[[Any], Any] = lambda value: value,
        write: Callable[[Any], Any] = lambda value: value,
    ) -> None:
        self.model, self.path, self.control, self._texts = model, path, control, alert.texts
        self._read, self._write = read, write
        self._refreshing = False
        self.error = markup()
        super().__init__([stacked(control), self.error])
        self.add_class("ipe-field")
        control.observe(guarded(alert)(self._changed), "value")

    def refresh(self) -> None:
        """Show what the model has; what a person typed stays in sight while it is not valid."""
        problem = self.model.field_errors.get(self.path, "")
        self.error.value = problem_html(problem, self._texts)
        if problem:
            self.add_class("ipe-invalid")
            return
        self.remove_class("ipe-invalid")
        self._refreshing = True
        try:
            self.control.value = self._read(self.model.value(self.path))
        except (traitlets.TraitError, TypeError):
            # The field's part of the credential is not there (no assessment, say); the section hides the control.
            pass
        finally:
            self._refreshing = False

    def _changed(self, change: Any) -> None:
        if not self._refreshing:
            self.model.edit(self.path, self._write(change["new"]))


def wrapped(fields: Sequence[ipywidgets.Widget]) -> ipywidgets.Box:
    """Controls side by side in even columns, as many as the width allows."""
    box = ipywidgets.Box(list(fields))
    box.add_class("ipe-wrap")
    return box


def style_sheet() -> ipywidgets.HTML:
    """The studio's style; its colours are the theme's, so that it is at home in light and dark."""
    return ipywidgets.HTML(f"<style>{_STYLE}</style>", layout=ipywidgets.Layout(display="none"))


_STYLE = """
.ipe-studio { --ipe-ink: var(--jp-ui-font-color1, #1f2328);
  --ipe-muted: color-mix(in srgb, var(--ipe-ink) 76%, var(--ipe-paper));
  --ipe-line: var(--jp-border-color2, #d0d7de); --ipe-paper: var(--jp-layout-color1, #fff);
  --ipe-shade: var(--jp-layout-color2, #f3f5f7); --ipe-accent: var(--jp-brand-color1, #1565c0);
  --ipe-error: var(--jp-error-color0, #a4262c); --ipe-ok: var(--jp-success-color0, #2e6b34);
  color: var(--ipe-ink); font-family: var(--jp-ui-font-family, system-ui, sans-serif);
  border: 1px solid var(--ipe-line); border-radius: 6px; padding: 14px 16px; overflow: visible; }
.ipe-studio .widget-html, .ipe-studio .widget-html-content { line-height: 1.45; height: auto; margin: 0;
  color: inherit; white-space: normal; overflow-wrap: anywhere; }
.ipe-studio h2, .ipe-studio h3 { margin: 0 0 4px; line-height: 1.3; color: inherit; font-weight: 600; }
.ipe-studio h2 { font-size: 17px; } .ipe-studio h3 { font-size: 14px; }
.ipe-studio code { color: inherit; background: none; padding: 0; font-size: .95em; }
.ipe-studio figure { margin: 8px 0 0; } .ipe-studio p { margin: 0 0 8px; } .ipe-muted { color: var(--ipe-muted); }
.ipe-wrap { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 6px 14px;
  align-items: end; overflow: visible; width: 100%; }
.ipe-wrap > * { min-width: 0; } .ipe-wrap > .ipe-wide { grid-column: 1 / -1; }
.ipe-bar { display: flex; flex-flow: row wrap; gap: 8px; align-items: center; overflow: visible; width: 100%; }
.ipe-bottom { align-items: flex-end; } .ipe-bar > .ipe-stacked { flex: 1 1 200px; }
.ipe-slider { display: grid; grid-template-columns: 1fr auto; gap: 2px 10px; align-items: end; padding: 3px;
  overflow: visible; box-sizing: border-box; }
.ipe-slider label { font-size: 12.5px; line-height: 1.35; color: var(--ipe-muted); }
.ipe-slider output { font-variant-numeric: tabular-nums; font-weight: 600; }
.ipe-slider input { grid-column: 1 / -1; width: 100%; height: 22px; margin: 0; accent-color: var(--ipe-accent); }
.ipe-field { overflow: visible; width: auto; }
.ipe-stacked.widget-inline-hbox { display: flex; flex-direction: column; align-items: stretch; height: auto;
  width: auto; min-width: 0; overflow: visible; margin: 2px 0; }
.ipe-stacked.widget-inline-hbox > .widget-label { width: auto; max-width: none; height: auto; text-align: left;
  line-height: 1.35; padding: 2px 0; margin: 0; white-space: normal; font-size: 12.5px; color: var(--ipe-muted); }
.ipe-stacked input, .ipe-stacked select, .ipe-stacked textarea { width: 100% !important; min-width: 0;
  box-sizing: border-box; flex: 0 0 auto; }
.ipe-stacked :is(select:not([multiple]), input) { height: 30px !important; }
.ipe-stacked select:not([multiple]) { appearance: auto; background-image: none; padding-right: 4px; }
.ipe-stacked textarea { resize: vertical; line-height: 1.45; padding: 6px 8px; font-family: inherit; }
.ipe-studio .ipe-code textarea { font-family: var(--jp-code-font-family, monospace); tab-size: 2; }
.ipe-studio :is(input, select, textarea, button, [role=tab]):focus-visible { outline: 2px solid var(--ipe-accent);
  outline-offset: 1px; }
.ipe-button.jupyter-button { height: auto; min-height: 30px; padding: 4px 12px; line-height: 1.35; white-space: normal;
  border-radius: 4px; width: auto; align-self: flex-start; }
.ipe-bottom > .ipe-button.jupyter-button { align-self: flex-end; }
.ipe-button.jupyter-button:disabled { opacity: .75; color: var(--ipe-muted); background: var(--ipe-shade); }
.ipe-wrap.ipe-levers { grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); }
.ipe-columns { display: flex; flex-flow: row wrap-reverse; gap: 16px; align-items: flex-end;
  overflow: visible; width: 100%; margin-top: 8px; }
.ipe-main { flex: 999 1 430px; min-width: 0; overflow: visible; }
.ipe-side { flex: 1 1 270px; min-width: 0; overflow: visible; background: var(--ipe-shade); border-radius: 6px;
  padding: 12px 14px; box-sizing: border-box; display: flex; flex-flow: row wrap; gap: 0 20px; }
.ipe-side > * { flex: 1 1 200px; min-width: 0; }
.ipe-side .widget-vbox { overflow: visible; } .ipe-side section { margin: 0 0 12px; }
.ipe-side ul { margin: 4px 0 0; padding: 0; list-style: none; }
.ipe-side li { margin: 0 0 8px; padding-left: 9px; border-left: 3px solid var(--ipe-line); }
.ipe-side li.ipe-gain { border-left-color: var(--ipe-accent); }
.ipe-side li.ipe-error { border-left-color: var(--ipe-error); }
.ipe-side li.ipe-warning { border-left-color: #b26a00; } .ipe-side details { margin-top: 6px; }
.ipe-outlook { display: block; height: 7px; border-radius: 4px; background: var(--ipe-line); margin: 3px 0; }
.ipe-outlook > span { display: block; height: 100%; border-radius: 4px; background: #4f81b5; }
.ipe-cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 10px; width: 100%;
  overflow: visible; margin: 4px 0 10px; }
.ipe-scenario { border: 1px solid var(--ipe-line); border-radius: 6px; padding: 8px 12px; overflow: visible;
  justify-content: space-between; }
.ipe-role { display: inline-block; background: var(--ipe-accent); color: #fff; border-radius: 3px; padding: 0 7px;
  margin: 0 6px 3px 0; font-size: 12px; }
.ipe-table { border-collapse: collapse; color: inherit; margin: 4px 0 8px; }
.ipe-table caption { text-align: left; font-weight: 600; caption-side: top; color: inherit; }
.ipe-table :is(th, td) { text-align: left; font-weight: 400; padding: 3px 16px 3px 0; background: none;
  border-bottom: 1px solid var(--ipe-line); font-variant-numeric: tabular-nums; }
.ipe-table thead th { color: var(--ipe-muted); }
.ipe-two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 16px; }
.ipe-two svg { max-width: 100%; height: auto; }
.ipe-words { flex: 1 1 220px; min-width: 0; min-height: 44px; justify-content: center; overflow: visible; }
.ipe-words .ipe-said { padding: 1px 8px; }
.ipe-tag { font-weight: 600; } .ipe-big { font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
.ipe-problem { color: var(--ipe-error); font-size: 12.5px; margin: 0 0 4px; }
.ipe-invalid :is(input, textarea, select) { border-color: var(--ipe-error) !important; }
.ipe-alert { color: var(--ipe-ink); background: var(--ipe-paper); border: 1px solid var(--ipe-error);
  border-left-width: 5px; border-radius: 4px; padding: 8px 12px; }
.ipe-said { border-left: 5px solid var(--ipe-ok); background: var(--ipe-shade); border-radius: 4px; padding: 6px 12px; }
.ipe-card { border-top: 1px solid var(--ipe-line); padding: 8px 0; overflow: visible; width: 100%; }
.ipe-row { display: flex; flex-flow: row nowrap; gap: 12px; align-items: flex-start; overflow: visible; width: 100%;
  border-top: 1px solid var(--ipe-line); padding: 6px 0; }
.ipe-row > .ipe-grow { flex: 1 1 0; min-width: 0; } .ipe-row > .jupyter-button { flex: 0 0 auto; }
.ipe-studio .widget-tab > .widget-tab-contents, .ipe-studio .jupyter-widget-tab > .widget-tab-contents {
  padding: 0; overflow: hidden; }
.ipe-studio .widget-tab-contents > * { padding: 12px 14px; overflow: auto !important; max-height: max(380px, 68vh);
  width: 100%; box-sizing: border-box; }
.ipe-studio .ipe-open .widget-tab-contents > * { max-height: none; overflow: visible !important; }
.ipe-studio .widget-tab-contents > * > * { flex-shrink: 0; }
.ipe-studio .lm-TabBar-content { flex-wrap: wrap; }
.ipe-studio .lm-TabBar-tab, .ipe-studio .p-TabBar-tab { flex: 0 0 auto !important; min-width: 0 !important;
  padding: 0 10px !important; color: var(--ipe-ink) !important; background: var(--ipe-shade) !important; }
.ipe-studio .lm-TabBar-tab.lm-mod-current { background: var(--ipe-paper) !important; font-weight: 600; }
.ipe-studio .lm-TabBar-tabLabel { color: var(--ipe-ink); }
.ipe-check.widget-checkbox { width: auto; margin: 0 10px 0 0; }
.ipe-check .widget-label-basic { width: auto; }
"""
