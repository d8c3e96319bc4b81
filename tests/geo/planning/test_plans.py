"""Plans searched in a small world of villages along one road, where every answer can be found by hand or by trying."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import geo
from geo.demand.profile import published_profile
from geo.errors import ScenarioError, SchemaError
from geo.planning import pairs
from geo.planning.candidates import Search
from geo.planning.found import AS_NOW, FREE, OwnWindows, Rules
from geo.planning.plans import search_plans
from geo.planning.rotas import every_rota
from geo.planning.told import as_json, efficient_words, own_windows_words, sentences
from geo.planning.weighed import weigh_evidence
from geo.planning.windows import crewed_hours_of
from geo.planning.worth import Survey, hour_values, nearest_free, ready_a_month, score_of, undominated
from tests.geo.planning.villages import KM, PLAN, RULES, WORLD, village_world


@pytest.fixture(scope="module")
def found():
    return search_plans(PLAN, WORLD, RULES)


def values_of_all(aim="face_to_face"):
    """The worth of an hour at each of the ten postcodes, from a full survey of them."""
    points = WORLD.points
    reach = Survey(PLAN, WORLD).reach(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
    return reach.values(ready_a_month(PLAN, WORLD, aim), aim)


@pytest.mark.parametrize("aim", ["face_to_face", "equity"])
def test_the_best_base_and_windows_are_those_of_trying_every_postcode(aim):
    found = search_plans(PLAN, WORLD, replace(RULES, aim=aim))
    tried = geo.best_windows(values_of_all(aim), crewed_hours=28, lengths=(4, 6), told_only=True)
    assert found.windows.objective == pytest.approx(tried.objective, rel=1e-6)
    rotas = geo.best_rotas(values_of_all(aim), crewed_hours=28, lengths=(4, 6), told_only=True)
    assert found.rotas.objectives[0] == pytest.approx(rotas.objectives[0], rel=1e-6)
    assert found.gap == 0
    assert found.tried == 10


def test_no_hour_without_a_rate_is_recommended(found):
    told = WORLD.demand.told
    for plan in found.plans:
        assert not (plan.scenario.pattern.hours[~told] > 0).any()
        assert plan.unobserved == 0
    assert found.unknown_hours == 126
    assert "Of 126 of the 168 hours of the week nothing is known" in found.sentence
    with pytest.raises(SchemaError, match=r"no shift of 8 to 8 hours lies within the hours .* \(42 of 168\)"):
        search_plans(PLAN, WORLD, Rules(lengths=(8,)))


def test_a_second_exposure_lends_hours_and_the_plan_says_how_many():
    quiet_evenings = [4.0] * 18 + [0.5] * 6
    text = 'title = "Days"\ncitation = "made up"\nedition = "2016"\neffective = 5000\n'
    lent = published_profile(text + f"weights = {quiet_evenings}")
    found = search_plans(PLAN, village_world(profile=lent), RULES)
    best = found.best
    assert found.unknown_hours == 0
    assert best.borrowed == best.scenario.pattern.crewed_hours == 28
    assert "28 of its weekly hours rest on a second exposure alone" in found.sentence
    assert not found.named  # those hours were never on duty


def test_the_zone_holds_every_base_within_five_per_cent_and_no_other(found):
    crewed = crewed_hours_of(found.rotas.windows[0])
    totals = np.nan_to_num(values_of_all())[:, crewed].sum(axis=1)
    near = {name for name, total in zip(WORLD.points.index, totals, strict=True) if total >= 0.95 * totals.max()}
    assert set(found.candidates["name"].iloc[found.zone]) == near
    assert "AA5 1AA" not in near


def test_plans_are_worth_what_the_whole_model_says_on_the_same_draws(found):
    best = found.best
    assert best.mean == pytest.approx(geo.evaluate(best.scenario, WORLD).waterfall.reached.mean())
    assert found.draws.shape == (200, len(found.plans))
    assert [plan.mean for plan in found.plans] == sorted((plan.mean for plan in found.plans), reverse=True)
    assert best.open
    assert best.beaten == best.regret == 0
    now = found.now
    assert now.scenario is PLAN
    assert now.kind == AS_NOW
    assert not now.open
    assert found.plans[-1] is now


def test_free_windows_are_a_ceiling_and_never_the_best_plan():
    pulled = replace(RULES, crewed_hours=30, lengths=(4, 5, 6), rest=20)
    found = search_plans(PLAN, WORLD, pulled)
    free = [plan for plan in found.plans if plan.kind == FREE]
    assert len(free) == 1
    assert not free[0].open
    assert found.best.kind != FREE
    assert found.windows.objective >= found.rotas.objectives[0] - 1e-9


def test_what_one_more_hour_brings_is_the_step_of_the_curve(found):
    curve = found.curve.set_index("hours")["a_month"]
    assert (curve.diff().dropna() >= -1e-9).all()
    assert curve[28] == pytest.approx(found.rotas.ceiling, rel=1e-6)
    assert found.windows.another_hour == pytest.approx(curve[29] - curve[28], abs=1e-9)
    assert found.rotas.price >= -1e-9


def test_below_twelve_live_weeks_no_plan_is_named():
    few = search_plans(PLAN, village_world(weeks=4), RULES)
    assert not few.named
    assert few.sentence.startswith("With 4.0 live weeks no single plan can be named; one of the best is")
    assert search_plans(PLAN, WORLD, RULES).named


def test_a_list_of_bases_is_all_that_is_tried():
    far = geo.Base("far", 60 * KM, 0.0)
    near = geo.Base("near", 4 * KM, 0.0)
    found = search_plans(PLAN, WORLD, RULES, bases=[far, near])
    assert found.tried == 2
    assert found.bases[0].name == "near"


def test_nurse_contact_does_not_depend_on_the_base():
    found = search_plans(PLAN, WORLD, replace(RULES, aim="nurse_contact"))
    assert found.bases == PLAN.bases
    telephone = replace(PLAN, model=geo.DeploymentModel("telephone"))
    assert search_plans(telephone, WORLD, replace(RULES, aim="nurse_contact")).best.worst_district is None
    with pytest.raises(ScenarioError, match="sends no car"):
        search_plans(telephone, WORLD, RULES)


def test_two_cars_are_the_best_pair_of_all(monkeypatch):
    monkeypatch.setattr(pairs, "SQUARES", (100.0,))
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2))
    points, every = WORLD.points, pairs.every_pair(10)
    reach = Survey(PLAN, WORLD).reach(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
    ready = ready_a_month(PLAN, WORLD, "face_to_face")
    values = hour_values(ready, reach.level_of_hour, pairs.pair_scores(reach, every, "face_to_face", busy_of(found)))
    rules = {"crewed_hours": 28, "lengths": (4, 6), "told_only": True}
    assert found.windows.objective == pytest.approx(geo.best_windows(values, **rules).objective, rel=1e-5)
    assert found.rotas.objectives[0] == pytest.approx(geo.best_rotas(values, **rules).objectives[0], rel=1e-5)
    assert found.gap == 0
    assert found.tried == 55
    assert found.best.scenario.cars == 2
    assert found.best.mean > search_plans(PLAN, WORLD, RULES).best.mean


def busy_of(found):
    """The share of the time a car is out, as the search took it: from the plan as it is, with two cars."""
    return Search(PLAN, WORLD, found.rules, Survey(PLAN, WORLD), np.zeros(168), 0, print).busy()


def test_a_long_list_for_two_cars_gives_what_every_pair_of_it_would(monkeypatch):
    listed = [geo.Base(name, row.easting, row.northing, name) for name, row in WORLD.points.iterrows()]
    exact = search_plans(PLAN, WORLD, replace(RULES, cars=2), bases=listed)
    monkeypatch.setattr(pairs, "ALL_PAIRS", 3)
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2), bases=listed)
    assert found.gap == 0
    assert found.windows.objective == pytest.approx(exact.windows.objective)
    assert found.rotas.objectives[0] == pytest.approx(exact.rotas.objectives[0])


def test_pairs_that_were_not_tried_are_in_the_gap(monkeypatch):
    exact = search_plans(PLAN, WORLD, replace(RULES, cars=2)).rotas.objectives[0]
    monkeypatch.setattr(pairs, "MOST_PAIRS", 1)
    monkeypatch.setattr(pairs, "PAIRS_AT_ONCE", 1)
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2))
    assert found.rotas.objectives[0] * (1 + found.gap) >= exact * (1 - 1e-6)


def test_three_cars_are_placed_among_one_postcode_a_place():
    found = search_plans(PLAN, WORLD, replace(RULES, cars=3))
    assert len(found.bases) == 3
    assert found.best.mean >= search_plans(PLAN, WORLD, replace(RULES, cars=2)).best.mean - 0.2


def test_two_cars_with_windows_of_their_own_are_the_best_of_every_pair_and_rota():
    listed = [geo.Base(name, row.easting, row.northing, name) for name, row in WORLD.points.iloc[::2].iterrows()]
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2), bases=listed)
    own, busy, points = found.own_windows, busy_of(found), WORLD.points.iloc[::2]
    reach = Survey(PLAN, WORLD).reach(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
    ready = ready_a_month(PLAN, WORLD, "face_to_face")
    legal = every_rota(56, (4, 6))
    legal = legal.kept(legal.worth(np.isnan(ready).astype(float)) == 0)
    on, every = legal.crewed(range(len(legal))).astype(float), pairs.every_pair(5)
    values, both = (
        np.nan_to_num(hour_values(ready, reach.level_of_hour, score))
        for score in ((1 - busy) * reach.score("face_to_face"), pairs.pair_scores(reach, every, "face_to_face", busy))
    )
    best = 0.0
    for (i, j), together in zip(every, both, strict=True):
        sums = (on @ values[i])[:, None] + on @ values[j] - (on * (values[i] + values[j] - together)) @ on.T
        fits = legal.hours[:, None] + legal.hours <= 56
        best = max(best, float(sums[fits].max()))
    assert own.a_month == pytest.approx(best, rel=1e-5)
    assert own.gap == 0
    assert own.together == found.rotas.objectives[0] <= own.a_month
    assert sum(pattern.crewed_hours for pattern in own.patterns) <= 56


def test_nurses_of_two_cars_are_on_duty_at_different_hours():
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2, aim="nurse_contact", crewed_hours=14, lengths=(2,)))
    one, other = (pattern.hours for pattern in found.own_windows.patterns)
    assert not (one * other).any()
    assert found.own_windows.a_month > found.own_windows.together


def test_more_crewed_hours_reach_more_and_the_best_rota_is_on_the_front(found):
    front = found.efficient.set_index("crewed_hours")
    assert (front["a_month"].diff().dropna() > 0).all()
    assert front["a_month"].loc[:28].iloc[-1] == pytest.approx(found.rotas.objectives[0])
    assert front["worst_district"].between(0, 1).all()
    assert front["cost_a_year"].isna().all()
    told = WORLD.demand.told
    every = WORLD.demand.hour_rates.mean(axis=0)[told].sum() * 365.25 / 12 / 7
    assert front["share"].iloc[-1] == pytest.approx(front["a_month"].iloc[-1] / every)


def test_crewed_hours_cost_what_those_of_the_plan_do():
    asked = replace(PLAN, cost_a_year=280_000.0)  # for 28 hours a week
    found = search_plans(asked, WORLD, replace(RULES, cars=2), left=none_left)
    front = found.efficient
    assert front["cost_a_year"].tolist() == pytest.approx((front["crewed_hours"] * 2 * 10_000).tolist())


def base_of(name):
    point = WORLD.points.loc[name]
    return geo.Base(name, point["easting"], point["northing"], name)


def test_a_base_that_is_kept_is_in_every_set_and_the_best_other_is_found():
    kept, points = base_of("AA5 1AA"), WORLD.points
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2, locked=(kept,)))
    reach = Survey(PLAN, WORLD).reach(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
    theirs = np.broadcast_to(reach.chances[:, [points.index.get_loc("AA5 1AA")]], reach.chances.shape)
    both = nearest_free(np.stack([reach.chances, theirs]), busy_of(found))
    score = score_of(both, reach.shares, reach.member, "face_to_face")
    values = hour_values(ready_a_month(PLAN, WORLD, "face_to_face"), reach.level_of_hour, score)
    tried = geo.best_rotas(values, crewed_hours=28, lengths=(4, 6), told_only=True)
    assert found.rotas.objectives[0] == pytest.approx(tried.objectives[0], rel=1e-6)
    assert {base.name for base in found.bases} == {points.index[tried.bases[0]], "AA5 1AA"}
    assert all(kept in plan.scenario.bases for plan in found.plans)
    assert kept in found.own_windows.bases


def test_bases_that_are_all_kept_leave_only_the_windows():
    kept = (base_of("AA1 1AA"), base_of("AA3 1AA"))
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2, locked=kept), left=none_left)
    assert sorted(found.bases) == sorted(kept)
    assert found.tried == 1
    third = search_plans(PLAN, WORLD, replace(RULES, cars=3, locked=kept[:1]), left=none_left)
    assert kept[0] in third.bases
    assert len(third.bases) == 3
    with pytest.raises(ScenarioError, match="2 bases must be kept, but there are 1 cars"):
        replace(RULES, locked=kept)


def none_left():
    """No time at all: as few plans are evaluated as can be."""
    return 0.0


def test_when_the_time_is_up_the_best_so_far_comes_with_a_true_gap(found):
    exact = found.rotas.objectives[0]
    first = search_plans(PLAN, WORLD, RULES, left=none_left)
    assert first.stopped
    assert first.rotas.objectives[0] <= exact * (1 + 1e-9)
    assert exact <= first.rotas.objectives[0] * (1 + first.gap) * (1 + 1e-5)
    assert f"Stopped at the limit, gap {first.gap:.1%}." in first.sentence


@pytest.mark.parametrize("asked", [0, 1])
def test_when_the_time_is_up_for_two_cars_the_gap_is_true_as_well(asked):
    clock = iter([1.0] * asked + [0.0] * 100)
    found = search_plans(PLAN, WORLD, replace(RULES, cars=2), left=lambda: next(clock))
    points, every = WORLD.points, pairs.every_pair(10)
    reach = Survey(PLAN, WORLD).reach(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
    ready = ready_a_month(PLAN, WORLD, "face_to_face")
    values = hour_values(ready, reach.level_of_hour, pairs.pair_scores(reach, every, "face_to_face", busy_of(found)))
    exact = geo.best_rotas(values, crewed_hours=28, lengths=(4, 6), told_only=True).objectives[0]
    assert found.stopped
    assert exact <= found.rotas.objectives[0] * (1 + found.gap) * (1 + 1e-5)
    assert len(found.plans) <= 3


def test_progress_tells_the_best_so_far_and_may_cancel():
    said = []
    search_plans(PLAN, WORLD, RULES, progress=lambda share, words: said.append((share, words)))
    assert any(words.startswith("best so far AA") for _, words in said)
    assert [share for share, _ in said] == sorted(share for share, _ in said)

    def cancel(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search_plans(PLAN, WORLD, RULES, progress=cancel)


def test_bounds_are_never_below_what_a_postcode_reaches():
    survey, points = Survey(PLAN, WORLD), WORLD.points
    for aim in ("face_to_face", "equity"):
        _, bounds = survey.first_look(aim)
        reach = survey.reach(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
        assert (bounds >= reach.score(aim) - 1e-6).all()


@pytest.mark.parametrize("seed", range(5))
def test_what_is_dominated_is_never_best_whatever_the_weights(seed):
    rng = np.random.default_rng(seed)
    score = rng.random((3, 40)).round(1)
    kept = undominated(score)
    for weight in rng.random((50, 3)):
        assert (weight @ score[:, kept]).max() == pytest.approx((weight @ score).max())


def test_the_search_is_told_in_sentences_and_fields(found):
    lines = sentences(found)
    assert lines[0] == found.sentence
    assert "a simple rota costs" in lines[1]
    assert sum(line.startswith("- ") for line in lines) == len(found.plans)
    told = as_json(found)
    assert told["plans"][0]["not_clearly_worse"]
    assert len(told["zone"]) == len(found.zone)
    assert told["unit"] == "incidents a month reached face to face in time"


def fields_of(told):
    """The names of all fields of what is printed as JSON, at any depth."""
    if isinstance(told, dict):
        return set(told).union(*map(fields_of, told.values()))
    return set().union(*map(fields_of, told)) if isinstance(told, list) else set()


def test_every_field_that_search_prints_is_defined_in_the_docs(found):
    pattern = found.best.scenario.pattern
    own = OwnWindows(PLAN.bases * 2, (pattern, pattern), 12.0, 10.0, 0.0)
    both = replace(found, own_windows=own)
    residents = pd.Series(dict.fromkeys(["E1", "E2", "E3", "E4", "E5"], 100))
    evidence = weigh_evidence(found, WORLD, WORLD.shifts, residents, {})
    page = (Path(__file__).resolve().parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
    section = page.partition("\n### search\n")[2].partition("\n## ")[0]
    assert evidence.back_test is not None
    assert fields_of(as_json(both) | evidence.as_json()) <= set(re.findall(r"`(\w+)`", section))


def test_windows_of_their_own_are_told_where_they_bring_more(found):
    one, other = (geo.ShiftPattern.parse(text) for text in ("daily 18-22", "daily 20-00"))
    own = OwnWindows((base_of("AA1 1AA"), base_of("AA3 1AA")), (one, other), 12.0, 10.0, 0.0)
    said = own_windows_words(replace(found, own_windows=own))
    assert "56 crewed hours together: AA1 1AA, daily 18:00-22:00 and AA3 1AA, daily 20:00-00:00: 12.0 a month" in said
    assert "2.0 (20.0%) more than with the same windows" in said
    alike = own_windows_words(replace(found, own_windows=replace(own, a_month=10.0)))
    assert "would not let two cars reach more than the same windows do" in alike
    assert own_windows_words(found) == ""


def test_the_price_of_hours_is_told_where_the_plan_has_one(found):
    priced = found.efficient.assign(cost_a_year=found.efficient["crewed_hours"] * 10_000.0)
    most, half = priced.iloc[-1], priced[priced["a_month"] >= priced["a_month"].iloc[-1] / 2].iloc[0]
    said = efficient_words(replace(found, efficient=priced))
    assert f"to {most['crewed_hours']} crewed hours a week the best rota reaches" in said
    assert f"{half['crewed_hours']} hours are enough for half of the most" in said
    assert f"{half['crewed_hours'] * 10}\u2009000 pounds a year" in said
    assert "pounds" not in efficient_words(found)


def test_rules_that_are_none_are_refused():
    with pytest.raises(ScenarioError, match="there is no aim 'speed'"):
        Rules(aim="speed")
    with pytest.raises(ScenarioError, match="a search for 6 cars"):
        Rules(cars=6)
