"""A learner's situation that one chooses, and what follows: where the learner stands, and the proven best plan."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError, WorkbenchError, near_names
from ipe_workbench.figures import learner_on_pathway, plan_chart
from ipe_workbench.pathways.planning import Plan
from ipe_workbench.studio.components import AlertArea, escaped, guarded, markup, stacked, style_sheet, wrapped
from ipe_workbench.studio.pathway_explorer_model import PathwayExplorerModel

__all__ = ["PathwayExplorer", "pathway_explorer"]

_AIMS = [("Fewest hours", "hours"), ("Earliest completion", "earliest")]


def pathway_explorer(programme: Programme, **situation: Any) -> PathwayExplorer:
    r"""Choose a learner's profession, badges, goal and hours; see where the learner stands and the best plan.

    Parameters
    ----------
    programme : Programme
        Any programme.
    **situation
        To begin with: ``profession``, ``held``, ``goal``, ``term``, ``hours`` and ``aim``, as in
        `PathwayExplorerModel`.

    Returns
    -------
    PathwayExplorer
        A widget; its model is its attribute ``model``.

    Raises
    ------
    UnknownNameError
        When the situation names something that the programme does not have.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> shown = pathway_explorer(example_programme(), goal="communication-certificate")
    >>> "role=\"img\"" in shown.chart.value
    True
    """
    return PathwayExplorer(PathwayExplorerModel(programme, **situation))


class PathwayExplorer(widgets.VBox):  # type: ignore[misc]
    """The view of a `PathwayExplorerModel`: controls linked to its traits, and what follows from them."""

    def __init__(self, model: PathwayExplorerModel) -> None:
        self.model = model
        self.alert, self.summary, self.chart, self.map = AlertArea(), markup(), markup(), markup()
        choices = model.choices()
        self.controls: dict[str, widgets.Widget] = {
            "profession": widgets.Dropdown(options=choices["profession"], description="Profession"),
            "goal": widgets.Dropdown(options=choices["goal"], description="Goal"),
            "term": widgets.Dropdown(options=choices["term"], description="Plan from the start of"),
            "hours": widgets.BoundedFloatText(
                min=0, max=10_000, description="Most hours a term (0: any)", continuous_update=False
            ),
            "aim": widgets.Dropdown(options=_AIMS, description="Best means"),
            "held": widgets.SelectMultiple(
                options=choices["held"], rows=6, description="Badges held (Ctrl or Shift to choose several)"
            ),
        }
        _check(model)
        for name, control in self.controls.items():
            traitlets.link((model, name), (control, "value"))
            stacked(control, *(["ipe-wide"] if name in ("goal", "held") else []))
        super().__init__([
            style_sheet(), wrapped(list(self.controls.values())), self.alert, self.summary, self.chart, self.map,
        ])  # fmt: skip
        self.add_class("ipe-studio")
        model.observe(guarded(self.alert)(self._show), "updated")
        guarded(self.alert)(self._show)()

    def _show(self, change: Any = None) -> None:
        try:
            self._draw(self.model)
        except WorkbenchError as error:
            self.alert.show(str(error))

    def _draw(self, model: PathwayExplorerModel) -> None:
        self.summary.value = f'<div role="status">{_summary(model)}</div>'
        drawn = model.plan is not None and model.plan.impossible is None and bool(model.plan.steps)
        self.chart.value = (
            plan_chart(model.programme, model.plan, model.hours_per_term).to_html() if drawn and model.plan else ""
        )
        self.map.value = (
            learner_on_pathway(model.programme, model.facts, model.day, model.goal).to_html() if model.standing else ""
        )
        if model.error:
            self.alert.show(model.error)


def _check(model: PathwayExplorerModel) -> None:
    """Whether the lists have what the model begins with; they would refuse it in words that help nobody."""
    for name, choices in model.choices().items():
        known = [reference for _, reference in choices]
        value = getattr(model, name)
        for one in value if name == "held" else (value,):
            if one not in known:
                message = f"`{one}` cannot be chosen as {name}."
                raise UnknownNameError(message, mend=near_names(one, known))


def _summary(model: PathwayExplorerModel) -> str:
    made = model.plan
    if made is None:
        return ""
    goal = escaped(made.goal_title)
    if made.impossible is not None:
        reasons = "".join(f"<li>{escaped(one)}</li>" for one in made.impossible.reasons)
        ways = "".join(f"<li>{escaped(one)}</li>" for one in made.impossible.relaxation)
        out = f"<p>The cheapest way out:</p><ul>{ways}</ul>" if ways else ""
        return f"<p><strong>{goal} cannot be completed.</strong></p><ul>{reasons}</ul>{out}"
    if not made.steps:
        return f"<p><strong>{goal} is complete.</strong></p>"
    return f"<p><strong>{_sentence(made)}</strong></p>"


def _sentence(made: Plan) -> str:
    proof = "proven best" if made.proven else f"at most {made.gap:.1%} from the best"
    count = "1 more credential" if len(made.steps) == 1 else f"{len(made.steps)} more credentials"
    asks = "".join(f" Ask for the approval of the {escaped(role.replace('-', ' '))}." for role in made.approvals)
    return f"{escaped(made.goal_title)}: {count}, {made.hours:g} hours, complete on {made.completed_on}; {proof}.{asks}"
