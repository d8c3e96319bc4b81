"""Which edition of districts an incident counts to, by its date: Northamptonshire's changed on 1 April 2021."""

import datetime as dt

import pandas as pd

from geo.errors import PlaceError, SchemaError
from geo.places.boundaries import Edition

CHANGED_ON = dt.date(2021, 4, 1)
"""The day from which North and West Northamptonshire take the place of seven districts. Source: the Northamptonshire
(Structural Changes) Order 2020 (SI 2020/156)."""

BY_DATE = "by date of incident"
"""What the choice is called beside the two editions."""

_COLUMNS = ("district", "district_2021", "received_on")


def districts_by_date(located: pd.DataFrame) -> pd.DataFrame:
    """
    Give the district of each located incident in the edition that stood on its day, and which that is.

    Before 1 April 2021 the districts of 2011-2021, from then on those from 2021. An incident without a date has the
    district that both editions give, and otherwise none: it cannot be told. Wrong for what is dated by the shift that
    ended after midnight on 1 April 2021.

    Parameters
    ----------
    located
        ``district``, ``district_2021``, ``received_on`` of located incidents.

    Returns
    -------
    ``district`` and ``edition`` (``2011-2021``, ``2021-``; both empty where it cannot be told), indexed as given.

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> days = pd.to_datetime(["2021-03-31", "2021-04-01", None])
    >>> both = {"district": "Corby", "district_2021": "North Northamptonshire", "received_on": days}
    >>> districts_by_date(pd.DataFrame(both))["district"].tolist()
    ['Corby', 'North Northamptonshire', '']
    """
    if missing := [column for column in _COLUMNS if column not in located.columns]:
        raise SchemaError(f"located incidents lack {len(missing)} columns (first: {missing[0]!r})")
    earlier, later = located["district"].astype("str"), located["district_2021"].astype("str")
    undated = located["received_on"].isna()
    before = located["received_on"] < pd.Timestamp(CHANGED_ON)
    alike = earlier.where(earlier.eq(later), "")
    district = earlier.where(before, later).mask(undated, alike)
    edition = pd.Series("2021-", index=located.index, dtype="str").mask(before, "2011-2021").mask(undated, "")
    return pd.DataFrame({"district": district, "edition": edition})


def edition_of_period(first: dt.date, last: dt.date) -> Edition:
    """
    Give the edition of districts that stood throughout a period, both days included.

    Raises
    ------
    PlaceError
        If the districts changed within it: then one map cannot hold all its incidents by the districts of their day.

    Examples
    --------
    >>> edition_of_period(dt.date(2016, 2, 1), dt.date(2016, 3, 13))
    '2011-2021'
    """
    if first < CHANGED_ON <= last:
        raise PlaceError(
            f"the districts changed on {CHANGED_ON}, within the period {first} to {last}; choose an edition, or a "
            "period on one side of that day"
        )
    return "2011-2021" if last < CHANGED_ON else "2021-"
