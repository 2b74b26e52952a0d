"""The simulator: scenarios as cards, levers, two designs side by side, and what it would take."""

from __future__ import annotations

import asyncio
from typing import Any

import ipywidgets
import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.figures import assessor_load, attainment_over_time, bottlenecks_on_page, designs_on_page
from ipe_workbench.figures.charts import percent
from ipe_workbench.simulation import Scenario
from ipe_workbench.simulation.experiments.goal_seek import Tried
from ipe_workbench.studio.cohort_explorer_model import LEVERS, CohortExplorerModel
from ipe_workbench.studio.components import AlertArea, action, escaped, guarded, markup, stacked, style_sheet, wrapped
from ipe_workbench.studio.labelled_slider import LabelledSlider
from ipe_workbench.studio.simulator_exports import FIGURES, figure_link, frame_link
from ipe_workbench.studio.simulator_model import SimulatorModel

__all__ = ["Simulator"]

#: Seconds of simulation before the first look, from the last move to the other cohorts, and of one step of these.
_FIRST_LOOK, _REST, _STEP = 0.05, 0.25, 0.08
_MOST = 10


class Simulator(ipywidgets.VBox):  # type: ignore[misc]
    """Two designs of a cohort that one moves with sliders.

    Parameters
    ----------
    programme : Programme or SimulatorModel
        The first design, or a model to look at.
    other : Programme, optional
        The second design, another version of the programme; the same by default.
    **values
        As in `SimulatorModel`: ``replicates`` and levers to begin with.

    Attributes
    ----------
    model : SimulatorModel

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> simulator = Simulator(example_programme(), replicates=2)
    >>> simulator.sliders["attempts"].value = 5
    >>> simulator.model.explorer.attempts
    5
    """

    def __init__(self, programme: Programme | SimulatorModel, other: Programme | None = None, **values: Any) -> None:
        if isinstance(programme, SimulatorModel):
            self.model = programme
        else:
            self.model = SimulatorModel(programme, other, **{"first_look": _FIRST_LOOK, "replicates": 20, **values})
        self.alert, self.said = AlertArea(), markup()
        self._timer: asyncio.TimerHandle | None = None
        self._explorer: CohortExplorerModel | None = None
        self._links: list[Any] = []
        self._listed: object = None
        self.cards = ipywidgets.Box()
        self.cards.add_class("ipe-cards")
        self.sliders = {
            name: LabelledSlider(min=one.low, max=one.high, step=one.step, label=one.label)
            for name, one in LEVERS.items()
        }
        self.cohorts = LabelledSlider(min=2, max=200, step=1, label="Simulated cohorts")
        self.areas = {name: markup() for name in ("Both designs", "Week by week", "In the way", "Assessors")}
        self.tabs = ipywidgets.Tab(list(self.areas.values()), titles=tuple(self.areas), selected_index=0)
        self.tabs.observe(guarded(self.alert)(lambda _: self._show_areas()), "selected_index")
        self.tabs.add_class("ipe-open")
        heading = markup(f"<h2>{escaped(self.model.programme.info.title)}: simulator</h2>")
        levers = wrapped([*self.sliders.values(), self.cohorts])
        super().__init__(
            [style_sheet(), heading, self.cards, levers, self.alert, self.said, self.tabs, self._goal(), self._keep()]
        )
        self.add_class("ipe-studio")
        self.model.observe(guarded(self.alert)(self._changed), "revision")
        self._changed()

    def _changed(self, _: object = None) -> None:
        self._refresh_cards()
        if self.model.explorer is not self._explorer:
            self._attach(self.model.explorer)
        said = self.model.message
        role, kind = ("alert", "ipe-alert") if said.severity == "error" else ("status", "ipe-said")
        self.said.value = f'<div role="{role}" class="{kind}">{escaped(said.text)}</div>' if said.text else ""
        self._refresh_goal()

    # ------------------------------------------------------------------ the cards
    def _refresh_cards(self) -> None:
        state = (self.model.scenarios, self.model.first, self.model.second)
        if state != self._listed:
            self._listed = state
            self.cards.children = [self._card(one) for one in self.model.scenarios]

    def _card(self, scenario: Scenario) -> ipywidgets.Widget:
        roles = [
            word
            for word, reference in (
                ("First design", self.model.first),
                ("Second design begins here", self.model.second),
            )
            if reference == scenario.id
        ]
        tags = "".join(f"<span class='ipe-role'>{word}</span>" for word in roles)
        text = markup(
            f"<h3>{escaped(scenario.title)}</h3><p class='ipe-muted'>{escaped(scenario.description)}</p><p>{tags}</p>"
        )
        first = action("As first design", lambda: self.model.choose_first(scenario.id), self.alert)
        second = action("As second design", lambda: self.model.choose_second(scenario.id), self.alert)
        first.tooltip, second.tooltip = f"{scenario.title}: first design", f"{scenario.title}: second design"
        first.disabled, second.disabled = scenario.id == self.model.first, scenario.id == self.model.second
        buttons = ipywidgets.Box([first, second])
        buttons.add_class("ipe-bar")
        card = ipywidgets.VBox([text, buttons])
        card.add_class("ipe-scenario")
        return card

    # ------------------------------------------------------------------ the two designs
    def _attach(self, explorer: CohortExplorerModel) -> None:
        for link in self._links:
            link.unlink()
        self._explorer = explorer
        controls = {**self.sliders, "replicates": self.cohorts}
        self._links = [traitlets.link((explorer, name), (control, "value")) for name, control in controls.items()]
        explorer.observe(guarded(self.alert)(self._simulated), "updated")
        self._simulated()

    def _simulated(self, _: object = None) -> None:
        explorer = self.model.explorer
        if explorer.error:
            self.alert.show(explorer.error)
            return
        self._show_areas()
        self._refine_later(_REST)

    def _show_areas(self) -> None:
        """Draw what is looked at; figures that take their time wait until all cohorts are there."""
        explorer = self.model.explorer
        base, changed = explorer.base, explorer.changed
        name = list(self.areas)[self.tabs.selected_index or 0]
        if name == "Both designs":
            table = self._differences() if explorer.settled and base.replicates >= 2 else ""
            self.areas[name].value = designs_on_page(base, changed) + table
        elif name == "In the way":
            self.areas[name].value = _beside(bottlenecks_on_page(base), bottlenecks_on_page(changed))
        elif explorer.settled:
            draw = attainment_over_time if name == "Week by week" else assessor_load
            self.areas[name].value = _beside(draw(base).to_html(), draw(changed).to_html())

    def _differences(self) -> str:
        titles = self.model.other.title
        rows = "".join(
            f"<tr><th scope='row'>{escaped(titles(row['item']))}</th><td>{100 * row['difference']:+.1f} points</td>"
            f"<td>{100 * row['low']:+.1f} to {100 * row['high']:+.1f}</td></tr>"
            for row in self.model.differences()[:_MOST]
            if abs(row["difference"]) >= 0.0005
        )
        if not rows:
            return "<p class='ipe-muted'>The two designs give the same.</p>"
        return (
            "<table class='ipe-table'><caption>Largest differences, learner by learner with the same luck</caption>"
            "<thead><tr><th scope='col'>Badge</th><th scope='col'>Second minus first</th>"
            f"<th scope='col'>95 % interval</th></tr></thead><tbody>{rows}</tbody></table>"
        )

    def _refine_later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.model.explorer.settled:
            return
        try:
            self._timer = asyncio.get_running_loop().call_later(seconds, guarded(self.alert)(self._refine))
        except RuntimeError:
            self.model.explorer.refine(float("inf"))

    def _refine(self) -> None:
        # In short steps, so that a move of a slider is heard between two of them.
        if not self.model.explorer.refine(_STEP):
            self._refine_later(0.001)

    # ------------------------------------------------------------------ what it would take
    def _goal(self) -> ipywidgets.Widget:
        levers = [(one.label, name) for name, one in LEVERS.items()]
        outcomes = self.model.outcomes()
        self.lever = stacked(ipywidgets.Dropdown(description="Which slider may move", options=levers))
        self.outcome = stacked(ipywidgets.Dropdown(description="What shall reach the target", options=outcomes))
        self.target = stacked(
            ipywidgets.FloatText(description="Target (a share in %)", value=3.0, step=0.5, continuous_update=False)
        )
        self.find = action("Find the value", self._seek, self.alert, primary=True)
        self.stop = action("Stop", self.model.stop, self.alert)
        self.go = action("Move the slider there", self.model.move_to_goal, self.alert)
        self.answer = markup()
        bar = ipywidgets.Box([self.lever, self.outcome, self.target, self.find, self.stop, self.go])
        for one in ("ipe-bar", "ipe-bottom"):
            bar.add_class(one)
        box = ipywidgets.VBox([markup("<h3>What would it take?</h3>"), bar, self.answer])
        box.add_class("ipe-card")
        return box

    def _seek(self) -> None:
        target = self.target.value / 100 if self.outcome.value.measure == "earned" else self.target.value
        self.model.seek(self.lever.value, self.outcome.value, target)

    def _refresh_goal(self) -> None:
        model = self.model
        self.stop.disabled, self.find.disabled = not model.seeking, model.seeking
        self.go.disabled = model.goal is None or model.goal.value is None
        self.answer.value = f'<div role="status">{self._answer()}</div>'

    def _answer(self) -> str:
        goal, asked = self.model.goal, self.model.sought
        if self.model.seeking:
            return "<p>Simulating the second design at several values ...</p>"
        if goal is None or asked is None:
            return "<p class='ipe-muted'>Choose a slider and a target; the others stay where they are.</p>"
        lever = LEVERS[asked.lever]

        def shown(one: Tried) -> str:
            return percent(one.mean) if asked.outcome.measure == "earned" else f"{one.mean:.2f}"

        tried = "".join(f"<tr><td>{one.value:.3g}</td><td>{shown(one)}</td></tr>" for one in goal.tried)
        table = (
            "<details><summary>Every value that was tried</summary><table class='ipe-table'>"
            "<thead><tr><th scope='col'>Value</th><th scope='col'>Outcome</th></tr></thead>"
            f"<tbody>{tried}</tbody></table></details>"
        )
        if goal.value is None or goal.confirmed is None:
            best = f"Nearest is {goal.best.value:.3g} with {shown(goal.best)}; as it is, {shown(goal.today)}."
            return f"<p><strong>No value of this slider reaches the target.</strong> {best}</p>{table}"
        words = f"{escaped(lever.label)}: <strong>{goal.value:.3g}</strong> instead of {goal.today.value:.3g}."
        proof = f"On fresh cohorts that gives {shown(goal.confirmed)} (simulated); as it is, {shown(goal.today)}."
        return f"<p>{words} {proof}</p>{table}"

    # ------------------------------------------------------------------ to keep
    def _keep(self) -> ipywidgets.Widget:
        self.title = stacked(ipywidgets.Text(description="Title of a new scenario", continuous_update=False))
        self.save = action("Save second design as scenario", self._save, self.alert)
        self.figure = stacked(ipywidgets.Dropdown(description="Figure", options=list(FIGURES)))
        self.figure_kind = stacked(ipywidgets.Dropdown(description="Figure as", options=["svg", "png"]))
        self.frame = stacked(ipywidgets.Dropdown(description="Frame of the second design", options=self._frames()))
        self.frame_kind = stacked(ipywidgets.Dropdown(description="Frame as", options=["csv", "parquet"]))
        self.draw = action("Make the figure", self._figure_link, self.alert)
        self.table = action("Make the file", self._frame_link, self.alert)
        self.links = markup()
        first = ipywidgets.Box([self.title, self.save])
        second = ipywidgets.Box([self.figure, self.figure_kind, self.draw, self.frame, self.frame_kind, self.table])
        for bar in (first, second):
            bar.add_class("ipe-bar")
            bar.add_class("ipe-bottom")
        box = ipywidgets.VBox([markup("<h3>To keep</h3>"), first, second, self.links])
        box.add_class("ipe-card")
        return box

    def _frames(self) -> list[tuple[str, str]]:
        return [(name.replace("_", " "), name) for name in self.model.explorer.changed.frames]

    def _save(self) -> None:
        if self.model.save_scenario(self.title.value):
            self.title.value = ""

    def _figure_link(self) -> None:
        explorer = self.model.explorer
        link = figure_link(self.figure.value, self.figure_kind.value, explorer.base, explorer.changed)
        self.links.value = f'<div role="status">{link}</div>'

    def _frame_link(self) -> None:
        link = frame_link(self.frame.value, self.frame_kind.value, self.model.explorer.changed)
        self.links.value = f'<div role="status">{link}</div>'


def _beside(first: str, second: str) -> str:
    return (
        f"<div class='ipe-two'><div><h3>First design</h3>{first}</div><div><h3>Second design</h3>{second}</div></div>"
    )
