"""Whether the car was sent more readily on some shifts, or by some crews, than chance alone would bring about."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.deployment.staffing import fully_staffed
from geo.incidents.days import with_days

Numbers = npt.NDArray[Any]

REARRANGED = 2000
"""How often the answers are dealt out anew; the smallest p-value is then 0.0005."""

CLEAR = 0.05
LEAST_GROUPS = 2
LEAST_INCIDENTS = 10
"""Fewer recorded answers say nothing about variation (assumption)."""


@dataclass(frozen=True, slots=True)
class Variation:
    """
    How a share varies between groups: ``spread`` times what chance alone brings about, with the chance of as much.

    ``chance`` is the p-value: how often answers dealt out at random to the same groups vary at least as much.
    """

    groups: int
    n: int
    unknown: int
    share: float
    spread: float
    chance: float

    def in_words(self, group: str) -> str:
        """Say it with n and doubt; ``group`` names what was compared, in the plural."""
        clear = f"varies more between {group} than chance would give"
        said = clear if self.chance < CLEAR else f"cannot tell whether it varies between {group} beyond chance"
        chance = "p under 0.001" if self.chance < 0.001 else f"p = {self.chance:.2g}"
        blanks = f", {self.unknown} not recorded" if self.unknown else ""
        return (
            f"{said} (variance {self.spread:.1f} times that of chance, {chance}; "
            f"{self.groups} {group}, {self.n} incidents{blanks})"
        )


def variation(answers: pd.Series, groups: pd.Series, *, seed: int = 0) -> Variation | None:
    """
    Hold the variation of a share between groups against that of answers dealt out at random.

    The measure is Pearson's chi-square of groups by yes and no; its law is found by dealing the answers out anew, so
    small groups are right as well. Blanks, and incidents without a group, are left out and the blanks counted. A
    difference is one of the incidents, too: shifts differ in what they met, not only in who was on duty.

    Parameters
    ----------
    answers
        Three-valued, shape (incidents,).
    groups
        The shift or crew of each, '' where none; shape (incidents,).
    seed
        Of the rearranging.

    Returns
    -------
    None where fewer than two groups or ten answers are recorded, or all answers are the same.

    References
    ----------
    Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd edition, chapter 6.
    """
    known = answers.isin(["yes", "no"]) & (groups != "")
    yes = (answers[known] == "yes").to_numpy(np.float64)
    codes, names = pd.factorize(groups[known], sort=True)
    if len(names) < LEAST_GROUPS or len(yes) < LEAST_INCIDENTS or yes.min() == yes.max():
        return None
    sizes = np.bincount(codes)
    observed = float(_chi_square(np.bincount(codes, weights=yes), sizes))
    expected = (len(names) - 1) * len(yes) / (len(yes) - 1)
    rng = np.random.default_rng(seed)
    dealt = _chi_square(rng.multivariate_hypergeometric(sizes, int(yes.sum()), REARRANGED, method="marginals"), sizes)
    return Variation(
        groups=len(names),
        n=len(yes),
        unknown=int((~answers.isin(["yes", "no"])).sum()),
        share=float(yes.mean()),
        spread=observed / expected,
        chance=float((1 + (dealt >= observed - 1e-9).sum()) / (1 + REARRANGED)),
    )


def _chi_square(found: Numbers, sizes: Numbers) -> Numbers:
    """Give Pearson's chi-square of groups by yes and no, for each row of yes by group, shape (..., groups)."""
    share = found.sum(axis=-1, keepdims=True) / sizes.sum()
    return np.asarray(((found - sizes * share) ** 2 / (sizes * share * (1 - share))).sum(axis=-1))


def between(incidents: pd.DataFrame, shifts: pd.DataFrame) -> dict[str, Variation | None]:
    """
    Hold the share deployed of fully staffed nights against chance: between shifts, between crews, between bank and own
    nurses.

    Nights that lacked a crew could not send the car whoever was on duty, and nights with several cars do not tell whose
    incident it was: both are left out. None where there is too little to compare; crews, and kinds of nurse, are
    missing where the log does not tell two apart.
    """
    full = shifts[(fully_staffed(shifts) == "yes") & ~shifts["date"].duplicated(keep=False)]
    night = with_days(incidents, shifts)["day"]
    told = {"shifts": night.where(night.isin(full["date"])).dt.strftime("%Y-%m-%d").fillna("")}
    for words, field, blank in (("crews", "crew_roles", ""), ("kinds of nurse (bank, own)", "bank_staff", "unknown")):
        known = full[full[field] != blank]
        if known[field].nunique() > 1:
            told[words] = night.map(dict(zip(known["date"], known[field], strict=True))).fillna("").astype("str")
    on_duty = told["shifts"] != ""
    return {words: variation(incidents.loc[on_duty, "deployed"], groups[on_duty]) for words, groups in told.items()}
