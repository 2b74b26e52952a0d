"""Charts that the page draws itself, for views that change while one looks: ready in a millisecond, as wide as there is
room, in the theme's colours. What is printed or kept is drawn by matplotlib, in the figures of the other modules.

A chart is a ``<figure role="img">`` whose label carries the message, like those of `AccessibleFigure`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ipe_workbench.figures.accessible import as_markup
from ipe_workbench.figures.charts import PART_COLOURS, Estimate, Part, percent

__all__ = ["dots_on_page", "parts_on_page"]

#: From this share on a part of a bar carries its number.
_WIDE = 0.06
_STYLE = """<style>
.ipe-chart { margin: 8px 0 16px; color: var(--jp-ui-font-color1, #1b2430); max-width: 1000px;
  --ipe-dim: color-mix(in srgb, currentColor 75%, transparent);
  --ipe-rule: color-mix(in srgb, currentColor 18%, transparent); --ipe-dot: var(--jp-brand-color1, #005a8f);
  --ipe-ground: var(--jp-layout-color1, #fff); font-size: 13px; }
.ipe-chart b.ipe-finding { display: block; font-size: 16px; line-height: 1.3; }
.ipe-chart .ipe-note { display: block; color: var(--ipe-dim); margin: 2px 0 8px; }
.ipe-chart .ipe-grid { display: grid; grid-template-columns: min(18em, 38%) minmax(0, 1fr) 3.4em;
  align-items: center;  column-gap: 12px; }
.ipe-chart .ipe-name { line-height: 1.25; padding: 3px 0; overflow-wrap: anywhere; }
.ipe-chart .ipe-track { position: relative; min-height: 26px; align-self: stretch;
  border-right: 1px solid var(--ipe-rule);
  background: repeating-linear-gradient(to right, var(--ipe-rule) 0 1px, transparent 1px 25%); }
.ipe-chart .ipe-track i { position: absolute; display: block; box-sizing: border-box; }
.ipe-chart .ipe-move { top: calc(50% - 1px); border-top: 2px solid var(--ipe-rule); }
.ipe-chart .ipe-band { top: calc(50% - 3px);
  border-top: 6px solid color-mix(in srgb, var(--ipe-dot) 45%, transparent); }
.ipe-chart .ipe-dot { top: calc(50% - 7px); margin-left: -7px; border: 7px solid var(--ipe-dot); border-radius: 50%; }
.ipe-chart .ipe-was { top: calc(50% - 5px); margin-left: -5px; width: 10px; height: 10px;
  border: 1.5px solid var(--ipe-dim); background: var(--ipe-ground); transform: rotate(45deg); }
.ipe-chart .ipe-value { font-weight: 600; font-variant-numeric: tabular-nums; }
.ipe-chart .ipe-axis { display: flex; justify-content: space-between; color: var(--ipe-dim); margin: 0 -1.2em; }
.ipe-chart .ipe-axis span { width: 3em; text-align: center; white-space: nowrap; }
.ipe-chart .ipe-across { grid-column: 2 / -1; }
.ipe-chart .ipe-parts { display: flex; height: 20px; margin: 3px 0; }
.ipe-chart .ipe-parts span { box-sizing: border-box; border-right: 1px solid var(--ipe-ground); height: 20px;
  display: flex; align-items: center; justify-content: center; overflow: hidden; }
.ipe-chart .ipe-parts em { font-style: normal; font-size: 11.5px; color: #1b2430; background: rgba(255, 255, 255, .88);
  border-radius: 3px; padding: 0 3px; line-height: 15px; }
.ipe-chart .ipe-legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 6px; }
.ipe-chart .ipe-legend i { display: inline-block; width: 22px; height: 12px; margin-right: 6px; }
.ipe-chart figcaption { color: var(--ipe-dim); margin-top: 6px; }
</style>"""
_HATCHES = (
    "none",
    "repeating-linear-gradient(135deg, rgba(255,255,255,.75) 0 1.5px, transparent 1.5px 6px)",
    "radial-gradient(circle at 3px 3px, rgba(27,36,48,.55) 1px, transparent 1.4px) 0 0 / 6px 6px",
    "repeating-linear-gradient(45deg, rgba(255,255,255,.8) 0 1.5px, transparent 1.5px 6px)",
    "repeating-linear-gradient(90deg, rgba(27,36,48,.45) 0 1px, transparent 1px 5px)",
    "repeating-linear-gradient(0deg, rgba(27,36,48,.5) 0 1px, transparent 1px 5px)",
)


def dots_on_page(
    rows: Sequence[Estimate], *, title: str, alt: str, note: str = "", axis: str = "", source: str = ""
) -> str:
    r"""Shares in [0, 1] as dots with intervals; `later` values as hollow diamonds.

    Examples
    --------
    >>> chart = dots_on_page([Estimate("A & B", 0.5, 0.4, 0.6)], title="Half earn it", alt="A & B 50 %.")
    >>> chart.count("ipe-dot\""), "A &amp; B" in chart
    (1, True)
    """
    lines = []
    for row in rows:
        marks = ""
        if row.later is not None:
            marks += _bar_of("ipe-move", min(row.value, row.later), max(row.value, row.later))
            marks += f'<i class="ipe-was" style="left:{100 * row.later:.2f}%"></i>'
        marks += _bar_of("ipe-band", row.low, row.high)
        marks += f'<i class="ipe-dot" style="left:{100 * row.value:.2f}%"></i>'
        lines.append(_line(row.label, f'<div class="ipe-track">{marks}</div>', percent(row.value)))
    ticks = "".join(f"<span>{tick}</span>" for tick in ("0", "25", "50", "75", "100 %"))
    lines.append(f'<div></div><div class="ipe-axis">{ticks}</div><div></div>')
    lines.append(f'<div></div><div class="ipe-note ipe-across">{as_markup(axis)}</div>')
    return _figure("".join(lines), title=title, alt=alt, note=note, source=source)


def parts_on_page(
    labels: Sequence[str], parts: Sequence[Part], *, title: str, alt: str, note: str = "", axis: str = "",
    source: str = "",
) -> str:  # fmt: skip
    """Shares in [0, 1] as stacked bars with the sum behind each; the widest bar takes the whole width.

    Examples
    --------
    >>> chart = parts_on_page(["A"], [Part("late", (0.2,)), Part("never", (0.1,))], title="Few", alt="A 30 %.")
    >>> "66.67%" in chart, "33.33%" in chart
    (True, True)
    """
    sums = [sum(part.values[line] for part in parts) for line in range(len(labels))]
    most = max([*sums, 0.1])
    legend = "".join(
        f'<span><i style="background:{_fill(number)}"></i>{as_markup(part.name)}</span>'
        for number, part in enumerate(parts)
    )
    lines = []
    for line, label in enumerate(labels):
        bars = "".join(
            f'<span style="width:{100 * part.values[line] / most:.2f}%;background:{_fill(number)}">'
            + (f"<em>{100 * part.values[line]:.0f}</em>" if part.values[line] >= _WIDE * most else "")
            + "</span>"
            for number, part in enumerate(parts)
        )
        lines.append(_line(label, f'<div class="ipe-parts">{bars}</div>', percent(sums[line])))
    lines.append(f'<div></div><div class="ipe-note ipe-across">{as_markup(axis)}</div>')
    return _figure("".join(lines), title=title, alt=alt, note=note, source=source, above=legend)


def _figure(grid: str, *, title: str, alt: str, note: str, source: str, above: str = "") -> str:
    label = as_markup(f"{title.rstrip('.')}. {alt}")
    return (
        f'<figure class="ipe-chart" role="img" aria-label="{label}">{_STYLE}'
        f'<b class="ipe-finding">{as_markup(title)}</b><span class="ipe-note">{as_markup(note)}</span>'
        f'<div class="ipe-legend">{above}</div><div class="ipe-grid">{grid}</div>'
        f"<figcaption>{as_markup(source)}</figcaption></figure>"
    )


def _line(label: str, drawing: str, value: str) -> str:
    return f'<div class="ipe-name">{as_markup(label)}</div>{drawing}<div class="ipe-value">{value}</div>'


def _bar_of(kind: str, start: float, end: float) -> str:
    return f'<i class="{kind}" style="left:{100 * start:.2f}%;width:{100 * (end - start):.2f}%"></i>'


def _fill(number: int) -> str:
    colour = PART_COLOURS[number % len(PART_COLOURS)]
    hatch = _HATCHES[number % len(_HATCHES)]
    return colour if hatch == "none" else f"{hatch}, {colour}"
