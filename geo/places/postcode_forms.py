"""What a text says as a postcode, by its form alone: never a guess, one reading, or none and the reason."""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from geo.places.grid_references import is_grid_reference

PostcodePrecision = Literal["unit", "sector", "district", "none"]

_AREA_CODES = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA "
    "PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN "
    "WR WS WV YO ZE"
)
AREAS = frozenset(_AREA_CODES.split())
"""The postcode areas of the United Kingdom that have places in them. Source: ONS Postcode Directory, November 2025."""

INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""The last two letters are never C, I, K, M, O or V (Royal Mail)."""

LETTERED = re.compile(r"(E1W|N1[CP]|NW1W|SE1P|SW1[AEHPVWXY]|W1[A-HJKMNPR-Y]|(EC[1-4]|WC[12])[ABEHMNPRVWXY])")
"""Districts that end in a letter, live or withdrawn: central London only."""

WITHDRAWN_AREAS = {"NPT": "Newport, recoded to NP"}
ISLANDS = {"JE": "Jersey", "GY": "Guernsey", "IM": "the Isle of Man"}
ZZ99 = {
    "3VZ": "no fixed abode (ZZ99)",
    "3WZ": "an address not known (ZZ99)",
    "3CZ": "England, not otherwise stated (ZZ99)",
    "3GZ": "Wales, not otherwise stated (ZZ99)",
    "1WZ": "Scotland, not otherwise stated (ZZ99)",
    "2WZ": "Northern Ireland, not otherwise stated (ZZ99)",
}
"""The NHS's codes for people without a postcode; any other is a country abroad. Source: Hospital Episode Statistics."""

NOT_PLACES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"GIR0AA", "a postcode of Girobank's post, withdrawn"),
        (r"SANTA1", "a postcode for letters to Father Christmas"),
        (r"BX\d.*", "a postcode for mail alone, of no place (BX)"),
        (r"XX\d.*", "a postcode for returned mail (XX)"),
        (r"BF1(\d[A-Z]{2})?|BFPO\d*", "a British Forces post office (BFPO)"),
        (r"ASCN\w*", "a postcode of Ascension Island, overseas"),
        (r"TDCU\w*", "a postcode of Tristan da Cunha, overseas"),
        (r"STHL\w*", "a postcode of Saint Helena, overseas"),
        (r"FIQQ\w*", "a postcode of the Falkland Islands, overseas"),
        (r"SIQQ\w*", "a postcode of South Georgia, overseas"),
        (r"BBND\w*", "a postcode of the British Indian Ocean Territory, overseas"),
        (r"BIQQ\w*", "a postcode of the British Antarctic Territory, overseas"),
        (r"PCRN\w*", "a postcode of Pitcairn, overseas"),
        (r"TKCA\w*", "a postcode of the Turks and Caicos Islands, overseas"),
        (r"GX11\w*", "a postcode of Gibraltar, overseas"),
        (r"AI2640", "a postcode of Anguilla, overseas"),
        (r"KY\d\d{4}", "a postcode of the Cayman Islands, overseas"),
        (r"VG\d{4}", "a postcode of the British Virgin Islands, overseas"),
        (r"MSR\d{4}", "a postcode of Montserrat, overseas"),
    )
)
_NO_HOME = frozenset({"NFA", "NOFIXEDABODE", "NOFIXEDADDRESS", "HOMELESS"})
_ABROAD = frozenset({"OVERSEAS", "ABROAD", "FOREIGN", "OUTSIDEUK"})
_BLANK_WORDS = "NAN NONE NULL NA N/A #N/A NK N/K NOTKNOWN NOTRECORDED NOTSTATED UNKNOWN U/K UK ? - -- . TBC"
BLANKS = frozenset(_BLANK_WORDS.split())

LETTERS_FOR: Mapping[str, str] = {"0": "O", "1": "I", "5": "S"}
DIGITS_FOR: Mapping[str, str] = {"O": "0", "I": "1", "L": "1"}
"""The look-alikes that the form alone may repair."""

WIDER_LETTERS_FOR: Mapping[str, str] = {"0": "O", "1": "IL", "5": "S", "8": "B", "2": "Z", "I": "L", "L": "I"}
WIDER_DIGITS_FOR: Mapping[str, str] = {"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2"}
"""The look-alikes that may be tried where a list of postcodes says which readings exist."""

