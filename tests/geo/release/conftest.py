"""The year that exports are made of, once."""

import pytest

from geo.store.intake import make_demonstration
from geo.store.project import Project


@pytest.fixture(scope="package")
def year(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The illustrative year."""
    return make_demonstration(tmp_path_factory.mktemp("demo") / "year", "northamptonshire")
