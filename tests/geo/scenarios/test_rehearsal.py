"""A plan played through agrees with the exact figures where it should."""

from dataclasses import replace

import pytest

import geo
from geo.errors import ScenarioError
from geo.scenarios.rehearsal import CAR, NURSE, OVERRUN, rehearse
from tests.geo.scenarios.test_evaluate import ALLOY, WORLD


@pytest.mark.parametrize(
    "plan",
    [
        ALLOY,
        replace(ALLOY, cars=2),
        replace(ALLOY, work=geo.Work(advises_while_deployed=True)),
        replace(ALLOY, work=geo.Work(last_job_minutes=60, other_emergencies_a_month=20, other_minutes=98)),
        replace(ALLOY, model=geo.DeploymentModel.TELEPHONE),
    ],
    ids=["one car", "two cars", "a nurse at a desk", "other emergencies", "telephone"],
)
def test_exact_and_simulated_agree(plan):
    table = rehearse(plan, WORLD, 0.4, weeks=2000).set_index("figure")
    figures = (NURSE, CAR, OVERRUN) if plan.model.sends_car else (NURSE, OVERRUN)
    for figure in figures:
        row = table.loc[figure]
        noise = (row["high"] - row["low"]) / 2
        assert row["exact"] == pytest.approx(row["simulated"], abs=2 * noise + 0.4)


def test_long_handovers_keep_the_car_beyond_its_shift():
    table = rehearse(ALLOY, WORLD, 0.4, weeks=200).set_index("figure")
    assert table.loc[OVERRUN, "in_parts"] > 0
    assert table.loc[NURSE, "in_parts"] == pytest.approx(table.loc[NURSE, "simulated"], rel=0.5)


def test_a_roaming_car_cannot_be_played_through():
    with pytest.raises(ScenarioError, match="roaming car cannot be played through"):
        rehearse(replace(ALLOY, cars=2, roaming=1), WORLD, 0.4)
