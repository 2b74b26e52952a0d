"""Why there are no teams: the rules that cannot hold together, and the least that has to give way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ipe_workbench.pathways.teams.allocation import allocate, least_to_give
from ipe_workbench.pathways.teams.counting import reasons
from ipe_workbench.pathways.teams.exact import is_small, solve_exactly
from ipe_workbench.pathways.teams.plan import NoTeams, Relaxation
from ipe_workbench.pathways.teams.problem import Problem, problem_of
from ipe_workbench.pathways.teams.rules import FormingRules, Wish
from ipe_workbench.phrases import listed

__all__ = ["explain"]

_Possible = Callable[[Problem], bool]


def explain(problem: Problem, *, exact: bool, effort: float = 10.0, seed: int = 0) -> NoTeams:
    """The explanation of a problem that has no answer; without one when that cannot be proven.

    Parameters
    ----------
    exact : bool
        Whether it took the program with all learners and teams to prove it; else the one over slots has. Small problems
        are looked at with all learners and teams in any case.

    Notes
    -----
    One rule after the other is left out; when teams remain impossible without it, it is not to blame and stays out.
    What is left is a smallest conflict: without any one of its rules there are teams. There may be others.
    """

    def possible(one: Problem) -> bool:
        allocation = allocate(one, levels=(), effort=effort, seed=seed)
        if allocation.feasible is False or not (exact or is_small(problem)):
            return allocation.feasible is not False
        return solve_exactly(one, levels=(), effort=effort, seed=seed).feasible is not False

    if possible(problem):
        return NoTeams(False, findings=problem.roster.findings)
    out: set[str] = set()
    for rule in sorted(problem.rule_names, key=_blame):
        if not possible(problem.without(out | {rule})):
            out.add(rule)
    blamed = [rule for rule in problem.rule_names if rule not in out]
    bare = problem.without(out)
    conflict = {rule: _words(problem, rule) for rule in blamed}
    ways = sorted(_ways(problem, blamed, possible, effort, seed), key=lambda one: one.price)
    if not ways:
        ways = list(_several(problem, possible))
    return NoTeams(True, conflict, reasons(bare, blamed), tuple(ways), problem.roster.findings)


#: What is left out first is least likely to be blamed: wishes come last, since people can most easily change them.
_ORDER = (
    "availability", "rooms", "repeats", "apart", "together", "max-share", "min-professions", "teams", "sizes", "wish",
)  # fmt: skip


def _blame(rule: str) -> int:
    return _ORDER.index("wish" if rule.startswith("wish-") else rule)


def _words(problem: Problem, rule: str) -> str:
    rules = problem.rules
    if rule.startswith("wish-"):
        text = rules.wishes[int(rule[5:])].text
        return f"{text[0].upper()}{text[1:]}."
    return {
        "sizes": f"Teams have {rules.min_size} to {rules.max_size} learners.",
        "teams": f"There are {rules.teams} teams.",
        "min-professions": f"Each team has at least {rules.min_professions} professions.",
        "max-share": f"At most {rules.max_share:.0%} of a team are of one profession.",
        "availability": "Learners meet only when they are available.",
        "rooms": "Each team has a room in its slot.",
        "together": "Learners with one label under `together` are in one team.",
        "apart": "Learners with one label under `apart` are in different teams.",
        "repeats": "Nobody is in one team with a team-mate of last term.",
    }[rule]


def _ways(problem: Problem, blamed: list[str], possible: _Possible, effort: float, seed: int) -> Iterator[Relaxation]:
    """For each rule of the conflict, the least change of it alone that makes teams possible under all the others."""
    for rule in blamed:
        if not possible(problem.without({rule})):
            continue  # Another conflict stands behind this one.
        if rule.startswith("wish-"):
            lack = least_to_give(problem, rule, effort=effort, seed=seed)
            yield from _other_wish(problem, int(rule[5:]), lack or 1, possible)
        elif rule == "sizes":
            yield from _other_sizes(problem, possible, effort, seed)
        elif rule == "teams":
            found = allocate(problem.without({rule}), levels=("teams",), effort=effort, seed=seed)
            teams = sum(map(len, found.sizes))
            text = f"Make {teams} teams instead of {problem.rules.teams}."
            price = abs(teams - (problem.rules.teams or 0)) * problem.rules.size
            yield Relaxation(rule, text, min(price, problem.learners), f"--teams {teams}")
        elif rule in ("min-professions", "max-share"):
            yield from _other_makeup(problem, rule, possible)
        elif rule == "together":
            yield from _fewer_labels(problem, possible)
        else:
            least = least_to_give(problem, rule, effort=effort, seed=seed)
            if least is not None:
                yield _given(problem, rule, least)


def _given(problem: Problem, rule: str, least: int) -> Relaxation:
    many = "" if least == 1 else "s"
    n = problem.learners
    return {
        "rooms": Relaxation(rule, f"Open {least} more room{many}.", min(n, least * problem.rules.size)),
        "availability": Relaxation(rule, f"Let {least} learner{many} meet when they are not available now.", least),
        "apart": Relaxation(
            rule, f"Let {least} pair{many} of those to be kept apart be in one team.", min(n, 2 * least)
        ),
        "repeats": Relaxation(
            rule,
            f"Let {least} pair{many} of last term's team-mates meet again.",
            min(n, 2 * least),
            "--repeats minimise",
        ),
    }[rule]


def _several(problem: Problem, possible: _Possible) -> Iterator[Relaxation]:
    """A smallest set of rules to leave out, where no one is enough; those that bind people least go first."""
    out = set(problem.rule_names)
    if not possible(problem.without(out)):
        return
    for rule in sorted(problem.rule_names, key=_blame):
        if possible(problem.without(out - {rule})):
            out.discard(rule)
    words = " ".join(_words(problem, rule) for rule in problem.rule_names if rule in out)
    yield Relaxation("several", f"Give up all of these: {words}", problem.learners)


def _other_wish(problem: Problem, number: int, lack: int, possible: _Possible) -> Iterator[Relaxation]:
    rules = problem.rules
    wish, rule = rules.wishes[number], f"wish-{number}"

    def works(other: Wish) -> bool:
        wishes = (*rules.wishes[:number], other, *rules.wishes[number + 1 :])
        return possible(_under(problem, replace(rules, wishes=wishes)))

    if wish.kind == "at-most":
        looser = (replace(wish, count=count) for count in range(wish.count + 1, rules.max_size + 1))
        other = next((one for one in looser if works(one)), None)
        if other is not None:
            yield Relaxation(rule, f"Ask for {other.text}.", problem.learners, other.option)
        return
    asked = rules.wanted_teams(problem.learners) if wish.teams is None else wish.teams
    most = max(0, asked - lack)
    if not works(replace(wish, teams=most)):
        most = _largest(0, most, lambda teams: works(replace(wish, teams=teams)))
    price = min(problem.learners, (asked - most) * rules.size)
    less = replace(wish, teams=most)
    text = f"Ask for {less.text}; {asked - most} go without." if most else f"Do not ask for {wish.text}."
    yield Relaxation(rule, text, price, less.option if most else "")


def _other_sizes(problem: Problem, possible: _Possible, effort: float, seed: int) -> Iterator[Relaxation]:
    rules, n = problem.rules, problem.learners

    def larger(size: int) -> FormingRules:
        return replace(rules, max_size=size)

    def smaller(less: int) -> FormingRules:
        return replace(rules, min_size=rules.min_size - less)

    top = _smallest(rules.max_size, min(100, n), lambda size: _under(problem, larger(size)), possible)
    low = _smallest(0, rules.min_size - 1, lambda less: _under(problem, smaller(less)), possible)
    found = [] if top is None else [larger(top)]
    found += [] if low is None else [smaller(low)]
    for one in found:
        least = least_to_give(problem, "sizes", sizes=(one.min_size, one.max_size), effort=effort, seed=seed)
        text = f"Allow teams of {one.min_size} to {one.max_size}; {least or n} learners are in a team of a new size."
        yield Relaxation("sizes", text, least or n, f"--min-size {one.min_size} --max-size {one.max_size}")


def _other_makeup(problem: Problem, rule: str, possible: _Possible) -> Iterator[Relaxation]:
    rules = problem.rules
    teams = rules.wanted_teams(problem.learners)
    if rule == "min-professions":
        most = _largest(
            1, rules.min_professions, lambda k: possible(_under(problem, replace(rules, min_professions=k)))
        )
        text = f"Ask for at least {most} profession{'' if most == 1 else 's'} in a team."
        yield Relaxation(rule, text, teams, f"--min-professions {most}")
        return
    shares = sorted({heads / size for size in problem.sizes for heads in range(1, size + 1)})
    wider = [share for share in shares if share > rules.max_share]
    at = _smallest(0, len(wider) - 1, lambda n: _under(problem, replace(rules, max_share=wider[n])), possible)
    if at is not None:
        share = -(-wider[at] * 1000 // 1) / 1000
        yield Relaxation(rule, f"Allow {share:.1%} of a team from one profession.", teams, f"--max-share {share:g}")


def _fewer_labels(problem: Problem, possible: _Possible) -> Iterator[Relaxation]:
    """Labels of `together` to give up: a smallest set, no label of which could stay."""
    people = problem.roster.learners
    labels: dict[str, int] = {}
    for one in people:
        for label in one.together:
            labels[label] = labels.get(label, 0) + 1

    def without(gone: set[str]) -> Problem:
        kept = tuple(replace(one, together=tuple(la for la in one.together if la not in gone)) for one in people)
        return problem_of(replace(problem.roster, learners=kept), problem.rules, problem.timetable, problem.dropped)

    gone = set(labels)

    def keep(some: list[str]) -> None:
        """Keep all of these, or by halves as many as can be: mostly one is to blame, and a look costs a second."""
        if possible(without(gone - set(some))):
            gone.difference_update(some)
        elif len(some) > 1:
            keep(some[: len(some) // 2])
            keep(some[len(some) // 2 :])

    keep(sorted(labels, key=lambda one: (-labels[one], one)))
    named = listed((f"`{label}`" for label in sorted(gone)), 5)
    price = sum(labels[label] for label in gone)
    yield Relaxation("together", f"Part the learners labelled {named}.", price)


def _under(problem: Problem, rules: FormingRules) -> Problem:
    return problem_of(problem.roster, rules, problem.timetable, problem.dropped)


def _largest(low: int, high: int, works: Callable[[int], bool]) -> int:
    """The largest number that works, if `low` does and whatever is smaller than one that works does, too."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if works(middle) else (low, middle - 1)
    return low


def _smallest(low: int, high: int, made: Callable[[int], Problem], possible: _Possible) -> int | None:
    """The smallest number whose problem is possible, if whatever is larger than one that is, is so, too; else ``None``.

    Without times and rooms a problem is quickly solved; that tells from where on it is worth to look.
    """
    for whole in (False, True):

        def test(number: int, whole: bool = whole) -> bool:
            return possible(made(number) if whole else made(number).anywhere)

        if low > high or not test(high):
            return None
        if test(low):
            continue
        low, top = low + 1, high
        while low < top:
            middle = (low + top) // 2
            low, top = (low, middle) if test(middle) else (middle + 1, top)
    return low
