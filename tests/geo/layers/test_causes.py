"""Areas by cause."""

import geopandas as gpd
import pytest
import shapely

from geo.errors import SchemaError
from geo.layers.base import draw
from geo.layers.causes import CauseLayer
from geo.layers.palette import categories

MARKS = categories(["No nurse", "Too far", "Nurse busy"])


def areas(causes=("No nurse", "Too far"), unsure=(False, True)):
    return gpd.GeoDataFrame(
        {"name": ["West", "<b>East"], "cause": causes, "label": ["a", "b"], "text": "t", "cannot_tell": unsure},
        geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
        crs="EPSG:27700",
    )


def test_only_causes_that_occur_are_in_the_legend():
    entries = [entry.text for entry in CauseLayer("Causes", areas(), MARKS).explained().entries]
    assert entries == ["No nurse", "Too far", "cannot tell"]
    assert len(CauseLayer("Causes", areas(unsure=(False, False)), MARKS).explained().entries) == 2


def test_each_area_names_its_cause_and_text_is_no_markup():
    drawn = draw([CauseLayer("Causes", areas(), MARKS)], centre=(52.2, -0.9)).get_root().render()
    assert "<i>West</i><b>a</b>" in drawn.replace("\\u003c", "<").replace("\\u003e", ">")
    assert "<b>East" not in drawn


def test_a_cause_without_a_colour_is_refused():
    with pytest.raises(SchemaError, match=r"1 causes have no colour \(first: 'Other'\)"):
        CauseLayer("Causes", areas(("No nurse", "Other")), MARKS)
