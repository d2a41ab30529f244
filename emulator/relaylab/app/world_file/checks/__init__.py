"""What no table can say of itself: checks across the tables of a draft, in one visible tuple."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from relaylab.app.world_file import roots
from relaylab.app.world_file.checks import (
    acs,
    acs_rest,
    applications,
    catalogue,
    connectors,
    directory,
    estate,
    high_volume,
    names,
    notes,
    records,
    spoofing,
)
from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault
from relaylab.app.world_file.known import KnownNames

CHECKS: Final[tuple[Callable[[Draft, KnownNames], Iterator[Fault]], ...]] = (
    *catalogue.CHECKS,
    *names.CHECKS,
    *directory.CHECKS,
    *applications.CHECKS,
    *connectors.CHECKS,
    *estate.CHECKS,
    *high_volume.CHECKS,
    *roots.CHECKS,
    *records.CHECKS,
    *spoofing.CHECKS,
    *acs.CHECKS,
    *acs_rest.CHECKS,
)
NOTES: Final = (*notes.NOTES, *acs.NOTES, *acs_rest.NOTES)

__all__ = ["CHECKS", "NOTES"]
