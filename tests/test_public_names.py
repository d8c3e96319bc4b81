"""The public vocabulary: sorted, documented, loaded on demand, and hiding no module."""

import inspect
import subprocess
import sys

import pytest

import geo


def test_the_vocabulary_is_sorted_and_complete():
    assert geo.__all__ == sorted(geo.__all__)
    assert set(geo.__all__) == set(geo._ROOM_OF)


@pytest.mark.parametrize("name", geo.__all__)
def test_every_public_name_is_documented(name):
    assert inspect.getdoc(getattr(geo, name))


def test_importing_the_package_loads_no_library():
    code = "import geo, sys; print([m for m in ('pandas', 'osmnx', 'streamlit', 'folium') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'teleport'"):
        _ = geo.teleport
