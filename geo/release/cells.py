"""What a table says in a file that a spreadsheet opens: no text of it can act as a formula."""

import csv
import re

import geopandas as gpd
import pandas as pd

_UNSEEN = r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
_FORMULA = re.compile(rf"{_UNSEEN}[=+@\uff1d\uff0b\uff0d\uff20-]|[\t\r\n]")
"""What a formula can begin with (OWASP, 'CSV Injection': also wide signs), whatever stands unseen before it."""


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """Give the table without shapes, its text and headings unable to act as a formula."""
    flat = pd.DataFrame(table.drop(columns="geometry")) if isinstance(table, gpd.GeoDataFrame) else table
    texts = flat.select_dtypes(["object", "string"])
    calm = flat.assign(**{name: texts[name].map(inert, na_action="ignore") for name in texts})
    return calm.rename(columns=lambda name: inert(name) if isinstance(name, str) else name)


def as_csv(table: pd.DataFrame) -> bytes:
    """
    Give a table as CSV in UTF-8 with its mark, which Excel needs to see; text cannot act as a formula.

    Examples
    --------
    >>> print(as_csv(pd.DataFrame({"reason": ["=1+1"]})).decode("utf-8-sig").strip())
    "reason"
    "'=1+1"
    """
    text = flat(table).to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)  # a bare carriage return would break a row
    return str(text).encode("utf-8-sig")


def inert(text: str) -> str:
    """
    Keep text from acting as a formula in a spreadsheet: an apostrophe goes before what a formula can begin with.

    Examples
    --------
    >>> inert("=1+1"), inert("  @SUM(A1)"), inert("Corby")
    ("'=1+1", "'  @SUM(A1)", 'Corby')
    """
    return f"'{text}" if _FORMULA.match(text) else text
