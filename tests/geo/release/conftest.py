"""The year that exports are made of, once."""

import shutil
from pathlib import Path

import pytest

from geo.store.project import Project, open_project


@pytest.fixture(scope="package")
def year(demonstration_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The illustrative year."""
    (made,) = demonstration_cache.glob("demonstration-northamptonshire-*")
    return open_project(shutil.copytree(made, tmp_path_factory.mktemp("demo") / "year"))
