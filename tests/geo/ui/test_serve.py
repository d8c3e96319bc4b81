"""What is loaded before the first page asks for it."""

import subprocess
import sys
import tomllib

from geo.ui.serve import ROOT

LOADS = """
import sys
from geo.ui.serve import load_ahead
load_ahead()
print("numba" in sys.modules, "streamlit_folium" in sys.modules, "geo.ui.maps" in sys.modules)
"""


def test_no_component_is_declared_before_a_page_is_asked_for():
    done = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "False"]


def test_the_frame_waits_for_no_library_that_the_first_map_does_not_need():
    code = "import sys, geo.ui.overview; print(*[name for name in %r if name in sys.modules])"
    slow = ("scipy.stats", "scipy.optimize", "networkx", "osmnx", "openpyxl", "docx", "geo.planning")
    done = subprocess.run([sys.executable, "-c", code % (slow,)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_text_that_stands_alone_in_the_script_is_no_part_of_the_page():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["runner"]["magicEnabled"] is False
