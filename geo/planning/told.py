"""What a search found, told in sentences and as the fields of ``triage-map search --json`` (docs/cli.md)."""

from typing import Any

import numpy as np
import pandas as pd

from geo.numbers import thousands
from geo.planning.found import FREE, Found, OwnWindows, Plan
from geo.planning.worth import AIMS
from geo.week import ShiftPattern

MOST_PLANS = 12
"""Plans that the sentences list; JSON holds all."""


def sentences(found: Found) -> list[str]:
    """Tell what was found: the answer, the ceiling, more and own hours, the zone, every plan that was evaluated."""
    lines = [found.sentence, ceiling_words(found), own_windows_words(found), efficient_words(found)]
    lines += [zone_words(found), gap_words(found)]
    lines += [f"- {plan_words(plan)}" for plan in found.plans[:MOST_PLANS]]
    return [line for line in lines if line]


def ceiling_words(found: Found) -> str:
    """Say what free windows would reach, the price of a simple rota and the value of one more crewed hour."""
    free = ShiftPattern(found.windows.windows)
    top, price = found.windows.objective, max(found.rotas.price, 0.0)
    share = price / top if top else 0.0
    return (
        f"With nurse and car always free: free windows ({free.text}) {top:.1f} a month, the best rota "
        f"{found.rotas.objectives[0]:.1f}, so a simple rota costs {price:.2f} ({share:.1%}); one more crewed hour a "
        f"week would add {found.windows.another_hour:.2f}."
    )


def zone_words(found: Found) -> str:
    """Say how many bases give away at most 5% with the best rota; empty where no zone is known."""
    if not len(found.zone):
        return ""
    where = found.candidates["district"].iloc[found.zone].value_counts()
    most = f", most of them in {where.index[0]} ({where.iloc[0] / len(found.zone):.0%})" if where.index[0] else ""
    number = thousands(len(found.zone))
    if found.rules.cars > 1:
        return f"{number} bases are in sets that give away at most 5% of the best{most}."
    tried = thousands(found.tried)
    return f"{number} of {tried} postcodes give away at most 5% of the best{most}."


def gap_words(found: Found) -> str:
    """Say how much better another base and rota could be."""
    if np.isinf(found.gap):
        return "Whether other bases together are better was not proved within the limit."
    if found.stopped:
        return f"Stopped at the limit: another base and rota could be better by {found.gap:.1%} at most."
    if found.rules.cars - len(found.rules.locked) > 1 and found.rules.cars > 2:
        return "Bases are the best set of one postcode a place, in the plan's mean traffic; others may be better."
    if found.gap:
        return f"Another set of bases could be better by {found.gap:.1%} at most."
    return "No other base that was tried, and no other window, is better with nurse and car always free (proved)."


def own_windows_words(found: Found) -> str:
    """Say what two cars with windows of their own would reach; empty where that was not searched."""
    own = found.own_windows
    if own is None:
        return ""
    cars = " and ".join(f"{base.name}, {pattern.text}" for base, pattern in zip(own.bases, own.patterns, strict=True))
    more, hours = own.a_month - own.together, sum(pattern.crewed_hours for pattern in own.patterns)
    proof = f"others could be better by {own.gap:.1%} at most" if own.gap else "proved for the bases considered"
    if not own.better:
        return f"Windows of their own would not let two cars reach more than the same windows do ({proof})."
    share = f" ({more / own.together:.1%})" if own.together else ""
    return (
        f"With windows of their own, {hours:g} crewed hours together: {cars}: {own.a_month:.1f} a month, {more:.1f}"
        f"{share} more than with the same windows, with nurse and car always free ({proof})."
    )


