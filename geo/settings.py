"""Where Triage Map finds what ships with it, where it may write, and whose name stands beside what is done."""

import getpass
import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """
    Give the folder of boundaries, postcodes, residents and roads.

    ``TRIAGE_MAP_DATA`` names another one; otherwise it is ``data/`` beside the package.
    """
    named = os.environ.get("TRIAGE_MAP_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "data"


def cache_folder() -> Path:
    """
    Give the folder for files that can be made again: the demonstration project and downloads.

    ``TRIAGE_MAP_CACHE`` names another one; otherwise it is the user's cache folder.
    """
    named = os.environ.get("TRIAGE_MAP_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("triage-map", appauthor=False))


def settings_folder() -> Path:
    """
    Give the folder of what this user has chosen: the list of projects that were opened.

    ``TRIAGE_MAP_SETTINGS`` names another one; otherwise it is the user's folder of settings.
    """
    named = os.environ.get("TRIAGE_MAP_SETTINGS")
    return Path(named) if named else Path(platformdirs.user_config_dir("triage-map", appauthor=False))


def user() -> str:
    """Name the user of this computer, as the log of exports and the history do."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "a user without a name"


def map_servers() -> dict[str, str]:
    """
    Give the addresses of servers to ask instead of OpenStreetMap's own, by the name of OSMnx's setting.

    ``TRIAGE_MAP_OVERPASS`` and ``TRIAGE_MAP_NOMINATIM`` name them: an organisation's own, or a stand-in for a test.
    """
    named = {"overpass_url": "TRIAGE_MAP_OVERPASS", "nominatim_url": "TRIAGE_MAP_NOMINATIM"}
    return {setting: address for setting, variable in named.items() if (address := os.environ.get(variable))}
