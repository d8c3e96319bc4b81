"""The three answers of the first page in sentences: where the need is, when it was seen, what is missed."""

import numpy as np
import pandas as pd

from geo.coverage.gaps import DECISION, STEPS
from geo.demand.rates import Demand, Draws
from geo.scenarios.evaluate import Outcome, with_doubt

MOST_OF_IT = 0.6
"""Districts are named until they hold this share of demand (assumption: well over half)."""

FEW = 50
"""Incidents below which no base can be ranked: below it an interval of a district's share is wider than the share."""

TAILS = (0.05, 0.95)


def where(place_shares: Draws, districts: pd.Series) -> tuple[str, list[str]]:
    """
    Say how few districts hold most of demand, with a 90% interval of their share; and name them, greatest first.

    Parameters
    ----------
    place_shares
        Share of demand in each place, shape (draws, places).
    districts
        District of each place, in the same order.
    """
    names = sorted(districts.unique())
    member = np.column_stack([(districts == name).to_numpy(dtype=float) for name in names])
    shares = place_shares @ member
    order = np.argsort(-shares.mean(axis=0), kind="stable")
    held = np.cumsum(shares[:, order].mean(axis=0))
    count = int(np.searchsorted(held, MOST_OF_IT)) + 1
    together = shares[:, order[:count]].sum(axis=1)
    low, high = np.quantile(together, TAILS)
    named = [names[number] for number in order[:count]]
    sentence = f"{count} of {len(names)} districts hold {together.mean():.0%} of demand ({100 * low:.0f}-{high:.0%})"
    return sentence, named


def when(demand: Demand, received_in_pattern: int, timed: int, pattern: str) -> str:
    """
    Say how much of what was recorded falls into the plan's shifts, and how many hours of the week nobody watched.

    Parameters
    ----------
    received_in_pattern, timed
        Incidents with a time that were received in the plan's hours, and all with a time.
    """
    unseen = int((demand.live_hours <= 0).sum())
    share = f"{received_in_pattern / timed:.0%} of records fall in {pattern}" if timed else "no record has a time"
    if not unseen:
        return f"{share}; every hour of the week was observed"
    borrowed = int(demand.borrowed.sum())
    known = f", {borrowed} of them take their rhythm from another source" if borrowed else ""
    because = ", because the scheme was on duty only then" if timed and received_in_pattern == timed else ""
    return f"{share}{because}; {unseen} hours a week were not observed{known}"


def missed(outcome: Outcome) -> str:
    """Name the two largest gaps; a decision not to send the car is none."""
    losses = {
        step: float(part.mean())
        for step, part in outcome.waterfall.steps.items()
        if step not in {"reached", DECISION} and part.mean() > 0
    }
    first = sorted(losses, key=lambda step: -losses[step])[:2]
    if not first:
        return "nothing is missed in the hours that were observed"
    named = [f"{STEPS[step].lower()} {with_doubt(outcome.waterfall.steps[step])}" for step in first]
    all_of_it = f"{outcome.counting.bound}{with_doubt(outcome.waterfall.all)} {outcome.unit}"
    whole = f"of {all_of_it} a month{outcome.where_observed}"
    return f"{whole}, most are missed by: {' and '.join(named)}"


def enough(incidents: int, placed: int, first: str, last: str) -> str:
    """
    Say what the records are, and whether they can rank bases.

    Examples
    --------
    >>> enough(19, 16, "4 Feb 2016", "11 Mar 2016")
    '19 incidents from 4 Feb 2016 to 11 Mar 2016, 3 without a place: too few to rank bases.'
    """
    lost = incidents - placed
    verdict = "too few to rank bases" if placed < FEW else "enough to tell places apart, within the intervals shown"
    return f"{incidents} incidents from {first} to {last}, {lost} without a place: {verdict}."
