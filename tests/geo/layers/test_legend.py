"""A legend states classes, signs and notes; its text can do nothing but be read."""

import pytest

from geo.layers import legend, palette
from geo.layers.legend import Entry, Legend, sample, sign
from geo.layers.palette import Mark

BAD = "<img src=x onerror=alert(1)>${1}`{{7*7}}`"
SAFE = "&#60;img src=x onerror=alert(1)&#62;&#36;&#123;1&#125;&#96;&#123;&#123;7*7&#125;&#125;&#96;"


@pytest.mark.parametrize(
    "made",
    [
        Legend(BAD),
        Legend("a", BAD),
        Legend("a", entries=(Entry(BAD),)),
        Legend("a", note=BAD),
        Legend("a", note=f"b. {BAD}"),
    ],
)
def test_every_text_of_a_legend_is_escaped(made):
    assert SAFE in made.markup()
    assert "<img" not in made.markup()


def test_a_colour_cannot_leave_its_attribute():
    assert '"onload=' not in sample(Entry("a", '"onload="x')) + sign(Mark('"onload="x', "circle"))


def test_classes_stand_lowest_first_with_zero_in_its_place():
    def words(made):
        return [entry.text for entry in made.entries]

    up = Legend.of_classes("a", palette.sequential([0, 4]), zero=True, more=[legend.UNKNOWN])
    assert words(up) == ["0", "1", "2", "3", "4", "5", "unknown"]
    both = Legend.of_classes("a", palette.diverging([-3, 0, 3]), zero=True)
    assert words(both) == ["\u22123", "\u22122", "\u22121", "0", "1", "2", "3"]
    assert [entry.colour for entry in both.entries] == [*palette.FEWER, palette.ZERO, *palette.MORE]


def test_the_first_sentence_of_a_note_is_in_sight_and_the_rest_opens():
    written = Legend("a", note="Estimated roads: no street map. Not for standards.").markup()
    assert "<summary>Estimated roads: no street map.</summary>Not for standards.</details>" in written
    assert '<p class="tm-note">One sentence only.</p>' in Legend("a", note="One sentence only.").markup()


def test_a_legend_is_open_and_folds_by_its_title():
    assert (
        Legend("Incidents", "a month")
        .markup()
        .startswith("<details open><summary><b>Incidents</b> <small>(a month)</small></summary>")
    )


@pytest.mark.parametrize("look", ["fill", "hatch", "dots", "line", "ring", "point", "open_point", "halo", "count"])
def test_every_look_has_a_sample(look):
    assert sample(Entry("a", "#123456", look)).startswith("<svg ")


def test_states_that_are_no_number_differ_by_more_than_colour():
    drawn = {
        entry.text: sample(entry) for entry in (legend.UNKNOWN, legend.CANNOT_TELL, legend.NOT_OBSERVED, legend.HIDDEN)
    }
    assert len(set(drawn.values())) == 4
    assert "<path" in drawn["cannot tell"]
    assert "<path" in drawn["not observed"]
    assert "<circle" in drawn["hidden: too few to show"]


def test_a_legend_of_its_own_is_not_in_the_layer_control():
    assert Legend("a").to_folium().control is False
