"""What the exports say, gathered row by row: directory objects, the tenant's settings, and counts of who sent what.

Law: what is kept grows with the number of objects, senders and addresses; of a row of a trace no more than a few octets
stay, by which it is known again when another trace has it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from relaylab.domain.address import Address
from relaylab_conformance.inventory.by_grammar import Taken
from relaylab_conformance.inventory.origin import NOWHERE, Origin

ASSUMED: Final = "assumed: "  # how the note of a value begins that nobody said, and that the evidence speaks for
_MOST_NOTES: Final = 5  # of one kind about one column of one file; the rest is counted
_MARK: Final = 8  # octets: two of a million rows are alike once in two million imports
_SPARE: Final = 4  # bits
_MOST_RECIPIENTS: Final = 200  # remembered of one sender


class NoteKind(StrEnum):
    """What a note is about; the first five are problems."""

    LOST = "lost"  # a value of which only its type's name is left
    CONFLICT = "contradiction"  # two exports say two things
    LEFT_OUT = "left out"  # a row or value that the world cannot hold
    UNCLEAR = "unclear"  # can be read in two ways
    UNKNOWN = "unknown"  # in no export, and a sender cannot be judged without it
    INFERRED = "inferred"  # concluded, not read
    YOURS = "kept"  # what a person wrote and an export says otherwise
    GONE = "gone"  # stood in an earlier export and is in none of these


PROBLEMS: Final = frozenset({NoteKind.LOST, NoteKind.CONFLICT, NoteKind.LEFT_OUT, NoteKind.UNCLEAR, NoteKind.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person must know: where, what, and the way out."""

    kind: NoteKind
    where: str
    what: str
    way_out: str = ""

    def __str__(self) -> str:
        """Write one line that ends with the way out."""
        return f"{self.where}: {self.what}" + (f"; {self.way_out}" if self.way_out else "")


@dataclass(frozen=True, slots=True)
class Value:
    """A value as TOML writes it, and where it came from; ``note`` says what a person should know of it."""

    value: Any
    origin: Origin
    note: str = ""


@dataclass(slots=True)
class Entry:
    """A table of the world: ``key`` tells it from others of its kind.

    ``empty`` are keys that the export has and that say nothing there, ``unknown`` sentences about keys that no export
    says, each with what to ask. ``is_there`` says that the world file has it, and that no export was read of it.
    """

    table: str
    key: str
    origin: Origin
    values: dict[str, Value] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    unknown: dict[str, str] = field(default_factory=dict)
    is_there: bool = False


@dataclass(slots=True)
class Traffic:
    """What one address sent from one place, as a trace counts it."""

    messages: int = 0
    inside: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    origin: Origin = NOWHERE

    def add(self, recipient: str, *, is_new: bool, is_inside: bool) -> None:
        """Count one recipient, and the message where it ``is_new``."""
        self.messages += is_new
        recipients = self.inside if is_inside else self.outside
        if recipient in recipients or len(recipients) < _MOST_RECIPIENTS:
            recipients[recipient] += 1


@dataclass(slots=True)
class Client:
    """What the SMTP AUTH clients report says of an address: messages by method, and shares of TLS versions."""

    address: Address
    messages: Counter[str] = field(default_factory=Counter)
    tls: dict[str, float] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


@dataclass(slots=True)
class SignIn:
    """Sign-ins of one user from one address: how many went well and how many failed, and with what."""

    good: int = 0
    failed: int = 0
    user_agents: Counter[str] = field(default_factory=Counter)
    error: str = ""
    last: date | None = None  # of those that went well
    origin: Origin = NOWHERE


THERE: Final = Origin("", kind="in the world file")  # of what it says already
_NO: Final = Value(value=False, origin=Origin(""))


