"""Records: brought in, checked, matched, judged, erased, and shown by week."""

import json
import shlex
from pathlib import Path
from typing import Any

import click

from geo.commands.asked import FOLDER, as_json, day_of
from geo.commands.told import cell_of, print_json, print_ledger, rows_of, say_synthetic
from geo.errors import ProjectError, SourceError
from geo.tables import SOURCES

MOST_PAIRS = 20
"""Pairs for review that are printed; JSON holds all."""

approved = click.option(
    "--columns", type=FOLDER, help="How to read the columns: a JSON file, as `check --propose` writes it."
)


@click.command("import")
@click.argument("project", type=FOLDER)
@click.argument("files", type=FOLDER, nargs=-1)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@approved
@click.option("--places", type=FOLDER, help="The project's list of junctions, marker posts and other named places.")
def import_(project: Path, files: tuple[Path, ...], source: str, columns: Path | None, places: Path | None) -> None:
    """
    Import FILES into PROJECT: extracts of one SOURCE and shift logs, each whole or not at all.

    A list of named places comes first, so that the files' incidents can stand at them; it replaces the one before.
    """
    from geo.places.named import PlaceList
    from geo.places.postcodes import Gazetteer
    from geo.store.history import counted
    from geo.store.intake import import_file
    from geo.store.project import digest_of, open_project

    if not files and places is None:
        raise click.UsageError("Missing argument 'FILES...': name what to import, or a list with --places.")
    opened, mapping, gazetteer = open_project(project), _mapping(columns), Gazetteer.default()
    if places is not None:
        listed = PlaceList.read(places)
        moved = opened.set_places(listed, gazetteer)
        number = counted(len(listed.frame()), "named place")
        click.echo(f"{places.name}: {number}; {counted(moved, 'incident')} placed anew")
    for file in files:
        imported = import_file(opened, file, source, gazetteer, columns=mapping)
        if imported is None:
            click.echo(f"{file.name}: {_imported_before(opened, file, source)}")
        for sentence in imported.faults if imported else ():
            click.echo(f"{file.name}: {sentence}")
    ledger = opened.ledger()
    print_ledger(ledger[ledger["sha256"].isin({digest_of(file) for file in files})].to_dict("records"))


