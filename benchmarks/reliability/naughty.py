"""
Put naughty text wherever text from files can stand, and look whether any of it runs: in Chromium, and in spreadsheets.

    python -m benchmarks.reliability naughty

Payloads of our own (markup, scripts, templates, links) and the Big List of Naughty Strings stand in every column of
text of a project. Every page is walked: each choice of its rows of choices, what is folded opened, maps with all their
tooltips, charts under the pointer. So are the brief and one-file maps of every layer, opened from the disk. What counts
is a dialog, a mark that a payload leaves, markup that came out of a text, or a request to anywhere else.
"""

import csv
import io
import itertools
import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import geopandas as gpd
import openpyxl
import pandas as pd
import shapely

from benchmarks.in_chromium import served, settle, visited
from benchmarks.reliability.bound import at_most
from geo.layers import palette
from geo.layers.assets import inline
from geo.layers.base import Layer, draw
from geo.layers.bases import BaseLayer
from geo.layers.boundaries import BoundaryLayer
from geo.layers.causes import CauseLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.contours import ContourLayer
from geo.layers.facilities import FacilityLayer
from geo.layers.incidents import IncidentLayer
from geo.layers.isochrones import IsochroneLayer
from geo.layers.legend import Entry, Legend
from geo.layers.places import PlaceLayer
from geo.layers.roads import RoadLayer
from geo.layers.zone import ZoneLayer
from geo.places.areas import AreaReport, UserAreas
from geo.places.bases import Base
from geo.places.facilities import Facility, FacilityList
from geo.release.brief import Brief, Picture, Said, Table
from geo.release.cells import as_csv
from geo.release.export import FORMATS, export_project
from geo.release.page import as_page
from geo.scenarios.presets import presets
from geo.store.database import DATABASE
from geo.store.intake import make_demonstration
from geo.store.project import Project
from geo.tables import LOCATED_COLUMNS

