"""The contract of every layer, the map they are drawn on, and the one place where text becomes markup."""

import html
import json
import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.layers.assets import inline
from geo.layers.base import (
    Drawing,
    Naming,
    around,
    draw,
    escape,
    escape_lines,
    ground,
    group,
    groups,
    layer_control,
    strict_json,
)
from geo.layers.legend import Legend

CENTRE = (52.23, -0.86)
DANGEROUS = "&<>\"'$`{}\\"
SOURCES = re.compile(r"""<(?:script|link|img|iframe|object|embed)\b[^>]*(?:src|href|data)\s*=\s*["']?https?:""", re.I)


def data(drawn):
    """What a drawn group hands to the browser."""
    return [(one.kind, one.data) for one in drawn._children.values() if isinstance(one, Drawing)]


def test_every_layer_names_itself_in_words(layer):
    drawable, _ = layer
    assert drawable.name
    assert drawable.to_folium().layer_name == escape(drawable.name)


def test_every_layer_draws_twice_the_same_and_leaves_its_frame_alone(layer):
    drawable, frame = layer
    before = frame.copy(deep=True)
    first, second = drawable.to_folium(), drawable.to_folium()
    assert first is not second
    assert data(first) == data(second)
    assert len(data(first)) >= 1
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_every_layer_hands_over_strict_json(layer):
    def refuse(word):
        raise AssertionError(word)

    for _, written in data(layer[0].to_folium()):
        json.loads(written, parse_constant=refuse)


def test_every_layer_makes_a_page_that_asks_for_nothing_from_outside(layer):
    page = inline(draw([layer[0]], centre=CENTRE))
    assert not SOURCES.search(page)
    assert not re.search(r"url\(\s*['\"]?https?:", page)
    assert "default-src 'none'" in page


def test_no_layer_lets_a_number_that_is_not_finite_through():
    for number in (math.nan, math.inf, -math.inf):
        with pytest.raises(SchemaError, match="not finite"):
            strict_json({"value": [1.0, number]})


def test_json_cannot_close_its_script():
    written = strict_json({"text": "</script><!--&"})
    assert not set("<>&") & set(written)
    assert json.loads(written) == {"text": "</script><!--&"}


@pytest.mark.parametrize("character", DANGEROUS)
def test_every_dangerous_character_becomes_an_entity(character):
    assert escape(f"a{character}b") == f"a&#{ord(character)};b"


@given(st.text() | st.text(alphabet=DANGEROUS + "#;ab1"))
def test_escaped_text_holds_no_dangerous_character_and_reads_as_before(text):
    written = escape(text)
    assert not set(DANGEROUS) & set(re.sub(r"&#\d+;", "", written))
    assert html.unescape(written) == text or any(ord(c) in (0, 13) or 128 <= ord(c) < 160 for c in text)


def test_only_line_breaks_become_markup():
    assert escape_lines("a<b\nc") == "a&#60;b<br>c"


def test_a_group_escapes_its_name_and_attribution():
    made = group("<b>${x}", attribution="`y`")
    assert made.layer_name == "&#60;b&#62;&#36;&#123;x&#125;"
    naming = next(child for child in made._children.values() if isinstance(child, Naming))
    assert json.loads(naming.options) == {"layerName": made.layer_name, "attribution": "&#96;y&#96;"}


def test_two_layers_of_one_name_are_refused():
    with pytest.raises(SchemaError, match="2 layers are called 'Legend: A'"):
        groups([Legend("A"), Legend("A"), Legend("B")])


def test_the_ground_has_no_tiles_and_lets_clusters_know_the_last_zoom():
    canvas = ground(centre=CENTRE)
    assert "tile" not in str(canvas.get_root().render()).split("</head>")[1].lower().replace("tiles", "")
    assert canvas.options["maxZoom"] == 18


def test_a_pick_turns_off_zooming_by_double_click():
    assert ground(centre=CENTRE, pick=True).options["double_click_zoom"] is False
    assert layer_control().options["collapsed"] is True


def test_the_box_around_nothing_is_refused():
    assert around([(0, 0, 1, 1), (-1, 0.5, 0.5, 2)]) == (-1, 0, 1, 2)
    with pytest.raises(SchemaError, match="nothing to fit"):
        around([])
    with pytest.raises(SchemaError, match="nothing to fit"):
        around([(0, 0, math.inf, 1)])
