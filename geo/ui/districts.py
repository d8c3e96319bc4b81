"""What the scheme did, Districts: deployments by district, on a map with numbers."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd
import streamlit as st

from geo.deployment import patterns
from geo.layers import palette
from geo.layers.choropleth import ChoroplethLayer
from geo.ui import maps, words
from geo.ui.readable import readable
from geo.ui.sources import Records, both_told, side_by_side
from geo.ui.tables import under


def show(sources: Sequence[Records]) -> None:
    """Show deployments by district; two maps share their classes."""
    tables = {one.key: patterns.by_district(one.incidents, one.question.edition) for one in sources}
    top = max((int(table["deployed"].max()) for table in tables.values() if len(table)), default=0)
    side_by_side(sources, lambda one: _map(one, tables[one.key], top))
    if both_told(sources):
        _say_difference(sources, tables)


def _say_difference(sources: Sequence[Records], tables: Mapping[str, pd.DataFrame]) -> None:
    """Say in which district two sources differ most, and for how many incidents neither can be compared."""
    counts = pd.DataFrame({key: table.set_index("district")["deployed"] for key, table in tables.items()}).fillna(0)
    first, second = (counts[one.key] for one in sources)
    most = (first - second).abs().idxmax()
    differ = (
        f"They differ most in {words.plain(str(most))}: {first[most]:.0f} deployments by {sources[0].words}, "
        f"{second[most]:.0f} by {sources[1].words}"
    )
    said = "Both sources record the same deployments in every district" if (first == second).all() else differ
    unknown = " and ".join(str(int(tables[one.key]["deployed_unknown"].sum())) for one in sources)
    st.markdown(f"**{said}.** It is not recorded for {unknown} incidents, so a smaller number may be a blank.")


def _map(one: Records, table: pd.DataFrame, top: int) -> None:
    districts = _on_the_map(one, table)
    classes = palette.sequential([*districts["value"], float(top)])
    plain = ChoroplethLayer("Deployments (count)", districts, classes, numbers=True)
    key = plain.explained(unit="deployments")
    layer = ChoroplethLayer("Deployments (count)", districts, classes, key, numbers=True)
    maps.show_county(one.question, [layer], key=f"scheme-{one.key}", height=430)
    outside = table[~table["district"].isin(districts["name"])]
    st.caption(
        f"{int(table['deployed'].sum())} deployments of {int(table['incidents'].sum())} incidents; "
        f"{int(outside['incidents'].sum())} incidents lie outside the county's districts or have no place; "
        f"for {int(table['deployed_unknown'].sum())} it is not recorded whether the car went. Counts, not rates: they "
        "follow where people live. 'Where and when' has the rates with their doubt."
    )
    under("Table by district", readable(patterns.with_share(table)), f"districts-{one.key}")


def _on_the_map(one: Records, table: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = one.question.areas.districts(one.question.edition)
    joined = shapes.merge(table, left_on="name", right_on="district", how="left")
    known = joined.fillna({"deployed": 0, "incidents": 0, "deployed_unknown": 0})
    text = [
        f"{name}: {deployed:.0f} deployments of {incidents:.0f} incidents ({unknown:.0f} not recorded)"
        for name, deployed, incidents, unknown in zip(
            known["name"], known["deployed"], known["incidents"], known["deployed_unknown"], strict=True
        )
    ]
    return known.assign(value=known["deployed"].astype(float), text=text)
