"""Files that are whole or not there: written beside their place, brought onto the disk, then moved into it."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import SourceError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """
    Give a path to write to: its file takes the place of ``path`` when the block ends well, and is gone otherwise.

    The path given has the ending of ``path`` and lies in the same folder, which is made where it is missing. An older
    file at ``path`` stays as it was until the new one is complete.

    Raises
    ------
    SourceError
        If ``path`` is a folder, its folder cannot be made or written, or the disk is full.
    """
    target = Path(path)
    if target.is_dir():
        raise SourceError(f"{target} is a folder; give the name of a file in it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".writing-", suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise SourceError(
            f"{target} cannot be written ({error.strerror}); choose a folder that you may write to"
        ) from error
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with beside.open("rb+") as stream:
            os.fsync(stream.fileno())
        beside.chmod(0o644)
        beside.replace(target)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise SourceError(f"{target} cannot be written ({error.strerror}); free some space and try again") from error
    finally:
        beside.unlink(missing_ok=True)
