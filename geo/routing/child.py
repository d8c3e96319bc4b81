"""
A process of its own for whatever may take long or never end: with a deadline, a line of progress, and an end.

The parent writes the order as one line of JSON to the child's standard input and leaves that open; the child ends
itself when it closes, because then its parent is gone, and at the deadline. It speaks in lines of JSON on its standard
output; whatever else is written there is dropped.
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TextIO

from geo.errors import CrsError, GeoError, PlaceError, SourceError
from geo.routing.extracts import Tell

TICK_SECONDS = 1.0
"""How often a line of progress comes when nothing else is said, so that the wait can be seen and stopped."""

GRACE_SECONDS = 5.0
"""How much later than its parent the child gives up by itself."""

MEMORY_BYTES = 8 * 2**30
"""What a child may take, where the system can hold it to that: a county needs about one (assumption)."""

_KINDS: dict[str, type[GeoError]] = {kind.__name__: kind for kind in (SourceError, CrsError, PlaceError)}


class OverdueError(SourceError):
    """The child was ended at its deadline; ``said`` is what the other side had last answered, or empty."""

    def __init__(self, seconds: float, said: str) -> None:
        super().__init__(f"no answer within {seconds:g} seconds{f'; {said}' if said else ''}")
        self.said = said


def silent(_: str) -> None:
    """Say nothing of the progress."""


def run(program: str, order: Mapping[str, Any], *, deadline_seconds: float, tell: Tell = silent) -> None:
    """
    Run a piece of Python in a child and wait for it, no longer than the deadline.

    ``tell`` is given a line of progress at least once a second; an exception that it raises ends the child too.

    Raises
    ------
    SourceError, CrsError, PlaceError
        What the child raised, or that it crashed or was overdue (:class:`OverdueError`).
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        child = subprocess.Popen(  # noqa: S603 - our own program; what it is to do travels on its standard input
            [sys.executable, "-W", "ignore", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            env=_environment(),
        )
        with child:
            try:
                _order(child, {**order, "deadline": deadline_seconds + GRACE_SECONDS})
                _listen(child, deadline_seconds, tell)
            finally:
                child.kill()
        if child.returncode not in {0, None}:
            errors.seek(0)
            raise SourceError(_last_words(errors, child.returncode))


def _order(child: "subprocess.Popen[str]", order: Mapping[str, Any]) -> None:
    stream = _pipe(child.stdin)
    try:
        stream.write(json.dumps(order) + "\n")
        stream.flush()
    except BrokenPipeError:  # it ended before it was told what to do; its last words say why
        return


def _listen(child: "subprocess.Popen[str]", deadline_seconds: float, tell: Tell) -> None:
    """Pass on what the child says until it has ended."""
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(_pipe(child.stdout), lines), daemon=True).start()
    began, doing, said = time.monotonic(), "starting", ""
    while True:
        left = began + deadline_seconds - time.monotonic()
        if left <= 0:
            raise OverdueError(deadline_seconds, said)
        try:
            line = lines.get(timeout=min(TICK_SECONDS, left))
        except queue.Empty:
            tell(f"{doing} … {time.monotonic() - began:.0f} s")
            continue
        if line is None:
            _wait(child, left, deadline_seconds)
            return
        word = _word(line)
        if "refused" in word:
            raise _KINDS.get(word.get("kind", ""), SourceError)(word["refused"])
        said = word.get("said", "" if "doing" in word else said)
        doing = word.get("doing", doing)
        for line_of_progress in word.values():
            tell(line_of_progress)


def _wait(child: "subprocess.Popen[str]", left: float, deadline_seconds: float) -> None:
    try:
        child.wait(timeout=left)
    except subprocess.TimeoutExpired as error:
        raise OverdueError(deadline_seconds, "") from error


def _read(stream: IO[str], lines: "queue.Queue[str | None]") -> None:
    """Bring the child's lines into the queue, and nothing at its end."""
    try:
        for line in stream:
            lines.put(line)
    except ValueError:  # closed while it was read: the child was ended
        return
    finally:
        lines.put(None)


def _word(line: str) -> dict[str, str]:
    try:
        word = json.loads(line)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in word.items()} if isinstance(word, dict) else {}


def _last_words(errors: IO[str], code: int) -> str:
    """Say why the child crashed: its last line, or by which signal it ended."""
    last = next((line.strip() for line in reversed(errors.read().splitlines()) if line.strip()), "")
    return f"the program that reads roads ended with code {code}{f' ({last[:200]})' if last else ''}"


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("the child was started without its pipes")
    return stream


def _environment() -> dict[str, str]:
    """Give this environment, with the folder of the package where the child will look for it."""
    here = str(Path(__file__).resolve().parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))}


# In the child


def serve(work: Callable[[dict[str, Any], Callable[..., None]], None]) -> None:
    """
    Be the child: read the order, do the work, and say how it goes; what the user can mend ends as a plain sentence.

    ``work`` is given the order and a function that says a line: ``say(doing="…")``, or ``say(said="…")`` for what the
    other side answered, ``say(note="…")`` for anything else.
    """
    out = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no line of ours
    order = json.loads(sys.stdin.readline())
    _end_with(sys.stdin, order["deadline"])
    _limit_memory()

    def say(**word: str) -> None:
        print(json.dumps(word), file=out, flush=True)

    try:
        work(order, say)
    except GeoError as problem:
        say(refused=str(problem), kind=type(problem).__name__)
    except MemoryError:
        say(refused=f"this takes more than {MEMORY_BYTES / 2**30:g} GB of memory; cut a smaller file or area")


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    with suppress(ValueError):  # macOS knows the limit and refuses it
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _end_with(parent: TextIO, seconds: float) -> None:
    """End this process when its parent is gone or the time is over, whatever it is doing."""
    late = threading.Timer(seconds, os._exit, [1])
    gone = threading.Thread(target=lambda: (parent.read(), os._exit(1)))
    for watch in (late, gone):
        watch.daemon = True
        watch.start()
