"""
Files as received become incidents: every row ends as accepted, quarantined or refused, and the three add up.

*Accepted* rows are incidents as recorded, blanks as unknowns. *Quarantined* rows are incidents that hold something
impossible or cannot be dated at all; each is kept with its reason and how to mend it. *Refused* rows are not
incidents: totals, repeated headings, footnotes, rows of empty cells, a row that stands there a second time. Only rows
below the headings are counted.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.incidents import values
from geo.incidents.columns import (
    ColumnMapping,
)
from geo.incidents.distinct import filled, plain_column
from geo.incidents.grid import Grid, read_grids
from geo.incidents.records import (
    DOUBT_COLUMNS,
    QUARANTINE_COLUMNS,
    Mend,
    Records,
    identify,
    read_records,
)
from geo.incidents.remarks import half_converted, header_faults, passed_over, record_faults, repeat_faults
from geo.incidents.sheets import (
    Table,
    choose_tables,
    day_order_of,
    has_field,
    joined,
    mapping_of,
    row_texts,
    without_twins,
)
from geo.incidents.values import DayOrder
from geo.tables import INCIDENT_COLUMNS, LONDON, SOURCES, check

__all__ = [
    "DOUBT_COLUMNS",
    "QUARANTINE_COLUMNS",
    "REFUSED_COLUMNS",
    "Extract",
    "Mend",
    "Records",
    "read_extract",
    "read_records",
]

REFUSED_COLUMNS = ("sheet", "row", "reason", "text")

_PERSON = "(person reference)"


@dataclass(frozen=True, eq=False)
class Extract:
    """
    One source's file as read: each row below the headings in exactly one of three tables.

    ``accepted``, ``quarantined`` and ``doubts`` are those of :class:`geo.incidents.records.Records`; ``refused`` has
    the columns of :data:`REFUSED_COLUMNS`. ``faults`` are sentences about the file as a whole; ``columns`` says how it
    was read, and can be saved for the next file of the source; ``day_order`` is the one that its dates were read by.
    """

    source: str
    file: str
    accepted: pd.DataFrame
    quarantined: pd.DataFrame
    refused: pd.DataFrame
    doubts: pd.DataFrame
    rows_read: int
    columns: ColumnMapping
    day_order: DayOrder
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.accepted, INCIDENT_COLUMNS, f"incidents of {self.file}")
        ended = len(self.accepted) + len(self.quarantined) + len(self.refused)
        if ended != self.rows_read:
            raise SchemaError(f"{self.file}: {self.rows_read} rows were read but {ended} accounted for")


def read_extract(
    path: str | PathLike[str],
    *,
    source: str,
    sheet: str | None = None,
    person_secret: bytes = b"",
    columns: ColumnMapping | None = None,
    saved: Sequence[ColumnMapping] = (),
    mends: Sequence[Mend] = (),
    latest: dt.date | None = None,
) -> Extract:
    """
    Read one source's extract: CSV, TSV, XLSX, XLS, XLSB or ODS.

    Columns are those of the approved mapping; without one, of a saved mapping whose every heading stands in the file,
    else of the headings that the synonym tables know. A column that only seems to hold a field is named and not used.
    Every sheet that looks like the best one is read (a workbook with a sheet a month); the others are named. The file
    has one day order: the declared one, or the one that its own dates show. A date without a time keeps its day, and
    no time is invented. Person references become keyed hashes; without a secret they are left out, because a plain
    hash of an NHS number can be undone.

    Parameters
    ----------
    path
        The file: text of at most 512 MB, a workbook of at most 50 MB.
    source
        One of :data:`geo.tables.SOURCES`.
    sheet
        The one worksheet to read, where a workbook has several.
    person_secret
        The project's key, so that one person has one key in all its extracts.
    columns, saved
        How to read the columns, as approved for this file; and mappings approved before, newest first.
    mends
        Corrections made before, replayed where the cell still reads as it did.
    latest
        The last day that has been, today when omitted: rows dated later are quarantined.

    Raises
    ------
    SourceError
        If the file cannot be read, has no known headings, or is a shift log.
    SchemaError
        If ``source`` is none of the four.
    """
    grids = read_grids(path, sheet)
    return extract_of(
        grids, source=source, person_secret=person_secret, columns=columns, saved=saved, mends=mends, latest=latest
    )


def extract_of(
    grids: Sequence[Grid],
    *,
    source: str,
    person_secret: bytes = b"",
    columns: ColumnMapping | None = None,
    saved: Sequence[ColumnMapping] = (),
    mends: Sequence[Mend] = (),
    latest: dt.date | None = None,
) -> Extract:
    """Read one source's extract from the sheets of its file; as :func:`read_extract`, without disk."""
    if source not in SOURCES:
        raise SchemaError(f"{source!r} is no source; choose one of {', '.join(SOURCES)}")
    tables = without_twins(choose_tables(grids, columns, saved))
    order, order_faults = day_order_of(tables)
    records, repeats = _read_tables(tables, source, order, person_secret, mends, latest or london_today())
    below = sum(len(table.below) for table in tables)
    return Extract(
        source=source,
        file=grids[0].file,
        accepted=joined([part.accepted for part in records]),
        quarantined=joined([part.quarantined for part in records]),
        refused=_refused(tables),
        doubts=joined([part.doubts for part in records]),
        rows_read=below,
        columns=mapping_of(tables),
        day_order=order,
        faults=(
            *(fault for table in tables for fault in table.grid.faults),
            *passed_over(grids, tables),
            *(fault for table in tables for fault in header_faults(table, columns)),
            *(() if below else ("there are no rows below the headings",)),
            *order_faults,
            *half_converted(tables),
            *repeats,
            *record_faults(records, several=len(tables) > 1),
            *(() if person_secret or not has_field(tables, "person_key") else (_NO_SECRET,)),
        ),
    )


