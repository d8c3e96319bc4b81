"""Layers and places: areas, figures by code and facilities that the user brings, each with its account and edition."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from geo.crs import to_grid
from geo.errors import GeoError
from geo.layers.boundaries import BoundaryLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.facilities import FacilityLayer
from geo.places.areas import UserAreas, layers_of, read_areas
from geo.places.boundaries import load_areas
from geo.places.code_tables import NOT_LOADED, CodeTable, join_codes, read_code_table
from geo.places.facilities import KINDS, Facility, FacilityList, read_hours
from geo.places.postcodes import Gazetteer
from geo.places.residents import EDITION, load_every_resident, residents_in
from geo.store.project import Project
from geo.ui import maps, words
from geo.ui.answers import Question
from geo.ui.frame import say
from geo.ui.upload import as_file

LAYER_KINDS = ["gpkg", "geojson", "json", "zip", "shp", "parquet", "geoparquet"]
MOST_DRAWN = 2_000
"""Areas drawn at most in the preview: with more of them a browser takes seconds over each step."""

MAP_HEIGHT = 330
REPLACES = "A layer or table that the project keeps under this name is replaced."


def show(question: Question) -> None:
    """Show the step."""
    kept = question.project.layers()
    part = st.segmented_control(
        "What to bring", list(PARTS), key="part", default="Areas", required=True, label_visibility="collapsed"
    )
    PARTS[str(part)](question)
    _kept(question.project, kept)
    if len(kept):
        _remove(question.project, kept)


def _kept(project: Project, kept: pd.DataFrame) -> None:
    """Show what is loaded and of which edition; what there is none of is not loaded, and never a zero."""
    st.markdown("##### What is loaded")
    services = project.facilities.facilities
    rows = [("Residents by LSOA of 2011", f"ships with {project.facts.county}", EDITION, "")]
    for kind, what in (("areas", "Layer of areas"), ("figures", "Figures by area code")):
        mine = kept[kept["kind"] == kind]
        rows += [
            (f"{what}: {row.name}", row.holds, row.edition or "not stated", _ledger(row))
            for row in mine.itertuples(index=False)
        ] or [(what, NOT_LOADED, "", "")]
    sources = "; ".join(dict.fromkeys(one.source for one in services if one.source))
    held = words.count(len(services), "place") if services else NOT_LOADED
    rows.append(("Facilities", held, sources or ("not stated" if services else ""), ""))
    table = pd.DataFrame(rows, columns=["What", "Holds", "Edition", "Account of the file"])
    st.dataframe(table, hide_index=True, width="stretch", height="content")


def _ledger(row: object) -> str:
    read, kept, repaired, refused = (getattr(row, name) for name in ("rows_read", "kept", "repaired", "refused"))
    return f"read {read} = kept {kept} + repaired {repaired} + refused {refused}"


def _remove(project: Project, kept: pd.DataFrame) -> None:
    with st.expander("Remove a layer or table"):
        chosen = st.selectbox("Layer or table", kept["name"].tolist(), key="remove-layer")
        if st.button("Remove it from the project", disabled=chosen is None) and chosen is not None:
            project.remove_layer(chosen)
            say(f"{chosen} was removed.")


def _areas(question: Question) -> None:
    """Take a layer, show its account and a preview, and keep it."""
    file = st.file_uploader(
        "Wards, beats, force areas, any polygons (GeoPackage, GeoJSON, zipped Shapefile, GeoParquet)",
        LAYER_KINDS,
        key="layer-file",
    )
    if file is None:
        return
    try:
        content = file.getvalue()
        names = _layers(content, file.name)
        layer = (
            names[0] if len(names) == 1 else st.selectbox("Which layer of the file", names, key="layer-inside") or ""
        )
        areas = _read(content, file.name, str(layer), st.session_state.get(f"names-{file.file_id}-{layer}", ""))
    except GeoError as problem:
        st.error(words.plain(f"{file.name}: {problem}".replace("upload ", "", 1)))
        return
    account, picture = st.columns([1, 1.25])
    with account:
        called = PurePosixPath(file.name).stem if len(names) == 1 else str(layer)
        _account(question.project, areas, called, f"{file.file_id}-{layer}")
    with picture:
        _preview(question, areas)
    _rows(areas)


def _account(project: Project, areas: UserAreas, called: str, key: str) -> None:
    """Show what became of every feature, and ask for names, edition and whether to keep it; ``key`` is the file's."""
    report = areas.report
    st.markdown("\n".join(f"- {words.plain(sentence)}" for sentence in report.sentences))
    if columns := list(report.columns):
        at = columns.index(report.name_column) if report.name_column in columns else None
        st.selectbox("Column with the areas' names", columns, at, key=f"names-{key}")
    name, edition = st.columns(2)
    kept_as = name.text_input("Keep it as", called[:80], key=f"layer-name-{key}", help=REPLACES)
    said = edition.text_input("Publisher and edition", key=f"layer-edition-{key}", placeholder="ONS, December 2013")
    if st.button("Keep this layer", type="primary", disabled=not kept_as.strip()):
        project.keep_layer(areas, kept_as, edition=said.strip())
        say(f"{kept_as.strip()} is kept: {report.ledger}.")


