"""Whether the car was sent more readily on some shifts, or by some crews, than chance alone would bring about."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

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

    @property
    def verdict(self) -> str:
        """Say whether the share varies more than by chance, or that nobody can tell."""
        return "varies more than chance would give" if self.chance < CLEAR else "cannot tell"

    def in_words(self, group: str) -> str:
        """Say it with n and doubt; ``group`` names what was compared, in the plural."""
        said = (
            "varies more between {} than chance would give"
            if self.chance < CLEAR
            else ("cannot tell whether it varies between {} beyond chance")
        )
        chance = (
            "under 0.001"
            if self.chance < 0.001
            else f"{self.chance:.3f}"
            if self.chance < 0.1
            else f"{self.chance:.2f}"
        )
        blanks = f", {self.unknown} not recorded" if self.unknown else ""
        return (
            f"{said.format(group)} (variance {self.spread:.1f} times that of chance, p = {chance}; "
            f"{self.groups} {group}, {self.n} incidents{blanks})"
        )


def variation(answers: pd.Series, groups: pd.Series, *, seed: int = 0) -> Variation | None:
    """
    Hold the variation of a share between groups against that of answers dealt out at random.

    The measure is Pearson's chi-square of groups by yes and no; its law is found by dealing the answers out anew, so
    small groups are right as well. Blanks, and incidents without a group, are left out and the blanks counted. A difference
    is one of the incidents, too: shifts differ in what they met, not only in who was on duty.

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
    rng = np.random.default_rng(seed)
    dealt = _chi_square(rng.multivariate_hypergeometric(sizes, int(yes.sum()), REARRANGED, method="marginals"), sizes)
    return Variation(
        groups=len(names),
        n=len(yes),
        unknown=int((~answers.isin(["yes", "no"])).sum()),
        share=float(yes.mean()),
        spread=float(observed / dealt.mean()),
        chance=float((1 + (dealt >= observed - 1e-9).sum()) / (1 + REARRANGED)),
    )


def _chi_square(found: Numbers, sizes: Numbers) -> Numbers:
    """Give Pearson's chi-square of groups by yes and no, for each row of yes by group, shape (..., groups)."""
    share = found.sum(axis=-1, keepdims=True) / sizes.sum()
    return np.asarray(((found - sizes * share) ** 2 / (sizes * share * (1 - share))).sum(axis=-1))