class Findings:
    """Everything found so far."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], Entry] = {}
        self.notes: list[Note] = []
        self.sign_ins_read: dict[str, Counter[str]] = {}  # rows by client app, of each log
        self._marks: set[int] = set()  # of messages and of their recipients, across all traces
        self.shapes: dict[str, list[str]] = {}  # shape: the files that have it
        self.clients: dict[str, Client] = {}
        self.sign_ins: dict[tuple[str, str], SignIn] = {}
        self.traffic: dict[tuple[str, str], Traffic] = {}
        self.tenant_there: str | None = None  # the one in the world file that these exports are of
        self.withheld: set[tuple[str, str]] = set()
        self.days: tuple[date, date] | None = None  # the first and the last of the trace
        self.tenant_names: dict[str, Origin] = {}
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._domains: tuple[int, frozenset[str], tuple[str, ...]] = (-1, frozenset(), ())

    def entry(self, table: str, key: str, origin: Origin) -> Entry:
        """Give the entry of that key, a new one if there is none."""
        return self.entries.setdefault((table, key.casefold()), Entry(table, key, origin))

    def of(self, table: str) -> list[Entry]:
        """Give the entries of a table in the order in which they were found."""
        return [entry for entry in self.entries.values() if entry.table == table]

    def add(self, table: str, key: str, origin: Origin, taken: Taken, command: str) -> Entry:
        """Take in what a row says of an object; where another file said otherwise, the first word stands."""
        entry = self.entry(table, key, origin)
        for name, value in taken.values.items():
            if value == []:
                entry.empty.add(name)
            else:
                self.put(entry, name, value, origin)
        entry.empty |= {name for name in taken.empty if name not in entry.values}
        for name, column in taken.lost.items():
            entry.unknown[name] = f"lost in {origin}: export it again (relaylab import --script)"
            self.lost(origin, column, command)
        for name, value in taken.strange.items():
            entry.unknown[name] = f'"{value}" in {origin} is a value that the world file does not know'
            self.note(NoteKind.LEFT_OUT, origin, name, f'"{value}" is not known here', "write the nearest by hand")
        for name, column in taken.unclear.items():
            entry.unknown[name] = f"day and month in {origin} can be exchanged: write it as 2026-11-28"
            self.note(NoteKind.UNCLEAR, origin, column, "day and month can be exchanged", "export it as JSON")
        return entry

    def put(self, entry: Entry, name: str, value: object, origin: Origin, note: str = "") -> None:
        """Set one value of an entry, unless another row already said otherwise."""
        known = entry.values.get(name)
        if known is not None and known.value != value and known.origin != origin:
            what = f"{entry.key}: {name} is {known.value} in {known.origin} and {value} in {origin}; the first is taken"
            self.notes.append(Note(NoteKind.CONFLICT, entry.table, what, "give the newer export alone"))
        elif known is None:
            entry.values[name] = Value(value, origin, note)
            entry.empty.discard(name)
            entry.unknown.pop(name, None)

    def lost(self, origin: Origin, column: str, command: str) -> None:
        """Say that a column holds the name of a type instead of its values."""
        what = "the values are lost: only the name of their type was written"
        self.note(NoteKind.LOST, origin, column, what, f"export again: {command}")

    def note(self, kind: NoteKind, origin: Origin, column: str, what: str, way_out: str) -> None:
        """Note something of a cell; after a few of one kind in one column they are only counted."""
        about = (kind, origin.file, f"{column}: {what}")
        self._counts[about] += 1
        if self._counts[about] <= _MOST_NOTES:
            where = ", ".join(part for part in (str(origin), column) if part)
            self.notes.append(Note(kind, where, what, way_out))

    def counted(self) -> list[Note]:
        """Give every note, and how many more of each kind there were."""
        more = [
            Note(NoteKind(kind), file, f"{about} (and {count - _MOST_NOTES} rows more)")
            for (kind, file, about), count in self._counts.items()
            if count > _MOST_NOTES
        ]
        return self.notes + more

    def is_first(self, *parts: str) -> bool:
        """Tell whether this was not asked before; the parts name a message, or a recipient of one."""
        digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=_MARK).digest()
        mark = int.from_bytes(digest, "big") >> _SPARE  # smaller in memory than octets
        before = len(self._marks)
        self._marks.add(mark)
        return len(self._marks) > before

    def is_inside(self, domain: str) -> bool:
        """Tell whether a domain is the tenant's: accepted, or below one that takes its subdomains in.

        Where no export lists the accepted domains, those of its mailboxes and clients are taken for them.
        """
        _, own, wide = self._own_domains()
        return domain in own or any(domain.endswith(f".{parent}") for parent in wide)

    def _own_domains(self) -> tuple[int, frozenset[str], tuple[str, ...]]:
        state = len(self.entries) + len(self.clients)
        if self._domains[0] != state:
            accepted = self.of("accepted_domain")
            own = {entry.key.casefold() for entry in accepted} or {domain for domain, _ in self.used_domains()}
            own |= {f"{label}.onmicrosoft.com" for label in self.tenant_names}
            wide = [one.key for one in accepted if one.values.get("match_sub_domains", _NO).value is True]
            self._domains = (state, frozenset(own), tuple(wide))
        return self._domains

    def used_domains(self) -> Iterable[tuple[str, Origin]]:
        """Give the domains of mailboxes, High Volume Email accounts and clients, with where each was seen."""
        for entry in (*self.of("mailbox"), *self.of("hve_account")):
            yield entry.key.rpartition("@")[2].casefold(), entry.origin
        for client in self.clients.values():
            yield client.address.domain.name, next(iter(client.origins.values()))

    def addresses(self) -> Mapping[str, str]:
        """Give every address of the directory by its key, with the table that holds it."""
        held: dict[str, str] = {}
        for entry in self.entries.values():
            also = entry.values["proxy_addresses"].value if "proxy_addresses" in entry.values else ()
            own = entry.values["external_email_address"].value if entry.table == "mail_contact" else entry.key
            for address in (own, *also):
                if "@" in address:
                    held.setdefault(address.casefold(), entry.table)
        return held

    def owners(self) -> Mapping[str, Entry]:
        """Give the account that each address belongs to, by its key: a mailbox, or one of High Volume Email."""
        owners: dict[str, Entry] = {}
        for entry in (*self.of("mailbox"), *self.of("hve_account")):
            also = entry.values["proxy_addresses"].value if "proxy_addresses" in entry.values else ()
            owners |= {str(address).casefold(): entry for address in (entry.key, *also)}
        return owners
