"""
Postcodes as people typed them, and how they are read: two tables of cases, for the tests and for docs/reliability.md.

Run: ``python benchmarks/reliability/postcodes.py``
"""

import csv
import json
import os
from pathlib import Path
from typing import Any

from geo import Gazetteer, parse_postcode
from geo.places.postcode_forms import split_postcode

PART_OF = {
    "areas": lambda parts: parts.area,
    "districts": lambda parts: parts.district,
    "incodes": lambda parts: parts.inward,
    "normalisation": lambda parts: parts.normal,
    "outcodes": lambda parts: parts.outward,
    "sectors": lambda parts: parts.sector,
    "sub-districts": lambda parts: parts.sub_district or None,
    "units": lambda parts: parts.unit,
    "validation": lambda parts: parts is not None,
}
"""What another reader calls each part of a postcode, and ours."""


def cases(shared: Path) -> list[dict[str, str]]:
    """Give the table of 135 cases."""
    with (shared / "badinputs" / "uk_postcode_cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_wrong(case: dict[str, str]) -> bool:
    """Hold the reading of one case against its class and its normal form."""
    reading = parse_postcode(case["input"])
    unit = reading.normal if reading.precision == "unit" else ""
    as_it_is = unit == case["normalised"] and (unit != "" or reading.reason != "")
    if case["expect_class"] == "valid_form":
        return not as_it_is or reading.repaired
    if case["expect_class"] == "repairable":
        return not as_it_is or not reading.repaired
    if case["expect_class"] == "special":
        return not (reading.precision == "none" and reading.reason and "not a postcode" not in reading.reason)
    if case["expect_class"] == "terminated_or_unassigned":
        return reading.repaired  # whether it exists is not a matter of form: the gazetteer's tests refuse all six
    return not as_it_is


def taken_apart(shared: Path) -> tuple[int, list[tuple[str, Any, Any]]]:
    """Take every case of the other reader apart: how many there are, and those that come out otherwise."""
    seen, wrong = 0, []
    for name, part_of in PART_OF.items():
        table = json.loads((shared / "badinputs" / "uk-postcode-js" / f"{name}.json").read_text("utf-8"))
        for case in table["tests"]:
            parts = split_postcode(case["base"])
            ours = part_of(parts) if parts else (False if name == "validation" else None)
            seen += 1
            wrong += [(name, case, ours)] if ours != case["expected"] else []
    return seen, wrong


def section(shared: Path | None = None) -> str:
    """Read both tables and give the figures as Markdown."""
    folder = shared or Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
    table = cases(folder)
    right = sum(not is_wrong(case) for case in table)
    unassigned = [case["input"] for case in table if case["expect_class"] == "terminated_or_unassigned"]
    refused = int((Gazetteer.default().table(unassigned)["precision"] == "none").sum())
    seen, wrong = taken_apart(folder)
    return (
        "## Postcodes as people type them\n\n"
        f"Of {len(table)} cases in seven classes {right} are read as their table says; the {len(unassigned)} that are "
        f"well formed and unassigned are left to the gazetteer, which refuses {refused}. Of {seen} cases of another "
        f"reader's tests {seen - len(wrong)} are taken apart alike.\n\n"
        "Command: `python benchmarks/reliability/postcodes.py`."
    )


if __name__ == "__main__":
    print(section())
