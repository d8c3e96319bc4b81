"""The data dictionary: what every column of every layer that leaves means, in words, and the words beside the files."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

_EVERYWHERE = {
    "data": "whether the records are synthetic, or as recorded",
    "protection": "what the mode of the export hides",
    "geometry": "the shape: EPSG:27700 in GeoPackage and GeoParquet, EPSG:4326 in GeoJSON and KML",
}
_AREA = {
    "code": "ONS code of the area",
    "name": "name of the area",
    "district": "local-authority district, edition 2011-2021",
    "district_2021": "local-authority district, from 2021",
}
_COUNTS = {
    "incidents": "incidents in the area; rounded and, where blank, hidden, as the mode says",
    "deployed": "incidents to which the car was sent",
    "deployed_unknown": "incidents of which it is not recorded whether the car was sent",
    "edition": "edition of the districts",
    "state": "shown; hidden (the incidents are); partly hidden (another count of the row is)",
}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "county": {"name": "name of the county"},
    "districts": {**_AREA, **_COUNTS},
    "coverage": {
        **_AREA,
        "drive_minutes": "drive from the nearest base to the middle of the area, minutes",
        "chance_in_time": "chance to arrive within the response standard, 0 to 1",
        "standard_minutes": "the response standard, minutes",
        "roads": "the roads driven on, and their edition",
    },
    "isochrones": {
        "minutes": "drive time from the base, minutes",
        "area_km2": "area within it, square kilometres",
        "base": "name of the base",
        "roads": "the roads driven on, and their edition",
    },
    "base": {"name": "name of the base", "postcode": "postcode of the base"},
    "lsoas": {**_AREA, "incidents": "incidents in the area, exact: working copies only"},
    "hours": {
        "weekday": "0 is Monday",
        "hour": "hour of the day, London time: 18 is 18:00 to 18:59",
        "incidents": "incidents received in this hour of the week, live or not",
        "live_hours": "hours in which the source was watched",
        "crewed": "share of the hour that the scenario's shift pattern crews",
        "observed": "whether the source was ever watched in this hour of the week",
    },
    "incidents": {
        "incident_id": "source and reference of the incident",
        "source": "whose record it is: mental_health, police, all_mental_health or s136_register",
        "reference": "the record's own reference",
        "person_key": "keyed hash that tells repeat callers apart; it is nobody's number outside this project",
        "age_band": "age or age band, where it reads as one",
        "sex": "sex as recorded",
        "postcode": "postcode as recorded; blank for a sensitive place",
        "place_type": "public, home or unknown",
        "received_on": "date of the call",
        "received_at": "time of the call, London time with its offset",
        "received_at_alternative": "the other time it can have been, in the hour that clocks go back",
        "time_known": "how the time is known",
        "advice_at": "time of the nurse's advice",
        "dispatched_at": "time the car was sent",
        "arrived_at": "time the car arrived",
        "cleared_at": "time the incident was cleared",
        "minutes_on_incident": "minutes on the incident as recorded",
        "shift_id": "the shift it belongs to",
        "incident_type": "type as recorded",
        "condition": "condition as recorded",
        "requested_by": "who asked for the scheme",
        "contact_mode": "face_to_face, telephone, advice, none or unknown",
        "deployed": "whether the car was sent: yes, no or unknown",
        "appropriate_for_car": "whether the car was appropriate: yes, no or unknown",
        "reason_not_deployed": "why the car was not sent",
        "information_shared": "whether information was shared: yes, no or unknown",
        "assessment": "face_to_face, telephone, none or unknown",
        "reason_not_assessed": "why nobody was assessed",
        "referrals": "where the person was referred to",
        "s136": "whether section 136 was used: yes, no or unknown",
        "s136_consulted": "whether the nurse was consulted on section 136: yes, no or unknown",
        "s136_avoided": "whether section 136 was avoided, as recorded: yes, no or unknown",
        "known_to_services": "whether services knew the person: yes, no or unknown",
        "restraint": "whether restraint was used: yes, no or unknown",
        "officers_on_scene": "officers at the scene",
        "officers_released_at": "time the officers could leave",
        "file": "file the record came in",
        "sheet": "sheet of that file",
        "row": "row of that sheet",
        "easting": "metres, EPSG:27700; blank for a sensitive place",
        "northing": "metres, EPSG:27700; blank for a sensitive place",
        "precision": "how precise the place is: unit, sector, district, place or none",
        "located_by": "what the place was found by",
        "uncertainty_metres": "how far off the place may be, metres",
        "district": "local-authority district, edition 2011-2021",
        "district_2021": "local-authority district, from 2021",
        "lsoa": "LSOA of 2011",
        "not_located_because": "why it has no place",
    },
}
"""What each column means, by layer; what every layer has stands apart."""


def dictionary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """
    Give one row a column of the tables: ``layer``, ``column``, ``kind``, ``meaning``.

    Raises
    ------
    KeyError
        If a column has no words: every column that leaves is explained.
    """
    rows = [
        (layer, column, str(table[column].dtype), (_EVERYWHERE | dict(COLUMNS[layer]))[column])
        for layer, table in tables.items()
        for column in table.columns
    ]
    return pd.DataFrame(rows, columns=["layer", "column", "kind", "meaning"])


def readme(about: Mapping[str, Any], layers: Mapping[str, str], words: pd.DataFrame, files: Sequence[str]) -> str:
    """Say in plain words what the files are, what they hold back, where they come from and how to check them."""
    title = f"{about['project']}: map layers and tables from Triage Map"
    parts = [
        title,
        "=" * len(title),
        about["protection"],
        f"Data: {about['data']}",
        f"Source: {about['source']}; period: {' to '.join(about['period'])}; districts: {about['district_edition']}.",
        f"Scenario: {about['scenario']} (whole in scenario.toml).",
        f"Roads: {about['roads']}.",
        f"Made: {about['made']} with {about['made_with']}. {about['use']}",
        "",
        "What is held back",
        *(f"- {sentence}" for sentence in about["hidden"] or ["nothing"]),
        "",
        "Layers",
        *(f"- {name}: {what}" for name, what in layers.items()),
        "",
        "Columns (also in dictionary.csv)",
        *(f"- {row.layer}.{row.column}: {row.meaning}" for row in words.itertuples()),
        "",
        "Files (checksums in about.json, SHA-256)",
        *(f"- {name}" for name in files),
        "",
        "In QGIS, open triage-map.gpkg: its styles are inside. Rounded parts may differ from their rounded total.",
        "",
        "Licence",
        about["licence"],
        "",
    ]
    return "\n".join(parts)
