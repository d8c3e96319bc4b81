"""Who gains and who is left out: places grouped by district, by town and country, or by fifths of a measure."""

import numpy as np
import pandas as pd

from geo.coverage.gaps import STEPS, Waterfall
from geo.errors import SchemaError

NOT_LOADED = "not loaded"
FIFTHS = 5


def fifths(measure: pd.Series, residents: pd.Series) -> pd.Series:
    """
    Divide places into five groups of as many residents each, by the value of a measure, least first.

    Fifths of the county's own residents, not of the country's: a county without deprived places has a fifth that is
    the most deprived one all the same. Places of equal value stay together, so groups can differ in size.

    Parameters
    ----------
    measure
        Value of each place, indexed by code; NaN where the table does not hold the place.
    residents
        Residents of each place, indexed by code; >= 0.

    Returns
    -------
    ``1st fifth`` (least values) to ``5th fifth`` by code, ``not loaded`` where there is no value.

    Raises
    ------
    SchemaError
        If no place has both residents and a value.

    Examples
    --------
    >>> fifths(pd.Series({"a": 9.0, "b": 1.0, "c": np.nan}), pd.Series({"a": 10, "b": 10, "c": 10})).tolist()
    ['4th fifth', '2nd fifth', 'not loaded']
    """
    if twice := int(measure.index.duplicated().sum()):
        raise SchemaError(f"{twice} places have several values; give one value a place")
    values = measure.reindex(residents.index)
    people = residents.where(values.notna(), 0.0).astype(float)
    if not people.sum() > 0:
        raise SchemaError(f"none of the {len(residents)} places has a value; load a table of these codes")
    by_value = people.groupby(values).sum().cumsum()
    middle = (by_value + by_value.shift(fill_value=0.0)) / 2 / people.sum()
    number = np.minimum((middle * FIFTHS).astype(int), FIFTHS - 1)
    named = number.map(dict(enumerate(("1st fifth", "2nd fifth", "3rd fifth", "4th fifth", "5th fifth"))))
    return values.map(named).fillna(NOT_LOADED)


def by_group(losses: Waterfall, groups: pd.Series, level: float = 0.8) -> pd.DataFrame:
    """
    Give what becomes of demand in each group of places, with intervals.

    Parameters
    ----------
    losses
        Incidents a month by place, shape (draws, places).
    groups
        The group of each place, in the order of the columns.

    Returns
    -------
    One row a group and step: ``group``, ``step``, ``words``, ``a_month``, ``low``, ``high`` and ``share`` of the
    group's demand, whose interval is ``share_low`` to ``share_high``. The steps of all groups add up to the whole.
    """
    tails = [(1 - level) / 2, (1 + level) / 2]
    rows = []
    for group in sorted(groups.unique()):
        mine = (groups == group).to_numpy()
        whole = losses.all[:, mine].sum(axis=1)
        for step, words in STEPS.items():
            part = losses.steps[step][:, mine].sum(axis=1)
            share = np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
            low, high = np.quantile(part, tails)
            share_low, share_high = np.quantile(share, tails)
            rows.append(
                {
                    "group": group,
                    "step": step,
                    "words": words,
                    "a_month": float(part.mean()),
                    "low": float(low),
                    "high": float(high),
                    "share": float(share.mean()),
                    "share_low": float(share_low),
                    "share_high": float(share_high),
                }
            )
    return pd.DataFrame(rows)


def first_cause(losses: Waterfall) -> pd.DataFrame:
    """
    Give the greatest loss at each place, decisions not to send the car apart, and whether it is the greatest in most
    draws.

    Returns
    -------
    One row a place: ``step``, ``words``, ``share`` of the place's demand that it loses, and ``chance`` that it is the
    greatest loss there.
    """
    causes = [step for step in STEPS if step not in {"reached", "not_appropriate"}]
    lost = np.stack([losses.steps[step] for step in causes])
    greatest = lost.mean(axis=1).argmax(axis=0)
    chance = (lost.argmax(axis=0) == greatest).mean(axis=0)
    whole = losses.all.mean(axis=0)
    most = np.take_along_axis(lost.mean(axis=1), greatest[None], axis=0)[0]
    steps = [causes[number] for number in greatest]
    share = np.divide(most, whole, out=np.zeros_like(most), where=whole > 0)
    return pd.DataFrame({"step": steps, "words": [STEPS[step] for step in steps], "share": share, "chance": chance})
