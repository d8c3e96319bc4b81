"""
Styles for QGIS, written into the GeoPackage, so that a layer opens there as it looks on our pages.

A style is a list of rules, each with its filter, symbol and label; QGIS reads it from the table ``layer_styles``, which
is its own convention (QGIS user manual, 'Save and share layer properties': styles in a database). Colours and classes
are those of :mod:`geo.layers.palette`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pandas as pd

from geo.layers import palette

Kind = Literal["fill", "line", "marker"]

STYLES_TABLE = "layer_styles"
QGIS = "3.22"
"""The oldest QGIS that the styles were opened with."""

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_CLASSES = {"fill": "SimpleFill", "line": "SimpleLine", "marker": "SimpleMarker"}
_OUTLINE, _BORDER = "#888888", "#333333"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a part of a layer looks like: its label in the legend, which features, and the look of its symbol."""

    label: str
    where: str
    kind: Kind
    look: Mapping[str, str]


def style_table(layers: Mapping[str, gpd.GeoDataFrame]) -> pd.DataFrame:
    """Give the rows of ``layer_styles`` for the layers of one GeoPackage; each style is its layer's default."""
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": list(layers),
            "f_geometry_column": "geom",
            "styleName": list(layers),
            "styleQML": [qml(name, table) for name, table in layers.items()],
            "styleSLD": "",
            "useAsDefault": True,
            "description": "Triage Map",
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(0, tz="UTC"),
        }
    )


def qml(name: str, table: gpd.GeoDataFrame) -> str:
    """Give the style of a layer as QGIS keeps it."""
    rules = _rules(name, table)
    root = Xml.Element("qgis", version=QGIS, styleCategories="Symbology|Labeling", labelsEnabled=str(int(_named(name))))
    renderer = Xml.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0")
    listed = Xml.SubElement(renderer, "rules", key=f"{{{name}}}")
    symbols = Xml.SubElement(renderer, "symbols")
    for number, rule in enumerate(rules):
        where = {"filter": rule.where} if rule.where else {}
        Xml.SubElement(listed, "rule", where, symbol=str(number), label=rule.label, key=f"{{{name}-{number}}}")
        _symbol(symbols, str(number), rule)
    if _named(name):
        _labels(root)
    return _DOCTYPE + Xml.tostring(root, encoding="unicode")


def _rules(name: str, table: gpd.GeoDataFrame) -> list[Rule]:
    """Say how a layer looks; what is not known here looks like an outline."""
    if name == "districts":
        return [*_hidden(), *_classes("incidents", table["incidents"].astype("Float64"), "incidents")]
    if name in ("lsoas", "squares"):
        hidden = _hidden() if "state" in table else []
        return [*hidden, *_classes("incidents", table["incidents"].astype("Float64"), "incidents")]
    if name == "coverage":
        return _classes("chance_in_time", table["chance_in_time"], "chance to arrive in time")
    if name == "isochrones":
        minutes = sorted(table["minutes"].unique())
        colours = [palette.ORANGES[min(at, len(palette.ORANGES) - 1)] for at in range(len(minutes))]
        return [
            Rule(f"{of:g} minutes", f'"minutes" = {of:g}', "fill", _hollow(colour, "0.5"))
            for of, colour in zip(minutes, colours, strict=True)
        ]
    if name == "base":
        return [Rule("base", "", "marker", _marker("#ffffff", _BORDER, "4"))]
    if name == "incidents":
        return [Rule("incident", "", "marker", _marker(palette.MARKS[0].colour, "#ffffff", "2"))]
    return [Rule(name, "", "fill", _hollow(_BORDER, "0.6"))]


def _classes(column: str, values: pd.Series, unit: str) -> list[Rule]:
    """Give a rule for zero, one for unknown and one for each class of a number."""
    classes = palette.sequential(values.to_numpy(dtype=float, na_value=float("nan")))
    seen = f'"{column}" IS NOT NULL'
    edges = zip(classes.edges, classes.edges[1:], classes.colours, classes.labels(), strict=False)
    return [
        Rule(f"no {unit}", f'{seen} AND "{column}" = 0', "fill", _filled(palette.ZERO)),
        *(
            Rule(
                f"{label} {unit}",
                f'{seen} AND "{column}" > {low:g} AND "{column}" <= {high:g}',
                "fill",
                _filled(colour),
            )
            for low, high, colour, label in edges
        ),
    ]


def _hidden() -> list[Rule]:
    look = {
        "color": _rgb(palette.BLUES[-1]),
        "style": "dense6",
        "outline_color": _rgb(_OUTLINE),
        "outline_width": "0.26",
    }
    return [Rule("hidden", '"incidents" IS NULL', "fill", look)]


def _filled(colour: str) -> dict[str, str]:
    return {"color": _rgb(colour), "style": "solid", "outline_color": _rgb(_OUTLINE), "outline_width": "0.26"}


def _hollow(colour: str, width: str) -> dict[str, str]:
    return {"color": "255,255,255,0", "style": "no", "outline_color": _rgb(colour), "outline_width": width}


def _marker(colour: str, ring: str, size: str) -> dict[str, str]:
    return {"name": "circle", "color": _rgb(colour), "outline_color": _rgb(ring), "outline_width": "0.6", "size": size}


def _rgb(colour: str) -> str:
    """Write a colour as QGIS does."""
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), "255"])


def _symbol(symbols: Xml.Element, name: str, rule: Rule) -> None:
    symbol = Xml.SubElement(symbols, "symbol", type=rule.kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = Xml.SubElement(symbol, "layer", {"class": _CLASSES[rule.kind]}, enabled="1", locked="0")
    layer.set("pass", "0")
    options = Xml.SubElement(layer, "Option", type="Map")
    for key, value in rule.look.items():
        Xml.SubElement(options, "Option", name=key, type="QString", value=value)
    for key, value in rule.look.items():
        Xml.SubElement(layer, "prop", k=key, v=value)


def _named(name: str) -> bool:
    return name in ("districts", "base")


def _labels(root: Xml.Element) -> None:
    labeling = Xml.SubElement(root, "labeling", type="simple")
    settings = Xml.SubElement(labeling, "settings")
    text = Xml.SubElement(
        settings, "text-style", fieldName="name", isExpression="0", fontSize="9", fontSizeUnit="Point"
    )
    Xml.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM")
