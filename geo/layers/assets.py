"""
Every script and style sheet that a map asks for, taken from installed packages: no map loads anything from outside.

folium's elements name files on public servers. :func:`localise` gives each element of one map local addresses instead,
whichever the caller's ``resolver`` makes of an :class:`Asset`; :func:`inline` writes the files into one HTML page.
"""

import base64
import html
import importlib.resources
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources.abc import Traversable
from typing import Literal

import folium
from branca.colormap import ColorMap
from branca.element import Element
from folium.elements import JSCSSMixin

from geo.errors import SourceError


@dataclass(frozen=True, slots=True)
class Asset:
    """A script or style sheet: folium's name for it, and where an installed package keeps it."""

    name: str
    package: str
    file: str
    kind: Literal["js", "css"]

    def path(self) -> Traversable:
        """
        Give the file as it is installed.

        Raises
        ------
        SourceError
            If its package is not installed, or no longer has the file.
        """
        try:
            found = importlib.resources.files(self.package).joinpath(self.file)
        except ModuleNotFoundError as error:
            raise SourceError(f"map file {self.file}: package {self.package} is missing; install again") from error
        if not found.is_file():
            raise SourceError(f"map file {self.file} is not in package {self.package}; install the locked versions")
        return found


Resolver = Callable[[Asset], str]

_LEAFLET, _CLUSTER = "xstatic.pkg.leaflet", "xstatic.pkg.leaflet_markercluster"
ASSETS: tuple[Asset, ...] = (
    Asset("leaflet", _LEAFLET, "data/leaflet.js", "js"),
    Asset("jquery", "xstatic.pkg.jquery", "data/jquery.min.js", "js"),
    Asset("markerclusterjs", _CLUSTER, "data/leaflet.markercluster.js", "js"),
    Asset("triage_map", "geo.layers", "static/drawing.js", "js"),
    Asset("leaflet_css", _LEAFLET, "data/leaflet.css", "css"),
    Asset("markerclustercss", _CLUSTER, "data/MarkerCluster.css", "css"),
    Asset("markerclusterdefaultcss", _CLUSTER, "data/MarkerCluster.Default.css", "css"),
    Asset("triage_map_css", "geo.layers", "static/drawing.css", "css"),
)
"""All that our maps may load, in the order in which it must be loaded."""

DROPPED = frozenset(
    {
        "bootstrap",
        "bootstrap_css",
        "glyphicons_css",
        "awesome_markers",
        "awesome_markers_font_css",
        "awesome_markers_css",
        "awesome_rotate_css",
    }
)
"""What folium asks for by default and no layer of ours uses: its icons; ours are drawn as SVG."""

_NAMED = {asset.name: asset for asset in ASSETS}


def ask_for_all(canvas: folium.Map) -> None:
    """Let one map ask for all of :data:`ASSETS`: a layer exchanged later finds its script loaded already."""
    canvas.default_js = [(asset.name, asset.file) for asset in ASSETS if asset.kind == "js"]
    canvas.default_css = [(asset.name, asset.file) for asset in ASSETS if asset.kind == "css"]


def localise(canvas: folium.Map, resolver: Resolver) -> None:
    """
    Give every element of this one map local addresses; folium's classes stay as they are.

    Raises
    ------
    SourceError
        If an element asks for a file that no installed package provides.
    """
    for element in _walk(canvas.get_root()):
        if isinstance(element, ColorMap):
            raise SourceError(
                "a branca ColorMap loads d3 from a public server; draw a geo.layers.legend.Legend instead"
            )
        if isinstance(element, JSCSSMixin):
            element.default_js = _local(element, element.default_js, resolver)
            element.default_css = _local(element, element.default_css, resolver)


def embedded(asset: Asset) -> str:
    """Give an asset as a ``data:`` address: what a map shows in a notebook without any server."""
    kind = "text/css" if asset.kind == "css" else "text/javascript"
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(text(asset).encode()).decode()}"


def inline(canvas: folium.Map, *, title: str = "Triage Map") -> str:
    """
    Write a map as one HTML page that holds all it needs and opens from ``file://`` without a network.

    The page forbids the browser to load anything (its content security policy), so what it shows is all there is: do
    not write one with records that may not leave.

    Raises
    ------
    SourceError
        If the map needs a file from outside.
    """
    localise(canvas, lambda asset: f"asset:{asset.name}")
    page = str(canvas.get_root().render())
    page = re.sub(r'<script src="asset:([^"]+)"></script>', lambda found: _script(_NAMED[found[1]]), page)
    page = re.sub(r'<link rel="stylesheet" href="asset:([^"]+)"/>', lambda found: _style(_NAMED[found[1]]), page)
    if outside := re.findall(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)=["'](?!data:)[^"']*""", page):
        raise SourceError(f"the map asks for {len(outside)} files from outside (first: {outside[0][:120]})")
    return page.replace("<head>", f"<head>\n    {_POLICY}\n    <title>{html.escape(title)}</title>", 1)


_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">"
)


@cache
def text(asset: Asset) -> str:
    """Read an asset, with the pictures of a style sheet written into it and no pointer to a source map."""
    whole = re.sub(r"(?m)^\s*//# sourceMappingURL=.*$", "", asset.path().read_text("utf-8"))
    return whole if asset.kind == "js" else re.sub(r"url\(([^)]+)\)", lambda found: _picture(asset, found), whole)


def _picture(sheet: Asset, found: re.Match[str]) -> str:
    """Write the picture that a style sheet names into it; what names none (``#default#VML``) stays."""
    name = found[1].strip("'\" ")
    if name.startswith(("data:", "#")):
        return found[0]
    picture = replace(sheet, file=f"{sheet.file.rpartition('/')[0]}/{name}").path()
    return f"url(data:{mimetypes.guess_type(name)[0]};base64,{base64.b64encode(picture.read_bytes()).decode()})"


def _script(asset: Asset) -> str:
    return "<script>" + text(asset).replace("</script", "<\\/script") + "</script>"


def _style(asset: Asset) -> str:
    return f"<style>{text(asset)}</style>"


def _local(element: JSCSSMixin, links: list[tuple[str, str]], resolver: Resolver) -> list[tuple[str, str]]:
    """Give the local address of each file that an element asks for."""
    wanted = [(name, address) for name, address in links if name not in DROPPED]
    if unknown := [(name, address) for name, address in wanted if name not in _NAMED]:
        name, address = unknown[0]
        raise SourceError(
            f"{type(element).__name__} asks for {len(unknown)} files that no installed package provides "
            f"(first: {name}, {address}); add it to geo/layers/assets.py"
        )
    return [(name, resolver(_NAMED[name])) for name, _ in wanted]


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _walk(child)
