"""What every test may use: the shared data folder where there is one."""

import os
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

from geo.routing.hierarchy import best_engine
from geo.routing.speeds import HOURS, SpeedProfile
from geo.routing.timing import traffic_levels
from geo.settings import cache_folder
from geo.store.intake import demonstration_project
from geo.store.loading import load_roads
from geo.store.project import Project

SHARED = Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))

settings.register_profile("no clock", deadline=None)  # no test asserts a time; kernels compile when first called
settings.load_profile("no clock")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the shared data where that folder is missing."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(pytest.mark.skip(reason="the shared test data are not here (TRIAGE_MAP_TEST_DATA)"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real roads, boundaries, postcodes and broken files."""
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what tests open out of the list of recent projects of whoever runs them."""
    os.environ["TRIAGE_MAP_SETTINGS"] = str(tmp_path_factory.mktemp("settings"))


@pytest.fixture(scope="session")
def demonstration_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder as the app leaves it, with the demonstration, made and opened once for all processes."""
    of_this_process = tmp_path_factory.getbasetemp()
    together = of_this_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_this_process
    folder, unfinished = together / "demonstration-cache", together / "unfinished"
    with FileLock(together / "demonstration-cache.lock"), pytest.MonkeyPatch.context() as patch:
        if not folder.exists():
            compiled = cache_folder() / "compiled"
            compiled.mkdir(parents=True, exist_ok=True)
            unfinished.mkdir()
            (unfinished / "compiled").symlink_to(compiled, target_is_directory=True)
            patch.setenv("TRIAGE_MAP_CACHE", str(unfinished))
            _open_once(demonstration_project())
            unfinished.rename(folder)
    return folder


def _open_once(project: Project) -> None:
    """Leave in a project what the app leaves there when it is first opened: its roads, timed at every hour."""
    roads, speeds = load_roads(project, partial(best_engine, folder=project.drive_times)), SpeedProfile()
    for period in traffic_levels(speeds, np.ones(HOURS)):
        roads.timed(speeds, period)


@pytest.fixture(scope="session")
def app_cache(demonstration_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of this process's own, in which the demonstration may be changed."""
    return Path(shutil.copytree(demonstration_cache, tmp_path_factory.mktemp("app") / "cache", symlinks=True))
