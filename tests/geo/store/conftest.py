"""A project of a test's own, and files to import into it."""

from collections.abc import Callable
from pathlib import Path

import pytest

import geo
from geo.places.bases import Base
from geo.store.intake import import_file
from geo.store.ledger import Imported
from geo.store.project import Facts, Project, create_project

HEADINGS = "Ref,Date,Time,Postcode,Minutes,Notes"


@pytest.fixture(scope="session")
def facts() -> Facts:
    """What the tests' projects are about."""
    return Facts("A project", "Northamptonshire", Base("base", 475166.0, 257423.0, "NN4 0JQ"))


@pytest.fixture
def project(tmp_path: Path, facts: Facts) -> Project:
    """An empty project."""
    return create_project(tmp_path / "project", facts)


@pytest.fixture
def bring(project: Project, tmp_path: Path) -> Callable[..., Imported | None]:
    """Write a file of the lines given and import it, as the control room's unless said otherwise."""

    def import_lines(name: str, *lines: str, source: str = "police", headings: str = HEADINGS) -> Imported | None:
        folder = tmp_path / "received"
        folder.mkdir(exist_ok=True)
        file = folder / name
        file.write_text("\n".join([headings, *lines, ""]), encoding="utf-8")
        return import_file(project, file, source, geo.Gazetteer.default())

    return import_lines


@pytest.fixture
def adds_up(project: Project) -> Callable[[], bool]:
    """Say whether every file's line of the ledger adds up, and counts the rows that are in the tables."""

    def check() -> bool:
        ledger = project.ledger()
        ended = ledger[["accepted", "quarantined", "refused", "erased"]].sum(axis="columns")
        left_out = project.left_out()["state"].value_counts()
        return bool(
            (ledger["rows_read"] == ended).all()
            and ledger["accepted"].sum() == len(project.incidents()) + len(project.shifts())
            and ledger["quarantined"].sum() == left_out.get("quarantined", 0)
            and ledger["refused"].sum() == left_out.get("refused", 0)
        )

    return check
