"""The server behind `triage-map run`, and what the first page needs, loaded while it starts and the browser opens."""

import gc
import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread

from streamlit.web.cli import main as streamlit

from geo.errors import GeoError

ROOT = Path(__file__).resolve().parents[2]

AHEAD = ("geo.ui.frame", "folium.plugins")
"""What takes longest to load before the first map. Not :mod:`geo.ui.maps`: Streamlit serves no component that a thread
without a page declared."""


def serve(port: int, *, headless: bool) -> None:
    """Serve the app on this machine until it is ended; without ``headless`` a browser opens."""
    os.chdir(ROOT)  # where Streamlit finds the app's own settings
    Thread(target=load_ahead, name="load-ahead", daemon=True).start()
    options = [f"--server.port={port}", f"--server.headless={str(headless).lower()}"]
    streamlit(["run", str(ROOT / "app.py"), *options], prog_name="streamlit")


def load_ahead() -> None:
    """
    Load :data:`AHEAD`, the postcodes that ship, the compiled drive times, and charts: the same for every project.

    All of it stays to the end, so nothing is looked for that could be let go: that would take a tenth of the time.
    """
    gc.disable()
    try:
        for module in AHEAD:
            import_module(module)
        from geo.places.postcodes import Gazetteer
        from geo.routing.hierarchy import compile_kernels

        for prepare in (Gazetteer.default, compile_kernels):
            with suppress(GeoError):  # said by the page that needs it
                prepare()
        import_module("geo.ui.charts")  # below the first map
    finally:
        gc.freeze()
        gc.enable()
