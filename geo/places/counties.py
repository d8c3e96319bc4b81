"""Which county of England a district belongs to: a fixed lookup, since no registry package carries one."""

import difflib
from collections.abc import Collection

from geo.errors import PlaceError

COUNTY_NAMES_OF_COUNCILS = {"Cambridgeshire": "Cambridgeshire and Peterborough"}
"""County councils whose county is shown under a longer name."""

MEMBERS: dict[str, tuple[str, ...]] = {
    "Bedfordshire": ("Bedford", "Central Bedfordshire", "Luton"),
    "Berkshire": (
        "Bracknell Forest",
        "Reading",
        "Slough",
        "West Berkshire",
        "Windsor and Maidenhead",
        "Wokingham",
    ),
    "Bristol": ("Bristol, City of",),
    "Buckinghamshire": ("Buckinghamshire", "Milton Keynes"),
    "Cambridgeshire and Peterborough": ("Peterborough",),
    "Cheshire": ("Cheshire East", "Cheshire West and Chester", "Halton", "Warrington"),
    "Cornwall": ("Cornwall", "Isles of Scilly"),
    "County Durham": ("County Durham", "Darlington", "Hartlepool", "Stockton-on-Tees"),
    "Cumbria": ("Cumberland", "Westmorland and Furness"),
    "Derbyshire": ("Derby",),
    "Devon": ("Plymouth", "Torbay"),
    "Dorset": ("Bournemouth, Christchurch and Poole", "Dorset"),
    "East Riding of Yorkshire": ("East Riding of Yorkshire", "Kingston upon Hull, City of"),
    "East Sussex": ("Brighton and Hove",),
    "Essex": ("Southend-on-Sea", "Thurrock"),
    "Gloucestershire": ("South Gloucestershire",),
    "Greater Manchester": (
        "Bolton",
        "Bury",
        "Manchester",
        "Oldham",
        "Rochdale",
        "Salford",
        "Stockport",
        "Tameside",
        "Trafford",
        "Wigan",
    ),
    "Hampshire": ("Portsmouth", "Southampton"),
    "Herefordshire": ("Herefordshire, County of",),
    "Isle of Wight": ("Isle of Wight",),
    "Kent": ("Medway",),
    "Lancashire": ("Blackburn with Darwen", "Blackpool"),
    "Leicestershire": ("Leicester",),
    "Lincolnshire": ("North East Lincolnshire", "North Lincolnshire"),
    "Merseyside": ("Knowsley", "Liverpool", "Sefton", "St. Helens", "Wirral"),
    "North Yorkshire": ("Middlesbrough", "North Yorkshire", "Redcar and Cleveland", "York"),
    "Northamptonshire": ("North Northamptonshire", "West Northamptonshire"),
    "Northumberland": ("Northumberland",),
    "Nottinghamshire": ("Nottingham",),
    "Rutland": ("Rutland",),
    "Shropshire": ("Shropshire", "Telford and Wrekin"),
    "Somerset": ("Bath and North East Somerset", "North Somerset", "Somerset"),
    "South Yorkshire": ("Barnsley", "Doncaster", "Rotherham", "Sheffield"),
    "Staffordshire": ("Stoke-on-Trent",),
    "Tyne and Wear": ("Gateshead", "Newcastle upon Tyne", "North Tyneside", "South Tyneside", "Sunderland"),
    "West Midlands": ("Birmingham", "Coventry", "Dudley", "Sandwell", "Solihull", "Walsall", "Wolverhampton"),
    "West Yorkshire": ("Bradford", "Calderdale", "Kirklees", "Leeds", "Wakefield"),
    "Wiltshire": ("Swindon", "Wiltshire"),
}
"""Unitary and metropolitan districts (from 2023) by ceremonial county; two-tier districts follow their council."""

LONDON_BOROUGH_CODES = "E09"


def county_of_district(code: str, name: str, council: str) -> str:
    """
    Name the county of one district of England, or give the empty string where the lookup does not know it.

    A two-tier district follows its county council; a London borough is in Greater London; a unitary or metropolitan
    district is looked up. Wrong for Stockton-on-Tees south of the Tees, which is ceremonially in North Yorkshire.

    Examples
    --------
    >>> county_of_district("E06000031", "Peterborough", "")
    'Cambridgeshire and Peterborough'
    >>> county_of_district("E07000012", "South Cambridgeshire", "Cambridgeshire")
    'Cambridgeshire and Peterborough'
    """
    if council:
        return COUNTY_NAMES_OF_COUNCILS.get(council, council)
    if code.startswith(LONDON_BOROUGH_CODES):
        return "Greater London"
    return next((county for county, members in MEMBERS.items() if name in members), "")


def match_county(asked: str, known: Collection[str]) -> str | None:
    """Give the name in ``known`` that ``asked`` means, forgiving case, hyphens and a county council's name, or none."""
    by_plain = _by_plain_name(known)
    return by_plain.get(" ".join(asked.replace("-", " ").split()).casefold())


def _by_plain_name(known: Collection[str]) -> dict[str, str]:
    shorter = {council.casefold(): name for council, name in COUNTY_NAMES_OF_COUNCILS.items() if name in known}
    return {name.casefold(): name for name in known} | shorter


def canonical_county(asked: str, known: Collection[str]) -> str:
    """
    Give the county of ``known`` that ``asked`` means: case, spaces, hyphens and a county council's name are forgiven.

    Raises
    ------
    PlaceError
        If no county is called that; the message names the closest ones.

    Examples
    --------
    >>> canonical_county("cambridgeshire", ["Cambridgeshire and Peterborough", "Rutland"])
    'Cambridgeshire and Peterborough'
    """
    if name := match_county(asked, known):
        return name
    by_plain = _by_plain_name(known)
    near = difflib.get_close_matches(asked.casefold(), by_plain, n=3, cutoff=0.5)
    offers = list(dict.fromkeys(by_plain[match] for match in near)) or sorted(known)
    raise PlaceError(f"no county of England is called {asked!r}; did you mean {', '.join(offers)}?")