FIGURED = {"incident_id", "shift_id", "district", "district_2021", "lsoa"}
"""Text that figures are made from, or that may not stand twice."""
TEXTS = [column.name for column in LOCATED_COLUMNS if column.kind == "text" and column.name not in FIGURED]
PAGES = (
    *("overview", "where-and-when", "what-the-scheme-did", "coverage", "compare", "search", "data", "export-and-brief"),
    *("method", "project"),
)
A_PAGE = 20
"""Strings whose layers stand on one one-file map."""
PAUSE = 1_500
"""How long after a choice the page may still be the old one, in milliseconds."""
LIVE = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""What a cell must not begin with."""

FIND = "window.map || window[Object.keys(window).find((name) => /^map_[0-9a-f]{32}$/.test(name))]"
OPEN_MAP = f"""() => {{
  const map = {FIND};
  if (!map) return 0;
  let opened = 0;
  const each = (use) => map.eachLayer((layer) => {{ use(layer); }});
  each((layer) => {{
    for (const kind of ["Tooltip", "Popup"])
      if (layer[`get${{kind}}`] && layer[`get${{kind}}`]()) {{
        layer[`open${{kind}}`](); opened += 1; layer[`close${{kind}}`]();
      }}
  }});
  document.querySelectorAll(".tm-legend details").forEach((one) => (one.open = true));
  return opened;
}}"""
"""Opens every tooltip and popup of a map, one after the other; gives how many there were."""

HARM = """() => {
  const found = [];
  for (const mark of ["__pwn", "pwned"]) if (window[mark] !== undefined) found.push(`${mark} is set`);
  for (const one of document.querySelectorAll("*")) {
    for (const {name, value} of one.attributes) {
      if (/^on/i.test(name) && /alert|pwn|javascript/i.test(value)) found.push(`${one.tagName} ${name}=${value}`);
      const leads = /^(href|src|action|formaction|xlink:href)$/i.test(name);
      if (leads && /^[\\x00-\\x20]*(javascript|vbscript):/i.test(value)) found.push(`${one.tagName} ${name}=${value}`);
    }
    if (one.tagName === "IMG" && /^(x|x:x|https?:\\/\\/127\\.0\\.0\\.1\\/track\\.png)$/.test(one.getAttribute("src")))
      found.push(`an image from a text in ${one.closest("[data-testid]")?.dataset.testid}`);
    if (one.tagName === "IFRAME" && one.srcdoc.includes("pwn")) found.push("a frame from a text");
    if (one.tagName === "STYLE" && /^\\*\\{display:none\\}/.test(one.textContent)) found.push("a style from a text");
    if (one.tagName === "SCRIPT" && /^\\s*(alert|window\\.(__)?pwn)/.test(one.textContent)) found.push("a script");
  }
  return found;
}"""
"""Names what came out of a text: marks that payloads leave, and markup of theirs."""

UNFOLD = """() => {
  document.querySelectorAll("[data-testid=stExpander] details:not([open]) > summary").forEach((one) => one.click());
}"""


@dataclass
class Watched:
    """What went wrong while surfaces were looked at, and what was looked at."""

    home: str = "file:"
    harm: list[str] = field(default_factory=list)
    surfaces: list[str] = field(default_factory=list)
    tooltips: int = 0
    seen: set[str] = field(default_factory=set)

    def watch(self, page: Any) -> None:
        """Note dialogs and requests of a page from now on."""
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._request(request.url))

    def _dialog(self, dialog: Any) -> None:
        self.harm.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, address: str) -> None:
        parts = urlsplit(address)
        same = f"{parts.scheme}://{parts.netloc}/".replace("ws://", "http://") == self.home
        if parts.scheme not in {"data", "blob", "about"} and not same and f"{parts.scheme}:" != self.home:
            self.harm.append(f"a request to {address}")

    def look(self, page: Any, surface: str, strings: Sequence[str]) -> None:
        """Open every tooltip, look for what came out of a text, and note which strings are seen."""
        for frame in page.frames:
            with suppress(_gone()):
                self.tooltips += int(frame.evaluate(OPEN_MAP))
                self.harm += [f"{surface}: {what}" for what in frame.evaluate(HARM)]
                text = _plain(str(frame.evaluate("document.body ? document.body.innerText : ''")))
                self.seen.update(one for one in strings if len(one) > 3 and _plain(one) in text)
        self.surfaces.append(surface)


def _gone() -> type[Exception]:
    """Give the error of a frame that another one took the place of while it was looked at."""
    from playwright.sync_api import Error

    return Error


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def section(shared: Path | None = None) -> str:
    """Measure, and give the figures as a section of the reliability page."""
    root = shared or Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
    payloads, listed = payloads_of(root), listed_of(root)
    strings = [*payloads, *listed]
    with tempfile.TemporaryDirectory(prefix="triage-map-naughty-") as name:
        folder = Path(name)
        project = naughty_project(make_demonstration(folder / "year", "northamptonshire"), folder / "mine", strings)
        pages, files = Watched(), Watched()
        walk_app(project, pages, strings)
        open_files(folder, strings, files)
        cells, live = live_formulas(project, folder, strings)
    wrong = [*pages.harm, *files.harm, *live]
    both = pages.seen | files.seen
    return f"""## Naughty text

`python -m benchmarks.reliability naughty` put {len(payloads)} payloads and the {len(listed)} strings of the Big List of
Naughty Strings into {len(TEXTS)} columns of incidents and into shifts, names of files, notices, rows left out, doubts,
history, plans, the project and its base, facilities, and a layer of areas. Every page was walked in Chromium with every
choice of its rows of choices, folded parts open and the pointer over its charts; every tooltip and popup was opened.
{len(both)} of the {len(set(strings))} different strings were read on a surface as they were given.

| where | surfaces | tooltips and popups | ran, or became markup | asked elsewhere |
|---|--:|--:|--:|--:|
{_row("pages of the app", pages)}
{_row("brief and one-file maps of every layer, from the disk", files)}

