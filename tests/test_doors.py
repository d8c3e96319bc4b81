"""Each library stays behind its door, so that it can be replaced in one place."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted([ROOT / "app.py", *(ROOT / "geo").rglob("*.py")])
DOORS = {
    "osmnx": ("geo/routing/network.py",),
    "osmium": ("geo/routing/extracts.py",),
    "folium": ("geo/layers/",),
    "streamlit": ("app.py", "geo/ui/"),
    "streamlit_folium": ("geo/ui/",),
    "numba": ("geo/routing/hierarchy.py",),
    "sqlite3": ("geo/store/",),
}
PURE_ROOMS = ("demand", "deployment", "coverage", "planning", "scenarios")
OUTSIDE = {"requests", "urllib", "socket", "sqlite3", "tempfile", "subprocess", "time"}


def imports(path: Path) -> set[str]:
    """The top-level names of all that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_behind_their_door(path):
    where = path.relative_to(ROOT).as_posix()
    used = {name.split(".")[0] for name in imports(path)}
    trespass = {library for library, doors in DOORS.items() if library in used and not where.startswith(doors)}
    assert not trespass, f"{where} imports {trespass}"


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_the_middle_knows_no_network_database_or_clock(room):
    for path in (ROOT / "geo" / room).glob("*.py"):
        assert not {name.split(".")[0] for name in imports(path)} & OUTSIDE, path


ROOMS = ("incidents", "places", "routing", "deployment", "demand", "coverage", "scenarios", "planning")
"""The rooms in the order in which data flow; what was done is part of how the need is known."""


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_flows_back(room):
    later = (*ROOMS[ROOMS.index(room) + 1 :], "ui", "layers", "release", "store", "commands", "cli")
    for path in (ROOT / "geo" / room).rglob("*.py"):
        assert not [name for name in imports(path) if name.startswith(tuple(f"geo.{other}" for other in later))], path


def test_no_module_is_named_for_nothing_in_particular():
    assert not [path for path in FILES if path.stem in {"utils", "util", "helpers", "common", "misc"}]


def test_the_test_itself_can_fail(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import streamlit.components.v1 as c\nfrom osmnx import graph\n")
    assert {name.split(".")[0] for name in imports(bad)} == {"streamlit", "osmnx"}
