"""What interprofessional teams are made up of, and how even their prior performance is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.charts import percent
from ipe_workbench.figures.style import (
    ACCENT,
    GRID,
    INK,
    LABEL_SIZE,
    MUTED,
    PAPER,
    fitted,
    house_style,
    plain,
    quiet_axes,
    titled_figure,
)

if TYPE_CHECKING:
    from ipe_workbench.pathways.teams import Roster, TeamPlan

__all__ = ["team_composition", "team_finding"]

_WIDTH = 10.5
_LEFT, _RIGHT = 2.85, 0.5  # inches: names of professions; the key
_ROW = 0.36
#: From none to many learners: one hue from light to dark, which print and every eye tell apart.
_SHADES = ("#f4f6f8", "#b9d5e8", "#5f9dc6", ACCENT, "#00324f")
_NUMBERED = 40


def team_composition(plan: TeamPlan, roster: Roster, titles: Mapping[str, str] | None = None) -> AccessibleFigure:
    """How many learners of each profession each team has; below it, the mean prior performance of each team.

    Parameters
    ----------
    plan : TeamPlan
        Teams of at least one learner.
    roster : Roster
        The learners, for professions and scores.
    titles : mapping of str to str, optional
        Titles of professions by id.

    Examples
    --------
    >>> from ipe_workbench.pathways.teams import FormingRules, Learner, Roster, form_teams
    >>> people = tuple(Learner(f"{kind}{n}", kind) for kind in ("nursing", "medicine", "pharmacy") for n in range(4))
    >>> roster = Roster(people)
    >>> team_composition(form_teams(roster, FormingRules()), roster).alt[:27]
    'Grid of professions by team'
    """
    person = {one.id: one for one in roster.learners}
    size = Counter(one.profession for team in plan.teams for one in (person[each] for each in team.learners))
    kinds = [kind for kind, _ in size.most_common()]
    heads = [Counter(person[one].profession for one in team.learners) for team in plan.teams]
    means = _means(plan, roster)
    title = team_finding(plan)
    called = dict(titles or {})
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=_WIDTH,
            height=_ROW * len(kinds) + (2.05 if means else 1.0),
            note="Each column is a team; the darker, the more of its learners are of the profession."
            + (" Dots: team means of prior performance." if means else "")
            + (" Upright lines part slots." if len(plan.quality.slots) > 1 else ""),
            source=_source(plan),
        )
        tall = figure.get_figheight()
        wide = (_WIDTH - _LEFT - _RIGHT) / _WIDTH
        top = high - 0.32 / tall
        axes = figure.add_axes((_LEFT / _WIDTH, top - _ROW * len(kinds) / tall, wide, _ROW * len(kinds) / tall))
        _draw_heads(axes, [[one[kind] for one in heads] for kind in kinds])
        names = [f"{fitted(called.get(kind, kind), _LEFT - 0.75, size=LABEL_SIZE)} ({size[kind]})" for kind in kinds]
        axes.set_yticks(range(len(kinds)), names)
        _mark_slots(axes, plan)
        if means:
            below = figure.add_axes((_LEFT / _WIDTH, low + 0.42 / tall, wide, 0.95 / tall), sharex=axes)
            _draw_means(below, means)
            axes.tick_params(labelbottom=False)
            below.tick_params(which="both", length=0)
        _name_teams(figure.axes[-1], plan)
    alt = _alt(plan, kinds, heads, called, means)
    return AccessibleFigure(figure, alt=alt, title=title, caption="Professions in each team, and the balance of teams.")


def team_finding(plan: TeamPlan) -> str:
    """What the teams are like, in one sentence."""
    quality = plan.quality
    sizes = list(quality.sizes)
    word = "or" if len(sizes) == 2 else "to"
    span = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} {word} {sizes[-1]}"
    share = percent(quality.mix_index)
    teams = "1 team" if quality.teams == 1 else f"{quality.teams} teams"
    return f"{teams} of {span} learners: {share} of the pairs of team-mates are of different professions"


def _means(plan: TeamPlan, roster: Roster) -> list[float]:
    """The mean score of each team; empty without scores. Who has none counts as the mean of all."""
    known = [one.score for one in roster.learners if one.score is not None]
    if not known:
        return []
    middle = sum(known) / len(known)
    score = {one.id: middle if one.score is None else one.score for one in roster.learners}
    return [sum(score[one] for one in team.learners) / len(team.learners) for team in plan.teams]


def _draw_heads(axes: Axes, rows: list[list[int]]) -> None:
    most = len(_SHADES) - 1
    shown = [[min(count, most) for count in row] for row in rows]
    axes.imshow(shown, cmap=ListedColormap(list(_SHADES)), vmin=-0.5, vmax=most + 0.5, aspect="auto")
    teams = len(rows[0])
    axes.set_xticks([at - 0.5 for at in range(1, teams)], minor=True)
    axes.set_yticks([at - 0.5 for at in range(1, len(rows))], minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=1.2 if teams <= 150 else 0)
    axes.tick_params(which="both", length=0, labelsize=LABEL_SIZE)
    for side in axes.spines.values():
        side.set_visible(False)
    if teams <= _NUMBERED:
        for line, row in enumerate(rows):
            for at, count in enumerate(row):
                if count:
                    colour = PAPER if count >= 3 else INK
                    axes.text(at, line, str(count), ha="center", va="center", size=9, color=colour)
    highest = max(map(max, rows))
    for count, shade in enumerate(_SHADES[: highest + 1]):
        word = f"{count} or more" if count == most else str(count)
        handle = axes.scatter([], [], marker="s", s=75, color=shade, edgecolors=MUTED, linewidths=0.6, label=word)
        handle.set_clip_on(False)
    axes.legend(
        title=None, ncols=min(highest, most) + 1, loc="lower right", bbox_to_anchor=(1.01, 1.0), frameon=False,
        fontsize=9.5,        handletextpad=0.1, columnspacing=0.9, borderaxespad=0.1,
    )  # fmt: skip


def _mark_slots(axes: Axes, plan: TeamPlan) -> None:
    """A line between slots."""
    slots = [team.slot for team in plan.teams]
    for at in range(1, len(slots)):
        if slots[at] != slots[at - 1]:
            axes.axvline(at - 0.5, color=INK, linewidth=1.1)


def _draw_means(axes: Axes, means: list[float]) -> None:
    middle = sum(means) / len(means)
    axes.axhline(middle, color=MUTED, linewidth=1, zorder=1)
    axes.scatter(range(len(means)), means, s=14 if len(means) > _NUMBERED else 30, color=ACCENT, zorder=2)
    reach = max(abs(one - middle) for one in means)
    room = max(1.25 * reach, 0.02 * abs(middle), 1e-6)
    axes.set_ylim(middle - room, middle + room)
    axes.set_yticks([middle - room * 0.8, middle, middle + room * 0.8])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.4g}")
    quiet_axes(axes, grid="y")
    axes.set_ylabel("Mean score", color=INK)
    axes.grid(axis="y", color=GRID)


def _name_teams(axes: Axes, plan: TeamPlan) -> None:
    """Below: each team by name where there is room, else the slots, each under its teams."""
    count = len(plan.teams)
    if count <= _NUMBERED:
        small = 9 if count <= 20 else 7
        axes.set_xticks(
            range(count), [plain(team.id, 8) for team in plan.teams], size=small, rotation=0 if count <= 20 else 90
        )
        axes.set_xlabel("Team")
        return
    places: dict[str, list[int]] = {}
    for at, team in enumerate(plan.teams):
        places.setdefault(team.slot, []).append(at)
    wide = (_WIDTH - _LEFT - _RIGHT) / count
    if len(places) > 1:
        ticks = [(sum(own) / len(own), fitted(slot, wide * len(own), size=9)) for slot, own in places.items()]
        axes.set_xticks([at for at, _ in ticks], [name for _, name in ticks], size=9)
        axes.set_xlabel("Slot")
    else:
        step = max(1, round(count / 10))
        axes.set_xticks(range(0, count, step), [plain(plan.teams[at].id, 8) for at in range(0, count, step)], size=9)
        axes.set_xlabel("Team")
    axes.set_xlim(-0.5, count - 0.5)


def _source(plan: TeamPlan) -> str:
    proof = "proven best in the order of its aims" if plan.proven else f"within {plan.gap:.1%} of the proven bounds"
    return f"{plan.quality.learners} learners; {proof}; seed {plan.seed}."


def _alt(
    plan: TeamPlan, kinds: list[str], heads: list[Counter[str]], called: Mapping[str, str], means: list[float]
) -> str:
    told = []
    for kind in kinds:
        teams = Counter(one[kind] for one in heads)
        parts = ", ".join(f"{number} in {count} teams" for number, count in sorted(teams.items()))
        told.append(f"{called.get(kind, kind)}: {parts}")
    quality = plan.quality
    sizes = ", ".join(f"{count} of {size}" for size, count in quality.sizes.items())
    text = f"Grid of professions by team. Sizes: {sizes}. Learners by team: {'; '.join(told)}."
    if means:
        text += f" Team means of prior performance lie between {min(means):.4g} and {max(means):.4g}."
    return text + f" Pairs of last term's team-mates: {quality.repeats}."
