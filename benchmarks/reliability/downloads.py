"""
Ask a stand-in for OpenStreetMap's servers for roads while it fails in every way we know, and look how that ends.

    python benchmarks/reliability/downloads.py

The stand-in listens on this machine alone. It answers as Overpass and Nominatim do, from raw answers of Overpass (2021,
Cambridge) where the test data are here and from a village of its own otherwise, and has one fault at a time. An older
answer is kept on this machine before each run: it must be whole afterwards, offered, and never used unasked.
"""

import json
import math
import os
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from geo.errors import GeoError
from geo.routing import kept
from geo.routing.areas import RoadArea
from geo.routing.extracts import is_drive
from geo.routing.network import load_network

TIMES = 3
DEADLINE_SECONDS = 20.0
MARGIN_SECONDS = 2.0
"""What ending the child may take beyond the deadline."""

WHERE = (0.075, 52.165, 0.165, 52.235)
"""The area that the stand-in knows as Somewhere: Cambridge, in degrees."""

STATUS = b"Connected as: 1\nCurrent time: now\nAnnounced endpoint: none\nRate limit: 2\n2 slots available now.\n"
PAGE = b"<html><head><title>Service temporarily down</title></head><body>Come back later.</body></html>"

VILLAGE: dict[str, Any] = {
    "version": 0.6,
    "osm3s": {"timestamp_osm_base": "2021-04-10T15:39:58Z"},
    "elements": [
        *({"type": "node", "id": n, "lat": 52.2, "lon": 0.1 + n / 200} for n in (1, 2, 3, 4)),
        {"type": "way", "id": 1, "nodes": [1, 2, 3], "tags": {"highway": "residential", "maxspeed": "30 mph"}},
        {"type": "way", "id": 2, "nodes": [3, 4], "tags": {"highway": "residential", "oneway": "yes"}},
    ],
}
"""Four junctions 340 m apart in a row, the last road one way: two edges, and one."""


def cambridge(shared: Path) -> dict[str, Any]:
    """Give the larger raw answer of 2021, without what the drive filter of the question would have left out."""
    files = sorted((shared / "roads" / "overpass_cambridge_2021").glob("*.json"), key=lambda file: file.stat().st_size)
    answer: dict[str, Any] = json.loads(files[-1].read_bytes())
    ways = [part for part in answer["elements"] if part["type"] == "way" and is_drive(part.get("tags", {}))]
    named = {node for way in ways for node in way["nodes"]}
    nodes = [part for part in answer["elements"] if part["type"] == "node" and part["id"] in named]
    return answer | {"elements": nodes + ways}


