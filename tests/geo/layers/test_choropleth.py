"""Areas coloured by number: what is unknown, unseen or hidden never looks like a number."""

import json
import math

import pytest

from geo.errors import CrsError, SchemaError
from geo.layers import palette
from geo.layers.assets import inline
from geo.layers.base import draw
from geo.layers.choropleth import ChoroplethLayer


def drawn(layer):
    """What each area looks like, and the labels."""
    first = next(iter(layer.to_folium()._children.values()))
    data = json.loads(first.data)
    return [one["properties"] for one in data["shapes"]["features"]], [one["html"] for one in data["labels"]]


def words(layer):
    return [entry.text for entry in layer.legend.entries]


def test_areas_take_the_colour_of_their_class_and_carry_their_text(areas):
    looks, labels = drawn(ChoroplethLayer.of("Incidents", areas, unit="incidents"))
    assert [look["fill"] for look in looks] == [palette.BLUES[2], palette.BLUES[0]]  # steps of 4
    assert looks[1]["html"] == "<b>East</b><br>3 incidents<br>of 40"
    assert labels == []


def test_numbers_are_written_into_the_areas(areas):
    _, labels = drawn(
        ChoroplethLayer.of("Rate", areas.assign(value=[1.234, -1234]), unit="x", difference=True, numbers=True)
    )
    assert labels == ["<i>West</i><b>1.23</b>", "<i>East</i><b>\u22121\u2009234</b>"]


@pytest.mark.parametrize(
    ("state", "fill", "pattern", "figure", "word"),
    [
        ("unknown", palette.UNKNOWN, None, "?", "unknown"),
        ("not_observed", palette.UNSEEN, "hatch", "–", "not observed"),
        ("hidden", palette.UNSEEN, "dots", "–", "hidden: too few to show"),
        ("cannot_tell", palette.BLUES[0], "hatch", "3", "cannot tell"),
    ],
)
def test_each_state_has_its_own_look_figure_and_line(areas, state, fill, pattern, figure, word):
    layer = ChoroplethLayer.of("Incidents", areas.assign(state=["", state]), unit="incidents", numbers=True)
    looks, labels = drawn(layer)
    assert (looks[1]["fill"], looks[1]["pattern"]) == (fill, pattern)
    assert labels[1] == f"<i>East</i><b>{figure}</b>"
    assert words(layer)[-1] == word


def test_a_hidden_value_is_nowhere_in_the_page(areas):
    hidden = areas.assign(value=[12.0, 3.14159], text=["12", "hidden"], state=["", "hidden"])
    layer = ChoroplethLayer.of("Incidents", hidden, unit="incidents", numbers=True)
    assert "3.14" not in inline(draw([layer], centre=(52.23, -0.86)))


def test_a_missing_value_is_grey_and_zero_is_zero(areas):
    layer = ChoroplethLayer.of("Incidents", areas.assign(value=[math.nan, 0.0]), unit="incidents", numbers=True)
    looks, labels = drawn(layer)
    assert [look["fill"] for look in looks] == [palette.UNKNOWN, palette.ZERO]
    assert labels == ["<i>West</i><b>?</b>", "<i>East</i><b>0</b>"]
    assert words(layer)[0] == "0"
    assert words(layer)[-1] == "unknown"


def test_only_what_occurs_stands_in_the_legend(areas):
    assert not {"0", "unknown", "cannot tell", "not observed"} & set(words(ChoroplethLayer.of("A", areas, unit="x")))


def test_classes_shared_by_two_maps_must_hold_the_values_of_both(areas):
    narrow = palette.sequential([1, 2])
    with pytest.raises(SchemaError, match="12 lies outside the classes 0 to 5"):
        ChoroplethLayer("Incidents", areas, narrow)


def test_a_state_of_another_name_a_lost_column_and_a_lost_reference_system_are_refused(areas):
    with pytest.raises(SchemaError, match="1 states are none of unknown, cannot_tell"):
        ChoroplethLayer.of("A", areas.assign(state=["", "secret"]), unit="x")
    with pytest.raises(SchemaError, match="first: 'text'"):
        ChoroplethLayer.of("A", areas.drop(columns="text"), unit="x")
    with pytest.raises(CrsError, match="no reference system"):
        ChoroplethLayer.of("A", areas.set_crs(None, allow_override=True), unit="x")