def _rows(areas: UserAreas) -> None:
    """Show the rows that were repaired or refused, folded."""
    for title, table in (("Repaired", areas.report.repaired), ("Refused", areas.report.refused)):
        if len(table):
            with st.expander(f"{title}: {words.count(len(table), 'feature')}"):
                st.dataframe(table.round(3), hide_index=True, width="stretch")


@st.cache_resource(show_spinner="Opening the file …", max_entries=4, scope="session")
def _layers(content: bytes, name: str) -> tuple[str, ...]:
    with as_file(name, content) as path:
        return layers_of(path)


@st.cache_resource(show_spinner="Reading and mending the areas …", max_entries=4, scope="session")
def _read(content: bytes, name: str, layer: str, name_column: str) -> UserAreas:
    """Read a layer; read-only. The report calls the file as it was received."""
    with as_file(name, content) as path:
        areas = read_areas(path, layer=layer, name_column=name_column or None)
    return replace(areas, report=replace(areas.report, file=name))


def _preview(question: Question, areas: UserAreas) -> None:
    """Draw the areas, coloured by who lives in them; one without a figure is grey."""
    frame = areas.frame.head(MOST_DRAWN)
    if len(frame) < len(areas.frame):
        st.caption(f"The first {words.thousands(MOST_DRAWN)} of {words.thousands(len(areas.frame))} areas are drawn.")
    living = residents_in(frame, load_every_resident(), Gazetteer.default().frame)
    layer = ChoroplethLayer.of("Residents", _coloured(frame, living), unit="estimated", attribution=EDITION)
    under = BoundaryLayer(question.areas.county, question.areas.districts(question.edition), names=False)
    centre, zoom = maps.view_of(tuple(frame.total_bounds), MAP_HEIGHT)
    maps.show_map([under, layer], key="layer-preview", centre=centre, zoom=zoom, height=MAP_HEIGHT)
    unknown = int(living["residents"].isna().sum())
    without = f" {words.count(unknown, 'area')} of {len(living)}: {NOT_LOADED} (grey)." if unknown else ""
    st.caption(f"{EDITION}, spread evenly over the live postcodes of each LSOA.{without}")


def _coloured(frame: gpd.GeoDataFrame, living: pd.DataFrame) -> gpd.GeoDataFrame:
    known = living["residents"].notna()
    text = living["residents"].fillna(0).round(-1).astype("int64").map(words.thousands)
    text = ("about " + text + " residents").where(known, f"residents {NOT_LOADED}")
    short = np.where(living["not_known"].gt(0) & known, "\na part of it is not known: the figure is too low", "")
    return frame.assign(value=living["residents"].round(), text=text + short)


def _figures(question: Question) -> None:
    """Take a table by area code, say how its codes match, and keep it."""
    file = st.file_uploader(
        "Residents or deprivation by area code (CSV or XLSX): codes, and residents, IMD score, rank or decile",
        ["csv", "tsv", "xlsx"],
        key="figures-file",
    )
    if file is None:
        return
    try:
        table = _read_table(file.getvalue(), file.name)
    except GeoError as problem:
        st.error(words.plain(f"{file.name}: {problem}".replace("upload", "", 1)))
        return
    codes = load_areas(question.project.facts.county).lsoas["code"].tolist()
    account = [f"read {table.rows_read} = accepted {len(table.values)} + refused {len(table.refused)}"]
    account += [join_codes(table, str(measure), codes).sentence for measure in table.values.columns]
    st.markdown("\n".join(f"- {words.plain(sentence)}" for sentence in account))
    if len(table.refused):
        with st.expander(f"Refused: {words.count(len(table.refused), 'row')}"):
            st.dataframe(table.refused, hide_index=True, width="stretch")
    name, edition = st.columns(2)
    stem = PurePosixPath(file.name).stem[:80]
    kept_as = name.text_input("Keep it as", stem, key=f"figures-name-{file.file_id}", help=REPLACES)
    said = edition.text_input(
        "Publisher and edition", key=f"figures-edition-{file.file_id}", placeholder="MHCLG, IMD 2019"
    )
    if st.button("Keep this table", type="primary", disabled=not kept_as.strip()):
        question.project.keep_layer(table, kept_as, edition=said.strip())
        say(f"{kept_as.strip()} is kept: {account[0]}.", *account[1:])


