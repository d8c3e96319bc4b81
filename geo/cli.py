"""
`triage-map …`: the same verbs as the pages. What goes wrong is one plain sentence on standard error and exit code 2.

JSON fields are defined in docs/cli.md.
"""

import sys

import click

from geo.commands import leaving, places, plans, projects, records, roads
from geo.errors import GeoError


@click.group(help="Where and when a mental-health street triage car is needed. For planning, never for live dispatch.")
@click.version_option(package_name="triage-map")
def commands() -> None:
    """Hold the commands."""


for room in (projects, records, places, roads, plans, leaving):
    for command in vars(room).values():
        if isinstance(command, click.Command):
            commands.add_command(command)


def main() -> None:
    """Run the command line: 0 when done, 2 with one plain sentence when not."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        click.echo(f"triage-map: {problem.format_message()} (see: triage-map --help)", err=True)
        sys.exit(2)
    except GeoError as problem:
        click.echo(f"triage-map: {problem}", err=True)
        sys.exit(2)
    except UnicodeEncodeError:
        click.echo("triage-map: a name holds bytes that are no text; rename the file or folder", err=True)
        sys.exit(2)
