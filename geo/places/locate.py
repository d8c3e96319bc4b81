"""Put incidents on the ground by their postcode; what cannot be located stays, and says why."""

import geopandas as gpd
import pandas as pd

from geo.crs import GRID
from geo.places.postcodes import Gazetteer
from geo.tables import INCIDENT_COLUMNS, LOCATED_COLUMNS, check


def locate(incidents: pd.DataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """
    Add the place of each incident: point, precision, doubt, district of both editions and LSOA.

    A unit postcode gives its point, with a doubt of at least 60 m; a sector or a postcode district gives the mean point
    of its live postcodes, the distance within which 9 in 10 of them lie, its commonest district and no LSOA. A unit
    at a mail office has a doubt as wide as its postcode district. Every row comes back in its order: one that cannot be
    located has precision ``none``, no point, and ``not_located_because``. Wrong where the recorded postcode is that of
    a person's home or of the police station, and not of the scene: this cannot be seen from the postcode.

    Parameters
    ----------
    incidents
        A frame that holds the columns of ``INCIDENT_COLUMNS``; it is left alone.
    gazetteer
        The postcodes of the counties and their rings.

    Returns
    -------
    The columns of ``LOCATED_COLUMNS`` and the geometry ``point`` (EPSG:27700, metres; none where not located).
    ``postcode`` becomes the normal form where it could be read, and stays as recorded where not.

    Raises
    ------
    SchemaError
        If ``incidents`` does not keep the incident contract.
    """
    rows = check(incidents, INCIDENT_COLUMNS, "incidents")
    placed = gazetteer.table(rows["postcode"].astype(str).tolist()).set_index(rows.index)
    placed = placed.rename(columns={"reason": "not_located_because"})
    text = ["postcode", "precision", "district", "district_2021", "lsoa", "not_located_because"]
    placed = placed.astype(dict.fromkeys(text, "str") | {"easting": "float64", "northing": "float64"})
    located = check(
        rows.assign(**{str(column): placed[column] for column in placed}), LOCATED_COLUMNS, "located incidents"
    )
    points = gpd.GeoSeries.from_xy(located["easting"], located["northing"], crs=GRID)
    points[located["precision"].eq("none")] = None
    return gpd.GeoDataFrame(located.assign(point=points), geometry="point", crs=GRID)