# The faults: what the stand-in does when it is asked


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent: a status, a body, how long the body claims to be, and whether the line then goes dead."""

    status: int = 200
    body: bytes = b""
    length: int | None = None
    stalls: bool = False


Fault = Callable[[dict[str, Any]], Reply]


def _sent(answer: Any) -> Reply:
    return Reply(body=json.dumps(answer).encode())


def _with(answer: dict[str, Any], **changes: Any) -> Reply:
    return _sent(answer | changes)


def _cut_off(answer: dict[str, Any]) -> Reply:
    body = json.dumps(answer).encode()
    return Reply(body=body[: len(body) // 2], length=len(body))


def _cut_text(answer: dict[str, Any]) -> Reply:
    body = json.dumps(answer).encode()
    return Reply(body=body[: len(body) // 2])


def _without_nodes(answer: dict[str, Any]) -> Reply:
    nodes = [part["id"] for part in answer["elements"] if part["type"] == "node"]
    lost = set(nodes[1::2])
    rest = [part for part in answer["elements"] if part["type"] == "way" or part["id"] not in lost]
    return _with(answer, elements=rest)


def _without_places(answer: dict[str, Any]) -> Reply:
    return _with(answer, elements=[{k: v for k, v in part.items() if k != "lat"} for part in answer["elements"]])


def _at_nowhere(answer: dict[str, Any]) -> Reply:
    return _with(answer, elements=[part | {"lat": math.nan} for part in answer["elements"]])


ROADS: dict[str, Fault] = {
    "answers": _sent,
    "accepts and never answers": lambda _: Reply(stalls=True),
    "stops in the middle of the body": lambda answer: Reply(
        body=json.dumps(answer).encode()[:200], length=10**6, stalls=True
    ),
    "cuts off in the middle of the body": _cut_off,
    "sends half the text as if it were all": _cut_text,
    "429 Too Many Requests": lambda _: Reply(429, b"Please check /api/status for the quota of your IP address."),
    "504 Gateway Timeout": lambda _: Reply(504, PAGE),
    "403 Forbidden": lambda _: Reply(403, PAGE),
    "500 Internal Server Error": lambda _: Reply(500, PAGE),
    "a web page": lambda _: Reply(body=PAGE),
    "an empty body": lambda _: Reply(),
    "JSON of another shape": lambda _: _sent({"status": "ok", "roads": 12}),
    "a list": lambda _: _sent([1, 2, 3]),
    "elements of another shape": lambda answer: _with(answer, elements=["node", 1, None]),
    "no elements": lambda answer: _with(answer, elements=[]),
    "a remark that it ran out of time": lambda answer: _with(
        answer, remark='runtime error: Query timed out in "query" at line 1 after 180 seconds.'
    ),
    "half the junctions missing": _without_nodes,
    "junctions without a latitude": _without_places,
    "junctions at no number": _at_nowhere,
}
"""What Overpass may do."""

PLACES: dict[str, Fault] = {
    "names: accepts and never answers": lambda _: Reply(stalls=True),
    "names: 429 Too Many Requests": lambda _: Reply(429, b""),
    "names: a web page": lambda _: Reply(body=PAGE),
    "names: JSON of another shape": lambda _: _sent({"error": "no"}),
    "names: a place without an outline": lambda _: _sent(_place({"type": "Point", "coordinates": [0.1, 52.2]})),
    "names: nothing found": lambda _: _sent([]),
}
"""What Nominatim may do."""


def _place(shape: dict[str, Any]) -> list[dict[str, Any]]:
    west, south, east, north = WHERE
    return [
        {
            "place_id": 1,
            "osm_type": "relation",
            "osm_id": 1,
            "class": "boundary",
            "type": "administrative",
            "importance": 1,
            "name": "Somewhere",
            "display_name": "Somewhere",
            "lat": str((south + north) / 2),
            "lon": str((west + east) / 2),
            "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": shape,
        }
    ]


def outline() -> dict[str, Any]:
    """Give the outline of Somewhere as GeoJSON."""
    west, south, east, north = WHERE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@dataclass
class StandIn:
    """A server in place of OpenStreetMap's: its fault, what it answers, and what it was asked."""

    answer: dict[str, Any] = field(default_factory=lambda: VILLAGE)
    fault: str = "answers"
    asked: list[str] = field(default_factory=list)
    address: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def settings(self) -> dict[str, str]:
        """The environment in which this server is asked."""
        return {"TRIAGE_MAP_OVERPASS": f"{self.address}/api", "TRIAGE_MAP_NOMINATIM": f"{self.address}/"}

    def reply(self, path: str) -> Reply:
        """Give what is sent for a request."""
        if path.endswith("/status"):
            return Reply(body=STATUS)
        if path.endswith("/search"):
            wanted = parse_qs(urlsplit(self.asked[-1]).query).get("q", [""])[0]
            if self.fault in PLACES:
                return PLACES[self.fault](self.answer)
            return _sent(_place(outline()) if "Somewhere" in wanted else [])
        return ROADS.get(self.fault, _sent)(self.answer)


@contextmanager
def openstreetmap(answer: dict[str, Any] | None = None) -> Iterator[StandIn]:
    """Serve a stand-in on a free port of this machine while the block runs."""
    stand_in = StandIn(VILLAGE if answer is None else answer)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            stand_in.asked.append(self.path)
            reply = stand_in.reply(urlsplit(self.path).path)
            if reply.stalls and not reply.body:
                stand_in.over.wait()
                return
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
            if reply.stalls:
                stand_in.over.wait()

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    stand_in.address = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield stand_in
    finally:
        stand_in.over.set()
        server.shutdown()
        server.server_close()
        serving.join()


# What is kept on this machine


def make_older(path: Path, days: int) -> None:
    """Make a kept answer so many days older."""
    with zipfile.ZipFile(path) as file:
        about, roads = json.loads(file.read("answer.json")), file.read("roads.graphml")
    then = time.time() - 86_400 * days
    about["asked_on"] = time.strftime("%Y-%m-%d", time.gmtime(then))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("answer.json", json.dumps(about))
        file.writestr("roads.graphml", roads)


