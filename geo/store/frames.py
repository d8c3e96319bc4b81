"""Frames into rows of the database and back, with the kinds of value that the contracts declare."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.tables import LONDON, Column, check, names

Value = str | int | float | None


def insert(database: sqlite3.Connection, table: str, frame: pd.DataFrame, **same: Value) -> None:
    """Add the rows of ``frame`` to a table that has its columns, with further columns that are the same in each row."""
    if frame.empty:
        return
    columns = [*map(str, frame.columns), *same]
    lists = [*(_values(frame[name]) for name in frame), *([value] * len(frame) for value in same.values())]
    named = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} ({named}) VALUES ({marks})", zip(*lists, strict=True))  # noqa: S608


def query(database: sqlite3.Connection, sql: str, parameters: Sequence[Value] = ()) -> pd.DataFrame:
    """Ask the database and give the answer as a frame of Python values."""
    cursor = database.execute(sql, parameters)
    return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description], dtype="object")


def texts(database: sqlite3.Connection, sql: str, parameters: Sequence[Value] = ()) -> pd.DataFrame:
    """Ask for columns of text, with whole numbers where a column is a row or a count."""
    frame = query(database, sql, parameters)
    return frame.astype({name: "int64" if _is_whole(frame[name]) else "str" for name in frame})


def among(values: Iterable[Value]) -> str:
    """Give a list as the one parameter of ``IN (SELECT value FROM json_each(?))``: there is no limit to its length."""
    return json.dumps(list(values))


def table(
    database: sqlite3.Connection,
    name: str,
    columns: tuple[Column, ...],
    where: str = "true",
    parameters: Sequence[Value] = (),
) -> pd.DataFrame:
    """
    Give the rows of a table that keeps a contract, in the order in which they came.

    Raises
    ------
    ValueError
        If a value cannot be read back.
    """
    wanted = ", ".join(f'"{column}"' for column in names(columns))
    frame = query(database, f"SELECT {wanted} FROM {name} WHERE {where} ORDER BY rowid", parameters)  # noqa: S608
    return restored(frame, columns, f"the project's {name}")


def restored(frame: pd.DataFrame, columns: tuple[Column, ...], what: str) -> pd.DataFrame:
    """Give values from the database the kinds of their contract."""
    kinds = {column.name: _restore(frame[column.name], column) for column in columns}
    return check(frame.assign(**kinds), columns, what)


def _is_whole(values: pd.Series) -> bool:
    return len(values) > 0 and isinstance(values.iloc[0], int)


def _values(values: pd.Series) -> list[Value]:
    """Give a column as the database keeps it: times as ISO text in UTC, dates as ISO text, what is missing as NULL."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _moments(values.dt.tz_convert("UTC").dt.tz_localize(None), "s", "Z")
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return _moments(values, "D", "")
    if pd.api.types.is_float_dtype(values.dtype):
        return [None if value != value else value for value in values.tolist()]
    return list(values.to_numpy(dtype=object))


def _moments(values: pd.Series, unit: str, ending: str) -> list[Value]:
    moments = values.to_numpy().astype("datetime64[us]")
    if unit == "s" and (moments != moments.astype("datetime64[s]"))[~np.isnat(moments)].any():
        unit = "us"
    written = np.datetime_as_string(moments, unit=unit)  # type: ignore[call-overload]
    return [
        None if missing else f"{text}{ending}"
        for text, missing in zip(written.tolist(), np.isnat(moments), strict=True)
    ]


def _restore(values: pd.Series, column: Column) -> pd.Series:
    if column.kind == "time":
        instants = pd.to_datetime(values, utc=True, format="ISO8601")
        return instants.dt.tz_convert(LONDON).astype(f"datetime64[us, {LONDON}]")
    if column.kind == "date":
        return pd.to_datetime(values, format="ISO8601").astype("datetime64[us]")
    if column.kind == "number":
        return pd.to_numeric(values).astype("int64" if column.name == "row" else "float64")
    return values.astype("str")


def rows_as_text(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Give each row of a frame as the values that the database would keep."""
    return list(zip(*(_values(frame[name]) for name in frame), strict=True))


def update(database: sqlite3.Connection, table: str, frame: pd.DataFrame, key: str, keys: Iterable[str]) -> None:
    """Set the columns of ``frame`` in the rows of a table that have these keys, one by one."""
    settings = ", ".join(f'"{name}" = ?' for name in frame)
    rows = [(*row, known) for row, known in zip(rows_as_text(frame), keys, strict=True)]
    database.executemany(f"UPDATE {table} SET {settings} WHERE {key} = ?", rows)  # noqa: S608 - our own names
