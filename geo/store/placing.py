"""The project's own list of places, and incidents placed again when it changes."""

import sqlite3

import pandas as pd

from geo.places.locate import locate
from geo.places.named import PlaceList
from geo.places.postcodes import Gazetteer
from geo.store.frames import insert, query, table, update
from geo.store.history import counted, remember
from geo.tables import INCIDENT_COLUMNS, LOCATED_COLUMNS, names

FOUND = [name for name in names(LOCATED_COLUMNS) if name not in names(INCIDENT_COLUMNS)] + ["postcode"]
"""What is found of a place, besides the record itself; a postcode that could be read takes its normal form."""

_MAY_CHANGE = "located_by IN ('none', 'named_place') OR precision IN ('sector', 'district')"


def read_places(database: sqlite3.Connection) -> PlaceList:
    """Give the project's list of places."""
    frame = query(database, "SELECT * FROM places ORDER BY rowid")
    numbers = dict.fromkeys(["easting", "northing", "uncertainty_metres"], "float64")
    return PlaceList.from_frame(frame.astype({"names": "str", "postcode": "str", "sensitive": "bool"} | numbers))


def set_places(database: sqlite3.Connection, places: PlaceList, gazetteer: Gazetteer) -> int:
    """
    Replace the list of places, and place again the incidents that it may concern.

    These are the incidents without a place, with one of the old list, or with part of a postcode.

    Returns
    -------
    How many incidents have another place now, or one at last.
    """
    database.execute("DELETE FROM places")
    frame = places.frame()
    insert(database, "places", frame.astype({"sensitive": "int64"}))
    before = table(database, "incidents", LOCATED_COLUMNS, _MAY_CHANGE)
    after = pd.DataFrame(locate(before, gazetteer, places))[FOUND]
    changed = before[FOUND].fillna(0).ne(after.fillna(0)).any(axis="columns").to_numpy()
    update(database, "incidents", after[changed], "incident_id", before.loc[changed, "incident_id"])
    moved = int(changed.sum())
    detail = f"{counted(len(frame), 'place')}; {counted(moved, 'incident')} placed anew"
    remember(database, "places listed", detail=detail)
    return moved
