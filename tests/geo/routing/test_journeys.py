import numpy as np
import pandas as pd
import pytest

from geo.errors import SchemaError
from geo.places.bases import Base
from geo.places.postcodes import Gazetteer
from geo.routing.journeys import Journeys, journeys_of, read_journeys, sift_journeys


def test_what_is_no_drive_is_left_out_and_counted():
    rows = [(0.0, 0.0), (400.0, 10.0), (20_000.0, 5.0), (9_000.0, 200.0), (9_000.0, 20.0)]
    frame = pd.DataFrame(
        [
            {"from_easting": 0.0, "from_northing": 0.0, "to_easting": metres, "to_northing": 0.0, "minutes": minutes}
            for metres, minutes in rows
        ]
    ).assign(departed_at=pd.NaT, reference="")
    found = sift_journeys(frame)
    assert found.frame["minutes"].tolist() == [20.0]
    assert list(found.left_out.values()) == [1, 1, 1, 1]
    assert found.sentence.startswith("1 journeys can be used; left out: 1 without a time above zero")


def test_journeys_are_taken_from_the_log_where_both_times_and_the_scene_are_known():
    at = pd.Timestamp("2016-02-05 20:00", tz="Europe/London")
    located = pd.DataFrame(
        {
            "incident_id": list("abcd"),
            "dispatched_at": [at, at, pd.NaT, at],
            "arrived_at": [at + pd.Timedelta(minutes=12), pd.NaT, at, at + pd.Timedelta(minutes=5)],
            "easting": [5_000.0, 5_000.0, 5_000.0, np.nan],
            "northing": [0.0, 0.0, 0.0, np.nan],
            "precision": ["unit", "unit", "unit", "none"],
        }
    )
    found = journeys_of(located, [Base("station", 0.0, 0.0)])
    assert found.frame["minutes"].tolist() == [12.0]
    assert found.frame["reference"].tolist() == ["a"]
    assert found.left_out["without both times"] == 2
    assert found.left_out["without a point for their scene"] == 1
    two = journeys_of(located, [Base("station", 0.0, 0.0), Base("other", 1.0, 0.0)])
    assert two.frame.empty
    assert two.left_out["that began at one of several bases"] == 1


def test_journeys_without_their_columns_are_refused():
    with pytest.raises(SchemaError, match="journeys lack 6 columns"):
        Journeys(pd.DataFrame({"minutes": []}), {})


def test_a_table_of_times_is_read_with_its_postcodes(tmp_path):
    file = tmp_path / "times.csv"
    file.write_text(
        "From,To,Minutes,Departed\n"
        "NN4 0JQ,NN16 0AE,25,13/02/2016 19:30\n"
        "nn40jq,NN15 5BD,half an hour,\n"
        "NN4 0JQ,ZZ1 1ZZ,25,13/02/2016 19:30\n"
        "NN4 0JQ,NN16 0AE,soon,13/02/2016 19:30\n",
        encoding="utf-8",
    )
    found = read_journeys(file, Gazetteer.default())
    assert found.frame["minutes"].tolist() == [25.0, 30.0]
    assert found.frame["departed_at"][0] == pd.Timestamp("2016-02-13 19:30", tz="Europe/London")
    assert pd.isna(found.frame["departed_at"][1])
    assert found.frame["reference"].tolist() == ["row 2", "row 3"]
    assert found.sentence == (
        "2 journeys can be used; 1 of them without a time, as on empty roads; left out: "
        "1 whose postcodes are no full ones of the counties here, 1 without a time above zero"
    )


def test_a_table_without_its_columns_is_refused(tmp_path):
    file = tmp_path / "times.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="has no columns 'from', 'to' and 'minutes'"):
        read_journeys(file, Gazetteer.default())
