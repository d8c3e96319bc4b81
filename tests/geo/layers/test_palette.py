"""Classes that hold every value and begin and end at round numbers; colours that can be told apart."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.layers import palette
from geo.layers.palette import Classes, categories, diverging, number, sequential

SOME = st.floats(1e-4, 1e7) | st.integers(0, 100_000).map(float) | st.just(math.nan)


def steps(classes: Classes) -> set[float]:
    return {float(f"{high - low:.6g}") for low, high in itertools.pairwise(classes.edges)}


def leading(value: float) -> float:
    """The digits of a number without its power of ten: 0.25 and 250 give 2.5."""
    return float(f"{value / 10 ** math.floor(math.log10(value) + 1e-9):.6g}")


def test_counts_up_to_180_make_steps_of_40():
    assert sequential([6, 27, 89, 97, 143, 156, 180]).edges == (0, 40, 80, 120, 160, 200)


def test_rates_up_to_1_7_make_steps_of_0_4():
    assert sequential([0.25, 0.8, 1.1, 1.7]).edges == (0, 0.4, 0.8, 1.2, 1.6, 2.0)


def test_whole_numbers_say_which_numbers_a_class_holds():
    assert sequential([0, 3, 9]).labels() == ("1 to 2", "3 to 4", "5 to 6", "7 to 8", "9 to 10")


def test_crowded_counts_follow_1_2_5():
    crowded = sequential([0, 1, 1, 1, 1, 1, 1, 2, 3, 10])
    assert crowded.edges == (0, 1, 2, 5, 10)
    assert crowded.labels() == ("1", "2", "3 to 5", "6 to 10")
    assert crowded.colours == palette.BLUES[1:]


def test_nothing_but_zero_still_makes_classes():
    assert sequential([0, 0, math.nan]).edges == (0, 1, 2, 3, 4, 5)
    assert diverging([]).edges == (-3, -2, -1, 0, 1, 2, 3)


@given(st.lists(SOME, min_size=1))
def test_sequential_classes_hold_every_value_between_round_edges(values):
    classes = sequential(values)
    for value in values:
        assert classes.colour(value) in {*classes.colours, palette.ZERO, palette.UNKNOWN}
    equal = len(steps(classes)) == 1
    assert {leading(edge) for edge in (steps(classes) if equal else classes.edges[1:])} <= {1, 2, 2.5, 4, 5}
    assert len(classes.labels()) == len(classes.colours) <= 5


@given(st.lists(SOME | SOME.map(lambda value: -value), min_size=1))
def test_diverging_classes_are_the_same_on_both_sides_of_zero(values):
    classes = diverging(values)
    assert [-edge for edge in reversed(classes.edges)] == list(classes.edges)
    for value in values:
        where = classes.colour(value)
        if value < 0:
            assert where in palette.FEWER
            assert classes.colour(-value) == palette.MORE[2 - palette.FEWER.index(where)]
    assert leading(steps(classes).pop()) in {1, 2, 2.5, 4, 5}


def test_whole_values_make_whole_edges():
    assert sequential([12, 7]).edges == (0, 4, 8, 12, 16, 20)
    assert diverging([-1, 4]).edges == (-6, -4, -2, 0, 2, 4, 6)
    assert diverging([-1, 4]).labels()[2:] == ("\u22122 to \u22121", "1 to 2", "3 to 4", "5 to 6")


def test_an_upper_edge_belongs_to_its_class_on_both_sides():
    up, both = sequential([10.0]), diverging([3.0])
    assert [up.colour(value) for value in (0.5, 2, 2.5, 10)] == [palette.BLUES[n] for n in (0, 0, 1, 4)]
    assert [both.colour(value) for value in (-3, -1, 1, 3)] == [*palette.FEWER[::2], *palette.MORE[::2]]


def test_a_sum_that_is_a_hair_too_large_still_has_a_class():
    assert sequential([1.0000000000000002]).edges[-1] == 1.0
    assert sequential([0.5, 1.0]).colour(1.0000000000000002) == palette.BLUES[-1]


def test_zero_is_drawn_as_zero_and_the_unknown_is_grey():
    for classes in (sequential([0, 5]), diverging([-5, 5])):
        assert classes.colour(0) == palette.ZERO
        assert classes.colour(math.nan) == palette.UNKNOWN
    grey = palette.UNKNOWN[1:3]
    assert f"#{grey * 3}" == palette.UNKNOWN
    assert palette.ZERO not in {*palette.BLUES, *palette.FEWER, *palette.MORE, palette.UNKNOWN}


def test_values_that_no_class_holds_are_refused():
    with pytest.raises(SchemaError, match=r"2 values are negative \(first: -1\)"):
        sequential([-1, -2, 3])
    with pytest.raises(SchemaError, match="1 values are infinite"):
        diverging([math.inf])
    with pytest.raises(SchemaError, match="11 lies outside the classes 0 to 10"):
        sequential([10]).colour(11)
    with pytest.raises(SchemaError, match="2 classes need 3 ascending edges"):
        Classes((0, 2, 1), ("#000000", "#ffffff"))


def test_five_categories_have_a_colour_and_a_shape_each_and_six_are_refused():
    marks = categories(["a", "b", "a", "c", "d", "e"])
    assert list(marks) == ["a", "b", "c", "d", "e"]
    assert len({mark.shape for mark in marks.values()}) == len({mark.colour for mark in marks.values()}) == 5
    with pytest.raises(SchemaError, match="6 categories"):
        categories("abcdef")


def test_numbers_are_written_with_a_true_minus_and_thin_spaces():
    assert number(-1234567.5) == "\u22121\u2009234\u2009567.5"


# Colour vision without the middle or the long cones: Machado, Oliveira and Fernandes (2009), severity 1.
CONES = {
    "all": np.eye(3),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
JUST_NOTICED = 2.3  # difference in Lab that half of observers see: Mahy, Van Eycken and Oosterlinck (1994)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def seen(colour: str, eyes: str) -> np.ndarray:
    """A colour as CIE Lab, as those eyes see it."""
    coded = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(CONES[eyes] @ linear, 0, 1) / [0.9505, 1, 1.089], 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", CONES)
@pytest.mark.parametrize("name", ["BLUES", "ORANGES", "PuOr", "MARKS"])
def test_no_two_colours_of_a_palette_look_alike(name, eyes):
    colours = {
        "BLUES": palette.BLUES,
        "ORANGES": palette.ORANGES,
        "PuOr": (*palette.FEWER, palette.ZERO, *palette.MORE),
        "MARKS": tuple(mark.colour for mark in palette.MARKS),
    }[name]
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(seen(one, eyes) - seen(other, eyes)) > 3 * JUST_NOTICED, (one, other)


@pytest.mark.parametrize("hue", [palette.BLUES, palette.ORANGES[::-1]])
def test_one_hue_runs_only_ever_darker(hue):
    lightness = [seen(colour, "all")[0] for colour in ("#ffffff", *hue)]
    assert lightness == sorted(lightness, reverse=True)


def test_halved_stands_against_doubled_in_classes_of_change():
    classes = palette.percent_change([-100.0, 40.0])
    assert classes.edges == (-100.0, -50.0, -20.0, 0.0, 25.0, 100.0, 300.0)
    ratios = [1 + edge / 100 for edge in classes.edges]
    assert ratios[1] * ratios[5] == ratios[2] * ratios[4] == 1.0
    assert classes.colour(-100.0) == palette.FEWER[0]
    assert classes.colour(300.0) == palette.MORE[2]


def test_classes_of_change_reach_the_largest_rise():
    assert palette.percent_change([1_234.0]).edges[-1] == 1_300.0
