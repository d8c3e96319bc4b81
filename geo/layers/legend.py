"""A legend inside the map, bottom right: it comes and goes with the group that it belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import folium

from geo.layers import palette
from geo.layers.base import Drawing, escape, group
from geo.layers.palette import Classes, Mark

Look = Literal["fill", "hatch", "dots", "line", "ring", "point", "open_point", "halo", "count"]

INK = "#333333"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend: its words, and a sample in the colour, pattern and shape that the map uses."""

    text: str
    colour: str = palette.UNSEEN
    look: Look = "fill"
    shape: str = "circle"


UNKNOWN = Entry("unknown", palette.UNKNOWN)
CANNOT_TELL = Entry("cannot tell", "#c6c6c6", "hatch")
NOT_OBSERVED = Entry("not observed", palette.UNSEEN, "hatch")
HIDDEN = Entry("hidden: too few to show", palette.UNSEEN, "dots")


@dataclass(frozen=True, slots=True)
class Legend:
    """
    What the colours and signs of a map mean: title and unit, one line for each class, and a note.

    The note is where the label of estimated roads goes; its first sentence is in sight, the rest opens on a click. A
    click on the title folds the whole. All text is escaped when it is drawn. A legend is a layer: give it to a map, or
    to the layer that it explains.
    """

    title: str
    unit: str = ""
    entries: tuple[Entry, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """What it is called; the layer control does not list it."""
        return f"Legend: {self.title}"

    @classmethod
    def of_classes(
        cls,
        title: str,
        classes: Classes,
        *,
        unit: str = "",
        zero: bool = False,
        more: Iterable[Entry] = (),
        note: str = "",
    ) -> "Legend":
        """Make the legend of a choropleth: a line a class, lowest first, zero in its place, then what has no number."""
        lines = [Entry(text, colour) for text, colour in zip(classes.labels(), classes.colours, strict=True)]
        if zero:
            lines.insert(sum(edge < 0 for edge in classes.edges), Entry("0", palette.ZERO))
        return cls(title, unit, (*lines, *more), note)

    def drawing(self) -> Drawing:
        """Draw it into whichever group the drawing is added to."""
        return Drawing("legend", {"html": self.markup()})

    def to_folium(self) -> folium.FeatureGroup:
        """Draw it as a group of its own, which the layer control does not list."""
        return group(self.name, self.drawing(), control=False)

    def markup(self) -> str:
        """Write it as markup, every text escaped."""
        unit = f" <small>({escape(self.unit)})</small>" if self.unit else ""
        lines = "".join(f"<li>{sample(entry)}<span>{escape(entry.text)}</span></li>" for entry in self.entries)
        head = f"<summary><b>{escape(self.title)}</b>{unit}</summary>"
        return f"<details open>{head}<ul>{lines}</ul>{_note(self.note)}</details>"


def sign(mark: Mark, *, hollow: bool = False) -> str:
    """
    Draw a point of 5 px radius as SVG: colour and shape of its category, hollow where its place is only roughly known.
    """
    fill = "#ffffff" if hollow else escape(mark.colour)
    edge = escape(mark.colour) if hollow else "#ffffff"
    paint = f'fill="{fill}" stroke="{edge}" stroke-width="{2 if hollow else 1}"'
    return f'<svg viewBox="-7 -7 14 14" aria-hidden="true">{_SHAPES[mark.shape].format(paint=paint)}</svg>'


RING = (
    '<svg viewBox="-11 -11 22 22" aria-hidden="true"><circle r="8" fill="#ffffff" stroke="#222222" stroke-width="4.5"/>'
    '<circle r="10.6" fill="none" stroke="#ffffff" stroke-width="0.8"/></svg>'
)
"""The base: a dark ring with a white centre."""

_SHAPES = {
    "circle": '<circle r="5" {paint}/>',
    "square": '<rect x="-4.5" y="-4.5" width="9" height="9" {paint}/>',
    "triangle": '<path d="M0-5.6 5.2 4.4H-5.2Z" {paint}/>',
    "diamond": '<path d="M0-6 6 0 0 6-6 0Z" {paint}/>',
    "cross": '<path d="M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z" {paint}/>',
}


def sample(entry: Entry) -> str:
    """Draw the sample of a line as SVG."""
    if entry.look in ("point", "open_point"):
        return sign(Mark(entry.colour, entry.shape), hollow=entry.look == "open_point")
    if entry.look == "ring":
        return RING
    inside = _SAMPLES[entry.look].format(colour=escape(entry.colour))
    return f'<svg viewBox="0 0 18 13" aria-hidden="true">{inside}</svg>'


_FRAME = '<rect x="0.5" y="0.5" width="17" height="12" fill="{colour}" stroke="#888888" stroke-width="0.8"/>'
_SAMPLES = {
    "fill": _FRAME,
    "hatch": _FRAME + '<path d="M1 6 6 1M1 12 12 1M6 12 17 1M12 12 17 7" stroke="#4d4d4d" stroke-width="1"/>',
    "dots": _FRAME
    + "".join(
        f'<circle cx="{x}" cy="{y}" r="1" fill="#4d4d4d"/>'
        for x, y in ((4, 4), (9, 4), (14, 4), (4, 9), (9, 9), (14, 9))
    ),
    "line": '<path d="M0 6.5H18" stroke="{colour}" stroke-width="2.4"/>',
    "halo": '<circle cx="9" cy="6.5" r="5.8" fill="#333333" fill-opacity="0.1" stroke="#333333" stroke-width="0.9" '
    'stroke-dasharray="2 2"/>',
    "count": '<circle cx="9" cy="6.5" r="5.8" fill="#ffffff" stroke="{colour}" stroke-width="1.4"/>'
    '<text x="9" y="9.2" font-size="7.5" text-anchor="middle" fill="#1f1f1f">3</text>',
}


def _note(text: str) -> str:
    """Write a note: its first sentence in sight, the others on a click."""
    first, _, rest = text.partition(". ")
    if not text:
        return ""
    if not rest:
        return f'<p class="tm-note">{escape(text)}</p>'
    return f'<details class="tm-note"><summary>{escape(first)}.</summary>{escape(rest)}</details>'
