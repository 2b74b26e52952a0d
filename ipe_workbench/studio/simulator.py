"""The simulator: scenarios as cards, levers, two designs side by side, and what it would take."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
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
from ipe_workbench.studio.said import said_in
from ipe_workbench.studio.simulator_exports import FIGURES, figure_link, frame_link
from ipe_workbench.studio.simulator_model import SimulatorModel
from ipe_workbench.studio.texts import mark, texts_in

__all__ = ["Simulator"]

#: Seconds of simulation before the first look, from the last move to the other cohorts, and of one step of these.
_FIRST_LOOK, _REST, _STEP = 0.05, 0.25, 0.08
_MOST = 10
_AREAS = (mark("Both designs"), mark("Week by week"), mark("In the way"), mark("Assessors"))


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
    language : str
        Language of the labels and messages: ``"en"`` or ``"es"``. Figures stay English.

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

    def __init__(
        self,
        programme: Programme | SimulatorModel,
        other: Programme | None = None,
        *,
        language: str = "en",
        **values: Any,
    ) -> None:
        if isinstance(programme, SimulatorModel):
            self.model = programme
        else:
            self.model = SimulatorModel(programme, other, **{"first_look": _FIRST_LOOK, "replicates": 20, **values})
        texts = self.texts = texts_in(language)
        self.alert, self.said = AlertArea(texts), markup()
        self._timer: asyncio.TimerHandle | None = None
        self._explorer: CohortExplorerModel | None = None
        self._links: list[Any] = []
        self._listed: object = None
        self.cards = ipywidgets.Box()
        self.cards.add_class("ipe-cards")
        self.sliders = {
            name: LabelledSlider(
                min=one.low, max=one.high, step=one.step, label=texts(one.label), language=texts.language
            )
            for name, one in LEVERS.items()
        }
        self.cohorts = LabelledSlider(min=2, max=200, step=1, label=texts("Simulated cohorts"), language=texts.language)
        self.areas = {name: markup() for name in _AREAS}
        self.tabs = ipywidgets.Tab(list(self.areas.values()), titles=[texts(one) for one in _AREAS], selected_index=0)
        self.tabs.observe(guarded(self.alert)(lambda _: self._show_areas()), "selected_index")
        self.tabs.add_class("ipe-open")
        title = texts("{title}: simulator", title=self.model.programme.info.title)
        heading = markup(f"<h2>{escaped(title)}</h2>")
        levers = wrapped([*self.sliders.values(), self.cohorts])
        levers.add_class("ipe-levers")
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
        text = escaped(said_in(said.text, self.texts))
        self.said.value = f'<div role="{role}" class="{kind}">{text}</div>' if text else ""
        self._refresh_goal()

    # ------------------------------------------------------------------ the cards
    def _refresh_cards(self) -> None:
        state = (self.model.scenarios, self.model.first, self.model.second)
        if state != self._listed:
            self._listed = state
            self.cards.children = [self._card(one) for one in self.model.scenarios]

    def _card(self, scenario: Scenario) -> ipywidgets.Widget:
        texts = self.texts
        roles = [
            word
            for word, reference in (
                (texts("First design"), self.model.first),
                (texts("Second design begins here"), self.model.second),
            )
            if reference == scenario.id
        ]
        tags = "".join(f"<span class='ipe-role'>{word}</span>" for word in roles)
        text = markup(
            f"<h3>{escaped(scenario.title)}</h3><p class='ipe-muted'>{escaped(scenario.description)}</p><p>{tags}</p>"
        )
        first = action(texts("As first design"), lambda: self.model.choose_first(scenario.id), self.alert)
        second = action(texts("As second design"), lambda: self.model.choose_second(scenario.id), self.alert)
        first.tooltip = texts("{title}: first design", title=scenario.title)
        second.tooltip = texts("{title}: second design", title=scenario.title)
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
            self.alert.show(said_in(explorer.error, self.texts))
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
            self.areas[name].value = f"<div lang='en'>{designs_on_page(base, changed)}</div>{table}"
        elif name == "In the way":
            self.areas[name].value = self._beside(bottlenecks_on_page(base), bottlenecks_on_page(changed))
        elif explorer.settled:
            draw = attainment_over_time if name == "Week by week" else assessor_load
            self.areas[name].value = self._beside(draw(base).to_html(), draw(changed).to_html())

    def _differences(self) -> str:
        texts = self.texts
        rows = "".join(
            self._difference(row) for row in self.model.differences()[:_MOST] if abs(row["difference"]) >= 0.0005
        )
        if not rows:
            return f"<p class='ipe-muted'>{texts('The two designs give the same.')}</p>"
        caption = texts("Largest differences, learner by learner with the same luck")
        heads = [texts("Badge"), texts("Second minus first"), texts("95 % interval")]
        head = "".join(f"<th scope='col'>{one}</th>" for one in heads)
        return (
            f"<table class='ipe-table'><caption>{caption}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _difference(self, row: Mapping[str, Any]) -> str:
        texts = self.texts
        change, low, high = (texts.decimal(f"{100 * row[one]:+.1f}") for one in ("difference", "low", "high"))
        title = escaped(self.model.other.title(row["item"]))
        return (
            f"<tr><th scope='row'>{title}</th><td>{texts('{change} points', change=change)}</td>"
            f"<td>{texts('{low} to {high}', low=low, high=high)}</td></tr>"
        )

    def _beside(self, first: str, second: str) -> str:
        designs = ((self.texts("First design"), first), (self.texts("Second design"), second))
        parts = (f"<div><h3>{title}</h3><div lang='en'>{figure}</div></div>" for title, figure in designs)
        return f"<div class='ipe-two'>{''.join(parts)}</div>"

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
        texts = self.texts
        levers = [(texts(one.label), name) for name, one in LEVERS.items()]
        outcomes = [(said_in(words, texts), one) for words, one in self.model.outcomes()]
        self.lever = stacked(ipywidgets.Dropdown(description=texts("Which slider may move"), options=levers))
        self.outcome = stacked(ipywidgets.Dropdown(description=texts("What shall reach the target"), options=outcomes))
        self.target = stacked(
            ipywidgets.FloatText(
                description=texts("Target (a share in %)"), value=3.0, step=0.5, continuous_update=False
            )
        )
        self.find = action(texts("Find the value"), self._seek, self.alert, primary=True)
        self.stop = action(texts("Stop"), self.model.stop, self.alert)
        self.go = action(texts("Move the slider there"), self.model.move_to_goal, self.alert)
        self.answer = markup()
        bar = ipywidgets.Box([self.lever, self.outcome, self.target, self.find, self.stop, self.go])
        for one in ("ipe-bar", "ipe-bottom"):
            bar.add_class(one)
        box = ipywidgets.VBox([markup(f"<h3>{texts('What would it take?')}</h3>"), bar, self.answer])
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
        texts, goal, asked = self.texts, self.model.goal, self.model.sought
        if self.model.seeking:
            return f"<p>{texts('Simulating the second design at several values ...')}</p>"
        if goal is None or asked is None:
            words = texts("Choose a slider and a target; the others stay where they are.")
            return f"<p class='ipe-muted'>{words}</p>"

        def shown(one: Tried) -> str:
            return percent(one.mean) if asked.outcome.measure == "earned" else texts.decimal(f"{one.mean:.2f}")

        def number(value: float) -> str:
            return texts.decimal(f"{value:.3g}")

        tried = "".join(f"<tr><td>{number(one.value)}</td><td>{shown(one)}</td></tr>" for one in goal.tried)
        table = (
            f"<details><summary>{texts('Every value that was tried')}</summary><table class='ipe-table'>"
            f"<thead><tr><th scope='col'>{texts('Value')}</th><th scope='col'>{texts('Outcome')}</th></tr></thead>"
            f"<tbody>{tried}</tbody></table></details>"
        )
        today = shown(goal.today)
        if goal.value is None or goal.confirmed is None:
            nearest, gives = number(goal.best.value), shown(goal.best)
            best = texts(
                "Nearest is {value} with {outcome}; as it is, {today}.", value=nearest, outcome=gives, today=today
            )
            return f"<p><strong>{texts('No value of this slider reaches the target.')}</strong> {best}</p>{table}"
        words = texts(
            "{slider}: {value} instead of {before}.", slider=escaped(texts(LEVERS[asked.lever].label)),
            value=f"<strong>{number(goal.value)}</strong>", before=number(goal.today.value),
        )  # fmt: skip
        fresh = shown(goal.confirmed)
        proof = texts(
            "On fresh cohorts that gives {outcome} (simulated); as it is, {today}.", outcome=fresh, today=today
        )
        return f"<p>{words} {proof}</p>{table}"

    # ------------------------------------------------------------------ to keep
    def _keep(self) -> ipywidgets.Widget:
        texts = self.texts
        self.title = stacked(ipywidgets.Text(description=texts("Title of a new scenario"), continuous_update=False))
        self.save = action(texts("Save second design as scenario"), self._save, self.alert)
        self.figure = stacked(
            ipywidgets.Dropdown(description=texts("Figure"), options=[(texts(one), one) for one in FIGURES])
        )
        self.figure_kind = stacked(ipywidgets.Dropdown(description=texts("Figure as"), options=["svg", "png"]))
        self.frame = stacked(
            ipywidgets.Dropdown(description=texts("Frame of the second design"), options=self._frames())
        )
        self.frame_kind = stacked(ipywidgets.Dropdown(description=texts("Frame as"), options=["csv", "parquet"]))
        self.draw = action(texts("Make the figure"), self._figure_link, self.alert)
        self.table = action(texts("Make the file"), self._frame_link, self.alert)
        self.links = markup()
        first = ipywidgets.Box([self.title, self.save])
        second = ipywidgets.Box([self.figure, self.figure_kind, self.draw, self.frame, self.frame_kind, self.table])
        for bar in (first, second):
            bar.add_class("ipe-bar")
            bar.add_class("ipe-bottom")
        box = ipywidgets.VBox([markup(f"<h3>{texts('To keep')}</h3>"), first, second, self.links])
        box.add_class("ipe-card")
        return box

    def _frames(self) -> list[tuple[str, str]]:
        return [(name.replace("_", " "), name) for name in self.model.explorer.changed.frames]

    def _save(self) -> None:
        if self.model.save_scenario(self.title.value):
            self.title.value = ""

    def _figure_link(self) -> None:
        explorer = self.model.explorer
        link = figure_link(self.figure.value, self.figure_kind.value, explorer.base, explorer.changed, self.texts)
        self.links.value = f'<div role="status">{link}</div>'

    def _frame_link(self) -> None:
        link = frame_link(self.frame.value, self.frame_kind.value, self.model.explorer.changed, self.texts)
        self.links.value = f'<div role="status">{link}</div>'
