"""Coordinates are turned wherever they are asked for."""

import os
import subprocess
import sys

import pytest

FORKED = """
import os
from geo.crs import to_grid, to_lonlat
before = to_lonlat(475_166, 257_423)
child = os.fork()
if not child:
    os._exit(0 if to_lonlat(475_166, 257_423) == before and round(to_grid(*before)[0]) == 475_166 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts processes anew")
def test_a_process_that_was_forked_turns_coordinates_too():
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "0\n"
