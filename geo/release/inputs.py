"""What a plan takes as given: every input with its value and where that comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo.coverage.response import ResponseStandard
from geo.deployment.work import Work
from geo.scenarios.scenario import Scenario

AS_SET = "as set in the plan"
ASSUMED = "assumption"
WEEKS = "two published weeks of Operation Alloy: 755 minutes over 16 timed incidents, 6 taken as deployments"


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, its value in words, and the source of that value."""

    name: str
    value: str
    source: str


def inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Give every input of a plan, defaults and given values alike, always in the same order."""
    return (*_plan(scenario), *_shares(scenario), *_standard(scenario.standard), *_work(scenario.work))


def side_by_side(scenarios: Sequence[Scenario], letters: str) -> tuple[Input, ...]:
    """
    Give the inputs of several plans in one list: a value that all share once, others with the letters of their plans.
    """
    return tuple(_merged(each, letters) for each in zip(*(inputs(one) for one in scenarios), strict=True))


def _merged(same: Sequence[Input], letters: str) -> Input:
    values = _grouped([one.value for one in same], letters)
    sources = _grouped([one.source for one in same], letters)
    return Input(same[0].name, values, sources)


def _grouped(texts: Sequence[str], letters: str) -> str:
    holders: dict[str, list[str]] = {}
    for text, mark in zip(texts, letters, strict=False):
        holders.setdefault(text, []).append(mark)
    if len(holders) == 1:
        return texts[0]
    return "; ".join(f"{', '.join(marks)}: {text}" for text, marks in holders.items())


def _plan(scenario: Scenario) -> Iterable[Input]:
    officers, released, cost = scenario.officers, scenario.released_minutes, scenario.cost_a_year
    yield Input("Cars, of which roaming", f"{scenario.cars}, {scenario.roaming}", AS_SET)
    yield Input("Deployment model", scenario.model.value, AS_SET)
    yield Input("Telephone and advice line", scenario.line.text if scenario.line else "none", AS_SET)
    yield Input("Speeds", scenario.speeds.name, "docs/drive-times.md, each with its source")
    yield Input("Officers from response, a car", f"{officers}", ASSUMED if officers == 1 else AS_SET)
    yield Input(
        "Officer minutes given back, a person reached",
        "not told" if released is None else f"{released:g}",
        "none given: not counted" if released is None else AS_SET,
    )
    yield Input(
        "Cost a year, pounds",
        "not told" if cost is None else f"{cost:,.0f}",
        "none given: not counted" if cost is None else AS_SET,
    )


def _shares(scenario: Scenario) -> Iterable[Input]:
    told = {
        "Share judged appropriate for the car": (scenario.appropriate_share, "recorded judgements, doubt included"),
        "Nights with the nurse on duty": (scenario.nurse_reliability, "shift log, blanks as doubt"),
        "Nights with an officer, given the nurse": (scenario.officer_reliability, "shift log, blanks as doubt"),
    }
    for name, (value, source) in told.items():
        yield Input(
            name,
            "from this project" if value is None else f"{value:.0%}",
            source if value is None else AS_SET,
        )


def _standard(standard: ResponseStandard) -> Iterable[Input]:
    usual = ResponseStandard()
    yield Input("Response standard, minutes", f"{standard.minutes:g}", "the plan's: no national standard exists")
    mobilise = standard.mobilise_mean, standard.mobilise_sd
    as_usual = mobilise == (usual.mobilise_mean, usual.mobilise_sd)
    yield Input("Mobilising, minutes (SD)", f"{mobilise[0]:g} ({mobilise[1]:g})", ASSUMED if as_usual else AS_SET)
    errors = standard.sigma, standard.tau
    as_usual = errors == (usual.sigma, usual.tau)
    yield Input(
        "Error of a drive, log SD: each trip, all trips",
        f"{errors[0]:g}, {errors[1]:g}",
        ASSUMED if as_usual else standard.error_source or AS_SET,
    )


def _work(work: Work) -> Iterable[Input]:
    usual = Work()

    def source(name: str, otherwise: str = ASSUMED) -> str:
        return otherwise if getattr(work, name) == getattr(usual, name) else AS_SET

    both = work.advice_minutes, work.deployed_minutes
    as_usual = both == (usual.advice_minutes, usual.deployed_minutes)
    yield Input("Minutes of advice, of a deployment", f"{both[0]:g}, {both[1]:g}", WEEKS if as_usual else AS_SET)
    advises = "yes" if work.advises_while_deployed else "no"
    yield Input("Nurse advises while deployed", advises, source("advises_while_deployed"))
    yield Input("No car sent in the last minutes of a shift", f"{work.last_job_minutes:g}", source("last_job_minutes"))
    others = f"{work.other_emergencies_a_month:g}, {work.other_minutes:g}"
    same = (work.other_emergencies_a_month, work.other_minutes) == (
        usual.other_emergencies_a_month,
        usual.other_minutes,
    )
    yield Input("Other emergencies a month, minutes each", others, ASSUMED if same else AS_SET)
