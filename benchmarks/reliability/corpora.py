"""
Read every file of other projects' test inputs, and of our own broken ones, and count what is lost.

    python benchmarks/reliability/corpora.py [FOLDER]

FOLDER holds the folder ``badinputs`` (default: ``TRIAGE_MAP_TEST_DATA`` or ``../shared/data``). A file ends in one of
two ways: read, or refused in a sentence that names it. Read text is compared with the file's own letters and digits,
decoded and counted here without our reader; rows of an XLSX are compared with a count of its XML.
"""

import csv
import os
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from geo.errors import SourceError
from geo.incidents.columns import INCIDENT_HEADINGS, find_header
from geo.incidents.grid import Grid, read_grids
from geo.incidents.read import Extract, read_extract

SECONDS = 10.0
"""What a file may take; a read that takes longer is stopped and counts as a hang."""

AT_ONCE = 2
CORPORA: Mapping[str, str] = {
    "generated": "made for this project: encodings, shapes, bombs, dates, injections",
    "duckdb-csv": "the CSV tests of DuckDB, its fuzzers' crashes among them",
    "calamine-xlsx": "the workbooks of calamine: XLSX, XLSM, XLSB, XLS, ODS",
    "blns": "the Big List of Naughty Strings",
    "geojsonhint": "GeoJSON that is no table",
    "json-test-suite": "JSON that is no table",
    "uk-postcode-js": "JSON that is no table",
}
NO_TABLES = frozenset({"geojsonhint", "json-test-suite", "uk-postcode-js"})
"""Corpora without a table: each file is given to the reader of extracts, which must refuse it."""

_SEPARATORS = frozenset(',;\t|"\r\n\x00\ufeff')
_SKIPPED = frozenset({"MANIFEST.csv", "LICENSE", "LICENSE-MIT.md", "README.md"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    How one file ended: ``read``, ``refused``, or ``crashed`` (anything but our own errors), with its sentence.

    ``lost`` says what was not delivered, or delivered twice; nothing where all is there. ``extract`` is the file read
    as incidents where it has headings of incidents; ``unaccounted`` counts rows below them that ended nowhere.
    """

    corpus: str
    file: str
    ended: str
    sentence: str = ""
    rows: int = 0
    lost: str = ""
    extract: Extract | None = None
    unaccounted: int = 0
    seconds: float = 0.0


def files_of(shared: Path, corpora: Iterable[str] = CORPORA) -> list[tuple[str, Path]]:
    """List the files of the corpora, without their licences and lists."""
    folders = [(corpus, shared / "badinputs" / corpus) for corpus in corpora]
    return [
        (corpus, file)
        for corpus, folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in _SKIPPED
    ]


def outcomes(files: Sequence[tuple[str, Path]]) -> list[Outcome]:
    """Read every file, two at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda named: outcome(*named), files))


def outcome(corpus: str, file: Path) -> Outcome:
    """Read one file as it stands, and as incidents where it has their headings."""
    started = time.perf_counter()
    try:
        grids = read_grids(file, seconds=SECONDS)
        seconds = time.perf_counter() - started
        extract = read_extract(file, source="police") if corpus in NO_TABLES else _extract(file, grids)
    except SourceError as error:
        lost = "" if str(file.name) in str(error) else "the sentence does not name the file"
        return Outcome(corpus, file.name, "refused", str(error), lost=lost, seconds=time.perf_counter() - started)
    except Exception as error:  # noqa: BLE001 - anything but our own errors is the fault looked for
        return Outcome(corpus, file.name, "crashed", repr(error), seconds=time.perf_counter() - started)
    rows = sum(len(grid.cells) for grid in grids)
    missing = _unaccounted(extract, grids) if extract is not None else 0
    return Outcome(corpus, file.name, "read", "", rows, lost_from(file, grids), extract, missing, seconds)


def _extract(file: Path, grids: Sequence[Grid]) -> Extract | None:
    """Read a file as incidents where a sheet has known headings; a shift log or a stray word is refused in words."""
    if not any(find_header(grid.cells, INCIDENT_HEADINGS) for grid in grids):
        return None
    try:
        return read_extract(file, source="police")
    except SourceError:
        return None


def _unaccounted(extract: Extract, grids: Sequence[Grid]) -> int:
    """Count the rows from the first accounted for on, sheet by sheet, that are in none or in two of the tables."""
    ended = Counter(
        (sheet, int(row))
        for table in (extract.accepted, extract.quarantined, extract.refused)
        for sheet, row in zip(table["sheet"], table["row"], strict=True)
    )
    first = {sheet: min(row for other, row in ended if other == sheet) for sheet, _ in ended}
    due = {
        (grid.sheet, row)
        for grid in grids
        if grid.sheet in first
        for row in grid.cells.index[grid.cells.index >= first[grid.sheet]]
    }
    return len(due.symmetric_difference(ended)) + sum(count - 1 for count in ended.values())


