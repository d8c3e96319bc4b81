"""
The bridge from map layers to a page: scripts come from installed packages, zoom and place stay when layers change.
"""

import mimetypes
from collections.abc import Sequence
from pathlib import Path

import streamlit.components.v1 as components
from streamlit_folium import st_folium

from geo.layers import assets
from geo.layers.base import Layer, ground, groups, layer_control

mimetypes.add_type("application/javascript", ".js")  # Windows may know .js as text, which a browser then refuses to run


def show_map(
    layers: Sequence[Layer],
    *,
    key: str,
    centre: tuple[float, float],
    zoom: float = 9,
    click: bool = False,
    height: int = 450,
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
