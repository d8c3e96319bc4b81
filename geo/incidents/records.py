"""
Rows of text become records: accepted, or quarantined with what is impossible in them and how to mend it.

This is the pure core of reading. A file's rows come here once its columns are known, and a quarantined row comes here
again when it has been mended, so both are read by the same rules.
"""

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.incidents import values
from geo.incidents.distinct import (
    Codes,
    Distinct,
    Flags,
    arrow,
    filled,
    labelled,
    matches,
    plain_column,
    rows_of,
    text_column,
    troubles_of,
    verbatim,
)
from geo.incidents.times import LATER, Doubt, Instants, Times, doubt, read_times
from geo.incidents.values import DayOrder, Trouble
from geo.tables import INCIDENT_COLUMNS, LONDON, TIME_KNOWN, names

QUARANTINE_COLUMNS = ("incident_id", "sheet", "row", "reason", "suggestion", "text", "fields")
DOUBT_COLUMNS = ("incident_id", "sheet", "row", "field", "entry", "read_as")

BEYOND = "beyond_headings"
"""The field that holds what stands beyond a text file's headings; mending it to '' says that the row is right."""

SWALLOWED = "swallowed_lines"
"""The field that says how many lines of a cell look like rows; mending it to '' says that they are none."""

TOTAL = r"^(?:grand |sub[- ]?)?(?:totals?|sum|average|mean|count)\b"

