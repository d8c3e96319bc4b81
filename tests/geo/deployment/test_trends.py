"""Shares over time: exact intervals, two ends compared, and Thames Valley's fall as the worked example."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.deployment.trends import answered, change, needed_a_month, newcombe, power_at, share_by
from geo.errors import SchemaError


def answers(**by_month):
    """Answers by month of 2016 from (yes, no, unknown), spread over its days."""
    rows = []
    for month, counts in by_month.items():
        said = [word for word, count in zip(("yes", "no", "unknown"), counts, strict=True) for _ in range(count)]
        days = pd.date_range(f"2016-{month[1:]}-01", periods=28)
        rows += [{"day": days[place % 28], "answer": word} for place, word in enumerate(said)]
    return pd.DataFrame(rows)


def falling(a_month, first, last):
    """A year in which the share moves steadily from the first month to the last."""
    shares = np.linspace(first, last, 12)
    counts = {f"m{month:02d}": round(a_month * share) for month, share in enumerate(shares, start=1)}
    return answers(**{month: (yes, a_month - yes, 0) for month, yes in counts.items()})


def test_the_published_difference_of_two_shares_is_met():
    # Newcombe 1998, table II: 56/70 less 48/80, and 9/10 less 3/10, method 10
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(9, 10, 3, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)


def test_a_month_has_its_exact_interval_and_a_quarter_adds_months_up():
    table = share_by(answers(m01=(1, 9, 0), m02=(0, 5, 5)), "month")
    assert table[["yes", "no", "unknown", "n"]].to_numpy().tolist() == [[1, 9, 0, 10], [0, 5, 5, 10]]
    assert table.loc[0, ["interval_low", "interval_high"]].tolist() == pytest.approx([0.0025, 0.4450], abs=5e-5)
    assert table.loc[1, ["low", "high"]].tolist() == [0, 0.5]
    assert table.loc[1, "interval_high"] == pytest.approx(0.8129, abs=5e-5)  # of 5 in 10: every blank may be yes
    assert share_by(answers(m01=(1, 9, 0), m02=(0, 5, 5)), "quarter")["n"].tolist() == [20]


def test_a_week_begins_on_monday():
    rows = pd.DataFrame({"day": pd.to_datetime(["2016-02-07", "2016-02-08"]), "answer": ["yes", "no"]})
    assert share_by(rows, "week")["begins"].dt.strftime("%m-%d").tolist() == ["02-01", "02-08"]


def test_thames_valleys_fall_from_35_to_20_per_cent_is_seen_at_100_incidents_a_month_and_not_at_20():
    # illustrative series: only the two shares and the year are published
    assert change(falling(100, 0.35, 0.20)).verdict == "fell"
    assert change(falling(20, 0.35, 0.20)).verdict == "cannot tell"


def test_at_sixty_a_month_the_illustrative_fall_is_just_seen():
    found = change(falling(60, 0.35, 0.20))  # rounded to whole incidents: 21, 20, 19 of 60, then 14, 13, 12
    assert (found.first.n, found.last.n) == (180, 180)
    assert found.verdict == "fell"
    assert str(found).startswith("33% up to 28 Mar 2016 (n = 180), 22% from 1 Oct 2016 (n = 180): it fell")


def test_68_incidents_a_month_see_that_fall_in_four_years_of_five():
    # ends of a quarter each: 33.6% and 21.4%; (1.960 + 0.842)^2 x (0.2232 + 0.1680) / 0.1227^2 = 204 = 3 x 68
    assert needed_a_month(0.35, 0.20, 12) == 68
    assert power_at(0.35, 0.20, 12, 68) == pytest.approx(0.8, abs=0.01)
    assert power_at(0.35, 0.20, 12, 60) == pytest.approx(0.75, abs=0.01)


def test_the_needed_number_is_right_in_simulation():
    rng = np.random.default_rng(1)
    shares = np.linspace(0.35, 0.20, 12)
    first, last = (rng.binomial(68, part, (2000, 3)).sum(axis=1) for part in (shares[:3], shares[-3:]))
    seen = np.mean([newcombe(b, 204, a, 204)[1] < 0 for a, b in zip(first, last, strict=True)])
    assert seen == pytest.approx(0.8, abs=0.03)


def test_blanks_can_hide_a_change():
    clear, blurred = answers(m01=(40, 20, 0), m12=(20, 40, 0)), answers(m01=(30, 20, 10), m12=(20, 30, 10))
    assert change(clear).verdict == "fell"
    assert change(blurred).verdict == "cannot tell"
    assert change(answers(m01=(5, 5, 0), m12=(60, 0, 0))).verdict == "rose"


def test_without_incidents_at_either_end_nothing_is_compared():
    assert change(answers().reindex(columns=["day", "answer"])) is None


def test_a_mode_that_is_not_recorded_is_unknown_and_undated_incidents_are_left_out():
    frame = pd.DataFrame(
        {
            "shift_id": ["2016-02-01", "2016-02-01", "2016-02-01", ""],
            "received_on": pd.Series(pd.NaT, index=range(4)).astype("datetime64[us]"),
            "received_at": pd.Series(pd.NaT, index=range(4)).dt.tz_localize("Europe/London"),
            "contact_mode": ["telephone", "unknown", "advice", "telephone"],
            "deployed": ["no", "unknown", "yes", "no"],
        }
    )
    none = pd.DataFrame({"shift_id": [], "date": pd.to_datetime([]), "start": [], "end": []})
    assert answered(frame, none, "telephone")["answer"].tolist() == ["yes", "unknown", "no"]
    assert answered(frame, none, "deployed")["answer"].tolist() == ["no", "unknown", "yes"]


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_the_interval_holds_the_difference_and_turns_with_the_sides(a, n, b, m):
    yes, other = min(a, n), min(b, m)
    low, high = newcombe(yes, n, other, m)
    assert low - 1e-12 <= yes / n - other / m <= high + 1e-12
    assert newcombe(other, m, yes, n) == pytest.approx((-high, -low))


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(SchemaError, match="no move can be seen"):
        needed_a_month(0.3, 0.3, 12)
    with pytest.raises(SchemaError, match="at least one incident"):
        newcombe(0, 0, 1, 2)
