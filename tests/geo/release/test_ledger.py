"""Releases held against those before them: what two tables together tell."""

import random

import pytest

from geo.errors import DisclosureError
from geo.release.disclosure import POLICIES
from geo.release.ledger import Cell, Release, check_release

K = POLICIES["release"].threshold


def ids(first, last):
    return frozenset(f"i{number}" for number in range(first, last))


def cell(records, area="Corby", mode="release", measure="incidents"):
    """A count as a mode shows it: hidden below its threshold, rounded otherwise."""
    n, policy = len(records), POLICIES[mode]
    return Cell(area, measure, None if 0 < n < policy.threshold else 5 * round(n / 5), records)


def release(*cells, mode="release", at="2016-07-01T09:00:00+00:00", selection="January to June"):
    return Release(at, mode, selection, cells)


def test_the_first_release_and_the_same_again_pass():
    check_release(release(cell(ids(0, 40))), [])
    check_release(release(cell(ids(0, 40))), [release(cell(ids(0, 40)))])


@pytest.mark.parametrize("more", [1, 4, 9])
def test_a_few_more_records_are_refused_and_named(more):
    with pytest.raises(DisclosureError) as refused:
        check_release(release(cell(ids(0, 40 + more))), [release(cell(ids(0, 40)))])
    assert "the export in release mode of 2016-07-01 (January to June)" in str(refused.value)
    assert f"first: incidents in Corby, which differ by {more}" in str(refused.value)


def test_ten_more_records_pass():
    check_release(release(cell(ids(0, 50))), [release(cell(ids(0, 40)))])


def test_a_few_fewer_records_are_refused():
    with pytest.raises(DisclosureError, match="differ by 3"):
        check_release(release(cell(ids(0, 37))), [release(cell(ids(0, 40)))])


def test_what_one_of_the_two_hides_cannot_be_subtracted():
    check_release(release(cell(ids(0, 12))), [release(cell(ids(0, 8)))])


def test_counts_of_which_neither_holds_the_other_pass():
    check_release(release(cell(ids(5, 45))), [release(cell(ids(0, 40)))])


def test_every_earlier_release_counts():
    earlier = [release(cell(ids(0, 40))), release(cell(ids(0, 80))), release(cell(ids(0, 40)))]
    with pytest.raises(DisclosureError, match="differ by 2"):
        check_release(release(cell(ids(0, 82))), earlier)


def test_partners_hold_what_is_public_too_and_see_from_five():
    check_release(release(cell(ids(0, 46), mode="partner"), mode="partner"), [release(cell(ids(0, 40)))])
    with pytest.raises(DisclosureError, match="differ by 4"):
        check_release(release(cell(ids(0, 44), mode="partner"), mode="partner"), [release(cell(ids(0, 40)))])


def test_partners_may_know_what_only_the_public_may_not():
    seven = [cell(ids(0, 7)), cell(ids(7, 60), "Kettering")]
    partner = [cell(one.marks, one.area, "partner") for one in seven]
    check_release(release(*seven), [release(*partner, mode="partner")])


def test_a_district_of_another_edition_gives_a_hidden_part_away():
    # West is made of three old districts. 60 (58 to 62) less 30 and 25 (28 to 32, 23 to 27) leaves up to 11 for
    # Daventry; 55 (53 to 57) leaves up to 57 - 28 - 23 = 6
    old = [cell(ids(0, 30), "Northampton"), cell(ids(30, 55), "South"), cell(ids(55, 60), "Daventry")]
    check_release(release(cell(ids(0, 60), "West")), [release(*old)])
    old = [cell(ids(0, 29), "Northampton"), cell(ids(29, 56), "South"), cell(ids(56, 57), "Daventry")]
    with pytest.raises(DisclosureError, match=r"give away 1 hidden counts \(first: incidents in Daventry.*1 to 6"):
        check_release(release(cell(ids(0, 57), "West")), [release(*old)])


def test_two_quarters_give_a_hidden_third_away():
    earlier = [release(cell(ids(0, 20)), selection="January"), release(cell(ids(20, 23)), selection="February")]
    with pytest.raises(DisclosureError):
        check_release(release(cell(ids(0, 23)), selection="January and February"), earlier)


def test_of_hundreds_of_filter_pairs_none_that_isolates_a_few_records_passes():
    rng, refused, isolating = random.Random(8), 0, 0  # noqa: S311 - filters, not secrets
    days = [rng.randrange(60) for _ in range(150)]
    areas = [rng.choice("ABC") for _ in days]
    for _ in range(300):
        (a, b), (c, d) = (sorted(rng.sample(range(61), 2)) for _ in range(2))
        two = [
            release(*(cell(chosen(days, areas, one, span), one) for one in "ABC"), selection=f"days {span}")
            for span in ((a, b), (c, d))
        ]
        apart = [
            abs(len(x.marks) - len(y.marks))
            for x, y in zip(two[0].cells, two[1].cells, strict=True)
            if x.shown is not None and y.shown is not None and (x.marks <= y.marks or y.marks <= x.marks)
        ]
        isolates = any(0 < n < K for n in apart)
        isolating += isolates
        try:
            check_release(two[1], [two[0]])
        except DisclosureError:
            refused += 1
        else:
            assert not isolates
    assert 0 < isolating <= refused < 300


def chosen(days, areas, area, span):
    return frozenset(
        f"i{n}"
        for n, (day, place) in enumerate(zip(days, areas, strict=True))
        if place == area and span[0] <= day < span[1]
    )
