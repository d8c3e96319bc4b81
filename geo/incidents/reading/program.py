"""Open one file, whatever it is, and send what it holds: the child's main program."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from geo.incidents.reading.wire import Refused, send_answer

MEMORY_BYTES = 2 * 2**30
_WORKBOOK = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_OTHERS = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
_COMPRESSED = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
)


def main() -> None:
    """Read the request from standard input; send blocks and the answer, or the refusal, to standard output."""
    serve(lambda asked, out: send_file(Path(asked["path"]), asked["sheet"], frozenset(asked["headings"]), out))


def serve(send: Callable[[dict[str, Any], BinaryIO], None]) -> None:
    """Take the request, set the limits and let ``send`` answer; what goes wrong becomes a refusal in words."""
    request = json.load(sys.stdin)
    limit(request["seconds"])
    out = sys.stdout.buffer
    try:
        send(request, out)
    except Refused as refusal:
        send_answer(out, refused=str(refusal))
    except MemoryError:
        send_answer(out, refused=f"needs more memory than is allowed for one file; {request['instead']}")
    except OSError as error:
        send_answer(out, refused=f"cannot be read ({error.strerror or error}); close it elsewhere and try again")
    out.flush()


def limit(seconds: float) -> None:
    """Ask the system for limits of memory and processor time; Windows has none, and keeps the parent's time limit."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, int(2 * seconds) + 1)):
        _, hard = resource.getrlimit(kind)
        try:
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except ValueError:
            continue  # macOS knows the memory limit and refuses it; the time limits hold


def send_file(path: Path, sheet: str, headings: frozenset[str], out: BinaryIO) -> None:
    """Tell by its first bytes what the file is, and send it."""
    with path.open("rb") as stream:
        head, size = stream.read(64), path.stat().st_size
        stream.seek(0)
        if what := next((what for mark, what in _OTHERS if head.startswith(mark)), ""):
            raise Refused(f"is {what}, not a table; export the table as CSV or XLSX")
        if what := next((what for mark, what in _COMPRESSED if head.startswith(mark)), ""):
            raise Refused(f"is a compressed file ({what}); unpack it and choose the table inside")
        if head.startswith(_WORKBOOK):
            from geo.incidents.reading.workbooks import send_workbook

            send_workbook(path, size, sheet, out)
            return
        if sheet:
            raise Refused(f"is a text file without sheets; leave the sheet {sheet!r} away")
        from geo.incidents.reading.delimited import send_delimited

        send_delimited(stream, size, headings, out)
