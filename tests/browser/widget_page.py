"""One anywidget on an empty page, with the real Python half behind it: what a kernel does, without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import anywidget
    from playwright.sync_api import Page

_MOUNT = """async ([source, style, first]) => {
  document.head.append(Object.assign(document.createElement('style'), { textContent: style }));
  const state = first, heard = {};
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; },
    save_changes: () => tell({ set: { ...state } }),
    on: (name, act) => { (heard[name] ??= new Set()).add(act); },
    off: (name, act) => heard[name]?.delete(act),
    send: (content) => tell({ content }),
  };
  async function tell(message) {
    const changes = await window.toPython(message);
    Object.assign(state, changes);
    for (const name of Object.keys(changes)) for (const act of heard[`change:${name}`] ?? []) act();
    window.answered = (window.answered ?? 0) + 1;
  }
  window.pull = () => tell({});
  const { default: widget } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  const el = document.body.appendChild(document.createElement('div'));
  widget.render({ model, el });
}"""


def mounted(page: Page, widget: anywidget.AnyWidget, style: str = "") -> None:
    """Show the widget; what the page sends reaches it, and the traits that change come back."""
    names = [name for name in widget.keys if not name.startswith("_") and name not in ("layout", "tabbable", "tooltip")]
    known: dict[str, Any] = {name: getattr(widget, name) for name in names}

    def to_python(message: Mapping[str, Any]) -> dict[str, Any]:
        if "content" in message:
            widget._handle_custom_msg(message["content"], [])
        if "set" in message:
            widget.set_state({name: value for name, value in message["set"].items() if value != known[name]})
        changes = {name: getattr(widget, name) for name in names if getattr(widget, name) != known[name]}
        known.update(changes)
        return changes

    page.expose_function("toPython", to_python)
    page.set_content("<!doctype html><html lang=en><title>Widget</title><body></body></html>")
    page.evaluate(_MOUNT, [widget._esm, widget._css + style, known])
