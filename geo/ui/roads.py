"""Roads: what the drive times of this project rest on, and how to get other roads."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from geo.errors import GeoError, SourceError
from geo.places.boundaries import counties
from geo.routing.areas import MOST_KM, RING_KM, RoadArea
from geo.routing.matrix import not_covered
from geo.routing.network import RoadNetwork, is_boundary, servers
from geo.routing.sources import fetch_roads, left_out
from geo.store.loading import forget_roads
from geo.ui import answers, words
from geo.ui.answers import Question
from geo.ui.frame import say

AREAS = ["County and ring", "Name", "Radius around a postcode"]
MINUTES = 10
CANCELLED = "Cancelled: the roads of this project are as they were."
KINDS = ["graphml", "osm", "pbf", "net", "npz"]


def show(question: Question) -> None:
    """Show the step."""
    now, other = st.columns([1, 1.25], gap="medium")
    with now:
        _now(question, answers.roads(question.project).network)
    with other:
        chosen = st.radio("Use other roads", list(WAYS), horizontal=True, key="roads-way")
        WAYS[chosen](question)


def _now(question: Question, network: RoadNetwork) -> None:
    """Show the roads that count now."""
    base = question.project.facts.base
    west, south, east, north = network.bounds
    facts = {
        "Source": network.source,
        "Data of": network.edition,
        "Licence": network.licence,
        "Size": f"{words.count(network.nodes, 'junction')}, {words.count(network.edges, 'directed edge')}, of which "
        f"{words.thousands(network.one_way_edges)} one way and {words.thousands(network.parallel_edges)} parallel "
        "(the fastest counts)",
        "Left out": left_out(network),
        "Extent": f"{(east - west) / 1000:.0f} by {(north - south) / 1000:.0f} km: eastings {west:.0f} to {east:.0f}, "
        f"northings {south:.0f} to {north:.0f}",
        "Trust": network.label,
    }
    st.markdown("**Roads of this project**")
    if far := not_covered(network, base.easting, base.northing):
        county = question.project.facts.county
        st.warning(words.plain(f"{far[0].upper()}{far[1:]}. No drive time counts; get roads of {county}."))
    st.caption("\n".join(f"- **{name}:** {words.plain(value)}" for name, value in facts.items()))


def _from_file(question: Question) -> None:
    st.caption(
        "A GraphML saved by OSMnx, an OpenStreetMap extract (.osm, .osm.pbf) or a network saved by Triage Map, read on "
        "this machine. More than 50 MB: `triage-map roads FILE --county NAME --out PROJECT/roads.net`"
    )
    file = st.file_uploader("Road file (at most 50 MB)", KINDS, key="roads-file")
    left, middle, right = st.columns([1.6, 1, 1], vertical_alignment="bottom")
    county = question.project.facts.county
    cut = left.checkbox("Cut to the county and a ring", key="roads-cut")
    ring = middle.number_input("Ring (km)", 0.0, MOST_KM, RING_KM, 1.0, key="roads-cut-ring", disabled=not cut)
    if right.button("Read the file", type="primary", disabled=file is None) and file is not None:
        within = RoadArea.county(county, ring) if cut else None
        with tempfile.TemporaryDirectory(prefix="triage-map-") as folder:
            path = Path(folder) / "roads-upload"
            path.write_bytes(file.getvalue())
            if is_boundary(path):  # which would ask OpenStreetMap, and this page has just said that nobody is asked
                raise SourceError(f"{words.plain(file.name)} holds no roads; give a road file")
            _fetch(question, path, called=file.name, within=within)


def _from_openstreetmap(question: Question) -> None:
    area, told = _ask_area(question)
    st.caption(
        words.plain(
            f"This asks OpenStreetMap's servers over the internet: {told}. Nothing else leaves this machine. "
            "An answer is kept here and used again for a week."
        )
    )
    minutes, older, button = st.columns([1, 1.4, 1.2], vertical_alignment="bottom")
    limit = minutes.number_input("Give up after (min)", 1, 60, MINUTES, key="roads-minutes")
    use_kept = older.checkbox("Use what is kept; ask nobody", key="roads-kept")
    if button.button("Use what is kept" if use_kept else "Ask OpenStreetMap", type="primary"):
        _fetch(question, area(), use_kept=use_kept, deadline_seconds=60.0 * limit)


def _ask_area(question: Question) -> tuple[Callable[[], RoadArea], str]:
    """Give what makes the area that is chosen, and in words what each server is sent."""
    finder, roads = servers()
    what, where, far = st.columns([1.2, 1.6, 1], vertical_alignment="bottom")
    kind = what.selectbox("Area", AREAS, key="roads-kind")
    here = question.project.facts
    if kind == "Name":
        name = where.text_input("Name of the area", f"{here.county}, England", key="roads-name")
        return partial(RoadArea.named, name), f"{finder} is sent the name, and {roads} the outline that it gives"
    if kind == "County and ring":
        known = counties()
        county = where.selectbox("County", known, known.index(here.county), key="roads-county")
        ring = far.number_input("Ring (km)", 0.0, MOST_KM, RING_KM, 1.0, key="roads-ring")
        return partial(RoadArea.county, county, ring), f"{roads} is sent the outline of {county} with the ring"
    centre = where.text_input("Unit postcode, or easting, northing", here.base.postcode, key="roads-centre")
    radius = far.number_input("Radius (km)", 1.0, MOST_KM, 20.0, 1.0, key="roads-radius")
    return partial(RoadArea.around, centre, radius), f"{roads} is sent a circle of {radius:g} km"


def _estimated(question: Question) -> None:
    project = question.project
    st.caption(
        f"Roads estimated from the postcodes of {project.facts.county}: no street map, with a measured error, and not "
        "for response standards. The project's own roads are removed from its folder."
    )
    if st.button("Go back to estimated roads", disabled=not project.roads.exists()):
        forget_roads(project)
        say(f"{project.facts.name} has estimated roads again.")


def _fetch(question: Question, source: Path | RoadArea, **how: Any) -> None:
    """
    Get roads in a process of their own, and show how it goes; a click on anything, Cancel above all, ends it.

    What is in the project changes only when the new roads are whole.
    """
    project = question.project
    cancel = st.empty()
    cancel.button("Cancel", on_click=_cancelled, key="roads-cancel")
    with st.status("Starting …") as status:
        try:
            network = fetch_roads(
                source, project.roads, tell=lambda line: status.update(label=words.plain(line)), **how
            )
        except GeoError as problem:
            status.update(label="The roads of this project are as they were", state="error")
            cancel.error(words.plain(str(problem).replace("roads-upload", how.get("called") or "the file")))
            return
    base = project.facts.base
    far = not_covered(network, base.easting, base.northing)
    say(
        f"The project now has {words.count(network.nodes, 'junction')} and {words.count(network.edges, 'edge')} from "
        f"{network.source} ({network.edition}).",
        *([f"{far[0].upper()}{far[1:]}."] if far else []),
    )


def _cancelled() -> None:
    st.session_state["said"] = (CANCELLED,)


WAYS: dict[str, Callable[[Question], None]] = {
    "Upload a file": _from_file,
    "Download from OpenStreetMap": _from_openstreetmap,
    "Estimated roads": _estimated,
}