@st.cache_resource(show_spinner="Reading the table …", max_entries=4, scope="session")
def _read_table(content: bytes, name: str) -> CodeTable:
    with as_file(name, content) as path:
        return replace(read_code_table(path), name=name)


def _facilities(question: Question) -> None:
    """Show the project's facilities on a map, add one by postcode or click, take a list, remove some."""
    listed = question.project.facilities
    form, picture = st.columns([1, 1.25])
    with picture:
        layers = [FacilityLayer(listed.facilities)] if listed.facilities else []
        clicked = maps.show_county(question, layers, key="facility-map", click=True, height=MAP_HEIGHT)
    with form:
        _add(question.project, listed, clicked)
    if listed.facilities:
        table = listed.frame().assign(hours=[one.hours_in_words for one in listed.facilities])
        table = table.assign(kind=table["kind"].map(KINDS)).round({"easting": 0, "northing": 0})
        st.dataframe(table, hide_index=True, width="stretch")
    _list(question.project, listed)


def _add(project: Project, listed: FacilityList, clicked: tuple[float, float] | None) -> None:
    """Add one facility: at a postcode, or where the map was clicked."""
    with st.form("facility", border=False):
        kind, name = st.columns([1, 1.6])
        chosen = kind.selectbox("Kind", list(KINDS), format_func=KINDS.__getitem__, key="facility-kind")
        called = name.text_input("Name", key="facility-name")
        where, hours = st.columns([1, 1.6])
        postcode = where.text_input("Postcode", key="facility-postcode", help="Or leave it blank and click the map.")
        opening = hours.text_input(
            "Opening hours", key="facility-hours", placeholder="not recorded", help="As Mon-Fri 9-17, or 24/7."
        )
        source = st.text_input("Publisher and edition", key="facility-source", placeholder="Trust's website, June 2024")
        added = st.form_submit_button("Add this facility")
    if clicked is not None:
        st.caption("Point clicked: easting {:.0f}, northing {:.0f}.".format(*to_grid(*clicked)))
    if not added:
        return
    if postcode.strip() or clicked is None:
        facility = Facility.at(postcode, Gazetteer.default(), str(chosen), called, opening, source.strip())
    else:
        facility = Facility(str(chosen), called.strip(), *to_grid(*clicked), "", read_hours(opening), source.strip())
    project.set_facilities(listed.having(facility))
    say(f"{facility.name} was added; hours {facility.hours_in_words}.")


def _list(project: Project, listed: FacilityList) -> None:
    """Take a list of facilities in place of the one before, or remove single ones."""
    with st.expander("Bring a list of facilities, or remove some"):
        st.caption(
            "A table with the columns kind (base, A&E, place of safety, other), name, postcode or easting and "
            "northing, hours, source; or a GeoJSON of points. It replaces the list before it."
        )
        file = st.file_uploader("List (CSV, XLSX or GeoJSON)", ["csv", "tsv", "xlsx", "geojson"], key="facilities-file")
        if st.button("Use this list", disabled=file is None, key="facilities-use") and file is not None:
            with as_file(file.name, file.getvalue()) as path:
                found = FacilityList.read(path, Gazetteer.default(), source=file.name)
            project.set_facilities(found)
            refused = [f"row {row.row}: {row.reason}" for row in found.refused.itertuples(index=False)]
            account = f"read {found.rows_read} = accepted {len(found.facilities)} + refused {len(refused)}"
            say(f"{file.name}: {account}.", *found.faults, *refused)
        names = [f"{KINDS[one.kind]}: {one.name}" for one in listed.facilities]
        gone = st.multiselect("Facilities to remove", range(len(names)), format_func=names.__getitem__)
        if st.button("Remove these", disabled=not gone):
            left = tuple(one for at, one in enumerate(listed.facilities) if at not in gone)
            project.set_facilities(FacilityList(left))
            say(f"{words.count(len(gone), 'place')} removed.")


PARTS: dict[str, Callable[[Question], None]] = {
    "Areas": _areas,
    "Figures by area code": _figures,
    "Facilities": _facilities,
}
