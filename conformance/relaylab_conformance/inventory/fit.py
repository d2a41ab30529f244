"""What the exports say, fitted to what a world file can hold: its own checks judge, and what they refuse is left out.

Real exports do not hold together: a list names a guest whom no export has, a domain was given back, the addresses of a
connector were lost. One such thing must not keep eighty senders out. Law: whatever is left out is told, with the
check's own words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from relaylab.app.world_file.checks import CHECKS
from relaylab.app.world_file.errors import Fault
from relaylab.app.world_file.known import KnownNames
from relaylab.app.world_file.reader import read
from relaylab_conformance.inventory.by_grammar import is_many
from relaylab_conformance.inventory.found import Entry, Findings, NoteKind
from relaylab_conformance.inventory.inventory import FoundSender, sender_values
from relaylab_conformance.inventory.keys import key_of
from relaylab_conformance.inventory.origin import NOWHERE, Origin
from relaylab_conformance.inventory.stand_in import stand_in_for_members

_MOST_ROUNDS: Final = 6  # what is left out can leave a hole that leaves out something else
_NO_MEMBER: Final = "no export has an address to put in: give Get-Mailbox as well (relaylab import --script)"
_MISSING: Final = ("is missing", "is empty")


def fit(found: Findings, tenant: str, senders: Sequence[FoundSender]) -> tuple[FoundSender, ...]:
    """Take out of the findings what a world could not hold; give the senders that remain."""
    names = KnownNames.of_the_rules()
    for _ in range(_MOST_ROUNDS):
        laid_out = _Layout(found, tenant, senders)
        draft, _world = read(laid_out.document)
        faults = [*draft.faults, *(fault for check in CHECKS for fault in check(draft, names))]
        if not faults:
            break
        senders = laid_out.without(faults)
        stand_in_for_members(found)
    return tuple(senders)


class _Layout:
    """The findings as the document of a world, with the way back from each place in it."""

    def __init__(self, found: Findings, tenant: str, senders: Sequence[FoundSender]) -> None:
        self._found = found
        self._senders = list(senders)
        self._entries: dict[tuple[str, int], Entry] = {}
        self._cuts: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        own: dict[str, Any] = {"name": tenant}
        self._ips = list(dict.fromkeys(one.ip for one in senders if one.ip))
        numbers = {ip: number for number, ip in enumerate(self._ips)}
        self.document: dict[str, Any] = {
            "tenant": [own],
            "site": [{"name": f"site-{number}", "public_ip": ip} for number, ip in enumerate(self._ips)],
            "dns": [],
            "sender": [
                sender_values(one, f"sender-{number}", f"site-{numbers[one.ip]}" if one.ip else None)
                for number, one in enumerate(senders)
            ],
        }
        for entry in found.entries.values():
            values = {key: said.value for key, said in entry.values.items()}
            if entry.table == "tenant":
                own.update(values)
                self._entries["tenant", 0] = entry
            elif entry.table == "dns" or is_many(entry.table):
                listed = self.document["dns"] if entry.table == "dns" else own.setdefault(entry.table, [])
                self._entries[entry.table, len(listed)] = entry
                has_key = entry.table == "dns" or entry.is_there
                listed.append(values if has_key else {key_of(entry.table): entry.key} | values)
            else:
                own[entry.table] = values
                self._entries[entry.table, 0] = entry

    def without(self, faults: Iterable[Fault]) -> list[FoundSender]:
        """Take out what the faults are about; give the senders that remain."""
        dropped: set[int] = set()
        for fault in faults:
            match fault.place.steps:
                case ("sender", int(number), *_):
                    if number not in dropped:
                        dropped.add(number)
                        sender = self._senders[number]
                        self._tell(fault, f"sender {sender.address}", sender.evidence[0].origin)
                case ("site", int(number), *_):
                    ip = self._ips[number]
                    self._tell(fault, f"site {ip}", NOWHERE)
                    self._senders = [replace(one, ip=None) if one.ip == ip else one for one in self._senders]
                case ("dns", int(number), *_):
                    self._drop(fault, self._entries["dns", number])
                case ("tenant", 0, str(table), int(number), *rest) if (table, number) in self._entries:
                    self._mend(fault, self._entries[table, number], rest)
                case ("tenant", 0, str(table), *rest) if (table, 0) in self._entries and not is_many(table):
                    self._mend(fault, self._entries[table, 0], rest)
                case ("tenant", 0, str(key), *_) if ("tenant", 0) in self._entries:
                    self._mend(fault, self._entries["tenant", 0], [key])
                case _:
                    pass  # about the world as a whole: it is said when the file is written
        self._cut()
        return [one for number, one in enumerate(self._senders) if number not in dropped]

    def _mend(self, fault: Fault, entry: Entry, rest: Sequence[object]) -> None:
        """Take out a part of a list, a value, or the whole table where it cannot be without that value."""
        if entry.is_there:
            return  # it is a person's, and the file holds
        match rest:
            case [str(key), int(index), *_] if key in entry.values:
                value = entry.values[key]
                self._tell(fault, f"{entry.table} {entry.key}, {key}", value.origin)
                self._cuts[entry.table, entry.key.casefold(), key].add(index)
            case [str(key), *_] if key in entry.values and fault.expectation not in _MISSING:
                self._tell(fault, f"{entry.table} {entry.key}, {key}", entry.values[key].origin)
                del entry.values[key]
            case _:
                self._drop(fault, entry)

    def _drop(self, fault: Fault, entry: Entry) -> None:
        if entry.is_there:
            return  # it is a person's, and the file holds
        if self._found.entries.pop((entry.table, entry.key.casefold()), None) is not None:
            name = f"{entry.table} {entry.key}"
            self._tell(fault, name, entry.origin)
            self._found.withheld.add((entry.table, entry.key.casefold()))
            reason = f"is left out ({fault.place.steps[-1]} {fault.expectation}), see {entry.origin}"
            self._found.entry("tenant", "", NOWHERE).unknown[name] = reason

    def _cut(self) -> None:
        for (table, key, name), indexes in self._cuts.items():
            entry = self._found.entries.get((table, key))
            if entry is not None and name in entry.values:
                said = entry.values[name]
                kept = [one for number, one in enumerate(said.value) if number not in indexes]
                entry.values[name] = replace(said, value=kept)
                if not kept:
                    del entry.values[name]

    def _tell(self, fault: Fault, what: str, origin: Origin) -> None:
        key = fault.place.steps[-1]
        where = f"{key} " if isinstance(key, str) and fault.expectation in _MISSING else ""
        said = " ".join(part for part in (f"{where}{fault.value or ''}".strip(), fault.expectation) if part)
        is_empty_list = key == "members" and fault.expectation in _MISSING
        self._found.note(NoteKind.LEFT_OUT, origin, what, said, _NO_MEMBER if is_empty_list else fault.suggestion)
