"""
Columns recognised by their name and by what stands in them: proposals that a person approves once.

A heading that the synonym tables know, or that a saved mapping holds, is certain. One that is nearly spelt so, or is
known but for its bracket, or whose entries look like those of a field, is a guess: it is shown with its reason and used
only once it is approved.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike

import pandas as pd
from rapidfuzz import fuzz, process

from geo.errors import SchemaError
from geo.incidents import values
from geo.incidents.columns import (
    INCIDENT_HEADINGS,
    SHIFT_HEADINGS,
    ColumnMapping,
    Header,
    Headings,
    contradicts,
    find_header,
    find_mapped,
    first_rows,
    fits,
    header_by_name,
    looks_like,
    normal_heading,
    with_names,
    without_brackets,
)
from geo.incidents.grid import Grid, read_grids
from geo.incidents.times import DATED, order_of
from geo.incidents.values import Moment
from geo.tables import SOURCES

_SHOWN = 5
_TESTED = 100
_LOOKED_AT = 20_000
_MOST_COLUMNS = 200
_LIKE = 86.0
_SHORTEST_NAME = 4
_MOST = 0.8
_FEWEST = 3

_POSTCODE = re.compile(r"[a-z]{1,2}[0-9oi][0-9a-z]?(?:\s*[0-9oi][a-z0-9]{2})?")
_GRID_REFERENCE = re.compile(r"[hnst][a-hj-z]\s?(?:\d{2}\s?\d{2}|\d{3}\s?\d{3}|\d{4}\s?\d{4}|\d{5}\s?\d{5})")
_PAIR = {"easting", "northing"}
_SEXES = {"m", "f", "male", "female", "other", "not specified", "x"}


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """
    What one column seems to hold: the field (empty where it is not used or not known), and why we think so.

    ``because`` is one of: 'named so', 'saved mapping', "like 'incident postcode' (92%)",
    "'deployed' without its bracket", 'values look like postcodes (97 of 100)', 'its field has a column already',
    'not known'. ``sample`` holds up to five of its entries.
    """

    heading: str
    field: str
    certain: bool
    because: str
    sample: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Proposal:
    """
    How one sheet would be read.

    ``kind`` is ``incidents``, ``shifts`` or empty; ``header_row`` is the number of its heading row in the file, from 1;
    ``day_order`` is ``day``, ``month`` or ``mixed``.
    """

    file: str
    sheet: str
    kind: str
    header_row: int
    guesses: tuple[ColumnGuess, ...]
    rows: int
    day_order: str
    day_order_because: str

    @property
    def mapping(self) -> ColumnMapping:
        """Give the guesses, uncertain ones too, as the mapping that would be approved."""
        return ColumnMapping(tuple((guess.heading, guess.field) for guess in self.guesses))


def propose_columns(
    path_or_grids: str | PathLike[str] | Sequence[Grid], *, source: str, saved: Sequence[ColumnMapping] = ()
) -> tuple[Proposal, ...]:
    """
    Propose what each column of each sheet that holds a table means.

    A saved mapping is reused where every heading of it stands in the sheet; columns that it lacks are guessed. Each
    field is proposed once. Wrong where two columns look alike and the first is not the one that is meant: the entries
    shown with each guess let a person see it.

    Parameters
    ----------
    path_or_grids
        The file, or its sheets as :func:`geo.incidents.grid.read_grids` gives them.
    saved
        Mappings approved before for this source, newest first.

    Raises
    ------
    SchemaError
        If ``source`` is none of the four.
    SourceError
        If the file cannot be read.
    """
    if source not in SOURCES:
        raise SchemaError(f"{source!r} is no source; choose one of {', '.join(SOURCES)}")
    grids = read_grids(path_or_grids) if isinstance(path_or_grids, str | PathLike) else path_or_grids
    return tuple(proposal for grid in grids if (proposal := _propose(grid, saved)) is not None)


def _propose(grid: Grid, saved: Sequence[ColumnMapping]) -> Proposal | None:
    mapping, header = _mapped(grid, saved)
    kind = "incidents" if header is not None else looks_like(grid.cells)
    if header is None:
        headings = SHIFT_HEADINGS if kind == "shifts" else INCIDENT_HEADINGS
        header = find_header(grid.cells, headings) or _nearly_named(grid, headings)
    if header is None:
        return None
    guesses = _all_guesses(grid, header, mapping, SHIFT_HEADINGS if kind == "shifts" else INCIDENT_HEADINGS)
    below = grid.cells.iloc[header.place + 1 :]
    order, because = _order(below, header.texts, guesses, mapping)
    return Proposal(
        file=grid.file,
        sheet=grid.sheet,
        kind=kind or ("incidents" if any(guess.field for guess in guesses) else ""),
        header_row=int(grid.cells.index[header.place]),
        guesses=guesses,
        rows=len(below),
        day_order=order,
        day_order_because=because,
    )


def _mapped(grid: Grid, saved: Sequence[ColumnMapping]) -> tuple[ColumnMapping | None, Header | None]:
    """Find the saved mapping that fits, and how it reads the headings."""
    for mapping in saved:
        header = find_mapped(grid.cells, mapping)
        if header is not None and fits(header, mapping):
            return mapping, with_names(header, INCIDENT_HEADINGS)
    return None, None


def _nearly_named(grid: Grid, headings: Headings) -> Header | None:
    """Find a row that may be headings nobody has told us: words above columns, of which two at least look known."""
    for place, row in enumerate(first_rows(grid.cells)):
        filled = [values.plain(text) for text in row if not values.is_empty(text)]
        if len(filled) < 2 or len(set(filled)) < len(filled) or any(_is_entry(text) for text in filled):
            continue
        header = header_by_name(place, row, headings)
        guessed = [guess for guess in guess_columns(grid, header, header.unknown, headings) if guess.field]
        return header if len(header.fields) + len(guessed) >= 2 else None
    return None


def _is_entry(text: str) -> bool:
    """Say whether a text is sooner an entry than a heading."""
    return text[:1].isdigit() or len(text) > 60 or text in values.BLANKS or _is_postcode(text)


def _all_guesses(
    grid: Grid, header: Header, mapping: ColumnMapping | None, headings: Headings
) -> tuple[ColumnGuess, ...]:
    """Give a guess for every column that has a heading or, in a workbook, an entry."""
    of_column = {place: field for field, place in header.fields.items()}
    approved = {values.plain(heading) for heading, _ in mapping.fields} if mapping else set()
    written = grid.cells.iloc[header.place].tolist()
    unsure = {
        guess.heading: guess for guess in guess_columns(grid, header, _unsettled(grid, header, written), headings)
    }
    guesses = []
    for place, heading in enumerate(header.texts):
        if heading in unsure:
            guesses.append(unsure[heading])
        elif not values.is_empty(written[place]) or values.plain(heading) in approved:
            because = "saved mapping" if values.plain(heading) in approved else "named so"
            because = "its field has a column already" if heading in header.repeated else because
            sample = _sample(grid, header, place)[:_SHOWN]
            guesses.append(ColumnGuess(heading, of_column.get(place, ""), True, because, sample))
    return tuple(guesses)


def _unsettled(grid: Grid, header: Header, written: Sequence[str]) -> list[str]:
    """Name the columns that no table or mapping knows: unknown headings, and none over entries."""
    unnamed = [
        heading
        for place, heading in enumerate(header.texts)
        if values.is_empty(written[place]) and place not in header.fields.values() and _sample(grid, header, place)
    ]
    return [heading for heading in header.texts if heading in {*header.unknown, *unnamed}]


def guess_columns(
    grid: Grid, header: Header, columns: Sequence[str], headings: Headings = INCIDENT_HEADINGS
) -> tuple[ColumnGuess, ...]:
    """
    Guess what some columns hold, by a name that is nearly known, else by their entries; none of it is certain.

    A field that has a column already is not guessed again. At most the first two hundred columns are looked at.

    Parameters
    ----------
    columns
        Their headings, as in ``header.texts``.
    """
    taken = set(header.fields)
    guesses = []
    for heading in columns[:_MOST_COLUMNS]:
        sample = _sample(grid, header, header.texts.index(heading))
        field, because = _guess(heading, sample, taken, headings)
        taken.add(field)
        guesses.append(ColumnGuess(heading, field, False, because, sample[:_SHOWN]))
    others = [ColumnGuess(heading, "", False, "not known", ()) for heading in columns[_MOST_COLUMNS:]]
    return (*(_paired(guess, taken) for guess in guesses), *others)


def _paired(guess: ColumnGuess, taken: set[str]) -> ColumnGuess:
    """Take back an easting without a northing, and the other way round: six digits alone are many things."""
    if guess.field in _PAIR and not taken >= _PAIR:
        return replace(guess, field="", because="not known")
    return guess


def _guess(heading: str, sample: Sequence[str], taken: set[str], headings: Headings) -> tuple[str, str]:
    """Give the field of a column that is not known by name, and why."""
    bare = without_brackets(heading)
    if (field := headings.get(bare)) and bare != normal_heading(heading) and _is_free(field, heading, taken):
        return field, f"{bare!r} without its bracket"
    if (like := _like(heading, headings)) and _is_free(headings[like[0]], heading, taken):
        return headings[like[0]], f"like {like[0]!r} ({like[1]:.0f}%)"
    if headings is INCIDENT_HEADINGS and len(sample) >= _FEWEST:
        for field, words, test in _TESTS:
            fitting = sum(1 for text in sample if test(text))
            is_free = _is_free(field, heading, taken) and not (_SAME.get(field, set()) & taken)
            if is_free and fitting >= _MOST * len(sample):
                return field, f"values look like {words} ({fitting} of {len(sample)})"
    return "", "not known"


def _is_free(field: str, heading: str, taken: set[str]) -> bool:
    return field not in taken and not contradicts(heading, field)


def _like(heading: str, headings: Headings) -> tuple[str, float] | None:
    """Give the known spelling that a heading nearly is, and how near in percent."""
    name = normal_heading(heading)
    if len(name) < _SHORTEST_NAME:
        return None
    spellings = [spelling for spelling, field in headings.items() if field and len(spelling) >= _SHORTEST_NAME]
    found = process.extractOne(name, spellings, scorer=_alike, score_cutoff=_LIKE)
    return None if found is None else (found[0], float(found[1]))


def _alike(first: str, second: str, *, score_cutoff: float | None = None) -> float:
    """Compare two names as they stand and with their words in order, in percent."""
    return max(
        fuzz.ratio(first, second, score_cutoff=score_cutoff),
        fuzz.token_sort_ratio(first, second, score_cutoff=score_cutoff),
    )


def _sample(grid: Grid, header: Header, place: int) -> tuple[str, ...]:
    """Give up to a hundred different entries of a column, spread over the sheet."""
    column = grid.cells.iloc[header.place + 1 :, place]
    step = max(1, len(column) // _LOOKED_AT)
    texts = [text for text in pd.unique(column.iloc[::step]) if not values.is_blank(text)]
    return tuple(texts[:: max(1, len(texts) // _TESTED)][:_TESTED])


def _order(
    below: pd.DataFrame, texts: Sequence[str], guesses: Iterable[ColumnGuess], mapping: ColumnMapping | None
) -> tuple[str, str]:
    """Find the day order of a sheet's dates, and what tells it."""
    if mapping is not None and mapping.day_order:
        return mapping.day_order, "saved mapping"
    dated = {guess.heading for guess in guesses if guess.field in {*DATED, "start", "end"}}
    columns = [below.iloc[:, place] for place, text in enumerate(texts) if text in dated]
    day_first, month_first, either = order_of(columns)
    if day_first and month_first:
        return "mixed", f"{day_first} can only be day first, {month_first} only month first"
    if month_first:
        return "month", f"{month_first} can only be month first"
    if day_first:
        return "day", f"{day_first} can only be day first"
    return (
        "day",
        f"nothing tells: {either} may be either, and day first is usual here" if either else "no numeric dates",
    )


