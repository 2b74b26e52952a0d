"""k-anonymity: nobody stands alone with what a stranger might know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Anonymised", "anonymise"]

#: What stands where a value was generalised away.
OTHER = "(other)"


@dataclass(frozen=True)
class Anonymised:
    """People whose quasi-identifiers are shared, and the report of it.

    Parameters
    ----------
    people : pandas.DataFrame
        Those that remain, one row each.
    k : int
        The least number of people that share their quasi-identifiers.
    classes : int
        How many different combinations there are.
    smallest : int
        People in the smallest of them; 0 when nobody remains.
    generalised : mapping of str to int
        For each quasi-identifier how many people's value became ``"(other)"``.
    left_out : int
        People left out because they stood too much alone.
    diversity : int or None
        The least number of different values of the sensitive column in a class (l-diversity), where one was named.
    """

    people: pd.DataFrame
    k: int
    classes: int
    smallest: int
    generalised: Mapping[str, int]
    left_out: int
    diversity: int | None

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON; nothing about a single person."""
        return {
            "k": self.k,
            "people": len(self.people),
            "classes": self.classes,
            "smallest_class": self.smallest,
            "generalised": dict(self.generalised),
            "left_out": self.left_out,
            "l_diversity": self.diversity,
        }


def anonymise(people: pd.DataFrame, quasi: Sequence[str], *, k: int = 5, sensitive: str | None = None) -> Anonymised:
    """Generalise quasi-identifiers until at least `k` people share each combination; leave out who stays alone.

    Rare values (fewer than `k` people) become ``"(other)"`` first. Then, while people stand alone, the column with the
    most values loses them for these people; the least identifying columns keep theirs longest. People who still share
    with fewer than `k` are left out.

    Parameters
    ----------
    people : pandas.DataFrame
        One row a person.
    quasi : sequence of str
        Columns that a stranger might know. Values are compared as text.
    k : int
        The least size of a class.
    sensitive : str, optional
        A column whose values in a class are counted.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"profession": ["nursing"] * 5 + ["dentistry"]})
    >>> result = anonymise(people, ["profession"])
    >>> len(result.people), result.left_out
    (5, 1)

    References
    ----------
    Sweeney (2002), doi:10.1142/S0218488502001648; l-diversity: Machanavajjhala et al. (2007),
    doi:10.1145/1217299.1217302.
    """
    names = list(quasi)
    changed = people.copy()
    for name in names:
        changed[name] = changed[name].astype(object).where(changed[name].notna(), "(unknown)").astype(str)
    first = changed[names].copy()
    for name in names:
        counts = changed[name].map(changed[name].value_counts())
        changed.loc[counts < k, name] = OTHER
    for name in sorted(names, key=lambda one: (-first[one].nunique(), one)):
        sizes = _sizes(changed, names)
        changed.loc[sizes < k, name] = OTHER
    kept = _sizes(changed, names) >= k
    remaining = changed[kept].reset_index(drop=True)
    classes = remaining.groupby(names, sort=True) if names else None
    count = classes.size() if classes is not None and len(remaining) else None
    diversity = None
    if sensitive is not None and classes is not None and len(remaining):
        diversity = int(classes[sensitive].nunique(dropna=False).min())
    return Anonymised(
        remaining,
        k,
        len(count) if count is not None else int(len(remaining) > 0),
        int(count.min()) if count is not None else len(remaining),
        {name: int((changed[name] != first[name])[kept].sum()) for name in names},
        int((~kept).sum()),
        diversity,
    )


def _sizes(people: pd.DataFrame, names: list[str]) -> pd.Series[int]:
    import pandas as pd

    if not names:
        return pd.Series(len(people), index=people.index)
    sizes: pd.Series[int] = people.groupby(names)[names[0]].transform("size")
    return sizes
