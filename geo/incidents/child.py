"""A child process that opens one file, with limits of memory and time: the parent's side of the conversation."""

import json
import stat
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from geo.errors import SourceError
from geo.incidents.reading.wire import Message, receive

_ROOT = str(Path(__file__).resolve().parents[2])
_PIPE_BYTES = 2**20


def program(module: str) -> str:
    """
    Give what a child runs: ``main`` of a module of ours; it finds our code by its first argument.

    Examples
    --------
    >>> program("geo.incidents.reading.program").rpartition("; ")[0]
    'import sys; sys.path.insert(0, sys.argv[1]); from geo.incidents.reading.program import main'
    """
    return f"import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"


def check_file(file: Path, wanted: str) -> None:
    """
    Refuse what is not there, is no file or holds nothing.

    Raises
    ------
    SourceError
        Says which, and what to name instead.
    """
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(f"there is no file {str(file)!r}; check the path") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{str(file)!r} cannot be looked up ({error}); check the path") from error
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{str(file)!r} is not a file; name {wanted}")
    if not status.st_size:
        raise SourceError(f"{file.name} is empty (0 bytes); export it again")


def ask_child(
    code: str, file: Path, request: Mapping[str, Any], *, seconds: float, instead: str
) -> tuple[dict[str, Any], list[Message]]:
    """
    Let a child open the file; give its answer and the messages that it sent before.

    Parameters
    ----------
    code
        What the child runs, from :func:`program`.
    request
        What the child is asked, besides the file's path and its ``seconds``.
    instead
        What the user may do when the file is too much: the end of the sentence.

    Raises
    ------
    SourceError
        If the child refuses the file, ends early, or takes longer than ``seconds``.
    """
    child = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", "-c", code, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=_PIPE_BYTES,
    )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(seconds, give_up)
    timer.start()
    asked = {"path": str(file.resolve()), "seconds": seconds, "instead": instead, **request}
    try:
        with child:
            messages = _converse(child, json.dumps(asked).encode())
    finally:
        timer.cancel()
    if late.is_set():
        raise SourceError(f"{file.name} took more than {seconds:g} seconds to open; {instead}")
    if child.returncode != 0 or not messages:
        raise SourceError(f"{file.name} could not be opened within the memory allowed, or is damaged; {instead}")
    answer, _ = messages[-1]
    if refusal := answer.get("refused"):
        raise SourceError(f"{file.name} {refusal}")
    return answer, messages[:-1]


def _converse(child: "subprocess.Popen[bytes]", request: bytes) -> list[Message]:
    """Send the request and take in all that the child sends until it ends."""
    to_child, from_child = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
    try:
        to_child.write(request)
        to_child.close()
    except OSError:
        return []  # the child is gone already; its return code is looked at next
    return list(receive(from_child))
