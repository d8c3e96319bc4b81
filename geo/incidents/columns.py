"""
Which heading means which field: the synonym tables, approved mappings, and the search for the heading row.

A heading is compared without case, spaces and punctuation, and without a bracket that changes nothing, so 'Post Code
(if known)' is 'post code'. Any other bracket carries meaning: 'Duration (hours)' is no duration in minutes. Headings
that no table knows are named to the user and their cells stay in the file.
"""

import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from geo.errors import SchemaError
from geo.incidents.values import plain

if TYPE_CHECKING:  # the child that reads files looks for headings too, and must not wait for pandas
    import pandas as pd

Headings = Mapping[str, str]

_INCIDENT_WORDS: dict[str, tuple[str, ...]] = {
    "reference": (
        "reference", "ref", "event id", "event number", "event no", "event ref", "log reference", "storm id",
        "occurrence number", "occurrence no", "niche ref", "crime ref", "cad number", "unique reference", "ref no",
        "ref number", "reference number", "reference no", "incident id", "incident", "incident no", "incident number",
        "incident ref", "incident reference", "urn", "log no", "log number", "log", "id", "storm ref", "storm number",
        "cad", "cad no", "cad ref", "case id", "case number", "record id",
    ),
    "person_key": (
        "person", "person id", "person ref", "person reference", "patient id", "patient ref", "nhs number", "nhs no",
        "nominal", "nominal ref", "client id", "subject ref", "person pseudonym", "patient pseudonym", "patient",
        "patient number", "hospital number", "rio number", "rio no", "systm one number", "person key", "pseudonym",
    ),
    "age_band": ("age", "age band", "age group", "age range", "age in years", "age at incident", "age years"),
    "sex": ("sex", "gender", "m f", "person sex", "person gender", "patient gender", "patient sex"),
    "postcode": (
        "postcode", "post code", "pcode", "p code", "incident postcode", "location postcode", "location post code",
        "postcode of incident", "location pcode", "pc", "post code of incident", "incident post code", "postal code",
        "scene postcode", "address postcode", "incident pcode",
    ),
    "location": (
        "location", "incident location", "location of incident", "location description", "location text", "address",
        "incident address", "place", "scene", "locus", "venue", "grid ref", "grid reference", "os grid ref",
        "os grid reference", "os ref", "ngr", "national grid reference", "junction", "motorway junction",
        "marker post", "named place", "place name",
    ),
    "easting": ("easting", "eastings", "x", "x coord", "x coordinate", "osgb easting", "os easting", "grid east"),
    "northing": (
        "northing", "northings", "y", "y coord", "y coordinate", "osgb northing", "os northing", "grid north",
    ),
    "place_type": ("place type", "type of place", "location type", "public or home", "home or public", "premises"),
    "date": (
        "date", "incident date", "date of incident", "log date", "date received", "date reported", "date of call",
        "call date", "date created", "received on", "created date", "date recd", "received date", "reported date",
        "start date", "date of contact", "contact date", "date of detention", "detention date", "date detained",
        "event date", "date logged", "incident day",
    ),
    "day": ("day", "day of month", "dd"),
    "month": ("month", "mm", "month of incident"),
    "year": ("year", "yyyy", "yy", "year of incident"),
    "time": (
        "time", "incident time", "time of incident", "log time", "time received", "time recd", "time reported",
        "time of call", "call time", "time created", "received time", "created time", "reported time", "start time",
        "time of contact", "contact time", "time of detention", "detention time", "time detained", "event time",
        "time logged", "time call received", "time of day",
    ),
    "received_at": (
        "received at", "received", "date time", "datetime", "date and time", "date time received", "when",
        "received date time", "timestamp", "created", "call received", "date time of incident", "incident date time",
        "date and time of incident", "date and time received", "incident datetime", "created date time", "created at",
        "reported at", "start date time", "date time reported", "datetime received", "log date time", "log datetime",
        "date time created", "date and time of call", "date time of call", "event date time", "detained at",
        "date and time of detention", "date time of detention", "start datetime",
    ),
    "advice_at": ("advice at", "advice given", "time of advice", "time advice given", "advice time"),
    "dispatched_at": (
        "dispatched at", "dispatched", "time sent", "dispatch time", "despatched", "time despatched",
        "time dispatched", "time assigned", "assigned", "time deployed",
    ),
    "arrived_at": (
        "arrived at", "arrived", "arrival time", "time of arrival", "arrival", "on scene time", "time arrived",
        "time at scene", "at scene", "on scene", "time on scene",
    ),
    "cleared_at": (
        "cleared at", "cleared", "clear time", "time clear", "end time", "closed at", "time left scene", "left scene",
        "time cleared", "time closed", "closed", "time finished", "finished",
    ),
    "minutes_on_incident": (
        "minutes on incident", "minutes", "mins", "mins on incident", "time spent", "duration", "time on incident",
        "length of incident", "total time", "minutes spent", "mins spent", "duration mins", "duration minutes",
        "total minutes", "total mins", "time taken", "length", "time spent mins", "time spent on incident",
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
    "contact_mode": (
        "contact mode", "contact", "mode of contact", "type of contact", "contact type", "how dealt with",
    ),
    "deployed": (
        "deployed", "car deployed", "triage car deployed", "car sent", "triage car sent", "vehicle deployed",
    ),
    "appropriate_for_car": (
        "appropriate for car", "approp for car", "appropriate for triage car", "suitable for car", "car appropriate",
    ),
    "reason_not_deployed": ("reason not deployed", "why not deployed", "reason car not sent", "why car not sent"),
    "information_shared": (
        "information shared", "info shared", "information given", "info given", "shared information",
        "info shared y n",
    ),
    "assessment": (
        "assessment", "assessed", "assessed by cpn", "cpn assessment", "assessed by nurse", "mh assessment",
    ),
    "reason_not_assessed": ("reason not assessed", "why not assessed"),
    "referrals": (
        "referrals", "referral", "referred to", "outcome", "outcomes", "outcome referral", "onward referral",
    ),
    "s136": ("s136", "section 136", "s136 detention", "s136 used", "sec 136", "136", "detained s136"),
    "s136_consulted": ("s136 consulted", "consulted on s136", "consulted before s136", "s136 advice sought"),
    "s136_avoided": ("s136 avoided", "avoided s136", "section 136 avoided"),
    "known_to_services": (
        "known to services", "known to mh services", "known to mh", "known", "known to mental health",
    ),
    "restraint": ("restraint", "restrained", "restraint used", "force used"),
    "officers_on_scene": (
        "officers on scene", "officers", "number of officers", "officers at scene", "no of officers",
    ),
    "officers_released_at": ("officers released at", "officers released", "time officers released", "released"),
    "note": ("note", "notes", "remarks", "comments", "comment", "free text", "summary", "narrative"),
    "": (
        "source", "mh related", "mh", "mh tag", "mh flag", "synthetic", "row", "file", "sheet", "no", "number",
        "count", "weekday", "day of week", "day name", "received at alternative", "time known", "precision",
        "located by", "uncertainty metres", "district", "district 2021", "lsoa", "not located because",
        "place remark", "recorded by", "recorded by initials", "prefilled",
    ),
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

FIELDS: tuple[str, ...] = tuple(field for field in _INCIDENT_WORDS if field)
"""
Every field that a column of an extract may be mapped to: those of the contract that a source can record, and the parts
that a source keeps apart (``date`` and ``time``; ``day``, ``month`` and ``year``; ``easting`` and ``northing``).
"""

SHIFT_FIELDS: tuple[str, ...] = tuple(field for field in _SHIFT_WORDS if field)
"""Every field that a column of a shift log may mean."""

_SEARCHED_ROWS = 30
_NEEDED = 2
_CERTAIN = {"incident id", "incident number", "incident reference"}
_STAFFING = {"police_staffed", "nhs_staffed"}
_DAY_PARTS = ("day", "month", "year")

_BRACKET = re.compile(r"\(([^()]*)\)")
_FORMAT = r"(?:dd?|m{1,4}|yyyy|yy|hh|ss)"
_HARMLESS = re.compile(
    rf"24[ -]?(?:h|hr|hrs|hour|hours)(?: clock)?|(?:y|yes) ?/ ?(?:n|no)(?: ?/ ?(?:u|unknown|not known))?|m ?/ ?f"
    rf"|if known|if any|optional|required|mandatory|mins?\.?|minutes|number|no\.?|{_FORMAT}(?:[-/.: ]*{_FORMAT})+"
)
_IN_MINUTES = re.compile(r"\((?:mins?\.?|minutes)\)")
_PLURAL = re.compile(r"(?<=[a-z])\(s\)")
_OF_BIRTH = frozenset({"birth", "birthday", "birthdate", "dob", "born"})
_OTHER_UNITS = frozenset({"hours", "hour", "hrs", "hr", "h", "days", "day", "seconds", "second", "secs", "sec", "s"})


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """
    Which column of a file means which field, as a person approved it.

    ``fields`` holds a (heading, field) pair a column in the file's order; a field of '' is a column that is not used.
    Headings are unique: a second 'Notes' is 'Notes (2)'. ``day_order`` is the declared order of the file's numeric
    dates, or '' where it is found from the file.

    Raises
    ------
    SchemaError
        If a heading stands twice, a field is none, or a field is given to two columns.
    """

    fields: tuple[tuple[str, str], ...]
    day_order: Literal["", "day", "month"] = ""

    def __post_init__(self) -> None:
        known = {*FIELDS, *SHIFT_FIELDS, ""}
        for heading, field in self.fields:
            if field not in known:
                raise SchemaError(f"column {heading!r}: {field!r} is no field; choose one of {', '.join(FIELDS)}")
        if twice := _first_repeated(heading for heading, _ in self.fields):
            raise SchemaError(f"the heading {twice!r} stands twice in the mapping; name each column once")
        if twice := _first_repeated(field for _, field in self.fields if field):
            first, second = [heading for heading, field in self.fields if field == twice][:2]
            raise SchemaError(f"columns {first!r} and {second!r} are both {twice!r}; choose one of them")
        if self.day_order not in {"", "day", "month"}:
            raise SchemaError(f"{self.day_order!r} is no order of dates; choose 'day', 'month' or ''")

    def to_json(self) -> str:
        """
        Give the mapping as JSON.

        >>> ColumnMapping((("Ref", "reference"),)).to_json()
        '{"fields": [["Ref", "reference"]], "day_order": ""}'
        """
        return json.dumps({"fields": self.fields, "day_order": self.day_order}, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "ColumnMapping":
        """
        Read a mapping back.

        Raises
        ------
        SchemaError
            If the text is no mapping, or one that could not have been approved.
        """
        try:
            given = json.loads(text)
            pairs = tuple((str(heading), str(field)) for heading, field in given["fields"])
            order = given.get("day_order", "")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SchemaError(
                'a mapping of columns is JSON such as {"fields": [["Post Code", "postcode"]], "day_order": "day"}; '
                "save it again from the columns shown"
            ) from error
        return ColumnMapping(pairs, order)


def _first_repeated(texts: Iterable[str]) -> str:
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            return text
        seen.add(text)
    return ""


@dataclass(frozen=True)
class Header:
    """
    Where the headings stand and what each column holds.

    ``place`` is the position of the heading row among the rows given; ``texts`` are the headings, made unique, up to
    the last that is not empty; ``fields`` maps a field to its column; ``repeated`` headings name a field that another
    column has already; ``unknown`` are those that no table or mapping knows; ``recognised`` counts different meanings,
    so that a heading over three columns counts once.
    """

    place: int
    texts: tuple[str, ...]
    fields: Mapping[str, int]
    repeated: tuple[str, ...]
    unknown: tuple[str, ...]
    recognised: int


def normal_heading(text: str) -> str:
    """
    Give a heading as the synonym tables spell it; a bracket that changes nothing is left out, others are words.

    >>> normal_heading(" Time rec'd (24h) "), normal_heading("S.136_Detention"), normal_heading("Duration (hours)")
    ('time recd', 's136 detention', 'duration hours')
    """
    return _words(_BRACKET.sub(_kept, _own(text)))


def _kept(bracket: re.Match[str]) -> str:
    return " " if _HARMLESS.fullmatch(bracket[1].strip()) else bracket[0]


def without_brackets(text: str) -> str:
    """
    Give a heading as the synonym tables spell it, whatever its brackets say.

    >>> without_brackets("Deployed (N = car sent)")
    'deployed'
    """
    return _words(_BRACKET.sub(" ", _own(text)))


def _own(text: str) -> str:
    """Give a heading for comparing, with its brackets; 'referral(s)' is 'referral'."""
    return _PLURAL.sub("", plain(text))


def _words(text: str) -> str:
    words = re.sub(r"\bs\.?\s?136", "s136", text.replace("'", "").replace("\u2019", ""))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", words.replace("&", " and ")).split())


def field_of(text: str, headings: Headings) -> str | None:
    """
    Give the field that a heading is known to mean, '' for one that is not used, nothing where no table knows it.

    A bracket counts as words after the heading or before it: 'Time (arrived)' is 'time arrived', 'Postcode (incident)'
    is 'incident postcode'.

    >>> [field_of(text, INCIDENT_HEADINGS) for text in ("Time (arrived)", "Postcode (incident)", "Duration (hours)")]
    ['arrived_at', 'postcode', None]
    """
    name = normal_heading(text)
    if "(" not in text:
        return headings.get(name)
    written = _own(text)
    before = " ".join((*_BRACKET.findall(written), without_brackets(text)))
    field = next((headings[words] for words in (_words(written), _words(before), name) if words in headings), None)
    return None if field and contradicts(text, field) else field


def contradicts(text: str, field: str) -> bool:
    """
    Say whether a heading's own words rule a field out.

    A date of birth is no field of an incident, hours are no minutes, and minutes no time of day.

    >>> contradicts("DOB", "date"), contradicts("Time spent (hrs)", "minutes_on_incident"), contradicts("Age", "date")
    (True, True, False)
    """
    words = set(normal_heading(text).split())
    if field == "minutes_on_incident":
        return bool(words & _OTHER_UNITS) or bool(_PLURAL.search(plain(text)))
    return bool(_IN_MINUTES.search(plain(text))) or bool(words & _OF_BIRTH)


def unique_headings(texts: Sequence[str]) -> tuple[str, ...]:
    """
    Give each column a heading of its own, up to the last that is not empty.

    >>> unique_headings(["Ref", "Notes", " notes", "", "Date", ""])
    ('Ref', 'Notes', 'notes (2)', 'column 4', 'Date')
    """
    filled = [place for place, text in enumerate(texts) if plain(text)]
    taken = {plain(text) for text in texts}
    counts: Counter[str] = Counter()
    headings: list[str] = []
    for place, text in enumerate(texts[: filled[-1] + 1 if filled else 0]):
        written = text.strip() if plain(text) else f"column {place + 1}"
        counts[plain(written)] += 1
        headings.append(written if counts[plain(written)] == 1 else _numbered(written, counts, taken))
    return tuple(headings)


def _numbered(written: str, counts: Counter[str], taken: Container[str]) -> str:
    """Give a heading that stands again its number, one that no other heading ends in."""
    while plain(heading := f"{written} ({counts[plain(written)]})") in taken:
        counts[plain(written)] += 1
    return heading


def first_rows(cells: "pd.DataFrame | Sequence[Sequence[str]]") -> list[tuple[str, ...]]:
    """Give the rows among which headings are looked for: the first thirty."""
    if isinstance(cells, Sequence):
        return [tuple(row) for row in cells[:_SEARCHED_ROWS]]
    return list(cells.head(_SEARCHED_ROWS).itertuples(index=False, name=None))


def find_header(cells: "pd.DataFrame | Sequence[Sequence[str]]", headings: Headings) -> Header | None:
    """
    Find the heading row: the one among the first thirty with most known headings, two at least.

    One is enough where it can hardly mean anything else ('incident id') and does not stand alone.

    Wrong where a preamble repeats more of the headings than the table's own row does.
    """
    found = [header_by_name(place, row, headings) for place, row in enumerate(first_rows(cells))]
    best = max(found, key=lambda header: (header.recognised, -header.place), default=None)
    return best if best is not None and best.fields and _is_enough(best) else None


def _is_enough(header: Header) -> bool:
    known = [normal_heading(text) for text in header.texts]
    return header.recognised >= _NEEDED or (len(known) > 1 and not _CERTAIN.isdisjoint(known))


def header_by_name(place: int, row: Sequence[str], headings: Headings) -> Header:
    """Read one row as headings by a synonym table; a day, month or year counts only with the other two."""
    fields: dict[str, int] = {}
    repeated: list[str] = []
    unknown: list[str] = []
    unused: set[str] = set()
    texts = unique_headings(row)
    for column, (text, written) in enumerate(zip(texts, row, strict=False)):
        field = field_of(written, headings)
        if not plain(written):
            continue
        if field is None:
            unknown.append(text)
        elif field in fields:
            repeated.append(text)
        elif field:
            fields[field] = column
        else:
            unused.add(normal_heading(written))
    recognised = len(fields) + len(unused)
    if not all(part in fields for part in _DAY_PARTS):
        fields = {field: column for field, column in fields.items() if field not in _DAY_PARTS}
    others = _twice(row, texts, headings, fields)
    return Header(place, texts, fields, (*repeated, *others), tuple(unknown), recognised)


def _twice(row: Sequence[str], texts: Sequence[str], headings: Headings, fields: Mapping[str, int]) -> tuple[str, ...]:
    """Name the columns outside the fields whose headings stand twice word for word."""
    seen: set[str] = set()
    found = []
    for written, text in zip(row, texts, strict=False):
        if not plain(written) or field_of(written, headings) in fields:
            continue
        if plain(written) in seen:
            found.append(text)
        seen.add(plain(written))
    return tuple(found)


def find_mapped(cells: "pd.DataFrame | Sequence[Sequence[str]]", mapping: ColumnMapping) -> Header | None:
    """
    Find the row that holds the mapping's headings, one used heading at least, and read it by the mapping alone.

    Headings are compared without case and repeated spaces. ``unknown`` are the headings that the mapping lacks.
    """
    found = [_header_by_mapping(place, row, mapping) for place, row in enumerate(first_rows(cells))]
    best = max(found, key=lambda header: (header.recognised, -header.place), default=None)
    return best if best is not None and best.fields else None


def _header_by_mapping(place: int, row: Sequence[str], mapping: ColumnMapping) -> Header:
    approved = {plain(heading): field for heading, field in mapping.fields}
    texts = unique_headings(row)
    known = [(column, approved[plain(text)]) for column, text in enumerate(texts) if plain(text) in approved]
    named = {plain(text) for text in row}
    unknown = tuple(text for text in texts if plain(text) in named and plain(text) not in approved)
    return Header(place, texts, {field: column for column, field in known if field}, (), unknown, len(known))


def with_names(header: Header, headings: Headings) -> Header:
    """Read the headings that a mapping lacks by a synonym table, where their field has no column yet."""
    fields, unknown = dict(header.fields), []
    for text in header.unknown:
        field = field_of(text, headings)
        if field is None or (field and field in fields):
            unknown.append(text)
        elif field and field not in _DAY_PARTS:
            fields[field] = header.texts.index(text)
    return replace(header, fields=fields, unknown=tuple(unknown))


def fits(header: Header, mapping: ColumnMapping) -> bool:
    """Say whether every heading of a mapping stands in a heading row."""
    return {plain(heading) for heading, _ in mapping.fields} <= {plain(text) for text in header.texts}


def looks_like(cells: "pd.DataFrame | Sequence[Sequence[str]]") -> str:
    """
    Tell what a sheet looks like: ``incidents``, ``shifts`` or nothing.

    A shift log names its crews' staffing, which no incident record does, and has at least as many known headings.
    """
    incidents, shifts = find_header(cells, INCIDENT_HEADINGS), find_header(cells, SHIFT_HEADINGS)
    staffing = shifts is not None and bool(_STAFFING & set(shifts.fields))
    if shifts and staffing and (incidents is None or shifts.recognised >= incidents.recognised):
        return "shifts"
    return "incidents" if incidents else ""