def cut_short(path: Path) -> None:
    """Leave half of a kept answer."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def change_a_byte(path: Path) -> None:
    """Change a byte in the middle of a kept answer."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def put_another(path: Path) -> None:
    """Put a file of something else in the place of a kept answer."""
    path.write_text('{"elements": []}', encoding="utf-8")


SPOILT: dict[str, Callable[[Path], None]] = {
    "kept answer: cut short": cut_short,
    "kept answer: a byte changed": change_a_byte,
    "kept answer: a file of something else": put_another,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run ended: in how many seconds, what was said, and whether what is kept was right afterwards."""

    seconds: float
    said: str
    kept_right: bool


def run_fault(stand_in: StandIn, fault: str, cache: Path) -> Outcome:
    """Ask once while the stand-in has a fault; an older answer is kept, and must be as it was or be replaced."""
    area = RoadArea.named("Somewhere")
    before = kept.find(area)
    stand_in.fault = fault
    if fault in SPOILT:
        SPOILT[fault](kept.kept_at(area))
    began = time.monotonic()
    told: list[str] = []
    try:
        roads = load_network("Somewhere", deadline_seconds=DEADLINE_SECONDS, tell=told.append)
        said = f"{roads.nodes:,} junctions came"
    except GeoError as problem:
        said = str(problem)
    seconds = time.monotonic() - began
    if fault in SPOILT:
        said = f"{next((line for line in told if 'kept in' in line), 'not noticed')}: {said}"
    after = kept.find(area)
    came = "junctions came" in said
    right = after is not None and (after.is_fresh if came else after == before)
    offered = came or "to use it, ask for the kept answer (--kept)" in said
    stand_in.fault = "answers"
    return Outcome(seconds, said.replace(str(cache), "CACHE"), right and offered and "\n" not in said)


def measure(fault: str, answer: dict[str, Any], times: int) -> list[Outcome]:
    """Run one fault several times, each with a cache folder of its own that keeps an older answer."""
    outcomes = []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="triage-map-downloads-") as folder, openstreetmap(answer) as stand_in:
            os.environ.update({"TRIAGE_MAP_CACHE": folder} | stand_in.settings)
            load_network("Somewhere", deadline_seconds=120)
            make_older(kept.kept_at(RoadArea.named("Somewhere")), 30)
            outcomes.append(run_fault(stand_in, fault, Path(folder)))
    return outcomes


def section(shared: Path | None = None, times: int = TIMES) -> str:
    """Run every fault, and give the table as a section of the reliability page."""
    folder = shared or Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
    answer = cambridge(folder) if folder.is_dir() else VILLAGE
    faults = [*ROADS, *PLACES, *SPOILT]
    rows = []
    for fault in faults:
        print(f"  {fault} …", flush=True)
        rows.append(_row(fault, measure(fault, answer, times)))
    return f"""## Downloads that fail

`python benchmarks/reliability/downloads.py` asked a stand-in for Overpass and Nominatim on this machine for the roads
of an area while it had one fault at a time, {times} times each, with a deadline of {DEADLINE_SECONDS:g} seconds. An
answer 30 days old was kept before each run. *Kept* counts the runs after which what is kept was right: the new answer
where one came; otherwise the older one, unchanged, and offered in the message, but not used.

| fault | times | ended in time | seconds | kept | what was said |
|---|---:|---:|---:|---:|---|
{chr(10).join(rows)}
"""


def _row(fault: str, outcomes: list[Outcome]) -> str:
    in_time = sum(outcome.seconds <= DEADLINE_SECONDS + MARGIN_SECONDS for outcome in outcomes)
    said, _ = Counter(_short(outcome.said) for outcome in outcomes).most_common(1)[0]
    longest = max(outcome.seconds for outcome in outcomes)
    right = sum(outcome.kept_right for outcome in outcomes)
    return f"| {fault} | {len(outcomes)} | {in_time} | {longest:.1f} | {right} | {said.replace('|', '/')} |"


def _short(said: str) -> str:
    """Leave out what every message says alike."""
    before, cut, after = said.partition("; check the name and the connection")
    _, _, offer = after.partition(". An answer of")
    return before + (" …" if cut else "") + (" older answer offered" if offer else "")


if __name__ == "__main__":
    print(section())
