"""Two designs side by side: what each assumes, and what would come of it."""

from __future__ import annotations

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.charts import percent
from ipe_workbench.figures.designs import designs_compared
from ipe_workbench.reporting.comparison_report import ComparisonReport
from ipe_workbench.reporting.html import Html, Number, element, join, notice, table
from ipe_workbench.reporting.page import CONTENTS_MARK
from ipe_workbench.reporting.sections.wording import sentence
from ipe_workbench.simulation import SimulationResult

__all__ = ["differences", "figure", "flow", "how_to_read", "masthead", "scenarios"]


def masthead(report: ComparisonReport) -> Html:
    """The title, and that everything is simulated."""
    info = report.programme.info
    first, second = report.scenarios
    return join(
        [
            element("p", f"{info.title} · {info.issuer.name}", class_="kicker"),
            element("h1", "Two designs compared"),
            element("p", f"“{first.title}” and “{second.title}”.", class_="kicker"),
            notice(element("strong", "Everything here is simulated."), "No learner’s record went into it."),
            Html(CONTENTS_MARK),
        ]
    )


def scenarios(report: ComparisonReport) -> Html:
    """What each of the two assumes, in its own words."""
    return join(
        element("p", element("strong", f"{one.title}. "), sentence(one.description.strip() or "No description"))
        for one in report.scenarios
    )


def figure(report: ComparisonReport) -> AccessibleFigure:
    """Shares of learners with each badge under both."""
    return designs_compared(*report.results)


def differences(report: ComparisonReport) -> Html:
    """Each credential: both shares, their difference, and the range for one cohort."""
    titles = {one.id: one.title for one in report.programme.credentials.values()}
    titles |= {one.id: one.title for one in report.programme.stacks.values()}
    frame = report.compared.frame
    rows = [
        [
            titles.get(row["item"], row["item"]),
            Number(percent(row["first"])),
            Number(percent(row["second"])),
            Number(_points(row["difference"])),
            Number(f"{_points(row['low_all'])} to {_points(row['high_all'])}"),
            Number(f"{_points(row['cohort_low'])} to {_points(row['cohort_high'])}"),
        ]
        for row in frame[frame["measure"] == "earned"].to_dict("records")
    ]
    first, second = report.scenarios
    heads: list[str | Number] = ["Credential", Number(first.title), Number(second.title), Number("Difference, points")]
    heads += [Number("Expected, 95 % for all rows"), Number("One cohort, 95 %")]
    return table("Share of the learners who may earn it, by the end (simulated)", heads, rows)


def flow(report: ComparisonReport) -> Html:
    """The flow of simulated learners of one cohort through each design: from those who begin to larger credentials."""
    columns = [_flow_of(report, one) for one in report.results]
    rows = [[words, *(Number(one[words]) for one in columns)] for words in columns[0]]
    heads: list[str | Number] = ["Of one cohort, on average", *(Number(one.title) for one in report.scenarios)]
    return table("Flow of learners through each design (simulated)", heads, rows)


def _flow_of(report: ComparisonReport, result: SimulationResult) -> dict[str, str]:
    tries = result.attempts()
    first = tries[tries["attempt"] == 1]
    earned = result.by_replicate().groupby("item")["earned"].mean()
    badges = earned.reindex(list(report.programme.credentials)).sum()
    counts = {
        "Learners who begin": float(result.learners),
        "First attempts at an assessment": first["tries"].sum(),
        "Of these passed": (first["tries"] * first["pass_rate"]).sum(),
        "Further attempts": tries["tries"].sum() - first["tries"].sum(),
        "Badges earned": badges,
    }
    goals = [one for one in report.programme.stacks.values() if one.id in earned.index]
    counts |= {f"Learners with {one.title}": earned[one.id] for one in goals[-1:]}
    return {words: f"{count:,.0f}" for words, count in counts.items()}


def how_to_read(report: ComparisonReport) -> Html:
    """Pairs, and what the intervals hold."""
    paired = report.compared.about["paired"]
    words = "The same learners went through both designs" if paired else "The two runs share no seed and cohort"
    return element(
        "p",
        f"{words}. The intervals hold the luck of the simulation, and in the last column that of one cohort; they do "
        "not hold doubt about the model: try other assumptions before anybody acts on a difference.",
    )


def _points(value: float) -> str:
    return "–" if value != value else f"{100 * value:+.1f}"
