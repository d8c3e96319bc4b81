"""The bridge from map layers to a page."""

import mimetypes
from collections.abc import Sequence

import streamlit.components.v1 as components
from streamlit_folium import st_folium

from geo.layers import assets
from geo.layers.base import Layer, ground, groups, layer_control

mimetypes.add_type("application/javascript", ".js")


def _served(asset: assets.Asset) -> str:
    path = asset.path()
    name = "map_" + asset.package.replace(".", "_")
    import os

    component = components.declare_component(name, path=os.path.dirname(str(path)))
    return f"../{component.name}/{os.path.basename(str(path))}"


def show_map(layers: Sequence[Layer], *, key: str, centre, zoom=9, legend=None, click=False, height=560):
    canvas = ground(centre=centre, zoom=zoom, pick=click)
    assets.localise(canvas, _served)
    found = st_folium(
        canvas,
        key=key,
        feature_group_to_add=groups(layers),
        layer_control=layer_control(),
        returned_objects=["last_clicked"] if click else [],
        height=height,
        use_container_width=True,
    )
    if click and found and found.get("last_clicked"):
        return found["last_clicked"]["lng"], found["last_clicked"]["lat"]
    return None
