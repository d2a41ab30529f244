"""The inventory: what the exports say of a tenant and of its senders, with where each value came from and how sure.

This is what a world file is written from, and what a plan asks: the evidence of each sender's method, its volumes, and
what nobody has said yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from relaylab.domain.address import Address
from relaylab.domain.estate import Method
from relaylab.domain.source import Confidence
from relaylab_conformance.inventory.found import Entry, Note
from relaylab_conformance.inventory.origin import Origin

PROFILE: Final = "generic-mfp"  # of a sender of which nobody has said what it is


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence about a sender, the place in an export that it rests on, and how sure it is."""

    sentence: str
    origin: Origin
    confidence: Confidence

    def __str__(self) -> str:
        """Write it for a person."""
        return f"{self.sentence} ({self.origin})" if self.origin.file else self.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSender:
    """A sender that the exports show.

    ``key`` tells it from others and stays the same from import to import; ``ip`` is the address it comes from, if any
    export says. ``counted`` says of which messages in how many days ``messages_per_day`` is the mean.
    ``recipients_inside`` and ``recipients_outside`` count message-recipient pairs of the trace (0 and 0
    where there is none), ``tls`` are shares in percent by version, ``unknown`` sentences by key of its ``[[sender]]``,
    each with what to ask.
    """

    key: str
    address: Address
    ip: str | None
    method: Method
    evidence: tuple[Evidence, ...]
    to: tuple[str, ...]
    messages_per_day: int
    counted: str = ""
    recipients_inside: int = 0
    recipients_outside: int = 0
    tls: Mapping[str, float] = field(default_factory=dict)
    user_agents: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def confidence(self) -> Confidence:
        """How sure its method is: as sure as the best evidence of it."""
        order = (Confidence.DOCUMENTED, Confidence.OBSERVED, Confidence.SECONDARY, Confidence.INFERRED)
        return min((one.confidence for one in self.evidence), key=order.index)


def sender_values(sender: FoundSender, name: str, site: str | None) -> dict[str, Any]:
    """Give a ``[[sender]]`` as the world file has it; its target is today's method until somebody decides."""
    values = {
        "name": name,
        "profile": PROFILE,
        "site": site,
        "from": str(sender.address),
        "to": list(sender.to),
        "today": sender.method.value,
        "target": sender.method.value,
        "messages_per_day": sender.messages_per_day,
    }
    return {key: value for key, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class FoundSite:
    """An address that senders come from."""

    ip: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """One tenant, as its exports describe it.

    ``entries`` are the tables of the world file that describe it, its own among them (table ``tenant``); ``shapes``
    says which exports were read, by the files that had them; ``missing`` which were not, with what each would tell;
    ``withheld`` names tables, by kind and key, that the exports show and a world could not hold.
    """

    tenant: str
    entries: tuple[Entry, ...]
    sites: tuple[FoundSite, ...]
    senders: tuple[FoundSender, ...]
    notes: tuple[Note, ...]
    shapes: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, str]
    withheld: frozenset[tuple[str, str]] = frozenset()

    def of(self, table: str) -> tuple[Entry, ...]:
        """Give the entries of a table."""
        return tuple(entry for entry in self.entries if entry.table == table)