_SLOTS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "A" * 26 + "9" * 10)
OUTWARD_SHAPES = ("A9", "A99", "AA9", "AA99", "A9A", "AA9A")
FULL = re.compile(r"(?<![A-Z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})(?![A-Z0-9])")
PARTIAL = re.compile(
    r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?:(?:\s+([0-9])\s*([A-Z]?|[A-Z]?[*?#_X-]|[*?#_X-]{2}))|\s*[*?#_-]{2,3})?"
)
_ENDING = re.compile(r".*[\s,]([A-Z]{2}[0-9]{1,2})(?:\s+([0-9]))?")

NOT_A_POSTCODE = "not a postcode"
MISTAKEN = "a letter or digit was mistaken for its look-alike"


@dataclass(frozen=True, slots=True)
class PostcodeParts:
    """The two halves of a text that is shaped as a full postcode, whether or not its area exists."""

    outward: str
    inward: str

    @property
    def normal(self) -> str:
        """The halves with one space between."""
        return f"{self.outward} {self.inward}"

    @property
    def area(self) -> str:
        """The letters at the start: ``EC`` of EC1A 1BB."""
        return self.outward[:2].rstrip("0123456789")

    @property
    def district(self) -> str:
        """The area and its number, without a letter at the end: ``EC1`` of EC1A 1BB."""
        return self.outward[:-1] if self.sub_district else self.outward

    @property
    def sub_district(self) -> str:
        """The whole first half where it ends in a letter: ``EC1A`` of EC1A 1BB; else nothing."""
        return self.outward if self.outward[-1].isalpha() else ""

    @property
    def sector(self) -> str:
        """The first half and the digit after it: ``EC1A 1`` of EC1A 1BB."""
        return f"{self.outward} {self.inward[0]}"

    @property
    def unit(self) -> str:
        """The last two letters."""
        return self.inward[1:]


@dataclass(frozen=True, slots=True)
class PostcodeReading:
    """What one text says as a postcode: its normal form, how precise it is, and why where it is not clear."""

    given: str
    normal: str
    precision: PostcodePrecision
    repaired: bool
    reason: str


def split_postcode(text: str) -> PostcodeParts | None:
    """
    Take a full postcode apart by its shape, forgiving case and spaces; nothing where the shape is another.

    Shape only: that area and inward letters exist is :func:`parse_postcode`'s question.

    Examples
    --------
    >>> split_postcode("w1a0ax").sector
    'W1A 0'
    """
    tight = "".join(text.split()).upper()
    outward, inward = tight[:-3], tight[-3:]
    if not tight.isascii() or _shape(inward) != "9AA" or _shape(outward) not in OUTWARD_SHAPES:
        return None
    return PostcodeParts(outward, inward)


def parse_postcode(text: str) -> PostcodeReading:
    """
    Read ``text`` as a postcode, a sector or a district, or say why it is none of them.

    Spaces, case, punctuation, widths, leading zeros and an address around the postcode are repaired; O for 0, I or L
    for 1 and 0, 1 or 5 for O, I or S are repaired only when exactly one reading exists. A unit is well formed, which
    does not mean that it exists: the gazetteer knows that. 'LS14' without a space is read as the district LS14; wrong
    where a writer cut 'LS1 4' short. 'LS1 4XX' is read as the sector, since XX is how systems mask a unit.

    Examples
    --------
    >>> parse_postcode("nn15bd").normal
    'NN1 5BD'
    >>> parse_postcode("LSI 4AP").reason
    'a letter or digit was mistaken for its look-alike'
    >>> parse_postcode("no fixed abode").precision
    'none'
    """
    given = "" if text is None else str(text)
    plain = _plain(given)
    tight = tighten(plain)
    if reason := _no_place(plain, tight):
        return unread(given, reason)
    return (
        _read_unit(given, tight)
        or _read_partial(given, plain)
        or _read_look_alike(given, tight)
        or _read_address(given, plain)
        or unread(given, _unheard(given, tight))
    )


def unread(given: str, reason: str) -> PostcodeReading:
    """Give the reading of a text that is no postcode."""
    return PostcodeReading(given, "", "none", repaired=False, reason=reason)


def tighten(text: str) -> str:
    """Give the letters and digits of a text alone, in capitals, widths folded and invisible characters dropped."""
    return re.sub(r"[^A-Z0-9]", "", _plain(text))


def first_part(text: str) -> str:
    """
    Give the letters and digits of a text up to its first space or other mark, in capitals.

    >>> first_part("nn11 de"), first_part("NN11DE")
    ('NN11', 'NN11DE')
    """
    found = re.search(r"[A-Z0-9]+", _plain(text))
    return found[0] if found else ""


def shorten(text: str) -> str:
    """Give a text in one line of at most 40 characters, to be quoted in a sentence."""
    words = " ".join(text.split())
    return words if len(words) <= 40 else words[:39] + "…"


def _plain(text: str) -> str:
    """Fold widths, drop invisible characters and enclosing marks, and write capitals."""
    if text.isascii():
        return text.strip().strip("'\"`").strip().upper()
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return visible.strip().strip("'\"`").strip().upper()


def no_place(text: str) -> str:
    """Say why a text is of no place at all, or nothing where it may be of one."""
    return _no_place(_plain(text), tighten(text))


def _no_place(plain: str, tight: str) -> str:
    """Say why a text is of no place at all: blank, no fixed abode, an island, overseas or for mail only."""
    if not tight or tight.strip("0") == "" or plain in BLANKS or tight in BLANKS:
        return "no postcode recorded"
    if tight in _NO_HOME:
        return "no fixed abode"
    if tight in _ABROAD:
        return "an address overseas"
    if tight.startswith("ZZ99"):
        return ZZ99.get(tight[4:], "a code of the NHS for a country abroad or no postcode (ZZ99)")
    for pattern, words in NOT_PLACES:
        if pattern.fullmatch(tight):
            return f"{words}: {shorten(plain)}"
    if (island := ISLANDS.get(tight[:2])) and re.fullmatch(r"[A-Z]{2}\d{1,2}(\d[A-Z]{2})?", tight):
        return f"a postcode of {island}, which has no point on the British National Grid: {shorten(plain)}"
    return ""


def not_a_postcode(given: str) -> str:
    """Say that a text is no postcode."""
    return f"{NOT_A_POSTCODE}: {shorten(given)}"


def _unheard(given: str, tight: str) -> str:
    """Say that a text is no postcode, or that it has the shape of one in an area that does not exist."""
    parts = split_postcode(tight)
    if parts and parts.area not in AREAS:
        return f"no postcode area is called {parts.area}: {shorten(given)}"
    return not_a_postcode(given)


def _shape(text: str) -> str:
    """Write capitals as A and digits as 9."""
    return text.translate(_SLOTS)


def is_outward(outward: str) -> bool:
    """Hold a postcode district against its six shapes, the areas that exist and the lettered districts."""
    shape = _shape(outward)
    if shape not in OUTWARD_SHAPES:
        return outward in WITHDRAWN_AREAS
    if shape in ("A9A", "AA9A"):
        return LETTERED.fullmatch(outward) is not None
    return outward.rstrip("0123456789") in AREAS


def _is_inward(inward: str) -> bool:
    return _shape(inward) == "9AA" and all(letter in INWARD_LETTERS for letter in inward[1:])


def _unpadded(outward: str) -> str:
    """Take the zero out of 'LS01'; a district is never written so."""
    padded = re.fullmatch(r"([A-Z]{1,2})0([1-9])", outward)
    return padded[1] + padded[2] if padded else outward


def is_unit(tight: str) -> bool:
    """Say whether a text of capitals and digits is a well-formed postcode as it stands."""
    return _is_inward(tight[-3:]) and is_outward(tight[:-3]) and _unpadded(tight[:-3]) == tight[:-3]


def _read_unit(given: str, tight: str) -> PostcodeReading | None:
    outward, inward = tight[:-3], tight[-3:]
    if not (_is_inward(inward) and (is_outward(outward) or is_outward(_unpadded(outward)))):
        return None
    if _unpadded(outward) != outward:
        one = len(look_alikes(tight)) == 1
        return _unit(given, _unpadded(outward), inward, "a zero was left out") if one else None
    if inward.endswith("XX"):
        reason = "the unit looks masked (XX), so only its sector is used"
        return PostcodeReading(given, f"{outward} {inward[0]}", "sector", repaired=False, reason=reason)
    return _unit(given, outward, inward, "")


def _unit(given: str, outward: str, inward: str, reason: str) -> PostcodeReading:
    normal = f"{outward} {inward}"
    return PostcodeReading(given, normal, "unit", repaired=normal != given, reason=reason)


def _read_partial(given: str, plain: str) -> PostcodeReading | None:
    """Read a district or a sector, whole or left of a mask."""
    found = PARTIAL.fullmatch(" ".join(plain.rstrip(".,").split()))
    return _partial(given, found[1], found[2] or "", "") if found else None


def _partial(given: str, outward: str, digit: str, how: str) -> PostcodeReading | None:
    if not is_outward(outward):
        return None
    if digit:
        normal = f"{outward} {digit}"
        return PostcodeReading(given, normal, "sector", normal != given, f"only the sector is recorded{how}")
    return PostcodeReading(given, outward, "district", outward != given, f"only the postcode district{how}")


def _read_look_alike(given: str, tight: str) -> PostcodeReading | None:
    """Try the look-alikes of letters and digits, unless the text already has the shape of a postcode."""
    if _shape(tight[-3:]) == "9AA" and _shape(tight[:-3]) in OUTWARD_SHAPES and _unpadded(tight[:-3]) == tight[:-3]:
        return None
    readings = sorted(look_alikes(tight))
    if len(readings) == 1:
        outward, inward = readings[0].split(" ")
        return _unit(given, outward, inward, MISTAKEN)
    return unread(given, either(given, readings)) if readings else None


def either(given: str, readings: list[str]) -> str:
    """Say between which readings a text does not decide."""
    shown = readings if len(readings) <= 4 else [*readings[:3], f"{len(readings) - 3} others"]
    return f"{not_a_postcode(given)} may be {' or '.join(shown)}"


def look_alikes(
    tight: str, letters_for: Mapping[str, str] = LETTERS_FOR, digits_for: Mapping[str, str] = DIGITS_FOR
) -> set[str]:
    """
    Give every full postcode that differs from ``tight`` only by look-alikes and a padding zero.

    None for a text that is a grid reference ('SP7055' is no slip for SP7 0SS), nor for one of letters or digits alone,
    which is a word or a number.
    """
    found: set[str] = set()
    if not 5 <= len(tight) <= 8 or tight.isalpha() or tight.isdigit() or is_grid_reference(tight):
        return found
    for shape in (shape + "9AA" for shape in OUTWARD_SHAPES if len(shape) + 3 == len(tight)):
        for candidate in fitting(tight, shape, letters_for, digits_for):
            outward, inward = _unpadded(candidate[:-3]), candidate[-3:]
            if is_outward(outward) and _is_inward(inward):
                found.add(f"{outward} {inward}")
    return found


def partial_look_alikes(text: str, letters_for: Mapping[str, str], digits_for: Mapping[str, str]) -> set[str]:
    """Give every sector ('NNl 5') or district ('NNl') that differs from ``text`` only by look-alikes, by form alone."""
    outward, _, digit = " ".join(_plain(text).split()).partition(" ")
    if len(digit) > 1 or not any(char.isdigit() for char in outward + digit) or not (outward + digit).isalnum():
        return set()
    ends = list(fitting(digit, "9", letters_for, digits_for)) if digit else [""]
    starts = [
        start
        for shape in OUTWARD_SHAPES
        if len(shape) == len(outward)
        for start in fitting(outward, shape, letters_for, digits_for)
        if is_outward(start)
    ]
    return {f"{start} {end}".strip() for start in starts for end in ends}


def fitting(text: str, shape: str, letters_for: Mapping[str, str], digits_for: Mapping[str, str]) -> list[str]:
    """Give every way of writing ``text`` in a shape of letters (A) and digits (9), by look-alikes where it must."""
    choices = [
        (char if _shape(char) == slot else "") + (digits_for if slot == "9" else letters_for).get(char, "")
        for char, slot in zip(text, shape, strict=True)
    ]
    return ["".join(chars) for chars in itertools.product(*choices)]


def _read_address(given: str, plain: str) -> PostcodeReading | None:
    """
    Find the only full postcode inside a longer text, or the sector or district at its end.

    Two different postcodes are not chosen between. At the end of a text only areas of two letters count: 'Flat B5' is
    a door.
    """
    found = {
        (outward, inward): None for outward, inward in FULL.findall(plain) if is_outward(outward) and _is_inward(inward)
    }
    if len(found) == 1:
        return _unit(given, *next(iter(found)), "taken out of a longer text")
    if found:
        both = " and ".join(" ".join(pair) for pair in list(found)[:2])
        return unread(given, f"two postcodes are recorded ({both})")
    ending = _ENDING.fullmatch(plain.rstrip("., "))
    return _partial(given, ending[1], ending[2] or "", ", in a longer text") if ending else None