{cells:,} cells of CSV and workbooks (exports, tables under pictures, quality report, recording template) were read
again: {len(live)} are a live formula. What ran or is live: {len(wrong)} of {len(strings)} strings on all surfaces, so
with 95% confidence {at_most(min(len(wrong), len(strings)), len(strings))} of such strings.
""" + "".join(f"\n- {what}" for what in sorted(set(wrong))[:20])


def _row(where: str, of: Watched) -> str:
    asked = [what for what in of.harm if "a request" in what]
    return f"| {where} | {len(of.surfaces)} | {of.tooltips:,} | {len(of.harm) - len(asked)} | {len(asked)} |"


def payloads_of(shared: Path) -> list[str]:
    """Give the payloads: markup, scripts, templates, links."""
    with (shared / "badinputs/generated/html_injection.csv").open(encoding="utf-8", newline="") as file:
        return [row["notes"] for row in csv.DictReader(file)]


def listed_of(shared: Path) -> list[str]:
    """Give the Big List of Naughty Strings."""
    return list(json.loads((shared / "badinputs/blns/blns.json").read_text(encoding="utf-8")))


def naughty_project(year: Project, folder: Path, strings: Sequence[str]) -> Project:
    """Give a copy of a project in which strings stand wherever text from files or users can."""
    mine = Project(shutil.copytree(year.folder, folder))
    with closing(sqlite3.connect(mine.folder / DATABASE)) as database, database:
        for table, names in {"incidents": TEXTS, "shifts": ["crew_roles", "note"], "files": ["name"]}.items():
            _put(database, table, names, strings)
        _put(database, "notices", ["sentence"], strings)
        _insert(database, strings)
        for at, word in enumerate(("name", "synthetic", "base_name")):
            named = f"{strings[at % len(strings)]} {strings[-1 - at % len(strings)]}"
            database.execute("UPDATE facts SET value = ? WHERE word = ?", (named, word))
    _name(mine, strings)
    return mine


def _put(database: sqlite3.Connection, table: str, names: Sequence[str], strings: Sequence[str]) -> None:
    """Put a string into each row of some columns; the columns of a row hold the same one."""
    rows = [row for (row,) in database.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]  # noqa: S608 - our names
    settings = ", ".join(f"{name} = :text" for name in names)
    given = [{"text": strings[at % len(strings)], "row": row} for at, row in enumerate(rows)]
    database.executemany(f"UPDATE {table} SET {settings} WHERE rowid = :row", given)  # noqa: S608 - our names


def _insert(database: sqlite3.Connection, strings: Sequence[str]) -> None:
    """Add rows that a well-kept project lacks: rows to mend, doubts, history."""
    (file,) = database.execute("SELECT sha256 FROM files").fetchone()
    ids = [one for (one,) in database.execute("SELECT incident_id FROM incidents")]
    for at, text in enumerate(strings):
        database.execute(
            "INSERT INTO left_out VALUES ('quarantined', ?, ?, ?, ?, ?, ?, ?, '', '', ?)",
            (f"left {at}", text, text, at, text, text, text, file),
        )
        database.execute(
            "INSERT INTO doubts VALUES (?, ?, ?, ?, ?, ?, ?)", (ids[at % len(ids)], text, at, "note", text, text, file)
        )
        database.execute("INSERT INTO history VALUES ('2016-07-01T09:00:00+00:00', ?, ?, ?, ?)", (text,) * 4)


def _name(mine: Project, strings: Sequence[str]) -> None:
    """Name plans, facilities and areas by strings."""
    named = [text for text in strings if text.strip()]
    base = next(iter(presets(mine.facts.base).values()))
    for text in named[:6]:
        mine.save_scenario(text, base.to_toml().replace(json.dumps(base.name), json.dumps(text), 1))
    x, y = mine.facts.base.easting, mine.facts.base.northing
    kinds = ("base", "emergency_department", "place_of_safety", "other")
    mine.set_facilities(
        FacilityList(
            tuple(
                Facility(kinds[at % 4], text, x + 300 * (at % 25), y + 300 * (at // 25), source=text)
                for at, text in enumerate(named)
            )
        )
    )
    corners = [(x + 900 * (at % 25), y + 900 * (at // 25)) for at in range(len(named))]
    boxes = [shapely.box(west, south, west + 900, south + 900) for west, south in corners]
    frame = gpd.GeoDataFrame({"code": named, "name": named}, geometry=boxes, crs="EPSG:27700")
    mine.keep_layer(UserAreas(named[0], frame, _report(named)), _layer_name(named), edition=named[1])


def _layer_name(strings: Sequence[str]) -> str:
    return next(text for text in strings if text.strip())[:40]


def _report(named: Sequence[str]) -> AreaReport:
    none = pd.DataFrame()
    columns = named[2], named[3]
    return AreaReport(named[0], len(named), named[1], columns, *columns, none, none, (named[3],))


def walk_app(project: Project, watched: Watched, strings: Sequence[str], pages: Sequence[str] = PAGES) -> None:
    """Serve a project and look at every page with each of its choices."""
    with (
        tempfile.TemporaryDirectory() as own,
        visited() as page,
        served(project=str(project.folder), more={"TRIAGE_MAP_SETTINGS": own}) as address,
    ):
        watched.home = address
        watched.watch(page)
        walk(page, address, watched, strings, pages)


def walk(
    page: Any,
    address: str,
    watched: Watched,
    strings: Sequence[str],
    pages: Sequence[str] = PAGES,
    *,
    choices: bool = True,
) -> None:
    """Look at pages of the app at an address, with each choice of each row of choices unless ``choices`` is false."""
    layer = quote(f"layer:{_layer_name(strings)}")
    for name in [*pages, *([f"where-and-when?view=areas&by={layer}"] if "where-and-when" in pages else [])]:
        page.goto(f"{address.rstrip('/')}/{'' if name == 'overview' else name}")
        look_at(page, name, watched, strings)
        groups = page.get_by_test_id("stMain").get_by_test_id("stButtonGroup")
        for group in range(groups.count() if choices else 0):
            for choice in range(1, groups.nth(group).get_by_role("radio").count()):
                groups.nth(group).get_by_role("radio").nth(choice).click()
                page.wait_for_timeout(PAUSE)
                look_at(page, f"{name}, choice {group + 1}.{choice + 1}", watched, strings)


def look_at(page: Any, surface: str, watched: Watched, strings: Sequence[str]) -> None:
    """Open what is folded, go over the charts, and look."""
    _settle(page)
    page.evaluate(UNFOLD)
    page.wait_for_timeout(500)
    _settle(page)
    for tab in page.get_by_role("tab").all():
        with suppress(_gone()):  # a tab of the page before
            if tab.is_visible():
                tab.click(timeout=5_000)
                watched.look(page, f"{surface}, {tab.inner_text()}", strings)
    for chart in page.get_by_test_id("stVegaLiteChart").all()[:8]:
        box = chart.bounding_box() if chart.is_visible() else None
        for share in (0.3, 0.5, 0.7) if box else ():
            page.mouse.move(box["x"] + share * box["width"], box["y"] + share * min(box["height"], 300))
            page.wait_for_timeout(60)
    watched.look(page, surface, strings)


def _settle(page: Any) -> None:
    """Wait until a page stands still; again where a map of it gave way to another meanwhile."""
    for _ in range(3):
        with suppress(_gone()):
            return settle(page)
    return settle(page)


def open_files(folder: Path, strings: Sequence[str], watched: Watched) -> None:
    """Open a brief and one-file maps of every layer from the disk, with strings in all their text."""
    brief = folder / "brief.html"
    brief.write_text(as_page(naughty_brief(strings)), encoding="utf-8")
    files = [brief, *_maps(folder, strings)]
    with visited() as page:
        watched.watch(page)
        for file in files:
            page.goto(file.as_uri())
            page.wait_for_timeout(200)
            watched.look(page, file.name, strings)


def _maps(folder: Path, strings: Sequence[str]) -> Iterator[Path]:
    for first in range(0, len(strings), A_PAGE):
        some = strings[first : first + A_PAGE]
        layers = [layer for at, text in enumerate(some) for layer in layers_of(text, at)]
        path = folder / f"map-{first}.html"
        path.write_text(inline(draw(layers, centre=(52.23, -0.86), zoom=9.0), title=some[0]), encoding="utf-8")
        yield path


def layers_of(text: str, at: int = 0) -> list[Layer]:
    """Give one of each layer with a text wherever it takes one, beside those of other numbers."""
    x, y = 440_000 + 9_000 * (at % 5), 240_000 + 9_000 * (at // 5)
    areas = gpd.GeoDataFrame(
        {"name": [text, text], "value": [3.0, 1.0], "text": text, "state": "", "cause": text, "label": text},
        geometry=[shapely.box(x, y, x + 4_000, y + 8_000), shapely.box(x + 4_000, y, x + 8_000, y + 8_000)],
        crs="EPSG:27700",
    ).assign(cannot_tell=[False, True])
    points = pd.DataFrame({"easting": [x + 1_000.0], "northing": [y + 1_000.0], "uncertainty_metres": 60.0})
    points = points.assign(precision="unit", text=text, category=text)
    circle = shapely.Point(x + 4_000, y + 4_000).buffer(2_000)
    bands = gpd.GeoDataFrame({"minutes": [10.0]}, geometry=[circle], crs="EPSG:27700")
    road = gpd.GeoDataFrame(geometry=[shapely.LineString([(x, y), (x + 8_000, y)])], crs="EPSG:27700")
    marks = palette.categories([text])
    named = text if text.strip() else "blank"
    service = Facility("other", named, x + 3_000, y + 2_000, source=text)
    names = (f"{text} {at}.{kind}" for kind in itertools.count())
    return [
        BoundaryLayer(areas.union_all(), areas, next(names), attribution=text),
        ChoroplethLayer.of(next(names), areas, unit=text, numbers=True, note=text, attribution=text),
        CauseLayer(next(names), areas, marks, text),
        IsochroneLayer(bands, text, next(names), text),
        PlaceLayer(points.assign(counted=4.0), text, next(names)),
        ContourLayer({0.5: circle}, text, next(names)),
        RoadLayer(road, next(names), text),
        IncidentLayer(points, next(names), marks, None, text),
        FacilityLayer((service,), next(names), text),
        BaseLayer((Base(named, x + 2_000, y + 2_000),), next(names)),
        ZoneLayer(circle, text, next(names), text),
        Legend(next(names), text, (Entry(text), Entry(text, look="point")), text),
    ]


def naughty_brief(strings: Sequence[str]) -> Brief:
    """Give a brief that says nothing but strings."""
    said = tuple(Said(text, (text,)) for text in strings)
    table = Table(strings[0], tuple(strings[:4]), tuple((one,) * 4 for one in said), strings[1])
    picture = Picture(strings[0], strings[1], strings[2], "<svg xmlns='http://www.w3.org/2000/svg'/>")
    return Brief(
        title=strings[0],
        synthetic=strings[1],
        protection=strings[2],
        facts=tuple(zip(strings, strings, strict=True)),
        plans=table,
        answers=said,
        pictures=(picture,) * 4,
        measures=table,
        change=table,
        objectives=said,
        assumptions=table,
        limits=said,
        manifest={
            "scenarios": [{"letter": text, "sha256": text} for text in strings],
            **dict.fromkeys(("software", "data_version", "seed", "draws", "made"), strings[3]),
            "strings": list(strings),
        },
    )


def live_formulas(project: Project, folder: Path, strings: Sequence[str]) -> tuple[int, list[str]]:
    """Write every table of the project as CSV and workbook; give how many cells there are, and those that are live."""
    out = folder / "working"
    export_project(project, out, formats=["csv", "xlsx"], mode="working")
    table = gpd.GeoDataFrame({"name": strings}, geometry=[shapely.Point(0, 0)] * len(strings), crs="EPSG:27700")
    apart = folder / "apart"
    apart.mkdir()
    for kind in ("csv", "xlsx"):
        FORMATS[kind]({"county": table}, apart, {f"word {at}": text for at, text in enumerate(strings)})
    (apart / "under.csv").write_bytes(as_csv(pd.DataFrame({text: [text] for text in dict.fromkeys(strings)})))
    for name, written in written_by_pages(project).items():
        (apart / name).write_bytes(written)
    found = [
        cell for path in sorted([*out.iterdir(), *apart.iterdir()]) for cell in CELLS.get(path.suffix, _none)(path)
    ]
    return len(found), [f"{where}: {value!r}" for where, value, live in found if live]


def written_by_pages(project: Project) -> dict[str, bytes]:
    """Give the tables that pages offer beside exports."""
    from geo.incidents.quality import quality_report
    from geo.incidents.template import template_bytes

    report = quality_report(
        project.incidents(), project.shifts(), project.ledger(), project.doubts(), project.left_out()
    )
    return {"quality.csv": as_csv(report.table()), "template.xlsx": template_bytes(pd.DataFrame(project.incidents()))}


Cells = Iterator[tuple[str, object, bool]]


def _csv_cells(path: Path) -> Cells:
    """Give the cells of text of a CSV; numbers stand there without quotation marks and may be negative."""
    with io.StringIO(path.read_text(encoding="utf-8-sig"), newline="") as text:
        for row in csv.reader(text):
            for cell in row:
                yield path.name, cell, cell.startswith(LIVE) and not re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", cell)


def _book_cells(path: Path) -> Cells:
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield f"{path.name} {sheet.title}", cell.value, cell.data_type == "f"


def _none(_: Path) -> Cells:
    return iter(())


CELLS: Mapping[str, Callable[[Path], Cells]] = {".csv": _csv_cells, ".xlsx": _book_cells}
