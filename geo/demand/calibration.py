"""How often the intervals of demand hold the truth: measured on simulated data, and said beside the figures."""

from dataclasses import dataclass

import pandas as pd

from geo.errors import SchemaError

LIKE, UNLIKE, FAR = "like the model", "unlike it", "far from it"
BY_CHANCE, DIFFERING = "by chance", "differing"
PLACES, BUSIEST, HOURS, WINDOWS = "places", "busiest places", "hours", "windows"

NOMINAL, LEAST, MOST = 90, 87, 93
"""What the intervals claim, and between which percentages that counts as kept."""

COLUMNS = ("truth", "round_the_clock", "live_weeks", "nights", "of", "sets", "incidents", "covered_percent", "width")

_WORDS = {
    PLACES: "of places",
    HOURS: "of hours of the week",
    WINDOWS: "of nights of the week",
    BUSIEST: "of the busiest tenth of places",
}


@dataclass(frozen=True, eq=False)
class Calibration:
    """
    Measured coverage of nominal 90% intervals, a line for each kind of data and figure.

    Parameters
    ----------
    table
        ``truth`` (what the data were drawn from), ``round_the_clock``, ``live_weeks``, ``nights`` (by chance, or
        differing), ``of`` (places, the tenth of them that truly is busiest for its residents, hours, windows), ``sets``
        (simulated), ``incidents`` (the mean of a set), ``covered_percent`` and ``width`` (of the intervals, as a
        multiple of the true rate).
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Hold the table against its contract."""
        if missing := [name for name in COLUMNS if name not in self.table.columns]:
            raise SchemaError(
                f"the table of calibration lacks {len(missing)} columns (first: {missing[0]!r}); "
                "write it again with `make calibration`"
            )

    def words(self, live_weeks: float, round_the_clock: bool) -> str:
        """
        Say how far to trust intervals that rest on so many live weeks: the sentence beside them.

        The figures are of simulated data of the nearest number of weeks measured (as a ratio); they say what the method
        keeps when the data are of these kinds, never what one county's data are.
        """
        mine = self.table[self.table["round_the_clock"] == round_the_clock]
        ratio = (mine["live_weeks"] / max(live_weeks, 0.1)).map(lambda r: max(r, 1 / r))
        near = mine[ratio == ratio.min()]
        weeks = int(near["live_weeks"].iloc[0])
        watch = "a round-the-clock source" if round_the_clock else "a nightly scheme"
        kept = ", ".join(f"{_WORDS[of]} {_range(near[near['of'] == of])}" for of in (PLACES, HOURS, WINDOWS))
        return (
            f"In simulations of {watch} with {weeks} live weeks, intervals that claim {NOMINAL}% held the truth this "
            f"often: {kept}.{_warning(near)}"
        )


def _range(lines: pd.DataFrame) -> str:
    low, high = round(lines["covered_percent"].min()), round(lines["covered_percent"].max())
    return f"{low}%" if low == high else f"{low} to {high}%"


def _warning(lines: pd.DataFrame) -> str:
    """Say of which figures the intervals were too narrow in some data; nothing where all kept what they claim."""
    short = lines[lines["covered_percent"].round() < LEAST]
    named = [f"{words} ({_range(short[short['of'] == of])})" for of, words in _WORDS.items() if of in set(short["of"])]
    return f" Too narrow in some: {', '.join(named)}." if named else ""