_NO_SECRET = "person references were left out: they need the secret of a project"  # noqa: S105 - a sentence


def london_today() -> dt.date:
    """Give the day that it is in London: no record is later."""
    return dt.datetime.now(ZoneInfo(LONDON)).date()


def _read_tables(
    tables: Sequence[Table],
    source: str,
    order: DayOrder,
    secret: bytes,
    mends: Sequence[Mend],
    latest: dt.date,
) -> tuple[list[Records], tuple[str, ...]]:
    """Read the records of each sheet, telling repeated references apart over all of them, and name the repeats."""
    references = joined([table.references for table in tables])
    contents = joined([table.records for table in tables])
    ids, repeated = identify(source, references, contents if len(tables) == 1 else contents.fillna(""))
    records, start = [], 0
    for table in tables:
        end = start + len(table.records)
        read = read_records(
            table.fields, source=source, file=table.grid.file, sheet=table.grid.sheet, ids=ids.iloc[start:end],
            day_order=order, person_secret=secret, mends=mends, latest=latest,
        )  # fmt: skip
        records.append(replace(read, quarantined=_with_text(read.quarantined, table)))
        start = end
    is_named = ~plain_column(references.iloc[repeated]).isin(values.BLANKS).to_numpy()
    return records, (
        *repeat_faults(tables, repeated[is_named], "rows that repeat an earlier reference"),
        *repeat_faults(
            tables, repeated[~is_named], "rows without a reference that repeat an earlier row word for word"
        ),
    )


def _with_text(quarantined: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Show each quarantined row as it stands in the file, but for the reference of its person."""
    rows = table.below.loc[quarantined["row"]].copy()
    if (person := table.header.fields.get("person_key")) is not None and len(rows):
        rows[person] = rows[person].mask(filled(rows[person]), _PERSON)
    return quarantined.assign(text=pd.Series(row_texts(rows), dtype="str"))


def _refused(tables: Sequence[Table]) -> pd.DataFrame:
    return joined([_refused_of(table) for table in tables])


def _refused_of(table: Table) -> pd.DataFrame:
    rows = table.below.iloc[sorted(table.refusals)]
    columns = {
        "sheet": pd.Series([table.grid.sheet] * len(rows), dtype="str"),
        "row": pd.Series(rows.index.to_numpy(np.int64)),
        "reason": pd.Series([table.refusals[place] for place in sorted(table.refusals)], dtype="str"),
        "text": pd.Series(row_texts(rows), dtype="str"),
    }
    return pd.DataFrame(columns)
