"""Residents by LSOA: who could need the scheme, for rates and for the demand surface."""

import pandas as pd

from geo.errors import SchemaError, SourceError
from geo.places.boundaries import data_file

EDITION = "Census 2011, usual residents on 27 March 2011"


def load_residents(county: str) -> pd.Series:
    """
    Read the usual residents of each LSOA 2011 of a county that ships: a count, indexed by LSOA code.

    The census of 2011, which is close to the published weeks of 2016 and years from today: wrong where a town has
    grown since (Corby, the edges of Northampton and Cambridge).

    Raises
    ------
    PlaceError
        If the county does not ship.
    SourceError, SchemaError
        If its file cannot be read, or is not a table of counts.
    """
    name, path = data_file("residents", county, "csv")
    try:
        frame = pd.read_csv(path, dtype={"lsoa": str})
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read; derive it again: triage-map data {name!r}") from error
    if list(frame.columns) != ["lsoa", "residents"] or not pd.api.types.is_integer_dtype(frame["residents"].dtype):
        raise SchemaError(
            f"{path} is not a table of lsoa and whole residents; derive it again: triage-map data {name!r}"
        )
    if frame["residents"].lt(0).any() or frame["lsoa"].duplicated().any():
        raise SchemaError(f"{path} holds an LSOA twice or residents below 0; derive it again: triage-map data {name!r}")
    return frame.set_index("lsoa")["residents"].astype("int64")