def _moment(text: str) -> Moment:
    """Read a date or time in whatever order it makes sense."""
    day_first, month_first = values.read_moment(text, "day"), values.read_moment(text, "month")
    return next((moment for moment in (day_first, month_first) if isinstance(moment, Moment)), Moment())


def _is_day(text: str) -> bool:
    moment = _moment(text)
    return moment.day is not None and moment.clock is None and not text.strip().isdigit()


def _is_day_and_clock(text: str) -> bool:
    moment = _moment(text)
    return moment.day is not None and moment.clock is not None and bool(re.search(r"\d[:.]\d", text))


def _is_clock(text: str) -> bool:
    return bool(re.match(r"\s*\d{1,2}[:h]\d{2}", text)) and isinstance(values.read_clock(text), Moment)


def _is_between(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: bool(re.fullmatch(r"\d{5,7}(?:\.\d+)?", text.strip())) and low <= float(text) <= high


def _is_postcode(text: str) -> bool:
    return bool(_POSTCODE.fullmatch(values.plain(text))) and any(sign.isdigit() for sign in text)


def _is_known(read: Callable[[str], tuple[str, bool]]) -> Callable[[str], bool]:
    return lambda text: read(text)[0] not in {"unknown", "none"}


def _is_referral(text: str) -> bool:
    return values.read_referrals(text) != text.strip() or text.strip() in {"GP", "A&E", "police", "ambulance"}


def _is_prose(text: str) -> bool:
    return len(text) >= 25 and text.count(" ") >= 3


_TESTS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("received_at", "dates with a time", _is_day_and_clock),
    ("date", "dates", _is_day),
    ("time", "times of day", _is_clock),
    ("postcode", "postcodes", _is_postcode),
    ("location", "grid references", lambda text: bool(_GRID_REFERENCE.fullmatch(values.plain(text)))),
    ("easting", "eastings", _is_between(80_000, 656_000)),
    ("northing", "northings", _is_between(5_000, 1_225_000)),
    ("sex", "sexes", lambda text: values.plain(text) in _SEXES),
    ("place_type", "home or public place", _is_known(values.read_place_type)),
    ("contact_mode", "contact modes", _is_known(values.read_contact)),
    ("referrals", "referrals", _is_referral),
    ("note", "free text", _is_prose),
)
"""What the entries of a field look like, most telling first; yes and no, ages and minutes look like too many fields."""

_SAME: Mapping[str, set[str]] = {
    "received_at": {"date", "received_at"},
    "date": {"received_at"},
    "time": {"received_at"},
    "location": {"easting"},
}
"""Fields that need not be guessed where another that says the same has a column."""