TRUTHS = (
    "deployed", "appropriate_for_car", "information_shared", "s136", "s136_consulted", "s136_avoided",
    "known_to_services", "restraint",
)  # fmt: skip
_TEXTS = (
    "reference", "sex", "postcode", "incident_type", "condition", "requested_by", "reason_not_deployed",
    "reason_not_assessed", "note",
)  # fmt: skip
_CHOICES: Mapping[str, Callable[[str], tuple[str, bool]]] = {
    **dict.fromkeys(TRUTHS, values.read_truth),
    "contact_mode": values.read_contact,
    "assessment": values.read_assessment,
    "place_type": values.read_place_type,
}
_NUMBERS: Mapping[str, Callable[[str], float | Trouble]] = {
    "minutes_on_incident": values.read_minutes,
    "officers_on_scene": partial(values.read_count, what="officers"),
}
_BETWEEN = "\x1f"
_KEYED = re.compile(r"key:[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Mend:
    """
    A correction of one cell of one record: what stood there, and what it is to be read as.

    It is replayed only where the cell still reads ``recorded``; a later file that says otherwise is not overruled.
    """

    incident_id: str
    field: str
    recorded: str
    mended: str


@dataclass(frozen=True, eq=False)
class Records:
    """
    Rows as read: each in exactly one of ``accepted`` and ``quarantined``.

    ``accepted`` has the columns of :data:`geo.tables.INCIDENT_COLUMNS`, ``quarantined`` those of
    :data:`QUARANTINE_COLUMNS`: ``fields`` is a JSON object of every mapped cell as text, mends applied. ``doubts`` has
    :data:`DOUBT_COLUMNS`: entries of accepted rows that were read with a doubt, and how. ``faults`` names the mends
    that no longer fit.
    """

    accepted: pd.DataFrame
    quarantined: pd.DataFrame
    doubts: pd.DataFrame
    faults: tuple[str, ...] = ()


def read_records(
    cells: pd.DataFrame,
    *,
    source: str,
    file: str,
    sheet: str = "",
    ids: Sequence[str] | None = None,
    day_order: DayOrder = "day",
    person_secret: bytes = b"",
    mends: Sequence[Mend] = (),
    latest: dt.date = values.LATEST,
) -> Records:
    """
    Read rows of text as records of one source.

    Every cell is read by itself, so the order of the rows changes nothing but the numbering of repeated references. A
    row is quarantined when any of its cells cannot be true or understood where that matters, or when nothing dates it.

    Parameters
    ----------
    cells
        Text, a column a field of :data:`geo.incidents.columns.FIELDS` (or :data:`BEYOND`, :data:`SWALLOWED`); the
        index is the row's number in the file.
    ids
        The incident ids, when the rows have them already.
    day_order
        Which number of a numeric date is the day.
    person_secret
        The project's key; without it person references are left out.
    mends
        Corrections, replayed in their order before reading.
    latest
        The last day that has been: a row dated later is quarantined.
    """
    text = cells.astype("str").fillna("")
    if ids is None:
        ids, _ = identify(source, text["reference"] if "reference" in text else _column("", len(text)), text)
    known = pd.Series(ids, dtype="str").reset_index(drop=True)
    text, faults = _mended(text, known, mends)
    if "person_key" in text:
        text = text.assign(person_key=_person_keys(text["person_key"], person_secret))
    times = read_times(text, day_order, _named_shift(text), latest)
    columns, troubles, doubts = _read_columns(text)
    by_row = _by_row([*troubles, *times.troubles, _totals(text, times)])
    keep = np.ones(len(text), dtype=np.bool_)
    keep[list(by_row)] = False
    where = pd.DataFrame(
        {"incident_id": known, "sheet": _column(sheet, len(text)), "row": text.index.to_numpy(np.int64)}
    )
    return Records(
        accepted=_accepted({**where, **columns, **_time_columns(times)}, keep, source, file),
        quarantined=_quarantined(text, where, by_row),
        doubts=_doubts(text, where, [*doubts, *times.doubts], keep),
        faults=faults,
    )


def identify(source: str, references: pd.Series, contents: pd.DataFrame) -> tuple[pd.Series, Codes]:
    """
    Give each record an id that does not change when the file is read again, and the positions of those that repeat.

    It is the source with the reference, or with a digest of the row's contents where there is none; a repeated one is
    told apart by its occurrence.

    Parameters
    ----------
    references
        As recorded, shape (rows,).
    contents
        Every cell as text, shape (rows, columns).
    """
    plain = plain_column(references)
    unnamed = np.flatnonzero(plain.isin(values.BLANKS))
    if not len(unnamed) and pc.count_distinct(arrow(plain)).as_py() == len(plain):
        return source + ":" + plain, unnamed
    own = plain.tolist()
    for row, digest in zip(unnamed.tolist(), _digests(contents, unnamed), strict=True):
        own[row] = digest
    apart, repeated = _told_apart(own)
    return source + ":" + pd.Series(apart, dtype="str"), np.array(repeated, dtype=np.int64)


def _digests(contents: pd.DataFrame, rows: Codes) -> list[str]:
    """Give a digest of each chosen row's cells; empty cells at its end do not count."""
    chosen = contents.iloc[rows]
    cells = [pc.utf8_trim_whitespace(arrow(chosen[column])) for column in chosen.columns]
    nothing = pa.chunked_array([pa.array([""] * len(rows), pa.large_string())])
    joined = pc.binary_join_element_wise(nothing, *cells, pa.scalar(_BETWEEN, pa.large_string()))
    texts = pc.utf8_trim(joined, characters=_BETWEEN).to_pylist()
    return [hashlib.blake2b(text.encode(), digest_size=8).hexdigest() for text in texts]


def _told_apart(given: list[str]) -> tuple[list[str], list[int]]:
    """Number every repeat: the second 'a' is 'a#2', unless a record is called so itself; give their positions too."""
    taken, counts = set(given), Counter[str]()
    seen: set[str] = set()
    apart, repeated = [], []
    for place, name in enumerate(given):
        unlike = name
        if name in seen:
            repeated.append(place)
            counts[name] = max(counts[name], 1) + 1
            while (unlike := f"{name}#{counts[name]}") in taken:
                counts[name] += 1
            taken.add(unlike)
        seen.add(name)
        apart.append(unlike)
    return apart, repeated


def _mended(text: pd.DataFrame, ids: pd.Series, mends: Sequence[Mend]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Replay the mends of these records; give the text as mended, and name those that found another entry."""
    rows = {ids[row]: row for row in np.flatnonzero(ids.isin({mend.incident_id for mend in mends})).tolist()}
    now: dict[tuple[str, int], str] = {}
    stale: dict[tuple[str, int], Mend] = {}
    for mend in mends:
        if (row := rows.get(mend.incident_id)) is None:
            continue
        cell = (mend.field, row)
        reads = now[cell] if cell in now else str(text[mend.field].iat[row]) if mend.field in text else ""
        if reads in {mend.recorded, mend.mended}:
            now[cell] = mend.mended
            stale.pop(cell, None)
        else:
            stale[cell] = mend
    mended = {field: text[field].to_numpy(object).copy() for field in {field for field, _ in now} if field in text}
    for (field, place), entry in now.items():
        mended.setdefault(field, np.full(len(text), "", object))[place] = entry
    columns = {field: pd.Series(entries, text.index, dtype="str") for field, entries in mended.items()}
    return text.assign(**columns) if columns else text, _stale_faults(list(stale.values()))


def _stale_faults(stale: Sequence[Mend]) -> tuple[str, ...]:
    if not stale:
        return ()
    first = stale[0]
    return (
        f"mends not applied, because the file now reads otherwise: {len(stale)} (first: {first.field} of "
        f"{first.incident_id}, mended when it read {first.recorded[:40]!r})",
    )


def _column(entry: str, rows: int) -> pd.Series:
    return text_column(pa.repeat(pa.scalar(entry, pa.large_string()), rows))


def _named_shift(text: pd.DataFrame) -> Flags:
    if "shift_id" not in text:
        return np.zeros(len(text), dtype=np.bool_)
    return Distinct.of(text["shift_id"]).flags(lambda entry: not values.is_blank(entry))


def _person_keys(column: pd.Series, secret: bytes) -> pd.Series:
    """Give the keyed hash of each person reference; without a secret there is none."""
    distinct = Distinct.of(column)
    key = hashlib.blake2b(secret, digest_size=32).digest() if secret else b""
    labels = [_person_key(text, key) for text in distinct.texts]
    return labelled(labels, distinct.codes).set_axis(column.index)


def _person_key(text: str, key: bytes) -> str:
    """Give a keyed hash of a person reference, the same however it is spaced or cased; one made before stays."""
    if _KEYED.fullmatch(text):
        return text
    if values.is_blank(text) or not key:
        return ""
    reference = re.sub(r"[\s-]+", "", values.plain(text))
    return "key:" + hashlib.blake2b(reference.encode(), key=key, digest_size=12).hexdigest()


@dataclass(frozen=True, eq=False)
class _Read:
    """One field read: the column, the troubles by row, and the entries not understood."""

    column: pd.Series
    troubles: Mapping[int, Trouble]
    doubt: Doubt | None = None


def _by_row(troubles: Sequence[Mapping[int, Trouble]]) -> dict[int, list[Trouble]]:
    """Put the troubles of several columns together by row."""
    rows: dict[int, list[Trouble]] = {}
    for part in troubles:
        for row, trouble in part.items():
            rows.setdefault(row, []).append(trouble)
    return rows


def _read_columns(
    text: pd.DataFrame,
) -> tuple[dict[str, pd.Series], list[Mapping[int, Trouble]], list[Doubt]]:
    """Read every field that is no time: the columns, the troubles of each by row, and the doubts."""
    read = {field: reader(text[field]) for field, reader in _READERS.items() if field in text}
    location, doubts = _location(text)
    doubts += [one.doubt for one in read.values() if one.doubt is not None]
    columns = {field: one.column for field, one in read.items()} | {"location": location}
    noticed = [says(text[field]) for field, says in _NOTICED.items() if field in text]
    troubles = [*noticed, *(one.troubles for one in read.values())]
    return columns | _unrecorded([field for field in _READERS if field not in text], len(text)), troubles, doubts


def _unrecorded(fields: Sequence[str], rows: int) -> dict[str, pd.Series]:
    """Give the columns of fields that the file lacks, as blank cells read; equal ones share their memory."""
    blank = {field: _READERS[field](_column("", 1)).column.iat[0] for field in fields}
    no_number = pd.Series(np.full(rows, np.nan))
    texts = {entry: _column(entry, rows) for entry in dict.fromkeys(blank.values()) if isinstance(entry, str)}
    return {field: texts[entry] if isinstance(entry, str) else no_number for field, entry in blank.items()}


def _read_label(reader: Callable[[str], str | Trouble], column: pd.Series) -> _Read:
    distinct = Distinct.of(column)
    entries = [reader(text) for text in distinct.texts]
    labels = ["" if isinstance(entry, Trouble) else entry for entry in entries]
    return _Read(labelled(labels, distinct.codes), troubles_of(distinct, entries))


def _read_choice(field: str, reader: Callable[[str], tuple[str, bool]], column: pd.Series) -> _Read:
    distinct = Distinct.of(column)
    entries = [reader(text) for text in distinct.texts]
    odd = np.array([not understood for _, understood in entries], dtype=np.bool_)[distinct.codes]
    return _Read(labelled([entry for entry, _ in entries], distinct.codes), {}, doubt(odd, field, "unknown"))


def _read_number(reader: Callable[[str], float | Trouble], column: pd.Series) -> _Read:
    distinct = Distinct.of(column)
    entries = [reader(text) for text in distinct.texts]
    numbers = np.array([np.nan if isinstance(entry, Trouble) else entry for entry in entries], dtype=np.float64)
    return _Read(pd.Series(numbers[distinct.codes]), troubles_of(distinct, entries))


_READERS: Mapping[str, Callable[[pd.Series], _Read]] = {
    **dict.fromkeys(_TEXTS, lambda column: _Read(verbatim(column), {})),
    **{field: partial(_read_choice, field, reader) for field, reader in _CHOICES.items()},
    **{field: partial(_read_number, reader) for field, reader in _NUMBERS.items()},
    "age_band": partial(_read_label, values.read_age_band),
    "referrals": partial(_read_label, values.read_referrals),
    "shift_id": partial(_read_label, lambda entry: "" if values.is_blank(entry) else entry.strip()),
    "person_key": partial(_read_label, lambda entry: entry.removeprefix("key:")),
}
"""How each field that is neither a time nor a place is read."""


def _location(text: pd.DataFrame) -> tuple[pd.Series, list[Doubt]]:
    """Give the place that is no postcode: as written, or 'easting, northing' where only the two columns hold it."""
    nothing = _column("", len(text))
    location = verbatim(text["location"]) if "location" in text else nothing
    if not {"easting", "northing"} & set(text.columns):
        return location, []
    east, north = (verbatim(text[field]) if field in text else nothing for field in ("easting", "northing"))
    both = (east != "") & (north != "") & (location == "")
    doubts = [
        doubt(((own != "") & (other == "")).to_numpy(), field, f"not used: no {lacking}")
        for field, own, other, lacking in (("easting", east, north, "northing"), ("northing", north, east, "easting"))
    ]
    return (location.mask(both, east.str.strip() + ", " + north.str.strip()) if both.any() else location), doubts


def _beyond(column: pd.Series) -> dict[int, Trouble]:
    """Say which rows hold cells beyond the headings."""
    rows = np.flatnonzero(filled(column))
    mend = "quote the text that holds the delimiter; where the row is right, clear the cells beyond the headings"
    return {
        int(row): Trouble(
            f"{_cells(column.iat[row].count(' | ') + 1)} beyond the headings, so its cells may stand in wrong columns",
            mend,
        )
        for row in rows
    }


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _swallowed(column: pd.Series) -> dict[int, Trouble]:
    """Say which rows hold further rows in one of their cells."""
    rows = np.flatnonzero(filled(column))
    mend = "close the quote in the file and read it again; where the row is right, clear the swallowed lines"
    return {int(row): Trouble(f"a cell holds {column.iat[row]}, as after a quote left open", mend) for row in rows}


def _totals(text: pd.DataFrame, times: Times) -> dict[int, Trouble]:
    """Say which rows name a sum as their reference and have neither time nor place."""
    if "reference" not in text:
        return {}
    named = matches(plain_column(text["reference"]), TOTAL) & np.isnat(times.received_at)
    for field in {"postcode", "location", "easting", "northing"} & set(text.columns):
        named &= plain_column(text[field]).isin(values.BLANKS).to_numpy()
    mend = "leave totals out of the table; where it is an incident, add its time or its place"
    return dict.fromkeys(
        np.flatnonzero(named).tolist(), Trouble("looks like a total, with neither time nor place", mend)
    )


_NOTICED: Mapping[str, Callable[[pd.Series], dict[int, Trouble]]] = {BEYOND: _beyond, SWALLOWED: _swallowed}


def _time_columns(times: Times) -> dict[str, pd.Series]:
    london = {
        "received_at": times.received_at,
        "received_at_alternative": times.alternative,
        **{field: times.later[field] for field in LATER},
    }
    return {
        "received_on": pd.Series(times.received_on.astype("datetime64[us]")),
        "time_known": labelled(TIME_KNOWN, times.known),
        **{field: _london(instants) for field, instants in london.items()},
    }


def _london(instants: Instants) -> pd.Series:
    return pd.Series(instants.astype("datetime64[us]")).dt.tz_localize("UTC").dt.tz_convert(LONDON)


def _accepted(columns: Mapping[str, pd.Series], keep: Flags, source: str, file: str) -> pd.DataFrame:
    """Take the accepted rows of each column, in the contract's order."""
    rows = np.flatnonzero(keep)
    known = {"source": _column(source, len(rows)), "file": _column(file, len(rows))}
    taken = {name: columns[name] if len(rows) == len(keep) else columns[name].take(rows) for name in columns}
    return pd.DataFrame(
        {
            name: known[name] if name in known else taken[name].reset_index(drop=True)
            for name in names(INCIDENT_COLUMNS)
        },
        copy=False,
    )


def _quarantined(text: pd.DataFrame, where: pd.DataFrame, troubles: Mapping[int, Sequence[Trouble]]) -> pd.DataFrame:
    rows = sorted(troubles)
    cells = [dict(zip(text.columns, row, strict=True)) for row in rows_of(text.iloc[rows])]
    found = where.iloc[rows].reset_index(drop=True)
    columns: dict[str, Any] = {
        "reason": ["; ".join(trouble.reason for trouble in troubles[row]) for row in rows],
        "suggestion": ["; ".join(dict.fromkeys(trouble.suggestion for trouble in troubles[row])) for row in rows],
        "text": [" | ".join(entry for entry in row.values() if entry) for row in cells],
        "fields": [json.dumps(_recorded(row), ensure_ascii=False) for row in cells],
    }
    return found.assign(**{name: pd.Series(entries, dtype="str") for name, entries in columns.items()})


def _recorded(row: Mapping[Any, str]) -> dict[str, str]:
    return {str(field): entry for field, entry in row.items() if field not in _NOTICED or entry}


def _doubts(text: pd.DataFrame, where: pd.DataFrame, doubts: Sequence[Doubt], keep: Flags) -> pd.DataFrame:
    """Give the doubts of accepted rows, in the order of the rows."""
    parts = [_doubt_rows(text, doubt, keep) for doubt in doubts if len(doubt.rows)]
    nothing = pd.DataFrame({"at": np.array([], np.int64), **{name: pd.Series(dtype="str") for name in _OF_A_DOUBT}})
    found = pd.concat([part for part in parts if len(part)] or [nothing], ignore_index=True)
    found = found.sort_values("at", kind="stable", ignore_index=True)
    at = where.iloc[found["at"]].reset_index(drop=True)
    return pd.concat([at, found[list(_OF_A_DOUBT)]], axis="columns")[list(DOUBT_COLUMNS)]


_OF_A_DOUBT = ("field", "entry", "read_as")


def _doubt_rows(text: pd.DataFrame, doubt: Doubt, keep: Flags) -> pd.DataFrame:
    accepted = keep[doubt.rows]
    rows = doubt.rows[accepted]
    return pd.DataFrame(
        {
            "at": rows,
            "field": _column(doubt.field, len(rows)),
            "entry": text[doubt.field].iloc[rows].reset_index(drop=True),
            "read_as": pd.Series(doubt.read_as, dtype="str")[accepted].reset_index(drop=True),
        }
    )
