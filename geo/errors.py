"""
Every error that Triage Map raises on purpose. Each says what, how many, which first, and what to do.

Each is also the builtin that a notebook would catch; the app and the command line catch :class:`GeoError`, and
anything else is a fault of ours that should be seen.
"""


class GeoError(Exception):
    """A problem that the user can mend; its text is the whole message."""


class SourceError(GeoError, ValueError):
    """A file, a folder, a package or a road source cannot be had or cannot be read."""


class SchemaError(GeoError, ValueError):
    """A table lacks a column, or holds a value, that its contract does not allow."""


class PlaceError(GeoError, LookupError):
    """A postcode, county or base that no gazetteer or boundary knows."""


class CrsError(GeoError, ValueError):
    """Coordinates without a reference system, or in one where metres are needed."""


class ScenarioError(GeoError, ValueError):
    """A shift pattern, response standard or scenario that cannot be understood."""


class ProjectError(GeoError, OSError):
    """A project folder that is missing, occupied, unreadable or cannot be written."""


class DisclosureError(GeoError, ValueError):
    """A release that would single out a few records, alone or together with an earlier one."""
