"""The commands of `triage-map`, by what they are about; :mod:`geo.cli` puts them together."""
