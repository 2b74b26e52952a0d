"""A posterior that says what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ipe_workbench.findings import Finding, Place

__all__ = ["POSTERIOR_COLUMNS", "Posterior"]

#: Columns of `Posterior.summary`.
POSTERIOR_COLUMNS: Mapping[str, str] = {
    "parameter": "name",
    "mean": "posterior mean",
    "sd": "posterior standard deviation",
    "low": "lower end of the central 95 % interval",
    "high": "its upper end",
    "prior_sd": "standard deviation of the prior",
    "overlap": "shared area of prior and posterior: 1 means that the data say nothing",
    "rhat": "agreement of the chains: near 1; missing where the draws are independent",
    "effective": "effective number of draws",
}
#: Above it a parameter is weakly identified (Garrett and Zeger 2000, Biometrics 56(4) 1055).
_OVERLAP = 0.35
_CORRELATED = 0.9
_RHAT = 1.05
_EFFECTIVE = 100


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws from posterior and prior, one column a parameter.

    Parameters
    ----------
    draws, prior : DataFrame
        One row a draw.
    rhat, effective : mapping
        How far the draws can be trusted, by parameter; see `sampling.Draws`.
    """

    draws: pd.DataFrame
    prior: pd.DataFrame
    rhat: Mapping[str, float]
    effective: Mapping[str, float]

    def summary(self) -> pd.DataFrame:
        """One row a parameter; `POSTERIOR_COLUMNS` describes the columns."""
        rows = []
        for name in self.draws.columns:
            values = self.draws[name].to_numpy(float)
            low, high = np.quantile(values, [0.025, 0.975])
            rows.append(
                {
                    "parameter": name,
                    "mean": values.mean(),
                    "sd": values.std(ddof=1),
                    "low": low,
                    "high": high,
                    "prior_sd": self.prior[name].std(ddof=1),
                    "overlap": overlap(values, self.prior[name].to_numpy(float), self.effective.get(name, np.nan)),
                    "rhat": self.rhat.get(name, np.nan),
                    "effective": self.effective.get(name, np.nan),
                }
            )
        return pd.DataFrame(rows, columns=list(POSTERIOR_COLUMNS))

    def findings(self) -> tuple[Finding, ...]:
        """What the data do not say, and draws that cannot be trusted.

        A parameter whose posterior is its prior is not identified; two that are strongly correlated are so only
        together. Such a fit may still forecast well, but its single numbers are not to be quoted.
        """
        found = []
        for row in self.summary().to_dict("records"):
            name = str(row["parameter"])
            if row["rhat"] > _RHAT or row["effective"] < _EFFECTIVE:
                apart = "" if np.isnan(row["rhat"]) else f" do not agree (R-hat {row['rhat']:.2f}) and"
                message = f"The draws of `{name}`{apart} are worth {row['effective']:.0f} independent ones."
                found.append(Finding("not-converged", "warning", message, "Take more draws.", Place(), name))
            if row["overlap"] > _OVERLAP:
                message = f"The data say little about `{name}`: {row['overlap']:.0%} of its posterior is its prior."
                mend = "Fix it at a published value, or record what would tell it."
                found.append(Finding("weakly-identified", "warning", message, mend, Place(), name))
        correlation = self.draws.corr().to_numpy()
        names = list(self.draws.columns)
        for i, j in zip(*np.nonzero(np.triu(np.abs(correlation) > _CORRELATED, 1)), strict=True):
            message = f"`{names[i]}` and `{names[j]}` are told only together (correlation {correlation[i, j]:+.2f})."
            found.append(Finding("correlated-parameters", "warning", message, "Fix one of the two.", Place(), names[i]))
        return tuple(found)


def overlap(posterior: np.ndarray, prior: np.ndarray, effective: float = np.nan) -> float:
    """Shared area of two densities, from draws, by histograms over quantiles of both.

    `effective` is what the posterior draws are worth: few are counted in fewer bins, or they would look apart by luck.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> same = overlap(rng.normal(size=4000), rng.normal(size=4000))
    >>> apart = overlap(rng.normal(size=4000), rng.normal(8, 1, 4000))
    >>> round(same, 2), round(apart, 2)
    (0.95, 0.0)
    """
    both = np.concatenate([posterior, prior])
    bins = 30 if np.isnan(effective) else int(np.clip(effective / 10, 4, 30))
    edges = np.unique(np.quantile(both, np.linspace(0, 1, bins + 1)))
    if edges.size < 3:
        return 1.0
    shares = [np.histogram(one, edges)[0] / len(one) for one in (posterior, prior)]
    return float(np.minimum(*shares).sum())
