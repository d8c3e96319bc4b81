"""Residents and deprivation by area code: matched, named, and never a zero where there is none."""

import math

import pytest

from geo.errors import SchemaError
from geo.places.boundaries import load_areas
from geo.places.code_tables import edition_of, join_codes, read_code_table
from geo.places.residents import load_residents


@pytest.fixture
def table(tmp_path):
    """Read a table from lines of CSV."""

    def read(*lines):
        (tmp_path / "figures.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
        return read_code_table(tmp_path / "figures.csv")

    return read


def test_codes_are_found_by_content_and_measures_by_heading(table):
    found = table("A title", "Area,LSOA,IMD Rank,IMD Decile", 'x,E01027223,"12,000",4', "y,E01027224,,")
    assert found.columns == (("code", "LSOA"), ("imd_rank", "IMD Rank"), ("imd_decile", "IMD Decile"))
    assert found.values.loc["E01027223"].tolist() == [12000.0, 4.0]
    assert found.values.loc["E01027224"].isna().all()
    assert found.rows_read == 2


def test_what_has_no_figure_is_not_loaded_and_never_zero(table):
    found = table("code,residents", "E01027223,0", "E01027225,", "E01099999,5")
    joined = join_codes(found, "residents", ["E01027223", "E01027224", "E01027225"])
    assert joined.values["E01027223"] == 0
    assert math.isnan(joined.values["E01027224"])
    assert math.isnan(joined.values["E01027225"])
    assert joined.sentence == (
        "residents from figures.csv (LSOA codes of 2021): 1 of 3 areas matched, 2 not loaded; first without: "
        "E01027224; 1 rows of the table are for other areas"
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("total,5,1", "'total' is no area code"),
        (",5,1", "it has no area code"),
        ("E01027223,5,1", "the code E01027223 stands above already"),
        ("E01027224,-5,1", "the residents is -5, which cannot be"),
        ("E01027224,5.5,1", "the residents is 5.5, which cannot be"),
        ("E01027224,many,11", "the residents is 'many', no number; the imd_decile is 11, which cannot be"),
        ("E01027224,5,nan", "the imd_decile is nan, which cannot be"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_reason(table, row, reason):
    found = table("code,residents,imd decile", "E01027223,1,1", row)
    assert found.refused[["row", "reason"]].to_numpy().tolist() == [[3, reason]]
    assert found.rows_read == 2


def test_a_table_without_codes_or_measures_says_what_it_needs(table):
    with pytest.raises(SchemaError, match="has no column of area codes"):
        table("name,residents", "x,1")
    with pytest.raises(SchemaError, match="with a heading 'residents'"):
        table("code,what", "E01027223,1")
    with pytest.raises(SchemaError, match="holds no 'imd_rank'; it holds residents"):
        join_codes(table("code,residents", "E01027223,1"), "imd_rank", [])


def test_every_code_that_ships_is_of_2011():
    for county in ("Northamptonshire", "Cambridgeshire and Peterborough"):
        assert edition_of(load_residents(county).index) == "2011"


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "rows", "edition", "measures", "matched"),
    [
        ("imd2019_lsoa11_nn_cambs.csv", 909, "2011", ["imd_decile", "imd_rank"], (422, 487)),
        ("imd2025_lsoa21_nn_cambs.csv", 959, "2021", ["imd_decile", "imd_rank", "imd_score"], (403, 455)),
        ("population2020_lsoa11_nn_cambs.csv", 909, "2011", ["residents"], (422, 487)),
    ],
)
def test_published_tables_join_by_code_with_their_edition_named(shared_data, file, rows, edition, measures, matched):
    found = read_code_table(shared_data / "areas" / file)
    assert (found.rows_read, len(found.refused), found.edition) == (rows, 0, edition)
    assert list(found.values.columns) == measures
    for county, number in zip(("Northamptonshire", "Cambridgeshire and Peterborough"), matched, strict=True):
        joined = join_codes(found, measures[0], load_areas(county).lsoas["code"].tolist())
        assert joined.matched == number
        assert f"LSOA codes of {edition}" in joined.sentence
