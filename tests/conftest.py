"""What every test may use: the shared data folder where there is one."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
