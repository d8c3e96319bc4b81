"""The brief: two pages for commissioners, as a Word file or as one HTML file, with its manifest inside."""

import datetime as dt
import json
import math
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from geo.deployment.patterns import period_of
from geo.errors import ScenarioError, SchemaError, SourceError
from geo.places.boundaries import Edition, load_areas
from geo.release.brief import Brief
from geo.release.content import draw_up
from geo.release.disclosure import policy_of
from geo.release.document import as_document
from geo.release.export import count_districts
from geo.release.ledger import Cell, Release, check_release
from geo.release.material import Material
from geo.release.page import as_page
from geo.release.review import Period, Review, review
from geo.release.targets import Target
from geo.scenarios.compare import compare
from geo.scenarios.evaluate import Outcome, evaluate
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.settings import user
from geo.store.loading import Selection, load_roads, load_world, select, watch
from geo.store.project import Project
from geo.store.releases import Made
from geo.whole import whole

MOST = 6

FORMATS: dict[str, Callable[[Brief], bytes]] = {
    ".docx": as_document,
    ".html": lambda brief: as_page(brief).encode("utf-8"),
}


def make_brief(
    project: Project,
    scenarios: Sequence[Scenario],
    mode: str = "release",
    selection: Selection = Selection(),
    *,
    against: Period | None = None,
    targets: Sequence[Target] = (),
    edition: Edition = "2011-2021",
    seed: int = 0,
    world: World | None = None,
    answer: Callable[[Scenario], Outcome] | None = None,
) -> Brief:
    """
    Answer one to six scenarios of a project, and draw up the brief; the first is what the others are held against.

    The counts of districts are checked against every earlier export and kept in the project's log, in every mode.

    Parameters
    ----------
    mode
        ``release`` (public), ``partner`` or ``working``; see :mod:`geo.release.disclosure`.
    against
        A period to hold the selection's against: the quarterly review.
    targets
        What the plans are to reach, to be held against.
    world, answer
        The world of that project and selection, and what answers scenarios in it with the same seed, where they are at
        hand already.

    Raises
    ------
    ScenarioError
        If there are no scenarios, too many, or two of one name.
    DisclosureError
        If, with what left before, it would single out a few records.
    SchemaError
        If the mode does not exist or holds back even the county's count, or the periods cannot be compared.
    """
    policy = policy_of(mode)
    _check(scenarios)
    here = world or load_world(project, load_roads(project), selection, seed=seed)
    outcomes = tuple(answer(one) if answer else evaluate(one, here, seed=seed) for one in scenarios)
    period = _period(project, selection)
    material = Material(
        facts=project.facts,
        areas=load_areas(project.facts.county),
        edition=edition,
        world=here,
        outcomes=outcomes,
        comparison=compare(outcomes) if len(outcomes) > 1 else None,
        policy=policy,
        source=selection.source,
        period=period,
        targets=tuple(targets),
        review=_review(project, selection, period, against) if against else None,
        seed=seed,
        run={"software": version("triage-map"), "data_version": project.version},
        made=dt.datetime.now(dt.UTC).date(),
    )
    brief = draw_up(material)
    project.log_export(_release(material), check_release, Made(user(), "brief", "brief"))
    return brief


def write_brief(brief: Brief, path: Path, manifest: Path | None = None) -> None:
    """
    Write a brief as its file's ending says, whole or not at all, and its manifest beside it where that is asked for.

    Raises
    ------
    SourceError
        If the ending is neither ``.docx`` nor ``.html``, or the file cannot be written.
    """
    content = as_bytes(brief, path.suffix)
    with whole(path) as beside:
        beside.write_bytes(content)
    if manifest is not None:
        with whole(manifest) as beside:
            beside.write_text(manifest_text(brief), encoding="utf-8")


def as_bytes(brief: Brief, ending: str) -> bytes:
    """Give a brief as a file of an ending, ``.docx`` or ``.html``; :class:`SourceError` for any other."""
    check_ending(ending)
    return FORMATS[ending.lower()](brief)


def check_ending(ending: str) -> None:
    """Raise :class:`SourceError` if a brief cannot be written to a file of this ending."""
    if ending.lower() not in FORMATS:
        raise SourceError(f"a brief is no {ending or 'file without an ending'}; name it .docx or .html")


def manifest_text(brief: Brief) -> str:
    """Give the manifest as JSON."""
    return json.dumps(brief.manifest, ensure_ascii=False, indent=2, allow_nan=False)


def _release(material: Material) -> Release:
    """Say what leaves, for the log: the counts of districts with the records behind them; a working copy has none."""
    period = " to ".join(material.period.as_dates())
    selection = f"districts {material.edition}, {material.source}, {period}"
    made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    if not material.protected:
        return Release(made, material.policy.mode, selection, ())
    records = count_districts(material.world.located, material.areas, material.edition).records["incidents"]
    cells = tuple(
        Cell(area, "incidents", None if math.isnan(material.places[area]) else int(material.places[area]), marks)
        for area, marks in records.items()
    )
    return Release(made, material.policy.mode, selection, cells)


def _check(scenarios: Sequence[Scenario]) -> None:
    if not 1 <= len(scenarios) <= MOST:
        raise ScenarioError(f"a brief holds one to {MOST} scenarios, not {len(scenarios)}; choose fewer, or one")
    names = [one.name for one in scenarios]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ScenarioError(f"{twice[0]!r} stands in the brief twice; name each scenario once")


def _period(project: Project, selection: Selection) -> Period:
    """Give the days of a selection; an open end is that of the records."""
    recorded = period_of(*select(project, selection))
    if recorded is None:
        raise SchemaError("there is no incident of this source in this period; choose another, or import its extract")
    return Period(selection.first or recorded[0], selection.last or recorded[1])


def _review(project: Project, selection: Selection, period: Period, against: Period) -> Review:
    mine, theirs = (Selection(selection.source, one.first, one.last, selection.profile) for one in (period, against))
    now, before = ((select(project, one)[0], watch(project, one)) for one in (mine, theirs))
    return review(now, before, (period, against))