def efficient_words(found: Found) -> str:
    """Say how reach grows with crewed hours: at both ends, and where half of the most is reached; empty of none."""
    table = found.efficient
    if table.empty:
        return ""
    least, most = table.iloc[0], table.iloc[-1]
    half = table[table["a_month"] >= most["a_month"] / 2].iloc[0]
    each = " of each car" if found.rules.cars > 1 else ""
    worst = "" if pd.isna(half["worst_district"]) else f", {half['worst_district']:.0%} in time in the worst district"
    cost = "" if pd.isna(half["cost_a_year"]) else f", {thousands(half['cost_a_year'])} pounds a year"
    return (
        f"From {least['crewed_hours']} to {most['crewed_hours']} crewed hours a week{each} the best rota reaches "
        f"{least['a_month']:.1f} to {most['a_month']:.1f} a month; {half['crewed_hours']} hours are enough for half of "
        f"the most ({half['pattern']}{worst}{cost})."
    )


def plan_words(plan: Plan) -> str:
    """Tell one plan in a line."""
    where = " and ".join(base.name for base in plan.scenario.bases)
    state = (
        "not clearly worse" if plan.open else "the ceiling" if plan.kind == FREE else f"beaten with {plan.beaten:.0%}"
    )
    return (
        f"{plan.kind}: {where}, {plan.scenario.pattern.text}: {plan.mean:.1f} ({plan.low:.1f}-{plan.high:.1f}) a "
        f"month, gives away {plan.regret:.1%}; {state}"
    )


def plans_table(found: Found) -> pd.DataFrame:
    """Give the plans that were evaluated, one a row, best first."""
    return pd.DataFrame([_row(plan) for plan in found.plans])


def as_json(found: Found) -> dict[str, Any]:
    """Give the fields that ``triage-map search --json`` prints."""
    zone = found.candidates.iloc[found.zone]
    return {
        "objective": found.rules.aim,
        "unit": f"incidents a month {AIMS[found.rules.aim]}",
        "cars": found.rules.cars,
        "crewed_hours": found.rules.crewed_hours,
        "tried": found.tried,
        "sentence": found.sentence,
        "named": found.named,
        "live_weeks": found.live_weeks,
        "unknown_hours": found.unknown_hours,
        "gap": found.gap if np.isfinite(found.gap) else None,
        "stopped": found.stopped,
        "locked": [base.postcode or base.name for base in found.rules.locked],
        "free_windows": {
            "pattern": ShiftPattern(found.windows.windows).text,
            "a_month": found.windows.objective,
            "another_hour": found.windows.another_hour,
        },
        "best_rota": {
            "pattern": ShiftPattern(found.rotas.windows[0]).text,
            "a_month": float(found.rotas.objectives[0]),
            "price": found.rotas.price,
            "rotas_tried": found.rotas.tried,
        },
        "plans": plans_table(found).to_dict("records"),
        "zone": _told(zone[["name", "district", "a_month", "worst_district"]]),
        "curve": found.curve.to_dict("records"),
        "front": _told(found.front.drop(columns=["easting", "northing"])),
        "own_windows": _own_windows(found.own_windows),
        "efficient": _told(found.efficient),
    }


def _own_windows(own: OwnWindows | None) -> dict[str, Any] | None:
    if own is None:
        return None
    return {
        "bases": [base.postcode or base.name for base in own.bases],
        "patterns": [pattern.text for pattern in own.patterns],
        "crewed_hours": [pattern.crewed_hours for pattern in own.patterns],
        "a_month": own.a_month,
        "together": own.together,
        "gap": own.gap,
    }


def _told(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table, what is not told as null."""
    return [
        {str(key): value for key, value in row.items()}
        for row in table.astype(object).where(table.notna(), None).to_dict("records")
    ]


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan.scenario.name,
        "kind": plan.kind,
        "bases": ", ".join(base.postcode or base.name for base in plan.scenario.bases),
        "pattern": plan.scenario.pattern.text,
        "crewed_hours": plan.scenario.pattern.crewed_hours,
        "a_month": plan.mean,
        "low": plan.low,
        "high": plan.high,
        "beaten": plan.beaten,
        "gives_away": plan.regret,
        "not_clearly_worse": plan.open,
        "unobserved_hours": plan.unobserved,
        "borrowed_hours": plan.borrowed,
        "worst_district": plan.worst_district,
    }
