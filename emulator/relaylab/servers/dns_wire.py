"""DNS as octets: a question read, an answer written (RFC 1035, EDNS0 of RFC 6891).

Laws: whatever the octets are, nothing here raises an error; what is no question is answered FORMERR or not at all;
recursion is neither offered nor done; records stand in the order of the zone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from relaylab.domain.zone import TTL, DnsAnswer, Rcode, canonical

if TYPE_CHECKING:
    from relaylab.domain.world import DnsRecord

LARGEST_QUESTION: Final = 4_096  # octets; a question with every option there is takes a tenth of it
PAYLOAD: Final = 1_232  # octets that we take and send over UDP at most: no fragments on any path (DNS flag day 2020)
_PLAIN_PAYLOAD: Final = 512  # RFC 1035 §4.2.1, without EDNS
_HEADER: Final = 12
_IS_RESPONSE: Final = 0x80
_FORMERR: Final = 1
_STRING: Final = 255  # octets of one string of a TXT record (RFC 1035 §3.3)
_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*")
_TRANSFERS: Final = frozenset({dns.rdatatype.AXFR, dns.rdatatype.IXFR})

LookUp: TypeAlias = Callable[[str, str], DnsAnswer]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as it was understood, and the octets to send back; None: nothing is sent.

    ``rcode`` is the code of the answer by name, or TIMEOUT where the world lets nobody answer.
    """

    name: str
    type: str
    rcode: str
    octets: bytes | None


def answered(octets: bytes, look_up: LookUp, *, over_udp: bool) -> Exchange | None:
    """Answer a message; None is for what deserves no answer: too short to have a number, or itself an answer."""
    if len(octets) < _HEADER or octets[2] & _IS_RESPONSE:
        return None
    query = _read(octets)
    if query is None:
        return Exchange("", "", "FORMERR", _form_error(octets))
    name, record_type = _asked(query)
    if query.edns > 0:
        return Exchange(name, record_type, "BADVERS", _written(query, dns.rcode.BADVERS, None, over_udp=over_udp))
    answer = _answer(query, name, record_type, look_up)
    if answer.is_silent:
        return Exchange(name, record_type, "TIMEOUT", None)
    try:
        reply = _written(query, dns.rcode.from_text(answer.rcode), answer, over_udp=over_udp)
    except (dns.exception.DNSException, ValueError):  # a world made by a program may hold what no record can say
        failed = _written(query, dns.rcode.SERVFAIL, None, over_udp=over_udp)
        return Exchange(name, record_type, Rcode.SERVFAIL, failed)
    return Exchange(name, record_type, answer.rcode, reply)


def _read(octets: bytes) -> dns.message.Message | None:
    try:
        query = dns.message.from_wire(octets)
    except Exception:  # noqa: BLE001 - whatever a parser makes of a stranger's octets, they are no question
        return None
    is_whole = len(query.question) == 1 or query.opcode() != dns.opcode.QUERY
    return query if is_whole else None


def _asked(query: dns.message.Message) -> tuple[str, str]:
    if not query.question:
        return "", ""
    question = query.question[0]
    labels = (label for label in question.name.labels if label)
    name = ".".join("".join(chr(o) if o in _PLAIN else f"\\{o:03d}" for o in label) for label in labels)
    return name, dns.rdatatype.to_text(question.rdtype)


def _answer(query: dns.message.Message, name: str, record_type: str, look_up: LookUp) -> DnsAnswer:
    """Look the answer up; other operations, other classes and transfers of zones are nobody's business here."""
    is_question = query.opcode() == dns.opcode.QUERY and len(query.question) == 1
    if not is_question or query.question[0].rdclass != dns.rdataclass.IN or query.question[0].rdtype in _TRANSFERS:
        return DnsAnswer(Rcode.REFUSED)
    return look_up(name, record_type)


def _written(query: dns.message.Message, code: dns.rcode.Rcode, answer: DnsAnswer | None, *, over_udp: bool) -> bytes:
    response = dns.message.Message(id=query.id)
    response.flags = dns.flags.QR | (query.flags & dns.flags.RD)
    response.set_opcode(query.opcode())
    response.question = list(query.question)
    if query.edns >= 0:
        response.use_edns(edns=0, payload=PAYLOAD)
    response.set_rcode(code)
    if answer is not None and answer.rcode in {Rcode.NOERROR, Rcode.NXDOMAIN}:
        response.flags |= dns.flags.AA
        asks_for_any = query.question[0].rdtype == dns.rdatatype.ANY
        if asks_for_any and answer.records:
            response.answer = [_minimal(query.question[0].name)]
        else:
            response.answer = _rrsets(answer.records)
        response.authority = _rrsets(() if answer.authority is None else (answer.authority,))
    if not over_udp:
        return response.to_wire(max_size=65_535, want_shuffle=False)
    asked = query.payload if query.edns >= 0 else 0
    most = max(_PLAIN_PAYLOAD, min(asked, PAYLOAD))
    return response.to_wire(max_size=most, prefer_truncation=True, want_shuffle=False)


def _minimal(name: dns.name.Name) -> dns.rrset.RRset:
    """Answer ANY with one record that says why there are no more (RFC 8482 §4.2)."""
    return dns.rrset.from_text(name, TTL, dns.rdataclass.IN, dns.rdatatype.HINFO, '"RFC8482" ""')


def _rrsets(records: tuple[DnsRecord, ...]) -> list[dns.rrset.RRset]:
    """Gather records of one name and type, in their order."""
    gathered: dict[tuple[str, str], list[dns.rdata.Rdata]] = {}
    for one in records:
        gathered.setdefault((one.name.name, one.type), []).append(_rdata(one))
    return [dns.rrset.from_rdata(_name(name), TTL, *rdatas) for (name, _), rdatas in gathered.items()]


@lru_cache(maxsize=4_096)
def _rdata(one: DnsRecord) -> dns.rdata.Rdata:
    """Give what a record says; raise ValueError or DNSException when it says nothing that its type can."""
    of_type = dns.rdatatype.from_text(one.type)
    match one.type:
        case "TXT":
            octets = one.value.encode()
            strings = [octets[at : at + _STRING] for at in range(0, len(octets), _STRING)] or [b""]
            return TXT(dns.rdataclass.IN, of_type, strings)
        case "MX":
            preference, _, host = one.value.partition(" ")
            said = f"{preference} {_absolute(host.strip())}"
        case "CNAME" | "PTR" | "NS":
            said = _absolute(one.value)
        case "SOA":
            host, mailbox, *numbers = one.value.split()
            said = " ".join([_absolute(host), _absolute(mailbox), *numbers])
        case _:
            said = one.value
    return dns.rdata.from_text(dns.rdataclass.IN, of_type, said)


def _absolute(name: str) -> str:
    return f"{canonical(name)}."


@lru_cache(maxsize=4_096)
def _name(text: str) -> dns.name.Name:
    return dns.name.from_text(_absolute(text))


def _form_error(octets: bytes) -> bytes:
    """Give back the number, the operation and RD with the code FORMERR, and nothing else."""
    return octets[:2] + bytes([_IS_RESPONSE | (octets[2] & 0x79), _FORMERR]) + bytes(8)
