"""What commands say: tables on the terminal, one JSON object, and lines of progress."""

import json
from typing import Any

import click


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Give a frame's rows as JSON can carry them: what is missing is null, a day its date."""
    rows = json.loads(frame.to_json(orient="records", date_format="iso", double_precision=10))
    return [{str(name): value for name, value in row.items()} for row in rows]


def cell_of(value: object) -> str:
    """Write one value of a table; what is not known is a question mark."""
    if value is None or value == "unknown":
        return "?"
    if value == "not_applicable":
        return "n/a"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object, whose fields docs/cli.md defines."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def print_ledger(files: list[dict[Any, Any]]) -> None:
    """Print what became of the rows of each file."""
    for file in files:
        erased = f" + erased {file['erased']}" if file.get("erased") else ""
        click.echo(
            f"{file['name']}: read {file['rows_read']} = accepted {file['accepted']} + quarantined "
            f"{file['quarantined']} "
            f"+ refused {file['refused']}{erased}"
        )


def say_synthetic(project: Any) -> None:
    """Say of a project with invented records that they are."""
    if project.facts.synthetic:
        click.echo(project.facts.synthetic)


def tell(line: str) -> None:
    """Show a line of progress beside the answer, not in it."""
    click.echo(line, err=True)
