"""
A folder of files that leave: written beside it, then put in place file by file, each whole.

Whoever is stopped on the way, by a full disk or a pulled plug, leaves each file as it was or as it was to be. The list
of files stands in ``about.json``, which goes first and names the files of before too, and once more at the end.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from glob import escape
from pathlib import Path
from typing import Any

from geo.errors import ProjectError

ABOUT = "about.json"


def earlier_files(folder: Path, mode: str) -> list[Path]:
    """
    Give the files of an earlier export of the same mode, which this one replaces.

    Raises
    ------
    ProjectError
        If the folder holds anything else: files of another mode must never stand beside these.
    """
    if not folder.is_dir():
        return []
    there = {path.name for path in folder.iterdir()}
    if not there:
        return []
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        ours = {*about["sha256"], *about.get("unfinished", ()), ABOUT} if about["mode"] == mode else set()
    except (OSError, ValueError, KeyError, TypeError):
        ours = set()
    if strange := sorted(there - ours):
        raise ProjectError(
            f"{folder} holds {len(strange)} files that are not of an earlier {mode} export (first: {strange[0]}); "
            "choose an empty folder"
        )
    return [folder / name for name in sorted(there)]


def write_folder(
    folder: Path, write: Callable[[Path], None], about: dict[str, Any], approve: Callable[[], None]
) -> tuple[Path, ...]:
    """
    Write files by ``write`` beside the folder and put them in place once ``approve`` has not refused.

    What an export that was stopped left beside the folder is taken away first.

    Returns
    -------
    The files in place, ``about.json`` last.

    Raises
    ------
    ProjectError
        If the folder holds anything else or cannot be written; nothing half written is left.
    """
    earlier = earlier_files(folder, about["mode"])
    prefix = f".{folder.name}-triage-map-"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f"{escape(prefix)}*"):
            shutil.rmtree(left, ignore_errors=True)
        stage = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error, "choose a folder in which you may write") from error
    try:
        write(stage)
        files = sorted(stage.iterdir())
        approve()
        return _put_all(folder, files, earlier, about)
    except ProjectError:
        raise
    except OSError as error:
        raise _unwritable(folder, error, "nothing half written is left") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put_all(folder: Path, files: Sequence[Path], earlier: Sequence[Path], about: dict[str, Any]) -> tuple[Path, ...]:
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    listed = about | {"sha256": digests}
    replaced = sorted({path.name for path in earlier} - {ABOUT})
    folder.mkdir(exist_ok=True)
    stage = files[0].parent
    _put(_told(stage, listed | {"unfinished": replaced}), folder)
    placed = [_put(path, folder) for path in files]
    for name in set(replaced) - set(digests):
        (folder / name).unlink()
    return (*placed, _put(_told(stage, listed), folder))


def _told(stage: Path, about: dict[str, Any]) -> Path:
    path = stage / ABOUT
    path.write_text(json.dumps(about, indent=2, ensure_ascii=False), encoding="utf-8")
    return path


def _put(path: Path, folder: Path) -> Path:
    with path.open("rb") as written:
        os.fsync(written.fileno())
    return path.replace(folder / path.name)


def _unwritable(folder: Path, error: OSError, advice: str) -> ProjectError:
    return ProjectError(f"{folder} cannot be written ({error.strerror or error}); {advice}")
