"""
The bridge from map layers to a page: scripts come from installed packages, zoom and place stay when layers change.
"""

import math
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
import streamlit.components.v1 as components
from streamlit_folium import st_folium

from geo.crs import to_lonlat
from geo.layers import assets
from geo.layers.base import Layer, ground, groups, layer_control
from geo.ui.answers import Question, land

mimetypes.add_type("application/javascript", ".js")  # Windows may know .js as text, which a browser then refuses to run


HEIGHT = 450
EQUATOR_METRES_A_PIXEL = 156_543.03
"""Web Mercator at zoom 0."""

LEGEND_PIXELS = 60
"""How far the county stands to the left of a map's middle."""


def choose_view(views: Mapping[str, str], key: str, label: str = "Map shows") -> str:
    """Ask which of the views the page shows, by their words; it opens on the first, and the link keeps the choice."""
    first = next(iter(views))
    chosen = st.segmented_control(
        label,
        list(views),
        format_func=views.__getitem__,
        default=first,
        required=True,
        key=key,
        bind="query-params",
    )
    return str(chosen)


def show_county(
    question: Question, layers: Sequence[Layer], *, key: str, click: bool = False, height: int = HEIGHT
) -> tuple[float, float] | None:
    """Show layers on the county's land and under its district lines; give longitude and latitude of a click."""
    numbered = any(getattr(layer, "numbers", False) for layer in layers)
    under = land(question.areas.name, question.edition, not numbered)
    centre, zoom = view_of(question.areas.county.bounds, height)
    return show_map([*under, *layers], key=key, centre=centre, zoom=zoom, click=click, height=height)


def view_of(bounds: tuple[float, float, float, float], height: int) -> tuple[tuple[float, float], float]:
    """
    Give the centre (latitude, longitude) and the zoom at which bounds in metres fill a map of that height, in pixels.

    They stand a little to the left, so that the legend at the bottom right covers less of them.
    """
    west, south, east, north = bounds
    middle = (south + north) / 2
    scale = EQUATOR_METRES_A_PIXEL * math.cos(math.radians(to_lonlat(west, middle)[1]))
    needed = max((north - south) / (0.97 * height), (east - west) / (1.3 * height))
    zoom = math.floor(2 * math.log2(scale / needed)) / 2
    longitude, latitude = to_lonlat((west + east) / 2 + LEGEND_PIXELS * scale / 2**zoom, middle)
    return (latitude, longitude), zoom


def show_map(
    layers: Sequence[Layer],
    *,
    key: str,
    centre: tuple[float, float],
    zoom: float = 9,
    click: bool = False,
    height: int = HEIGHT,
) -> tuple[float, float] | None:
    """
    Show layers on a map, the first at the bottom.

    The ground is the same at each run and only the layers are exchanged, so the map is not built anew and stays where
    the user moved it. Panning and zooming do not run the page again.

    Parameters
    ----------
    key
        Names the map on its page.
    centre
        Latitude and longitude where the map opens, degrees.
    click
        Whether a click on the map is an answer.
    height
        Pixels.

    Returns
    -------
    Longitude and latitude of the last click, where clicks were asked for and there was one.
    """
    canvas = ground(centre=centre, zoom=zoom, pick=click)
    assets.localise(canvas, _served)
    answer = st_folium(
        canvas,
        key=key,
        feature_group_to_add=groups(layers),
        layer_control=layer_control(),
        returned_objects=["last_clicked"] if click else [],
        height=height,
        use_container_width=True,
    )
    clicked = answer.get("last_clicked") if click and answer else None
    return (float(clicked["lng"]), float(clicked["lat"])) if clicked else None


def _served(asset: assets.Asset) -> str:
    """Give the address under which Streamlit serves an installed file, relative to the map's own frame."""
    path = Path(str(asset.path()))
    folder = components.declare_component(f"map_{asset.package.replace('.', '_')}", path=str(path.parent))
    return f"../{folder.name}/{path.name}"
