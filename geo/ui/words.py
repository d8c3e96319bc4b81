"""
Words and numbers as pages show them: the terms of the field, shares as whole per cent, 24-hour clock.

The sign stands right behind its number, and once behind a range: 70%, 31 to 35%, 70% (68-73%).
"""

import datetime as dt
import math
import re

from geo.numbers import thousands as thousands  # pages say words.thousands

SOURCES = {
    "mental_health": "Mental-health team",
    "police": "Control room (police)",
    "all_mental_health": "All mental-health-tagged incidents",
    "s136_register": "Section 136 register",
}

WEIGHTS = {"incidents": "incidents", "minutes": "minutes on incidents", "persons": "persons"}
"""What an incident can count for."""

FIELDS = {
    "": "not used",
    "reference": "Reference of the incident",
    "person_key": "Person (kept only as a keyed hash)",
    "age_band": "Age or age band",
    "sex": "Sex",
    "postcode": "Postcode",
    "location": "Place that is no postcode",
    "easting": "Easting (metres)",
    "northing": "Northing (metres)",
    "place_type": "Public place or home",
    "date": "Date of the call",
    "time": "Time of the call",
    "day": "Day of the date",
    "month": "Month of the date",
    "year": "Year of the date",
    "received_at": "Date and time of the call",
    "advice_at": "Time of advice",
    "dispatched_at": "Time dispatched",
    "arrived_at": "Time arrived",
    "cleared_at": "Time cleared",
    "minutes_on_incident": "Minutes on the incident",
    "shift_id": "Shift",
    "incident_type": "Incident type",
    "condition": "Condition",
    "requested_by": "Requested by",
    "contact_mode": "Contact mode",
    "deployed": "Car deployed (yes, no)",
    "appropriate_for_car": "Appropriate for the car (yes, no)",
    "reason_not_deployed": "Reason not deployed",
    "information_shared": "Information shared (yes, no)",
    "assessment": "Assessment",
    "reason_not_assessed": "Reason not assessed",
    "referrals": "Referrals",
    "s136": "Section 136 detention (yes, no)",
    "s136_consulted": "Consulted before section 136 (yes, no)",
    "s136_avoided": "Section 136 avoided (yes, no)",
    "known_to_services": "Known to services (yes, no)",
    "restraint": "Restraint used (yes, no)",
    "officers_on_scene": "Officers on scene (number)",
    "officers_released_at": "Time officers released",
    "note": "Note (free text)",
    "beyond_headings": "Cells beyond the last heading",
    "swallowed_lines": "Lines swallowed by a cell",
}
"""What each field of a record is called on pages; the empty one stands for a column that is not used."""

ANSWERS = {"yes": "yes", "no": "no", "unknown": "?", "not_applicable": "n/a"}


def plain(text: str) -> str:
    """Make text from a file safe to stand in Markdown: nothing in it is markup, a link or a formula."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)


def label(text: str) -> str:
    """
    Make text from a file safe to stand in the label of a field, which is Markdown too; on one line.

    A screen reader says every sign of a label, so signs that do nothing within a line (``-``, ``.``) stay as they are.
    """
    return re.sub(r"([\\`*\[\]<>~$:&!|])", r"\\\1", " ".join(text.split()))


def count(number: int, noun: str) -> str:
    """Give a number with its noun, as ``1 incident`` or ``1 234 incidents`` with a thin space."""
    return f"{thousands(number)} {noun}{'' if number == 1 else 's'}"


def minutes(value: float) -> str:
    """Write minutes without decimals; a place that no loaded road reaches has none."""
    return f"{value:.0f}" if math.isfinite(value) else "no road to"


def day(value: dt.date) -> str:
    """Write a date as ``10 Mar 2016``."""
    return f"{value.day} {value:%b %Y}"
