"""What the world file already says of the tenant, so that one new export alone is understood.

A trace says nothing of domains, connectors and accounts; last month's exports did, and their values stand in the file.
They are the background of an import, and are not written again. Where this import has the export that lists all there
are of a kind, that counts, and the file's tables of that kind do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from relaylab.app.world_file.grammar import TENANT
from relaylab_conformance.inventory.by_grammar import is_many
from relaylab_conformance.inventory.found import THERE, Entry, Findings, Value
from relaylab_conformance.inventory.keys import DEFINED_BY, key_of
from relaylab_conformance.inventory.origin import NOWHERE

Tenants = Sequence[Mapping[str, Any]]
NO_TENANTS: Final[Tenants] = ()


def recall(found: Findings, tenants: Tenants, wanted: str | None) -> None:
    """Put the tables of the tenant that the exports are of behind what was found; nothing where that is not clear."""
    there = _the_one(found, tenants, wanted)
    if there is None:
        return
    found.tenant_there = str(there["name"]).lower()
    own = {key: value for key, value in there.items() if key not in TENANT.tables and key != "name"}
    _put(found, "tenant", "", own)
    for table in TENANT.tables.keys() & there.keys():
        if set(DEFINED_BY.get(table, ())) & set(found.shapes):
            continue
        if not is_many(table):
            _put(found, table, "", there[table])
        for number, one in enumerate(there[table] if is_many(table) else ()):
            _put(found, table, str(one.get(key_of(table), f"#{number}")), one)


def _the_one(found: Findings, tenants: Tenants, wanted: str | None) -> Mapping[str, Any] | None:
    """Choose by name; where no export names a tenant, take the only one there is, or the one whose domains are seen."""
    names = {wanted.lower()} if wanted else set(found.tenant_names)
    if names:
        return next((one for one in tenants if str(one["name"]).lower() in names), None)
    if len(tenants) == 1:
        return tenants[0]
    seen = {domain for domain, _ in found.used_domains()}
    owners = [one for one in tenants if seen & {str(each["name"]).lower() for each in one.get("accepted_domain", ())}]
    return owners[0] if len(owners) == 1 else None


def _put(found: Findings, table: str, key: str, values: Mapping[str, Any]) -> None:
    fresh = Entry(table, key, NOWHERE, is_there=True)
    entry = found.entries.setdefault((table, key.casefold()), fresh)
    for name, value in values.items():
        if name not in entry.empty:
            entry.values.setdefault(name, Value(value, THERE))
