"""Files that are whole or not there: written beside their place, checked onto the disk, then moved into it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """
    Give a path to write to; the file takes the place of ``path`` when the block ends well, and is gone when it does not.

    The path given has the ending of ``path`` and lies in the same folder, which is made where it is missing.

    Raises
    ------
    OSError
        If the folder cannot be written; an old file at ``path`` is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".writing-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with beside.open("rb+") as stream:
            os.fsync(stream.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