def lost_from(file: Path, grids: Sequence[Grid]) -> str:
    """Say what of a file is not in its grids, or in them twice; nothing where all is there or no count is possible."""
    if [grid.sheet for grid in grids] == [""]:
        return _lost_signs(file.read_bytes(), grids[0].cells)
    if zipfile.is_zipfile(file) and file.suffix in {".xlsx", ".xlsm"}:
        expected = rows_of_package(file)
        found = sum(any(cell.strip() for cell in row) for grid in grids for row in grid.cells.to_numpy())
        return "" if expected == found else f"{expected} rows in the file, {found} delivered"
    return ""


def _lost_signs(data: bytes, cells: pd.DataFrame) -> str:
    """Compare all signs but separators, quotes and line ends, in their order."""
    text = decoded(data)
    first, _, rest = text.partition("\n")
    expected = _signs(rest if first.strip().startswith("sep=") else text)
    found = _signs("".join("".join(row) for row in cells.to_numpy()))
    if expected == found:
        return ""
    place = next((at for at, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), len(found))
    return f"{len(expected)} signs in the file, {len(found)} delivered; from {expected[place : place + 20]!r} on"


def _signs(text: str) -> str:
    return "".join(sign for sign in text if sign not in _SEPARATORS)


def decoded(data: bytes) -> str:
    """Decode by the mark, else by whole-file trial, else line by line: written apart from the reader it checks."""
    for mark, encoding in ((b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if len(data) % 2 == 0 and 0.3 < data[:4096].count(0) / max(len(data[:4096]), 1) < 0.6:
        odd = data[1:4096:2].count(0) > data[0:4096:2].count(0)
        return data.decode("utf-16-le" if odd else "utf-16-be", errors="replace")
    lines = []
    for line in data.splitlines(keepends=True):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", errors="replace"))
    return "".join(lines)


def rows_of_package(file: Path) -> int:
    """Count the rows of an XLSX that hold a sign, from its XML alone; a cell that shows an error holds none."""
    with zipfile.ZipFile(file) as package:
        parts = {name: package.read(name) for name in package.namelist() if name.lower().endswith((".xml", ".rels"))}
    links = b"".join(data for name, data in parts.items() if name.lower().endswith(".rels")).lower()
    named = [name for name in parts if name.lower().replace("\\", "/").rpartition("/")[2].encode() in links]
    roots = [ElementTree.fromstring(parts[name]) for name in named if name.lower().endswith(".xml")]  # noqa: S314 - test inputs
    shared = [item for root in roots if _tag(root) == "sst" for item in root if _tag(item) == "si"]
    strings = ["".join(text.text or "" for text in item.iter() if _tag(text) == "t") for item in shared]
    rows = [row for root in roots if _tag(root) == "worksheet" for row in root.iter() if _tag(row) == "row"]
    return sum(any(_holds(cell, strings) for cell in row if _tag(cell) == "c") for row in rows)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _holds(cell: ElementTree.Element, strings: Sequence[str]) -> bool:
    if cell.get("t") == "e":
        return False
    text = "".join(part.text or "" for part in cell.iter() if _tag(part) in {"v", "t"}).strip()
    if cell.get("t") == "s" and text.isdigit():
        text = "".join(strings[int(text) : int(text) + 1]).strip()
    return bool(text)


Check = Callable[[Outcome], bool]

NOTE = "caf\u00e9 \u2013 \u201cquoted\u201d \u00a3"
"""The note of every file of the family 'encoding'."""


def _refused(*words: str) -> Check:
    return lambda seen: seen.ended == "refused" and all(word in seen.sentence for word in words)


def _records(count: int, fault: str = "", refused: int = 0) -> Check:
    """Expect so many records, accepted or quarantined, so many refused rows, and a fault that says so."""

    def check(seen: Outcome) -> bool:
        extract = seen.extract
        if extract is None:
            return False
        kept = len(extract.accepted) + len(extract.quarantined)
        return kept == count and len(extract.refused) == refused and any(fault in one for one in (*extract.faults, ""))

    return check


def _note(seen: Outcome) -> bool:
    return seen.extract is not None and seen.extract.accepted["note"].tolist() == [NOTE]


def _postcode(seen: Outcome) -> bool:
    return seen.extract is not None and seen.extract.accepted["postcode"].iloc[0].split() == ["LS1", "4AP"]


def _mixed_order(seen: Outcome) -> bool:
    return seen.extract is not None and (len(seen.extract.accepted), len(seen.extract.quarantined)) == (2, 2)


def _opens(seen: Outcome) -> bool:
    return seen.ended == "read" and not seen.lost


def _no_headings(seen: Outcome) -> bool:
    return _opens(seen) and seen.extract is None


EXPECTED: Mapping[str, Check] = {
    **{f"enc_{name}.csv": _note for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")},
    "enc_utf-32.csv": _note,
    "enc_utf16_no_bom_declared_utf8.csv": _note,
    "enc_mixed.csv": _records(6, "two encodings in one file; lines read as Windows-1252: 1 (lines 6)"),
    "enc_double.csv": _records(1, "encoded twice"),
    "nul_bytes.csv": _records(4, "NUL characters removed: 1"),
    "nul_padded.csv": _records(4, "NUL characters removed: 4,096"),
    **{f"{name}.csv": _records(4) for name in ("crlf", "cr_only", "mixed_eol", "semicolon", "tab", "pipe")},
    **{f"{name}.csv": _records(4) for name in ("sep_line", "preamble", "blank_lines", "case_headers", "zero_width")},
    "footer_total.csv": _records(4, refused=1),
    "ragged.csv": _records(6),
    "unclosed_quote.csv": _records(6, "a quote opened in row 6 never closes"),
    "newline_in_quotes.csv": _records(5),
    "dup_headers.csv": _records(4, "headings that repeat another"),
    "no_header.csv": _no_headings,
    "header_only.csv": _records(0, "there are no rows below the headings"),
    "empty.csv": _refused("is empty"),
    "bom_only.csv": _refused("holds no rows"),
    "nbsp.csv": _postcode,
    "wide_5000_cols.csv": _opens,
    "long_cell_1MB.csv": _records(1),
    "truncated.csv": _records(4, "the last row (row 5) has no line end"),
    "html_as_csv.csv": _refused("a web page"),
    "png_as_csv.csv": _refused("a picture"),
    "sqlite_as_csv.csv": _refused("a database"),
    "tristate.csv": _records(35),
    "dates.csv": _records(39, "some dates are day first"),
    "dates_mixed_dm_md.csv": _mixed_order,
    "times.csv": _records(17),
    "formula_injection.csv": _opens,
    "html_injection.csv": _opens,
    "hostile_headers.csv": _opens,
    "dup_two_sources.csv": _opens,
    "zip_bomb_256MB.zip": _refused("unpacks to 1 parts and 256 MB"),
    "zip_slip.zip": _refused("is a ZIP archive, not a spreadsheet"),
    "zip_10k_files.zip": _refused("unpacks to 10,000 parts"),
    "zip_nested.zip": _refused("with another inside"),
    "zip_dup_names.zip": _refused("two parts named 'a.csv'"),
    "xlsx_ok.xlsx": _opens,
    "xlsx_dim_lie.xlsx": _opens,
    "xlsx_cell_far.xlsx": _refused("delete what stands far outside"),
    "xlsx_billion_laughs.xlsx": _refused("entities"),
    "xlsx_quadratic.xlsx": _refused("entities"),
    "xlsx_xxe.xlsx": _refused("entities"),
    "xlsx_bomb_sheet.xlsx": _opens,
    "xlsx_no_workbook.xlsx": _refused("cannot be opened as a spreadsheet"),
    "xlsx_is_csv.xlsx": _records(4, "named as a workbook but holds text"),
    "xls_ole_magic.xls": _refused("cannot be opened as a spreadsheet"),
}
"""What reading owes each generated CSV, workbook and archive, from the list that comes with them."""


def manifest(shared: Path) -> dict[str, str]:
    """Give each generated file and what its list expects of it, as far as a file reader can meet that."""
    with (shared / "badinputs" / "generated" / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        listed = list(csv.DictReader(stream))
    return {one["file"]: one["expected"] for one in listed if one["family"] not in {"filename", "geojson"}}


def section(shared: Path | None = None) -> str:
    """Read everything and give the figures as Markdown."""
    folder = shared or Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
    found = outcomes(files_of(folder))
    generated = {one.file: one for one in found if one.corpus == "generated"}
    wrong = [name for name, check in EXPECTED.items() if not check(generated[name])]
    lines = [
        "## Files that other projects broke",
        "",
        f"Every file was opened as a user would, in a child process with a limit of {SECONDS:g} seconds. *Lost* are "
        "files of which a sign (text files: every sign but separators, quotes and line ends, in order) or a row (XLSX: "
        "counted from its XML) was not delivered just once. *Unaccounted* are rows of extracts below the headings that "
        "were neither accepted, quarantined nor refused.",
        "",
        "| corpus | files | read | refused in words | crashed | over time | rows | lost | unaccounted |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
        *(_line(corpus, what, [one for one in found if one.corpus == corpus]) for corpus, what in CORPORA.items()),
        "",
        f"Of the {len(EXPECTED)} generated tables, workbooks and archives {len(EXPECTED) - len(wrong)} ended as their "
        f"list expects{': all but ' + ', '.join(wrong) if wrong else ''}. "
        f"{sum(one.extract is not None for one in found)} files have headings of incidents and were read as extracts.",
        "",
        "Command: `python benchmarks/reliability/corpora.py`.",
    ]
    return "\n".join(lines)


def _line(corpus: str, what: str, found: Sequence[Outcome]) -> str:
    ended = Counter(one.ended for one in found)
    late = sum("took more than" in one.sentence for one in found)
    figures = (
        len(found),
        ended["read"],
        ended["refused"],
        ended["crashed"],
        late,
        sum(one.rows for one in found),
        sum(bool(one.lost) for one in found),
        sum(one.unaccounted for one in found),
    )
    return f"| {corpus}: {what} | " + " | ".join(f"{figure:,}" for figure in figures) + " |"


if __name__ == "__main__":
    print(section(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
