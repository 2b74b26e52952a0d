"""Tables of outcomes in APA style, built with great_tables: what a journal prints.

great_tables escapes labels and cells of text; its ``md``, ``html`` and ``fmt_markdown`` do not and are not used here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ipe_workbench.reporting.apa import DASH, apa_interval, apa_number, apa_p
from ipe_workbench.reporting.html import Html, element, visible

if TYPE_CHECKING:
    from great_tables import GT

    from ipe_workbench.evaluation import Answer, ClaimResult, PlanResult

__all__ = ["analyses_table", "apa_table", "checks_table", "claims_table", "deviations_table", "verdict_words"]

#: Estimates that cannot pass 1 in size.
_BOUNDED = re.compile(r"^(alpha|omega|krippendorff|kappa|ICC|icc\[|incidence|dependability|generali|correlation|missing"
                      r"|complete|monotone|pattern|superiority|share)")  # fmt: skip
_IDS = re.compile(r'\b(id|headers|aria-labelledby|aria-describedby)="([^"]*)"')


def verdict_words(verdict: str) -> str:
    """A verdict for people.

    Examples
    --------
    >>> verdict_words("not-shown")
    'not shown'
    """
    return {"supported": "can be said", "contradicted": "contradicted"}.get(verdict, verdict.replace("-", " "))


def claims_table(result: PlanResult) -> Html:
    """One row a claim: its level, its primary analyses, and whether it can be said."""
    rows = [
        (
            one.claim.id,
            one.claim.outcome_level,
            f"{sum(each.verdict == 'supported' for each in _primary(one))} of {len(_primary(one))}",
            str(sum(each.severity == "warning" for each in one.deviations)),
            verdict_words(one.verdict),
        )
        for one in result.claims
    ]
    columns = ["Claim", "Outcome level", "Primary analyses borne out", "Deviations", "Verdict"]
    note = "Outcome levels: Interprofessional Learning Continuum (Institute of Medicine, 2015)."
    return apa_table("claims", "Claims of the evaluation plan", columns, rows, note=note)


def analyses_table(claim: ClaimResult, *, level: float = 0.95) -> Html:
    """One row an analysis of a claim: estimate, interval, standardised effect, p raw and adjusted."""
    rows = []
    for one in claim.answers:
        main, standard, tested = one.headline, one.standardised, one.tested
        bounded = main is not None and _BOUNDED.match(main.name) is not None
        rows.append((
            one.planned.id + ("" if one.planned.role == "primary" else " (secondary)"),
            f"{one.measure}{': ' + one.waves if one.waves else ''}",
            _many(one.n),
            apa_number(main.estimate if main else None, bounded=bounded),
            apa_interval(main.low, main.high, bounded=bounded) if main else DASH,
            f"{apa_number(standard.estimate)} {apa_interval(standard.low, standard.high)}" if standard else DASH,
            apa_p(tested.p if tested else None),
            apa_p(tested.p_holm if tested else None),
            apa_p(tested.p_fdr if tested else None),
            verdict_words(one.verdict),
        ))  # fmt: skip
    percent = f"{100 * level:.0f}% CI"
    columns = ["Analysis", "Measure", "n", "Estimate", percent, f"Standardised [{percent}]", "p", "p (Holm)", "p (FDR)",
               "Verdict"]  # fmt: skip
    note = "; ".join(dict.fromkeys(_what(one) for one in claim.answers if one.headline))
    note = f"Estimates: {note}. " if note else ""
    # Without these words an interval that holds zero beside a small p looks like a mistake.
    note += "".join(f"p of {one.planned.id} is against its target of {one.planned.bound:g}, not against zero. "
                    for one in claim.answers if one.tested and one.planned.target is not None)  # fmt: skip
    note += (
        "p is two-sided; Holm and FDR (Benjamini-Hochberg) adjust over the primary analyses of the whole plan. "
        "Standardised effects of change and comparison are Hedges' g."
    )
    return apa_table(f"analyses-{claim.claim.id}", f"Analyses of the claim: {claim.claim.id}", columns, rows, note=note)


def checks_table(answer: Answer, *, level: float = 0.95) -> Html:
    """What stands beside an effect: missing data, imputation, response shift, regression to the mean."""
    rows = [
        (
            check.question.replace("-", " "),
            each.name.replace("_", " "),
            _many(each.n),
            apa_number(each.estimate, bounded=_BOUNDED.match(each.name) is not None),
            apa_interval(each.low, each.high, bounded=_BOUNDED.match(each.name) is not None),
        )
        for check in answer.checks
        for each in check.estimates
    ]
    if not rows:
        return Html("")
    columns = ["Check", "Quantity", "n", "Estimate", f"{100 * level:.0f}% CI"]
    return apa_table(f"checks-{answer.planned.id}", f"Beside the effect: {answer.planned.id}", columns, rows)


def deviations_table(result: PlanResult) -> Html:
    """Everything in which the evaluation departs from its plan."""
    rows = [(one.subject or "plan", one.id.replace("-", " "), f"{one.message} {one.mend}".strip())
            for one in result.deviations]  # fmt: skip
    if not rows:
        rows = [("plan", "none", "The evaluation was done as planned.")]
    return apa_table("deviations", "Deviations from the plan", ["Where", "Kind", "What"], rows, text=(2,))


def apa_table(
    id: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    note: str = "",
    text: Sequence[int] = (),
) -> Html:
    """A table in APA style: title above, three rules, a note below; the first column heads its row.

    Parameters
    ----------
    id : str
        Unique in the page; every id inside begins with it.
    title, note : str
    columns, rows : sequence
        Texts; everything is escaped.
    text : sequence of int
        Columns of running text, besides the first two.
    """
    made = _table(id, title, columns, rows, note, text)
    markup = Html(_unique(made.as_raw_html(inline_css=False), id))
    # A wide table scrolls in its own box, which the keyboard must be able to reach.
    return element("div", markup, class_="scroll apa", role="region", aria_label=title, tabindex="0")


def _table(
    id: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str, text: Sequence[int]
) -> GT:
    from great_tables import GT

    # Columns by number: a heading is free text, and great_tables makes ids of column names.
    keys = [f"c{place}" for place in range(len(columns))]
    frame = pd.DataFrame([[visible(cell) for cell in row] for row in rows], columns=keys, dtype=object)
    table = GT(frame, rowname_col="c0", id=id).tab_header(title=visible(title)).tab_stubhead(label=visible(columns[0]))
    table = table.cols_label(dict(zip(keys[1:], map(visible, columns[1:]), strict=True)))
    words = {1, *text, *([len(columns) - 1] if columns[-1] == "Verdict" else [])}
    table = table.cols_align("right", columns=[key for place, key in enumerate(keys) if place not in {0, *words}])
    table = table.cols_align("left", columns=[key for place, key in enumerate(keys) if place in {0, *words}])
    if note:
        table = table.tab_source_note("Note. " + visible(note))
    return table.tab_options(
        table_font_names=["system-ui", "Segoe UI", "Roboto", "DejaVu Sans", "sans-serif"],
        table_font_size="14px", table_width="100%", heading_align="left", heading_title_font_size="16px",
        heading_border_bottom_color="#1b2430", table_border_top_style="none", table_border_bottom_style="none",
        column_labels_border_top_color="#1b2430", column_labels_border_bottom_color="#1b2430",
        table_body_border_bottom_color="#1b2430", table_body_hlines_style="none", stub_border_style="none",
        column_labels_font_weight="600", source_notes_font_size="13px", data_row_padding="5px",
    )  # fmt: skip


def _unique(markup: str, id: str) -> str:
    """Every id of the table begins with its own, since a page holds several."""

    def named(match: re.Match[str]) -> str:
        parts = [one if one == id or one.startswith(f"{id}-") else f"{id}-{one}" for one in match[2].split()]
        return f'{match[1]}="{" ".join(parts)}"'

    # Style sheets hold no attributes; the markup's own texts are escaped, so no quote stands in them.
    style, end, body = markup.rpartition("</style>")
    return style + end + _IDS.sub(named, body)


def _primary(claim: ClaimResult) -> list[Answer]:
    return [one for one in claim.answers if one.planned.role == "primary"]


def _many(n: int) -> str:
    return "< 10" if 0 < n < 10 else f"{n:,}"


def _what(answer: Answer) -> str:
    main = answer.headline
    return f"{answer.planned.id}, {main.name.replace('_', ' ')} ({main.method})" if main else ""
