"""Arrays kept in a folder from one start to the next: written whole, the last few of a kind."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from geo.whole import whole


def keep(path: Path, arrays: dict[str, Any], most: int) -> None:
    """
    Write arrays, and :func:`tidy`.

    Raises
    ------
    SourceError
        If the folder cannot be written.
    """
    with whole(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays)
    tidy(path, most)


def tidy(path: Path, most: int) -> None:
    """Let the files go that were touched before the last so many of their kind, which their name begins with."""
    with suppress(FileNotFoundError):  # another process tidies at the same time
        kind = path.name.partition("-")[0]
        older = sorted(path.parent.glob(f"{kind}-*.npz"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for kept in older[most:]:
            kept.unlink()
