"""
Which heading means which field: the synonym tables, and the search for the heading row under a preamble.

A heading is compared without case, spaces, punctuation and what stands in brackets, so 'Post Code (if known)' is
'post code'. Headings that no table knows are named to the user and their cells stay in the file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.incidents.values import Cell, plain, text_of

Headings = Mapping[str, str]

_INCIDENT_WORDS: dict[str, tuple[str, ...]] = {
    "reference": (
        "reference", "ref", "ref no", "ref number", "reference number", "reference no", "incident id", "incident",
        "incident no", "incident number", "incident ref", "incident reference", "urn", "log no", "log number", "log",
        "id", "storm ref", "storm number", "cad", "cad no", "cad ref", "case id", "case number", "record id",
    ),
    "person_key": (
        "person", "person id", "person ref", "person reference", "patient id", "patient ref", "nhs number", "nhs no",
        "nominal", "nominal ref", "client id", "subject ref", "person pseudonym", "patient pseudonym",
    ),
    "age_band": ("age", "age band", "age group", "age range", "age in years"),
    "sex": ("sex", "gender", "m f"),
    "postcode": (
        "postcode", "post code", "pcode", "p code", "incident postcode", "location postcode", "location post code",
        "postcode of incident", "location pcode", "pc",
    ),
    "place_type": ("place type", "type of place", "location type", "public or home", "home or public", "premises"),
    "date": (
        "date", "incident date", "date of incident", "log date", "date received", "date reported", "date of call",
        "call date", "date created",
    ),
    "time": (
        "time", "incident time", "time of incident", "log time", "time received", "time recd", "time reported",
        "time of call", "call time", "time created",
    ),
    "received_at": (
        "received at", "received", "date time", "datetime", "date and time", "date time received", "when",
        "received date time", "timestamp", "created", "call received", "date time of incident",
    ),
    "advice_at": ("advice at", "advice given", "time of advice", "time advice given", "advice time"),
    "dispatched_at": ("dispatched at", "dispatched", "time dispatched", "time assigned", "assigned", "time deployed"),
    "arrived_at": ("arrived at", "arrived", "time arrived", "time at scene", "at scene", "on scene", "time on scene"),
    "cleared_at": ("cleared at", "cleared", "time cleared", "time closed", "closed", "time finished", "finished"),
    "minutes_on_incident": (
        "minutes on incident", "minutes", "mins", "mins on incident", "time spent", "duration", "time on incident",
        "length of incident", "total time", "minutes spent", "mins spent",
    ),
    "shift_id": ("shift id", "shift", "shift ref", "shift no", "shift number", "shift log", "shift log ref", "duty"),
    "incident_type": (
        "incident type", "type of incident", "incident category", "category", "police incident type", "opening code",
        "closing code", "type", "nature of incident",
    ),
    "condition": (
        "condition", "mh condition", "mental health condition", "diagnosis", "presentation", "mh presentation",
    ),
    "requested_by": ("requested by", "request from", "requester", "referred by", "who requested", "caller type"),
    "contact_mode": ("contact mode", "contact", "mode of contact", "type of contact", "contact type", "how dealt with"),
    "deployed": ("deployed", "car deployed", "triage car deployed", "car sent", "triage car sent", "vehicle deployed"),
    "appropriate_for_car": (
        "appropriate for car", "approp for car", "appropriate for triage car", "suitable for car", "car appropriate",
    ),
    "reason_not_deployed": ("reason not deployed", "why not deployed", "reason car not sent", "why car not sent"),
    "information_shared": (
        "information shared", "info shared", "information given", "info given", "shared information", "info shared y n",
    ),
    "assessment": ("assessment", "assessed", "assessed by cpn", "cpn assessment", "assessed by nurse", "mh assessment"),
    "reason_not_assessed": ("reason not assessed", "why not assessed"),
    "referrals": (
        "referrals", "referral", "referred to", "outcome", "outcomes", "outcome referral", "onward referral",
    ),
    "s136": ("s136", "section 136", "s136 detention", "s 136", "s136 used", "sec 136", "136", "detained s136"),
    "s136_consulted": ("s136 consulted", "consulted on s136", "consulted before s136", "s136 advice sought"),
    "s136_avoided": ("s136 avoided", "avoided s136", "section 136 avoided"),
    "known_to_services": (
        "known to services", "known to mh services", "known to mh", "known", "known to mental health",
    ),
    "restraint": ("restraint", "restrained", "restraint used", "force used"),
    "officers_on_scene": ("officers on scene", "officers", "number of officers", "officers at scene", "no of officers"),
    "officers_released_at": ("officers released at", "officers released", "time officers released", "released"),
    "note": ("note", "notes", "remarks", "comments", "comment", "free text", "summary", "narrative"),
    "": ("source", "mh related", "mh", "mh tag", "mh flag", "synthetic", "row", "file", "no", "number", "count"),
}  # fmt: skip

_SHIFT_WORDS: dict[str, tuple[str, ...]] = {
    "shift_id": ("shift id", "shift", "shift ref", "shift no", "shift number", "id", "ref", "reference"),
    "date": ("date", "shift date", "date of shift", "night", "night of", "duty date"),
    "start": ("start", "start time", "shift start", "from", "time on", "on duty"),
    "end": ("end", "end time", "shift end", "finish", "finish time", "to", "time off", "off duty"),
    "car": ("car", "vehicle", "call sign", "callsign", "car id", "unit"),
    "police_staffed": (
        "police staffed", "police", "police crew", "police officer", "police on shift", "officer on shift",
        "police present", "officer present", "police staff",
    ),
    "nhs_staffed": (
        "nhs staffed", "nhs", "nurse", "cpn", "nurse on shift", "cpn on shift", "nurse present", "cpn present",
        "nhs crew", "nhs staff", "mh staffed", "mental health staffed",
    ),
    "deployed": ("deployed", "car deployed", "car used", "car sent"),
    "unstaffed_cause": (
        "unstaffed cause", "cause", "reason not staffed", "why not staffed", "reason unstaffed", "reason not live",
    ),
    "bank_staff": ("bank staff", "bank", "agency", "bank or agency"),
    "backfilled": ("backfilled", "back filled", "backfill"),
    "crew_roles": ("crew roles", "crew", "roles", "crew role"),
    "note": ("note", "notes", "remarks", "comments", "comment"),
    "": ("synthetic", "row", "file", "day", "weekday"),
}  # fmt: skip


def _by_word(words: Mapping[str, tuple[str, ...]]) -> Headings:
    return {spelling: field for field, spellings in words.items() for spelling in (*spellings, field.replace("_", " "))}


INCIDENT_HEADINGS: Headings = _by_word(_INCIDENT_WORDS)
"""Spelling of a heading to the incident field it means; '' for headings known and not used."""

SHIFT_HEADINGS: Headings = _by_word(_SHIFT_WORDS)
"""Spelling of a heading to the shift-log field it means; '' for headings known and not used."""

_SEARCHED_ROWS = 30
_NEEDED = 2
_CERTAIN = {"incident id", "incident number", "incident reference"}
_STAFFING = {"police_staffed", "nhs_staffed"}


@dataclass(frozen=True)
class Header:
    """Where the headings stand and what each column holds; ``fields`` maps a field to its column."""

    place: int
    texts: tuple[str, ...]
    fields: Mapping[str, int]
    repeated: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def recognised(self) -> int:
        """How many headings a table knows."""
        return sum(1 for text in self.texts if plain(text)) - len(self.unknown)


def normal_heading(text: str) -> str:
    """
    Give a heading as the synonym tables spell it.

    >>> normal_heading(" Time rec'd (24h) "), normal_heading("S.136_Detention")
    ('time recd', 's136 detention')
    """
    words = plain(text).replace("'", "").replace("\u2019", "")
    words = re.sub(r"\bs\.?\s?136", "s136", re.sub(r"\([^)]*\)", " ", words) if not words.startswith("(") else words)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", words.replace("&", " and ")).split())


def find_header(rows: Sequence[Sequence[Cell]], headings: Headings) -> Header | None:
    """
    Find the heading row: the one among the first thirty with most known headings, two at least.

    One is enough where it can hardly mean anything else ('incident id') and does not stand alone.

    Wrong where a preamble repeats more of the headings than the table's own row does.
    """
    found = [_header(place, row, headings) for place, row in enumerate(rows[:_SEARCHED_ROWS])]
    best = max(found, key=lambda header: (header.recognised, -header.place), default=None)
    return best if best is not None and best.fields and _is_enough(best) else None


def _is_enough(header: Header) -> bool:
    known = [normal_heading(text) for text in header.texts if plain(text)]
    return header.recognised >= _NEEDED or (len(known) > 1 and not _CERTAIN.isdisjoint(known))


def _header(place: int, row: Sequence[Cell], headings: Headings) -> Header:
    texts = tuple(text_of(cell) if isinstance(cell, str) else "" for cell in row)
    fields: dict[str, int] = {}
    repeated: list[str] = []
    unknown: list[str] = []
    for column, text in enumerate(texts):
        field = headings.get(normal_heading(text))
        if field is None:
            unknown.extend([text] if plain(text) else [])
        elif field in fields:
            repeated.append(text)
        elif field:
            fields[field] = column
    return Header(place, texts, fields, tuple(repeated) + _twice(texts, fields, headings), tuple(unknown))


def _twice(texts: Sequence[str], fields: Mapping[str, int], headings: Headings) -> tuple[str, ...]:
    """Name headings outside the fields that stand twice word for word."""
    others = [text for text in texts if plain(text) and headings.get(normal_heading(text)) not in fields]
    return tuple(dict.fromkeys(text for text in others if others.count(text) > 1))


def looks_like(rows: Sequence[Sequence[Cell]]) -> str:
    """
    Tell what a sheet looks like: ``incidents``, ``shifts`` or nothing.

    A shift log names its crews' staffing, which no incident record does, and has at least as many known headings.
    """
    incidents, shifts = find_header(rows, INCIDENT_HEADINGS), find_header(rows, SHIFT_HEADINGS)
    staffing = shifts is not None and bool(_STAFFING & set(shifts.fields))
    if shifts and staffing and (incidents is None or shifts.recognised >= incidents.recognised):
        return "shifts"
    return "incidents" if incidents else ""
