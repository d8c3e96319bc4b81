import datetime as dt

import pandas as pd
import pytest

from geo.errors import PlaceError, SchemaError
from geo.places.editions import districts_by_date, edition_of_period


def located(day, earlier="Corby", later="North Northamptonshire"):
    rows = {"district": [earlier], "district_2021": [later], "received_on": pd.to_datetime([day])}
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("day", "district", "edition"),
    [
        ("2016-02-04", "Corby", "2011-2021"),
        ("2021-03-31", "Corby", "2011-2021"),
        ("2021-04-01", "North Northamptonshire", "2021-"),
        ("2025-01-01", "North Northamptonshire", "2021-"),
        (None, "", ""),
    ],
)
def test_the_day_of_the_incident_chooses_the_districts(day, district, edition):
    found = districts_by_date(located(day)).iloc[0]
    assert (found["district"], found["edition"]) == (district, edition)


def test_an_undated_incident_has_the_district_that_did_not_change():
    assert districts_by_date(located(None, "Fenland", "Fenland"))["district"].tolist() == ["Fenland"]


def test_rows_keep_their_index_and_the_frame_is_left_alone():
    frame = pd.concat([located("2016-02-04"), located("2024-02-04")]).set_axis([7, 3])
    before = frame.copy(deep=True)
    assert districts_by_date(frame).index.tolist() == [7, 3]
    pd.testing.assert_frame_equal(frame, before)


def test_a_frame_that_is_not_located_is_refused():
    with pytest.raises(SchemaError, match=r"lack 1 columns \(first: 'received_on'\)"):
        districts_by_date(located("2016-02-04").drop(columns="received_on"))


def test_a_period_has_the_edition_that_stood_throughout():
    assert edition_of_period(dt.date(2021, 1, 1), dt.date(2021, 3, 31)) == "2011-2021"
    assert edition_of_period(dt.date(2021, 4, 1), dt.date(2021, 4, 1)) == "2021-"


def test_a_period_in_which_the_districts_changed_has_none():
    with pytest.raises(PlaceError, match="the districts changed on 2021-04-01"):
        edition_of_period(dt.date(2021, 3, 31), dt.date(2021, 4, 1))
