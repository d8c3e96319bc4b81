"""How often something that happened so many times in so many trials may happen at most."""

from scipy.stats import binomtest


def at_most(failures: int, trials: int) -> str:
    """
    Give the 95% upper bound of a rate of failure in words (Clopper & Pearson 1934, one-sided).

    With no failure it is the rule of three: 3 in ``trials``. Wrong where the trials are not independent.
    """
    high = binomtest(failures, trials, alternative="less").proportion_ci(0.95, "exact").high
    return f"at most {high:.2g} of 1" if high > 0.1 else f"at most {100 * high:.2g}%"
