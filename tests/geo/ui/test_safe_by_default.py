"""Safe by default: what sessions share holds nothing of incidents, and the server keeps to itself."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARED = {
    "find_project": "where a project lies, and nothing of it",
    "_estimated": "roads",
    "_both_ends": "postcodes joined to roads",
    "_roads": "roads",
    "_postcodes": "postcodes joined to roads",
    "residents": "residents by area",
    "areas": "boundaries",
    "main_roads": "roads",
    "land": "boundaries and roads",
    "base_at": "a postcode's point",
    "_by_lsoa": "boundaries and residents",
    "_by_hexagon": "hexagons and residents",
    "_by_layer": "a layer of areas and residents",
    "window": "the grid over a county",
}
"""Caches that all sessions share, and what they hold: none of it comes from incidents."""


def decorators():
    """Every cached function of the app: its file, name, and what its decorator is told."""
    for path in sorted([ROOT / "app.py", *(ROOT / "geo").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for one in getattr(node, "decorator_list", ()):
                named = ast.unparse(one)
                if "cache_resource" in named or "cache_data" in named:
                    yield path.name, node.name, named


def test_what_sessions_share_holds_nothing_of_incidents():
    shared = {name for _, name, told in decorators() if "scope='session'" not in told}
    assert shared == set(SHARED)


def test_no_cache_of_pages_is_kept_on_disk():
    assert [name for _, name, told in decorators() if "persist" in told or "cache_data" in told] == []


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("server", "address", "127.0.0.1"),
        ("server", "enableXsrfProtection", True),
        ("server", "enableCORS", True),
        ("browser", "gatherUsageStats", False),
        ("client", "showErrorDetails", "none"),
        ("client", "showErrorLinks", False),
    ],
)
def test_the_server_listens_here_alone_measures_nothing_and_shows_no_data_in_errors(part, name, value):
    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert told[part][name] == value
