"""
Open one workbook and print its cells as JSON: run as a program of its own, so that a hostile file cannot take the app.

It sets its own memory limit (where the system has one), refuses document type declarations and sheets whose cells
span more than a table can need, and imports nothing of Triage Map.
"""

import datetime as dt
import json
import sys
import zipfile

import python_calamine

MEMORY_BYTES = 2 * 2**30
MOST_CELLS = 10_000_000


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The file will not be read; its text is the sentence for the user."""


def limit_memory() -> None:
    """Ask the system for a memory limit; Windows has none, and keeps the parent's time limit alone."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    ceiling = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))


def refuse_declarations(path: str) -> None:
    """Refuse a workbook whose parts declare entities: no spreadsheet program writes them."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as package:
        for part in package.namelist():
            if part.endswith((".xml", ".rels")):
                with package.open(part) as stream:
                    if b"<!DOCTYPE" in stream.read(4096):
                        raise Refused("declares XML entities, which no spreadsheet program does; it may be hostile")


def plain_cell(cell: object) -> object:
    """Give a cell as JSON can carry it: dates and times as a tag and a text."""
    if isinstance(cell, dt.datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    if isinstance(cell, dt.time):
        return {"time": cell.isoformat()}
    if isinstance(cell, dt.timedelta):
        return {"seconds": cell.total_seconds()}
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def sheet_rows(sheet: "python_calamine.CalamineSheet") -> list[list[object]]:
    """Give the rows that hold anything, each with its number from 1 before its cells."""
    if sheet.start is None or sheet.end is None:
        return []
    (top, left), (bottom, right) = sheet.start, sheet.end
    if (bottom + 1) * (right + 1) > MOST_CELLS:
        raise Refused(
            f"has a cell at row {bottom + 1:,}, column {right + 1:,} of sheet {sheet.name!r}, so it spans "
            f"{(bottom + 1) * (right + 1):,} cells; delete what stands far outside the table and save again"
        )
    rows = enumerate(sheet.to_python(skip_empty_area=True), start=top + 1)
    return [[number, *[""] * left, *map(plain_cell, row)] for number, row in rows if any(cell != "" for cell in row)]


def read(path: str, wanted: str) -> dict[str, object]:
    """Read the wanted sheet, or every worksheet with the visible ones first."""
    refuse_declarations(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        listed = [sheet for sheet in book.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet]
        listed.sort(key=lambda sheet: sheet.visible != python_calamine.SheetVisibleEnum.Visible)
        names = [sheet.name for sheet in listed]
        if wanted and wanted not in names:
            return {"names": names, "sheets": []}
        chosen = [wanted] if wanted else names
        sheets = [{"name": name, "rows": sheet_rows(book.get_sheet_by_name(name))} for name in chosen]
    except python_calamine.PasswordError:
        raise Refused("is locked with a password; save a copy without one") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise Refused(f"cannot be opened as a spreadsheet ({error}); open it in Excel and save it as XLSX") from error
    return {"names": names, "sheets": sheets}


def main() -> None:
    """Read the workbook named by the first argument; print the answer or the refusal."""
    limit_memory()
    try:
        answer = read(sys.argv[1], sys.argv[2])
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
