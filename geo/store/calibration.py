"""The measured calibration of demand's intervals, as it ships with the program."""

from functools import cache
from pathlib import Path

import pandas as pd

from geo.demand.calibration import Calibration
from geo.errors import SourceError

TABLE = Path(__file__).resolve().parents[2] / "data" / "accuracy" / "demand_calibration.csv"
"""The table that ``python -m benchmarks.calibration`` writes. It goes with the model in the program, so it is read
beside the program also where ``TRIAGE_MAP_DATA`` names another folder of data."""


def load_calibration(path: Path = TABLE) -> Calibration:
    """
    Read the table of calibration that ships.

    Raises
    ------
    SourceError
        If it is missing or cannot be read.
    SchemaError
        If it lacks a column.
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} is not the table of calibration; write it with `make calibration`") from error
    return Calibration(table)


def calibration_words(live_weeks: float, round_the_clock: bool) -> str:
    """
    Say how often intervals resting on so many live weeks hold the truth, as :meth:`Calibration.words`.

    ``live_weeks`` is :func:`geo.demand.model.live_weeks` of the live hours.

    Raises
    ------
    SourceError
        If the table is missing or damaged.
    """
    return _shipped().words(live_weeks, round_the_clock)


@cache
def _shipped() -> Calibration:
    return load_calibration()
