"""Exports as an administrator holds them: sets that relaylab ships, and what writes such sets from an estate.

All names are invented (Faker, the seed stands in ``make.py``); nothing is of a real tenant.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from relaylab_scenarios.exports.dialects import CSV, DIALECTS, Dialect
from relaylab_scenarios.exports.estate import ExportEstate, Names, an_estate
from relaylab_scenarios.exports.exporting import exported

__all__ = [
    "CSV",
    "DIALECTS",
    "Dialect",
    "ExportEstate",
    "Names",
    "an_estate",
    "example_folder",
    "examples",
    "exported",
]


def examples() -> tuple[str, ...]:
    """Name the sets of exports that come with relaylab."""
    return tuple(sorted(one.name for one in _folder().iterdir() if one.is_dir()))


def example_folder(name: str) -> Path:
    """Give the folder of one of them."""
    return _folder() / name


def _folder() -> Path:
    return Path(str(files("relaylab_scenarios") / "exports" / "data"))
