"""An inventory brought into a world file: each thing finds its table, or gets one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from relaylab_conformance.inventory.by_grammar import kinds
from relaylab_conformance.inventory.found import Entry, Note, NoteKind
from relaylab_conformance.inventory.inventory import Inventory
from relaylab_conformance.inventory.keys import DEFINED_BY, key_of
from relaylab_conformance.inventory.origin import Origin
from relaylab_conformance.inventory.stand_in import lists_to_mend
from relaylab_conformance.inventory.world_text.blocks import UNKNOWN, Block, Statement
from relaylab_conformance.inventory.world_text.document import Document
from relaylab_conformance.inventory.world_text.sender_tables import SenderTables, ours
from relaylab_conformance.inventory.world_text.tables import (
    FROM,
    Change,
    fill,
    head,
    held,
    is_imported,
    said_by_import,
    update,
)

NOT_GIVEN: Final = "# not given of "
_SINGLE: Final = frozenset({"transport_config", "organization_config"})
_PREAMBLE: Final = """\
# A world file for relaylab, written by `relaylab import` from an administrator's exports.
#
# The comment behind a value says which file and row it came from; without one, the row is the one at the table's head.
# [1a2b] is a mark: as long as it fits its value, import may write that line anew. Change the value or write a line of
# your own, and it is yours: import says when an export disagrees, and leaves it alone. A line "# unknown: KEY" is what
# no export says, and whom or what to ask; write the key, and the line goes. Passwords are invented. The exports that
# were not given stand below, each with what it would tell; `relaylab import --script` prints what makes them.
"""


class Merger:
    """Brings one inventory into one document."""

    def __init__(self, document: Document, inventory: Inventory) -> None:
        self._document = document
        self.change = Change()
        self._inventory = ours(inventory, document, self.change)
        self._below: dict[str, dict[str, Block]] = {}
        self._last: dict[str, Block] = {}

    def merge(self) -> Change:
        """Do it, and say what was done."""
        self._preamble()
        tenant = self._tenant()
        for entry in self._inventory.entries:
            if entry.table in _SINGLE:
                self._single(tenant, entry)
            elif entry.table not in {"tenant", "dns"}:
                self._listed(tenant, entry)
        self._tell_gone(tenant)
        self._tell_lists()
        tables = SenderTables(self._document, self._inventory, self.change)
        tables.sites()
        self._records(self._inventory.of("dns"))
        domains = self._document.below(tenant, "accepted_domain")
        tables.senders(frozenset(str(one.value("name")).casefold() for one in domains))
        return self.change

    def _preamble(self) -> None:
        """Write what the file is, where it is new, and which exports were not given."""
        first = self._document.blocks[0]
        if not "".join(one.text for one in first.statements).strip() and len(self._document.blocks) == 1:
            first.statements = [Statement(line) for line in _PREAMBLE.splitlines(keepends=True)]
        start = f"{NOT_GIVEN}{self._inventory.tenant}: "
        earlier = [one.text for one in first.statements if one.text.startswith(start)]
        first.statements = [one for one in first.statements if one.text not in earlier]
        lines = [f"{start}{title}, {asks}\n" for title, asks in self._inventory.missing.items()]
        if self._was_imported():
            lines = [line for line in lines if line in earlier]  # the others were given before
        place = max((n for n, one in enumerate(first.statements) if one.text.startswith("#")), default=-1) + 1
        first.statements[place:place] = map(Statement, lines)

    def _was_imported(self) -> bool:
        """Tell whether the tenant came from exports before."""
        tenant = self._document.tenant(self._inventory.tenant)
        return tenant is not None and any(one.comment.startswith(FROM) for one in self._document.all_of(tenant))

    def _tenant(self) -> Block:
        name = self._inventory.tenant
        block = self._document.tenant(name)
        if block is None:
            block = self._document.add_tenant()
            self.change.added.append(f"tenant {name}")
        entry = next(iter(self._inventory.of("tenant")), Entry("tenant", "", Origin("")))
        own = {table for table in entry.unknown if table not in kinds("tenant")}
        have = {table for table in own if self._document.below(block, table)}
        entry.unknown = {key: said for key, said in entry.unknown.items() if key not in have}
        block.statements = [one for one in block.statements if not self._is_answered(one)]
        fill(block, f"tenant {name}", entry, self.change, {"name": name})
        return block

    def _is_answered(self, statement: Statement) -> bool:
        """Tell whether a question of an earlier import is asked anew by this one, if at all."""
        asked = statement.text.lstrip()
        if not asked.startswith(UNKNOWN):
            return False
        table, space, _ = asked.removeprefix(UNKNOWN).partition(": ")[0].partition(" ")
        return not space or bool(set(DEFINED_BY.get(table, ())) & set(self._inventory.shapes))

    def _single(self, tenant: Block, entry: Entry) -> None:
        found = self._document.below(tenant, entry.table)
        block = found[0] if found else self._document.add_below(tenant, entry.table, None)
        fill(block, f"{self._inventory.tenant} {entry.table}", entry, self.change, {})

    def _tell_lists(self) -> None:
        """Say of which lists that senders write to nobody knows the members, neither an export nor the file."""
        blocks = self._below.get("distribution_group", {})
        for entry, note in lists_to_mend(self._inventory.of("distribution_group"), self._inventory.senders):
            if said_by_import(blocks[entry.key.casefold()], "members").startswith("unknown"):
                self.change.notes.append(note)

    def _listed(self, tenant: Block, entry: Entry) -> None:
        key = key_of(entry.table)
        if entry.table not in self._below:
            there = self._document.below(tenant, entry.table)
            self._below[entry.table] = {str(one.value(key)).casefold(): one for one in there}
            if there:
                self._last[entry.table] = there[-1]
        name = f"{entry.table} {entry.key}"
        block = self._below[entry.table].get(entry.key.casefold())
        if block is None:
            self.change.added.append(name)
            block = self._document.add_below(tenant, entry.table, self._last.get(entry.table))
            self._below[entry.table][entry.key.casefold()] = self._last[entry.table] = block
        fill(block, name, entry, self.change, {key: entry.key})

    def _tell_gone(self, tenant: Block) -> None:
        """Take out connectors that are no more, since they would seem to relay; of others say that they are gone."""
        for table, shapes in DEFINED_BY.items():
            if not set(shapes) & set(self._inventory.shapes):
                continue
            key = key_of(table)
            here = {entry.key.casefold() for entry in self._inventory.of(table)}
            here |= {name for kind, name in self._inventory.withheld if kind == table}
            for block in self._document.below(tenant, table):
                if str(block.value(key)).casefold() in here or not block.comment.startswith("from "):
                    continue
                name = f"{table} {block.value(key)}"
                if table == "inbound_connector" and is_imported(block):
                    self._document.remove(block)
                    self.change.removed.append(name)
                else:
                    what = "came from an export once, and is in none of these"
                    self.change.notes.append(Note(NoteKind.GONE, name, what, "delete its table if it is gone"))

    def _records(self, entries: Iterable[Entry]) -> None:
        """Add records; one that replaces another of its kind takes its place, since two SPF records are none."""
        new: list[Entry] = []
        unmatched = list(self._document.top("dns"))
        groups = {(_value(entry, "name"), _value(entry, "type")) for entry in entries}
        for entry in entries:
            wanted = {key: _value(entry, key) for key in ("name", "type", "value")}
            same = next((one for one in unmatched if _is_record(one, wanted)), None)
            if same is None:
                new.append(entry)
            else:
                unmatched.remove(same)
                head(same, f"from {entry.origin}")
        for entry in new:
            wanted = {key: _value(entry, key) for key in ("name", "type", "value")}
            old = next((one for one in unmatched if _replaces(wanted, held(one))), None)
            name = f"dns {wanted['name']} {wanted['type']}"
            if old is None:
                self.change.added.append(name)
                old = self._document.add_top("dns")
            else:
                unmatched.remove(old)
            head(old, f"from {entry.origin}")
            for key, value in wanted.items():
                update(old, name, self.change, key=key, value=value, note="", origin=entry.origin)
        for block in unmatched:
            group = (str(block.value("name")).casefold(), str(block.value("type")))
            if group in groups and is_imported(block):
                self._document.remove(block)
                self.change.removed.append(f"dns {group[0]} {group[1]}")


def _value(entry: Entry, key: str) -> str:
    return str(entry.values[key].value)


def _is_record(block: Block, wanted: Mapping[str, str]) -> bool:
    have = {key: str(block.value(key)) for key in wanted}
    return have | {"name": have["name"].casefold().rstrip(".")} == wanted


def _replaces(wanted: Mapping[str, str], old: Mapping[str, Any]) -> bool:
    """Tell whether a record is the new form of an old one: the same name and type, and of a TXT the same purpose."""
    if str(old.get("name")).casefold() != wanted["name"] or old.get("type") != wanted["type"]:
        return False
    purpose = wanted["value"].split(" ", 1)[0].split(";", 1)[0].casefold()
    return wanted["type"] != "TXT" or str(old.get("value", "")).casefold().startswith(purpose)
