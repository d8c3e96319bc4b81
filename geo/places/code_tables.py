"""Tables of figures by area code that users bring: residents, or the index of multiple deprivation."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.incidents.grid import Grid, read_grids

CodeEdition = Literal["2011", "2021", ""]

MEASURES = {
    "residents": "residents",
    "imd_score": "deprivation score (higher is more deprived)",
    "imd_rank": "deprivation rank (1 is the most deprived)",
    "imd_decile": "deprivation decile (1 is the most deprived)",
}
"""What a table may hold, in words; a table holds one or more."""

NOT_LOADED = "not loaded"
"""What stands where there is no figure; it is never a zero."""

LAST_LSOA_2011 = "E01033768"
"""The highest code of an LSOA of 2011 in England; those first made for 2021 have higher ones (ONS code history)."""

_CODE = re.compile(r"[EWSN]\d{8}")
_LSOA = "E01"
_RESIDENTS = frozenset(
    {"residents", "usual residents", "all usual residents", "all residents", "population", "total population"}
    | {"all ages", "all persons", "persons", "total"}
)
_IMD = re.compile(r"\bimd\b|index of multiple deprivation")


@dataclass(frozen=True, eq=False)
class CodeTable:
    """
    Figures by area code, as a user brought them: read = accepted + refused.

    ``values`` is indexed by code, with one column for each measure of ``MEASURES`` that the file holds; a blank is
    missing. ``refused`` holds ``row``, ``text``, ``reason``.
    """

    name: str
    values: pd.DataFrame
    refused: pd.DataFrame
    columns: tuple[tuple[str, str], ...]

    @property
    def rows_read(self) -> int:
        """How many rows the file had below its headings."""
        return len(self.values) + len(self.refused)

    @property
    def edition(self) -> CodeEdition:
        """Which LSOAs the codes are of: 2021 where any is younger than 2011, empty where they are no LSOAs."""
        return edition_of(self.values.index)


@dataclass(frozen=True, eq=False)
class Joined:
    """One measure joined to areas by code; an area without a figure has none, and is not zero."""

    values: pd.Series
    measure: str
    table: str
    edition: CodeEdition
    unused: int

    @property
    def matched(self) -> int:
        """How many areas have a figure."""
        return int(self.values.notna().sum())

    @property
    def sentence(self) -> str:
        """Say how many codes matched, which first did not, and of which edition they are."""
        missing = self.values.index[self.values.isna()]
        first = f"; first without: {missing[0]}" if len(missing) else ""
        codes = f"LSOA codes of {self.edition}" if self.edition else "codes that are no LSOAs"
        unused = f"; {self.unused} rows of the table are for other areas" if self.unused else ""
        return (
            f"{MEASURES[self.measure]} from {self.table} ({codes}): {self.matched} of {len(self.values)} areas "
            f"matched, {len(missing)} {NOT_LOADED}{first}{unused}"
        )


def edition_of(codes: Iterable[str]) -> CodeEdition:
    """
    Tell the edition of LSOA codes of England: of 2021 where one is younger than every code of 2011.

    Wrong for a part of the country in which no LSOA changed, where both editions are the same codes anyway.

    Examples
    --------
    >>> edition_of(["E01027223", "E01035561"]), edition_of(["E01027223"]), edition_of(["E05002169"])
    ('2021', '2011', '')
    """
    lsoas = [code for code in codes if code.startswith(_LSOA)]
    if not lsoas:
        return ""
    return "2021" if max(lsoas) > LAST_LSOA_2011 else "2011"


def read_code_table(path: str | PathLike[str]) -> CodeTable:
    """
    Read residents or deprivation by area code from a CSV or workbook.

    The column of codes is found by its content (``E01027223``), the measures by their headings: ``residents`` or
    ``total_population``, ``IMD_score``, ``IMD_rank``, ``IMD_decile``. Row by row: a code that stands twice, or a figure
    that cannot be, refuses its row.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SchemaError
        If it has no column of codes, or none that names a measure.
    """
    file = Path(path).name
    for grid in read_grids(path):
        if found := _headed(grid):
            return _table(grid, *found, file)
    raise SchemaError(
        f"{file} has no column of area codes (as E01027223) with a heading 'residents', 'IMD score', 'IMD rank' or "
        "'IMD decile' beside it; name the columns in the row above the figures"
    )


def join_codes(table: CodeTable, measure: str, codes: Sequence[str]) -> Joined:
    """
    Give one measure for each of some areas, by their codes.

    Raises
    ------
    SchemaError
        If the table does not hold the measure.
    """
    if measure not in table.values.columns:
        here = ", ".join(map(str, table.values.columns))
        raise SchemaError(f"{table.name} holds no {measure!r}; it holds {here}")
    values = table.values[measure].reindex(pd.Index(codes, dtype="str"))
    unused = int((~table.values.index.isin(codes)).sum())
    return Joined(values, measure, table.name, table.edition, unused)


def _headed(grid: Grid) -> tuple[int, int, dict[str, int]] | None:
    """Find the column of codes, the row of headings above it, and the column of each measure."""
    counts = [int(grid.cells[column].str.strip().str.fullmatch(_CODE.pattern).sum()) for column in grid.cells.columns]
    if not counts or not max(counts):
        return None
    place = int(np.argmax(counts))
    first = int(np.argmax(grid.cells[place].str.strip().str.fullmatch(_CODE.pattern).to_numpy(dtype=bool)))
    for above in range(first - 1, -1, -1):
        measures = _measures([str(cell) for cell in grid.cells.iloc[above]])
        if measures:
            return place, above, measures
    return None


def _measures(headings: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        words = " ".join(re.findall(r"[a-z]+", heading.casefold()))
        if words in _RESIDENTS:
            found.setdefault("residents", place)
        for kind in ("score", "rank", "decile"):
            if words == kind or (_IMD.search(words) and kind in words.split()):
                found.setdefault(f"imd_{kind}", place)
    return found


def _table(grid: Grid, place: int, above: int, measures: dict[str, int], file: str) -> CodeTable:
    below = grid.cells.iloc[above + 1 :]
    accepted: dict[str, list[float]] = {}
    refused: list[tuple[int, str, str]] = []
    for row, *cells in below.itertuples(name=None):
        code = str(cells[place]).strip()
        values = [_figure(str(cells[at]), measure) for measure, at in measures.items()]
        reason = _reason(code, accepted, [value for value in values if isinstance(value, str)])
        if reason:
            refused.append((int(row), "; ".join(str(cell) for cell in cells if cell)[:200], reason))
            continue
        accepted[code] = [value for value in values if isinstance(value, float)]
    frame = pd.DataFrame.from_dict(accepted, orient="index", columns=list(measures), dtype="float64")
    frame.index = pd.Index(frame.index, dtype="str", name="code")
    headings = [str(cell).strip() for cell in grid.cells.iloc[above]]
    named = (("code", headings[place]), *((measure, headings[at]) for measure, at in measures.items()))
    return CodeTable(file, frame, pd.DataFrame(refused, columns=["row", "text", "reason"]), named)


def _reason(code: str, accepted: dict[str, list[float]], wrong: Sequence[str]) -> str:
    if not _CODE.fullmatch(code):
        return f"{code[:40]!r} is no area code" if code else "it has no area code"
    if code in accepted:
        return f"the code {code} stands above already"
    return "; ".join(wrong)


def _figure(text: str, measure: str) -> float | str:
    """Read a figure: missing where blank; in words what cannot be."""
    plain = text.strip().replace(",", "")
    if not plain:
        return math.nan
    try:
        value = float(plain)
    except ValueError:
        return f"the {measure} is {text.strip()[:40]!r}, no number"
    whole = measure == "imd_score" or value.is_integer()
    least, most = {"residents": (0, 1e8), "imd_score": (0, 1e3), "imd_rank": (1, 1e6), "imd_decile": (1, 10)}[measure]
    if not (math.isfinite(value) and whole and least <= value <= most):
        return f"the {measure} is {text.strip()[:40]}, which cannot be"
    return value
