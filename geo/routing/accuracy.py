"""How far drive times are off: the measured figures of ``docs/drive-times.md``, and the words beside an isochrone."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from geo.errors import SourceError
from geo.routing.estimated import UNMEASURED_LABEL
from geo.routing.roads import RoadNetwork

TABLE = Path(__file__).resolve().parents[2] / "data" / "accuracy" / "drive_times.csv"
"""The table that ``python -m benchmarks.drive_errors`` writes. It goes with the constants in the program, so it is read
beside the program also where ``TRIAGE_MAP_DATA`` names another folder of data."""

ESTIMATED, STREETS = "estimated", "openstreetmap"
PUBLISHED, HALVES = "published minutes", "half of the hospitals"
BEST_GATE = "published minutes, from the best junction within 500 m of the hospital"

NEAR_LIMIT = 0.25
"""A limit that was not measured itself takes the figures of one that is so near to it."""

LABEL_BANDS = ((5, 10), (10, 20), (20, 30), (30, 60))
LABEL_LIMIT = 20

_COLUMNS = (
    "network",
    "against",
    "roads",
    "held_out",
    "kind",
    "low",
    "high",
    "limit",
    "pairs",
    "clusters",
    "median_percent",
    "bias_percent",
    "p90_percent",
    "median_minutes",
    "p90_minutes",
    "right_percent",
)


@dataclass(frozen=True, eq=False)
class Accuracy:
    """
    Measured errors of drive times, a line for each group of trips.

    Parameters
    ----------
    table
        ``network`` (what was timed), ``against`` (what counts as true), ``roads`` (edition), ``held_out`` (from the
        fit), ``kind`` (all, band, urban, rural, limit), ``low`` and ``high`` (true minutes of the trips), ``limit``,
        ``pairs``, ``clusters``, and the errors: medians, bias and 90th percentile in percent of the true minutes and in
        minutes, and the percentage on the right side of the limit (of a limit) or in the right class (elsewhere).
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Hold the table against its contract."""
        if missing := [name for name in _COLUMNS if name not in self.table.columns]:
            raise SourceError(
                f"the table of drive-time errors lacks {len(missing)} columns (first: {missing[0]!r}); "
                "write it again with `make drive-times`"
            )

    def words(self, network: RoadNetwork, minutes: float) -> str:
        """
        Say how far times over a network are off at a limit, or that nobody has measured it.

        The figures are of other trips than the user's: of places and hospitals, at night-time speeds. They hold no
        congestion, and say nothing of one place; where the county was never measured the words begin with that.
        """
        if network.estimated:
            return self._estimated(minutes, measured_here=network.label != UNMEASURED_LABEL)
        return self._streets(minutes) if network.source.startswith("OpenStreetMap") else NOT_MEASURED

    def frame(self, network: RoadNetwork) -> pd.DataFrame:
        """Give the same figures for every limit that was measured, in words of a page; no row where there are none."""
        rows = self._held_out("limit") if network.estimated else self._lines(STREETS, "limit", PUBLISHED)
        return pd.DataFrame(
            {
                "Limit, minutes": rows["limit"].astype(int),
                "Places, minutes away": [f"{low:g} to {high:g}" for low, high in rows[["low", "high"]].to_numpy()],
                "Half are within, minutes": rows["median_minutes"].round(1),
                "1 in 10 is out by more than, minutes": rows["p90_minutes"].round(1),
                "On the right side": [_percent(share) for share in rows["right_percent"]],
                "Pairs": rows["pairs"].astype(int),
                "Roads": rows["roads"],
            }
        ).reset_index(drop=True)

    def label(self) -> str:
        """Give the words that estimated roads carry where their error was measured."""
        held = self._held_out("band").set_index(["low", "high"]).loc[list(LABEL_BANDS)]
        within = [f"{line['median_minutes']:.1f} ({low:g} to {high:g})" for (low, high), line in held.iterrows()]
        beyond = [f"{minutes:.1f}" for minutes in held["p90_minutes"]]
        limit = self._held_out("limit").set_index("limit").loc[LABEL_LIMIT]
        return (
            "Estimated roads: postcode pattern and main roads, no street map. Measured for an uncongested car: at "
            f"hospitals left out of the calibration half of the times were within {_listed(within)} minutes, by the "
            f"minutes away; 1 in 10 was out by more than {_listed(beyond)}. Of places {limit['low']:g} to "
            f"{limit['high']:g} minutes away {100 - limit['right_percent']:.0f}% were on the wrong side of "
            f"{LABEL_LIMIT}. Not for response "
            "standards: download the roads before deciding."
        )

    def _estimated(self, minutes: float, *, measured_here: bool) -> str:
        lines = self._held_out("limit")
        off = (lines["limit"] - minutes).abs() / lines["limit"]
        if not (off <= NEAR_LIMIT).any():
            return f"At {minutes:g} minutes the error of estimated roads is not measured."
        line = lines.loc[off.idxmin()]
        proxy = "" if line["limit"] == minutes else f" (as measured at {line['limit']:g})"
        figures = (
            f"t {minutes:g} minutes{proxy} half of the estimated times are within {line['median_minutes']:.1f} minutes "
            f"and 1 in 10 is out by more than {line['p90_minutes']:.1f}; {_percent(line['right_percent'])} of places "
            f"{line['low']:g} to {line['high']:g} minutes away are put on the right side of the limit "
            f"({line['pairs']:,} pairs of a place and a hospital, hospitals held out)."
        )
        return f"A{figures}" if measured_here else f"{ELSEWHERE} a{figures}"

    def _streets(self, minutes: float) -> str:
        every, gate = (self._lines(STREETS, "all", against) for against in (PUBLISHED, BEST_GATE))
        if every.empty or gate.empty:
            return NOT_MEASURED
        line, best = every.iloc[0], gate.iloc[0]
        return (
            f"At {minutes:g} minutes the error on these roads is not measured. The one check of OpenStreetMap roads: "
            f"{line['pairs']} places around one hospital ({line['roads']}), half within {line['median_minutes']:.1f} "
            f"minutes and 1 in 10 out by more than {line['p90_minutes']:.1f}; {best['median_minutes']:.1f} and "
            f"{best['p90_minutes']:.1f} from the junction near it that suits best."
        )

    def _lines(self, network: str, kind: str, against: str) -> pd.DataFrame:
        table = self.table
        return table[(table["network"] == network) & (table["kind"] == kind) & (table["against"] == against)]

    def _held_out(self, kind: str) -> pd.DataFrame:
        """Give the lines of estimated roads at hospitals that were left out of the fit."""
        lines = self._lines(ESTIMATED, kind, PUBLISHED)
        return lines[lines["held_out"] == HALVES]


NOT_MEASURED = "The error of the times over these roads is not measured."
ELSEWHERE = (
    "The error is not measured in this county. In Northamptonshire and in Cambridgeshire and Peterborough, where it is,"
)


def load_accuracy(path: Path = TABLE) -> Accuracy:
    """
    Read the table of errors that ships.

    Raises
    ------
    SourceError
        If it is missing or is not such a table.
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} is not the table of drive-time errors; write it with `make drive-times`") from error
    return Accuracy(table)


def accuracy_words(network: RoadNetwork, minutes: float) -> str:
    """
    Say how far times over a network are off at a limit: the sentence beside an isochrone.

    As :meth:`Accuracy.words`, from the table that ships.

    Raises
    ------
    SourceError
        If the table is missing or damaged.

    Examples
    --------
    >>> roads = RoadNetwork.from_edges([0], [1], [60.0], [0, 1000], [0, 0])
    >>> accuracy_words(roads, 20)
    'The error of the times over these roads is not measured.'
    """
    return _shipped().words(network, minutes)


def accuracy_table(network: RoadNetwork) -> pd.DataFrame:
    """
    Give the measured errors of times over a network, a row for each limit; as :meth:`Accuracy.frame`.

    Raises
    ------
    SourceError
        If the table that ships is missing or damaged.
    """
    return _shipped().frame(network)


@cache
def _shipped() -> Accuracy:
    return load_accuracy()


def _percent(share: float) -> str:
    """
    Write a percentage without claiming all where some are missing.

    Examples
    --------
    >>> _percent(92.84), _percent(99.7), _percent(100.0)
    ('93%', '99%', '100%')
    """
    return f"{min(round(share), 99) if share < 100 else 100}%"


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} or {parts[-1]}"
