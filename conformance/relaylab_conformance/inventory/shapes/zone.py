"""DNS as text: a zone file, or what ``dig`` prints, which is written alike.

Records of types that the world knows are taken; SOA, CAA, SRV and others say nothing of mail and are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zonefile
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from relaylab_conformance.inventory.by_grammar import choices
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.origin import ExportError, Origin, broken

LARGEST: Final = 4 * 1024 * 1024  # characters
COMMAND: Final = (
    "the zone file of your DNS provider, or: dig +noall +answer contoso.com MX contoso.com TXT _dmarc.contoso.com TXT"
)
_RECORD: Final = re.compile(
    r"^(?:\S+)?[ \t]+(?:\d+[smhdw]?[ \t]+)?(?:IN[ \t]+)?(?:\d+[smhdw]?[ \t]+)?"
    r"(?:A[ \t]+\d[\d.]*|AAAA[ \t]+[0-9a-f]*:[0-9a-f:.]*|MX[ \t]+\S+[ \t]+\S+\.\S*[ \t]*(?=$|;)"
    r"|TXT[ \t]+(?:[\"(]|\w+=)\S*|(?:NS|CNAME|PTR)[ \t]+\S+[ \t]*(?=$|;)|SOA[ \t]+(?:\(|\S+[ \t]+\S+[ \t]*[\d(]))",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGIN: Final = re.compile(r"^\$ORIGIN[ \t]+(\S+)", re.IGNORECASE | re.MULTILINE)
_INCLUDE: Final = re.compile(r"^\$INCLUDE\b", re.IGNORECASE | re.MULTILINE)
_TTL: Final = 3600  # of a zone that states none; the world keeps no TTL
_FEWEST_LABELS: Final = 3  # of a name in a domain, the root's empty one included
_SOA_OWNER: Final = re.compile(
    r"^(\S+\.)[ \t]+(?:\d+[smhdw]?[ \t]+)?(?:IN[ \t]+)?SOA[ \t]", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the world writes it."""

    name: str
    type: str
    value: str


def is_zone(head: str) -> bool:
    """Tell whether a text begins as a zone."""
    return bool(_ORIGIN.search(head) or _RECORD.search(head))


def read_zone(text: IO[str], name: str, found: Findings) -> None:
    """Take in every record of a zone; raise ExportError with the line of what cannot be read."""
    whole = text.read(LARGEST + 1)
    if len(whole) > LARGEST:
        raise broken(name, "", f"is larger than {LARGEST // 1024 // 1024} MB", "give the zones of your mail domains")
    if _INCLUDE.search(whole):
        raise broken(name, "$INCLUDE", "is not followed", "export the zone as one file")
    for record in _records(whole, name):
        add_record(found, record, Origin(name))


def add_record(found: Findings, record: Record, origin: Origin) -> None:
    """Take in one record, if the world knows its type."""
    if record.type in known_types():
        entry = found.entry("dns", f"{record.name} {record.type} {record.value}", origin)
        for key, value in (("name", record.name), ("type", record.type), ("value", record.value)):
            found.put(entry, key, value, origin)


def known_types() -> frozenset[str]:
    """Give the types that the world file takes."""
    return frozenset(choices("dns")["type"])


def _records(text: str, file: str) -> Iterator[Record]:
    named = _ORIGIN.search(text) or _SOA_OWNER.search(text)
    try:
        origin = dns.name.from_text(named[1]) if named else dns.name.root
        gathered = dns.zonefile.RRSetsReaderManager(origin, relativize=False)
        with gathered.writer(True) as transaction:  # type: ignore[no-untyped-call]  # noqa: FBT003 - as dnspython has it
            words = dns.tokenizer.Tokenizer(text, file)
            dns.zonefile.Reader(words, dns.rdataclass.IN, transaction, default_ttl=_TTL).read()
    except (dns.exception.DNSException, ValueError) as error:
        raise _unreadable(file, str(error) or type(error).__name__) from None
    for rrset in gathered.rrsets:
        written = rrset.name.to_text(omit_final_dot=True)
        for rdata in rrset:
            if (value := _value(rdata)) is None:
                continue
            if len(rrset.name.labels) < _FEWEST_LABELS:
                seen = f'has the name "{written}" without its domain'
                raise broken(file, "", seen, "put $ORIGIN contoso.com. with your domain into its first line")
            yield Record(written.lower(), dns.rdatatype.to_text(rdata.rdtype), value)


def _value(rdata: dns.rdata.Rdata) -> str | None:
    match rdata:
        case TXT():
            return b"".join(rdata.strings).decode("utf-8", "backslashreplace")
        case MX():
            return f"{rdata.preference} {rdata.exchange.to_text(omit_final_dot=True)}"
        case CNAME() | NS() | PTR():
            return str(rdata.target.to_text(omit_final_dot=True))
        case A() | AAAA():
            return str(rdata.address)
        case _:
            return None


def _unreadable(file: str, message: str) -> ExportError:
    line = re.search(re.escape(file) + r":(\d+)", message)
    if "non-origin SOA" in message:
        return broken(file, "", "holds two zones", "give each zone as a file of its own")
    said = message.split(": ", 1)[-1]
    where = f"line {line[1]}" if line else ""
    return broken(file, where, f"is not a zone file ({said})", f"export it again: {COMMAND}")
