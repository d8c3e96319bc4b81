"""
What a layer is, and the map that it is drawn on: no tiles, our own roads and boundaries, nothing from outside.

A layer is a frozen declaration of what is already computed. Its text comes from files, so it goes through
:func:`escape`, the one place where text becomes markup; its numbers go through :func:`strict_json`.
"""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import folium
from branca.element import MacroElement
from folium.template import Template

from geo.errors import SchemaError
from geo.layers import assets

Bounds = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

LAND = "#f5f5f2"
MAX_ZOOM = 18


class Layer(Protocol):
    """Anything that can be drawn on a map: it has a name in words and makes a fresh folium group each time."""

    @property
    def name(self) -> str:
        """What the layer control calls it."""
        ...

    def to_folium(self) -> folium.FeatureGroup:
        """Draw it: a new group each call, in EPSG:4326."""
        ...


_ENTITIES = str.maketrans({character: f"&#{ord(character)};" for character in "&<>\"'$`{}\\"})


def escape(text: str) -> str:
    r"""
    Write text as markup that can do nothing but show it.

    ``html.escape`` is not enough: what reaches a map passes through HTML, a script and, in folium, a template literal,
    so ``$``, backtick, braces and backslash become entities as well. It is wrong inside a URL or a style.

    Examples
    --------
    >>> escape("<b onclick='x'>")
    '&#60;b onclick=&#39;x&#39;&#62;'
    >>> escape("${7*7} `ls` {{ 7 }} \\ & \"")
    '&#36;&#123;7*7&#125; &#96;ls&#96; &#123;&#123; 7 &#125;&#125; &#92; &#38; &#34;'
    """
    return str(text).translate(_ENTITIES)


def escape_lines(text: str) -> str:
    """Write text as markup, each of its lines on a line of its own."""
    return "<br>".join(escape(line) for line in str(text).splitlines())


def strict_json(value: Any) -> str:
    r"""
    Write a value as JSON that every reader accepts and that may stand inside a script.

    Raises
    ------
    SchemaError
        If a number is not finite: ``NaN`` and ``Infinity`` are not JSON.

    Examples
    --------
    >>> strict_json({"text": "</script>"})
    '{"text":"\\u003c/script\\u003e"}'
    """
    try:
        written = json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise SchemaError("a map layer holds a number that is not finite; say 'unknown' for it instead") from error
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


class Drawing(MacroElement):
    """One call of the drawing script: what kind of thing to draw into the group, and its data."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            TriageMap.draw({{ this._parent.get_name() }}, {{ this.kind|tojson }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, kind: str, data: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Drawing"
        self.kind = kind
        self.data = strict_json(data)


class Naming(MacroElement):
    """
    What a group is called and where its data come from; folium hands these to Leaflet in a place where they are lost.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            TriageMap.name({{ this._parent.get_name() }}, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, attribution: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Naming"
        self.options = strict_json({"layerName": escape(name), "attribution": escape(attribution)})


class Preparation(MacroElement):
    """The call of the drawing script that readies the map itself."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            TriageMap.prepare({{ this._parent.get_name() }}, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(self, *, pick: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Preparation"
        self.options = strict_json({"pick": pick})


def group(name: str, *drawings: Drawing, attribution: str = "", control: bool = True) -> folium.FeatureGroup:
    """Make a fresh folium group of drawings, called ``name`` in the layer control."""
    made = folium.FeatureGroup(name=escape(name), control=control)
    for part in (*drawings, Naming(name, attribution)):
        made.add_child(part)
    return made


def ground(
    *, centre: tuple[float, float], zoom: float = 9, bounds: Bounds | None = None, pick: bool = False
) -> folium.Map:
    """
    Make the map on which layers are drawn: no tiles, canvas, scale bar, zoom up to 18.

    Parameters
    ----------
    centre
        Latitude and longitude, degrees.
    bounds
        Where given, the map opens on these instead of ``centre`` and ``zoom``.
    pick
        Show the pointer that says that a click sets a place; a double click then does not zoom.
    """
    canvas = folium.Map(
        location=centre,
        zoom_start=zoom,  # type: ignore[arg-type]  # folium says int; Leaflet takes halves, and zoom_snap asks for them
        tiles=None,
        prefer_canvas=True,
        control_scale=True,
        font_size="12px",
        max_zoom=MAX_ZOOM,
        zoom_snap=0.5,
        double_click_zoom=not pick,
    )
    canvas.options["maxZoom"] = MAX_ZOOM  # folium keeps its own max_zoom for tiles; clusters need the map's
    assets.ask_for_all(canvas)
    canvas.add_child(Preparation(pick=pick))
    if bounds is not None:
        west, south, east, north = bounds
        canvas.fit_bounds([[south, west], [north, east]], padding=(12, 12))
    return canvas


def groups(layers: Iterable[Layer]) -> list[folium.FeatureGroup]:
    """
    Draw each layer into a fresh group; the first lies at the bottom.

    Raises
    ------
    SchemaError
        If two layers have one name: the layer control could only switch one of them.
    """
    given = list(layers)
    names = [layer.name for layer in given]
    if twice := [name for name in names if names.count(name) > 1]:
        raise SchemaError(f"{len(twice)} layers are called {twice[0]!r}; give each its own name")
    return [layer.to_folium() for layer in given]


def layer_control() -> folium.LayerControl:
    """Make the control that switches layers on and off, by name."""
    return folium.LayerControl(collapsed=True)


def draw(
    layers: Iterable[Layer], *, centre: tuple[float, float], zoom: float = 9, fit_bounds: Bounds | None = None
) -> folium.Map:
    """
    Draw layers on a fresh map, the first at the bottom; ``centre`` is latitude and longitude in degrees.

    The map holds its own scripts, so it shows in a notebook without a network; :func:`geo.layers.assets.inline` writes
    it as a page.
    """
    canvas = ground(centre=centre, zoom=zoom, bounds=fit_bounds)
    for drawn in groups(layers):
        drawn.add_to(canvas)
    layer_control().add_to(canvas)
    assets.localise(canvas, assets.embedded)
    return canvas


def around(boxes: Sequence[Bounds]) -> Bounds:
    """
    Give the box around boxes of west, south, east, north.

    Examples
    --------
    >>> around([(-1.0, 52.0, 0.0, 53.0), (-0.5, 51.0, 1.0, 52.5)])
    (-1.0, 51.0, 1.0, 53.0)
    """
    if not boxes or not all(math.isfinite(edge) for box in boxes for edge in box):
        raise SchemaError(f"there is nothing to fit the map to: {len(boxes)} boxes, or one without finite edges")
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
