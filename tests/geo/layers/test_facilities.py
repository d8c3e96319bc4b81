import json

from geo.layers.base import Drawing
from geo.layers.facilities import SIGNS, FacilityLayer
from geo.places.facilities import KINDS, Facility


def drawn(layer):
    made = layer.to_folium()
    return [json.loads(one.data) for one in made._children.values() if isinstance(one, Drawing) and one.kind == "bases"]


def facility(kind, name="A", hours=""):
    return Facility(kind, name, 475_900, 260_300, hours=hours)


def test_every_kind_has_a_sign_of_its_own():
    assert set(SIGNS) == set(KINDS)
    assert {kind: words for kind, (words, _) in SIGNS.items()} == KINDS
    signs = [part["ring"] for part in drawn(FacilityLayer(tuple(facility(kind) for kind in KINDS)))]
    assert len(set(signs)) == len(KINDS)


def test_names_from_a_file_are_never_markup_and_hours_are_said():
    (part,) = drawn(FacilityLayer((facility("other", "<b>x</b>", "daily 08:00-20:00"),)))
    assert "<b>" not in part["bases"][0]["html"]
    assert "hours daily 08:00-20:00" in part["bases"][0]["html"]


def test_hours_that_are_not_recorded_are_said_and_counted():
    layer = FacilityLayer((facility("base"), facility("other", "B", "daily 08:00-20:00")))
    assert "hours not recorded" in drawn(layer)[0]["bases"][0]["html"]
    assert layer.explained().note == "hours not recorded: 1 of 2"
    assert [entry.text for entry in layer.explained().entries] == ["Base", "Other service"]


def test_many_facilities_are_drawn_without_names():
    many = tuple(facility("other", f"Site {number}") for number in range(FacilityLayer.MOST_NAMES + 1))
    assert {spot["html"] for spot in drawn(FacilityLayer(many))[0]["bases"]} == {""}