@click.command()
@click.argument("file", type=FOLDER)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option("--sheet", help="Sheet of a workbook; every one that holds incidents when not said.")
@approved
@click.option("--propose", type=FOLDER, help="Write how the columns could be read, guesses too, to a JSON file.")
@as_json
def check(
    file: Path, source: str, sheet: str | None, columns: Path | None, propose: Path | None, as_json: bool
) -> None:
    """Read FILE and account for every row, without keeping anything."""
    from geo.incidents.read import read_extract

    extract = read_extract(file, source=source, sheet=sheet, columns=_mapping(columns))
    found: dict[str, Any] = {
        "rows_read": extract.rows_read,
        "accepted": len(extract.accepted),
        "quarantined": len(extract.quarantined),
        "refused": len(extract.refused),
        "faults": [*extract.faults, *(_left_out(row) for row in extract.quarantined.to_dict("records"))],
    }
    read_as = json.loads(extract.columns.to_json())
    if propose is not None:
        _propose(file, source, propose)
    if as_json:
        print_json(found | {"doubts": len(extract.doubts), "columns": read_as})
        return
    click.echo("read {rows_read} = accepted {accepted} + quarantined {quarantined} + refused {refused}".format(**found))
    click.echo("columns: " + ", ".join(f"{heading} = {field or 'not used'}" for heading, field in read_as["fields"]))
    for fault in found["faults"]:
        click.echo(f"- {fault}")


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--first", default="police", show_default=True, type=click.Choice(SOURCES))
@click.option("--second", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option("--weights", is_flag=True, help="Print the weights and the reasoning behind each, and nothing else.")
@as_json
def reconcile(project: Path, first: str, second: str, weights: bool, as_json: bool) -> None:
    """
    Compare two sources of PROJECT: which records may be one incident, what each source misses, how many there are.

    Pairs are proposed and never merged; those for review are settled in the app.
    """
    from geo.incidents.evidence import weight_table
    from geo.incidents.reconcile import propose_matches
    from geo.incidents.reconcile import reconcile as compare_sources
    from geo.store.project import open_project

    opened = open_project(project)
    if weights:
        _print_weights(weight_table(), as_json)
        return
    one, two = _two_sources(opened, first, second)
    matches = propose_matches(one, two, opened.decisions(), opened.shifts())
    found = compare_sources(one, two, matches)
    if as_json:
        print_json(_reconciled(found, matches) | {"synthetic": opened.facts.synthetic})
        return
    for sentence in found.sentences:
        click.echo(sentence)
    waiting = matches.pairs[matches.pairs["band"] == "review"]
    for pair in waiting.head(MOST_PAIRS).itertuples():
        click.echo(f"- for review: {pair.first_id} and {pair.second_id} ({pair.because})")
    if len(waiting) > MOST_PAIRS:
        click.echo(f"- and {len(waiting) - MOST_PAIRS} more; settle them in the app, or list all with --json")
    say_synthetic(opened)


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--csv", "table", type=FOLDER, help="Write every figure of the report as one table.")
@click.option("--template", type=FOLDER, help="Write the recording template (.xlsx), prefilled from the control room.")
@as_json
def quality(project: Path, table: Path | None, template: Path | None, as_json: bool) -> None:
    """Say what the records of PROJECT leave out, and what each blank costs."""
    from geo.incidents.quality import quality_report
    from geo.incidents.template import write_template
    from geo.release.cells import as_csv
    from geo.store.history import counted
    from geo.store.project import open_project
    from geo.whole import whole

    opened = open_project(project)
    incidents = opened.incidents()
    report = quality_report(incidents, opened.shifts(), opened.ledger(), opened.doubts(), opened.left_out())
    figures = report.table()
    written = []
    if table is not None:
        with whole(table) as beside:
            beside.write_bytes(as_csv(figures))
        written.append(f"{table}: {counted(len(figures), 'figure')}; a working copy: it counts single incidents")
    if template is not None:
        prefilled = counted(write_template(template, incidents), "incident")
        written.append(f"{template}: the recording template, {prefilled} prefilled; it holds records")
    if as_json:
        print_json(
            {
                "project": opened.facts.name,
                "synthetic": opened.facts.synthetic,
                "sentences": list(report.sentences),
                "figures": rows_of(figures),
            }
        )
        return
    for sentence in (*report.sentences, *written):
        click.echo(sentence)
    if not report.sentences:
        click.echo(f"nothing was imported yet; bring files in with: triage-map import {project} FILE")
    say_synthetic(opened)


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--before", help="Erase every record of a day before this one, as 2016-02-01.")
@click.option("--reference", help="Erase every record of this reference.")
@click.option("--import", "imported", help="Take this import back whole, by its file's name or sha256.")
def erase(project: Path, before: str | None, reference: str | None, imported: str | None) -> None:
    """
    Erase records of PROJECT for good, or take an import back.

    Records past the project's retention period go too. What was erased stays out when its file is imported again; an
    import that was taken back, which takes its mends and settled pairs along, can be made again.
    """
    from geo.store.history import counted
    from geo.store.project import open_project

    asked = [word for word in (before, reference, imported) if word is not None]
    if len(asked) != 1 or not asked[0].strip():
        raise click.UsageError("name one thing to erase: --before DATE, --reference R or --import NAME.")
    opened = open_project(project)
    if imported is not None:
        _take_back(opened, imported.strip())
        return
    number = opened.erase(before=day_of(before) if before else None, reference=reference or "")
    click.echo(f"{counted(number, 'record')} erased for good" if number else "no record fits; nothing was erased")
    if before and (undated := opened.undated()):
        click.echo(f"- without a readable date: {counted(undated, 'record')}, counted as of their import")
    for path in opened.files_beside():
        click.echo(f"- {path} may still hold them as received: delete it yourself")


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--week", required=True, help="The week's Monday, as 2016-02-01.")
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@as_json
def patterns(project: Path, week: str, source: str, as_json: bool) -> None:
    """Print the evaluation's weekly table of PROJECT for one week."""
    from geo.deployment.patterns import weekly_table
    from geo.store.project import open_project

    opened = open_project(project)
    days = weekly_table(opened.incidents(), opened.shifts(), day_of(week), source=source)
    if as_json:
        print_json({"days": [day.as_json() for day in days]})
        return
    fields = ["incidents", "minutes", "police_staffed", "nhs_staffed", "deployed", "s136"]
    click.echo("".join(["".ljust(16), *(f"{day.date:%a %d %b}".rjust(15) for day in days)]))
    for field in fields:
        click.echo(field.ljust(16) + "".join(cell_of(getattr(day, field)).rjust(15) for day in days))
    least = "at least " if any(day.minutes is None for day in days) else ""
    click.echo(f"minutes on incidents: {least}{sum(day.minutes_at_least for day in days):.0f}; '?' = not recorded")
    say_synthetic(opened)


def _mapping(file: Path | None) -> Any:
    """Read an approved mapping of columns, where one is named."""
    from geo.incidents.columns import ColumnMapping

    if file is None:
        return None
    try:
        return ColumnMapping.from_json(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise SourceError(f"{file} cannot be read ({reason}); check the path") from error


def _propose(file: Path, source: str, to: Path) -> None:
    """Write how the columns of the sheet with most rows could be read, for a person to correct and approve."""
    from geo.incidents.recognise import propose_columns
    from geo.whole import whole

    proposals = [proposal for proposal in propose_columns(file, source=source) if proposal.kind == "incidents"]
    if not proposals:
        raise SourceError(f"{file.name} holds no table of incidents to propose columns for")
    with whole(to) as beside:
        beside.write_text(max(proposals, key=lambda proposal: proposal.rows).mapping.to_json(), encoding="utf-8")


def _two_sources(project: Any, first: str, second: str) -> list[Any]:
    """Give the incidents of two sources that a project has."""
    if first == second:
        raise SourceError(f"{first} cannot be compared with itself; name two sources with --first and --second")
    incidents = project.incidents()
    found = [incidents[incidents["source"] == source] for source in (first, second)]
    for source, rows in zip((first, second), found, strict=True):
        if rows.empty:
            there = ", ".join(sorted(incidents["source"].unique())) or "none"
            raise ProjectError(
                f"the project has no incident of {source} (its sources: {there}); import an extract of it"
            )
    return found


def _reconciled(found: Any, matches: Any) -> dict[str, Any]:
    """Give a reconciliation as JSON fields."""
    from dataclasses import asdict

    shares = {name: getattr(found, name) for name in ("first_also_in_second", "second_also_in_first")}
    estimates = {name: getattr(found, name) for name in ("chapman", "chapman_if_reviewed")}
    return {
        "first": found.first_source,
        "second": found.second_source,
        **{name: getattr(found, name) for name in ("n_first", "n_second", "both", "review")},
        **{name: list(getattr(found, name)) for name in ("only_first", "only_second", "union")},
        **{name: asdict(share) for name, share in shares.items()},
        "period": [str(day.date()) for day in found.period] if found.period else None,
        **{name: asdict(estimate) if estimate else None for name, estimate in estimates.items()},
        "pairs": rows_of(matches.pairs),
        "settled_apart": rows_of(matches.apart),
        "missed": rows_of(found.missed),
        "fields": rows_of(found.fields),
        "sentences": list(found.sentences),
    }


def _print_weights(table: Any, as_json: bool) -> None:
    if as_json:
        print_json({"weights": rows_of(table)})
        return
    for row in table.itertuples():
        click.echo(f"{row.weight:+5.1f}  {row.evidence}: {row.finding} ({row.same:g} against {row.chance:.5g})")
        click.echo(f"       {row.reasoning}")


def _imported_before(project: Any, file: Path, source: str) -> str:
    """Say that a file was imported before, and the way out where it was as another source."""
    from geo.store.ledger import SHIFT_LOG
    from geo.store.project import digest_of

    known = project.imported_as(file)
    said = f"imported before, as {known}; nothing changed"
    if known in {source, SHIFT_LOG}:
        return said
    ledger, digest = project.ledger(), digest_of(file)
    name = ledger.loc[ledger["sha256"] == digest, "name"].iloc[0]
    called = name if (ledger["name"] == name).sum() == 1 else digest
    command = f"triage-map erase {shlex.quote(str(project.folder))} --import {shlex.quote(called)}"
    return f"{said}; to import it as {source}, take it back first with: {command}"


def _take_back(project: Any, name: str) -> None:
    """Take back the one import of that name or digest."""
    ledger = project.ledger()
    found = ledger[(ledger["name"] == name) | (ledger["sha256"] == name)]
    if len(found) != 1:
        known = ", ".join(repr(file) for file in ledger["name"]) or "none"
        how = "no import is called" if found.empty else f"{len(found)} imports are called"
        more = f"its imports: {known}" if found.empty else f"name one by its sha256: {', '.join(found['sha256'])}"
        raise ProjectError(f"{how} {name!r}; {more}")
    project.undo(found["sha256"].iloc[0], with_decisions=True)
    click.echo(f"{found['name'].iloc[0]}: taken back whole, with its mends and settled pairs")
    print_ledger(project.ledger().to_dict("records"))


def _left_out(row: dict[Any, Any]) -> str:
    return f"row {row['row']} quarantined: {row['reason']}" + (f"; {row['suggestion']}" if row["suggestion"] else "")
