"""A world as far as it could be read: every table that stands, where it stands, and what is wrong with the others.

Laws of the checks that read a draft: what a table leaves out is held against it only if nothing in it is broken
(``fine``), and nobody is accused of naming something that may stand in a broken table (``is_whole``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from relaylab.app.world_file.errors import ROOT, Fault, Place
from relaylab.domain.tenant import Tenant

N = TypeVar("N")
NAMING: Final = frozenset({"name", "address", "proxy_addresses", "external_email_address", "app_id"})


@dataclass(frozen=True, slots=True)
class Entry(Generic[N]):
    """A table that could be read: where it stands, under which tenant, and whether every key of it could be used."""

    place: Place
    scope: Place
    noun: N
    written: Mapping[str, object]
    is_fine: bool


@dataclass(slots=True)
class Draft:
    """What was read so far; ``holes`` are the kinds of noun of which something may be missing, by scope.

    Tables are found by their tenant and by their place without looking at those of others: a world of ten thousand
    tenants asks for each of them.
    """

    faults: list[Fault] = field(default_factory=list)
    entries: dict[type, list[Entry[Any]]] = field(default_factory=dict)
    holes: set[tuple[Place, type]] = field(default_factory=set)
    _by_scope: dict[tuple[type, Place], list[Entry[Any]]] = field(default_factory=dict)
    _by_place: dict[tuple[type, Place], Entry[Any]] = field(default_factory=dict)

    def add(self, noun: type[N], entry: Entry[N]) -> None:
        """Take a table in."""
        self.entries.setdefault(noun, []).append(entry)
        self._by_scope.setdefault((noun, entry.scope), []).append(entry)
        self._by_place[noun, entry.place] = entry

    def at(self, noun: type[N], place: Place) -> Entry[N] | None:
        """Give the table of a kind at a place."""
        return self._by_place.get((noun, place))

    def of(self, noun: type[N], scope: Place | None = None) -> list[Entry[N]]:
        """Give the tables of a kind, those under one tenant or all."""
        return list(self.entries.get(noun, ()) if scope is None else self._by_scope.get((noun, scope), ()))

    def fine(self, noun: type[N]) -> list[Entry[N]]:
        """Give the tables of a kind in which nothing is broken."""
        return [entry for entry in self.of(noun) if entry.is_fine]

    def tenants(self) -> list[Place]:
        """Give the place of every tenant, also of those that could not be read whole."""
        under = {entry.scope: None for entries in self.entries.values() for entry in entries if entry.scope != ROOT}
        return list({entry.place: None for entry in self.of(Tenant)} | under)

    def is_whole(self, noun: type, scope: Place | None = None) -> bool:
        """Tell whether every table of that kind could be read as far as its names go, under one tenant or anywhere."""
        return not any(
            scope in {None, where} if kind is noun else scope is None and (where, kind) == (ROOT, Tenant)
            for where, kind in self.holes
        )
