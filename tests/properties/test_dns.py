"""Laws of DNS, held against any records, any question and any octets."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.address import DomainName
from relaylab.domain.randomness import Randomness
from relaylab.domain.world import DnsRecord, World
from relaylab.domain.zone import Rcode, suffixes
from relaylab.engine.zone import RecordZone
from relaylab.rules.catalogue import rulebook
from relaylab.rules.dns.catalogue import zones_of
from relaylab.servers.dns_wire import answered
from tests.builders import TODAY, a_tenant, at

LABELS = ("contoso", "com", "www", "mail", "_dmarc", "*", "arpa", "xn--a", "a")
names = st.lists(st.sampled_from(LABELS), min_size=1, max_size=4).map(".".join)
values = {
    "A": st.just("192.0.2.1"),
    "AAAA": st.just("2001:db8::1"),
    "TXT": st.text(max_size=600),
    "MX": names.map(lambda host: f"0 {host}"),
    "CNAME": names,
    "NS": names,
    "PTR": names,
    "SERVFAIL": st.sampled_from(("", "TXT", "A MX")),
    "TIMEOUT": st.sampled_from(("", "TXT", "A MX")),
}
records = st.sampled_from(sorted(values)).flatmap(
    lambda kind: st.builds(DnsRecord, names.map(DomainName), st.just(kind), values[kind])
)
zones = st.lists(records, max_size=12).map(RecordZone.of)
kinds = st.sampled_from(("A", "AAAA", "TXT", "MX", "CNAME", "NS", "PTR", "SOA", "ANY", "HTTPS", "TYPE65280"))

WORLD = zones_of(World(tenants=(a_tenant(),)), rulebook(), Randomness(7), str).at(at(TODAY))


@given(zones, st.one_of(names, st.text(max_size=80)), kinds)
def test_every_answer_has_one_of_four_codes_and_names_of_the_zones_only(zone: RecordZone, name: str, kind: str) -> None:
    answer = zone.look_up(name, kind)

    assert answer.rcode in set(Rcode)
    assert answer.rcode in {Rcode.NOERROR, Rcode.NXDOMAIN} or not answer.records
    for record in answer.records:
        assert any(above in zone.apexes for above in suffixes(record.name.name))


@given(zone=zones, name=names, kind=kinds, over_udp=st.booleans())
def test_an_answer_on_the_wire_says_what_the_zone_says(
    zone: RecordZone, name: str, kind: str, *, over_udp: bool
) -> None:
    said = zone.look_up(name, kind)
    exchange = answered(dns.message.make_query(name, kind).to_wire(), zone.look_up, over_udp=over_udp)

    assert exchange is not None
    if said.is_silent:
        assert (None, "TIMEOUT") == (exchange.octets, exchange.rcode)
        return
    assert exchange.octets is not None
    answer = dns.message.from_wire(exchange.octets)
    assert said.rcode == exchange.rcode == dns.rcode.to_text(answer.rcode())
    assert len(exchange.octets) <= (1232 if over_udp else 65_535)
    if kind != "ANY" and not answer.flags & dns.flags.TC:
        expected = {(record.name.name, record.type) for record in said.records}
        assert expected == {
            (rrset.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(rrset.rdtype))
            for rrset in answer.answer
        }


@given(octets=st.binary(max_size=600), over_udp=st.booleans())
def test_whatever_the_octets_are_they_raise_no_error(octets: bytes, *, over_udp: bool) -> None:
    exchange = answered(octets, WORLD.look_up, over_udp=over_udp)

    assert exchange is None or exchange.octets is None or exchange.octets[:2] == octets[:2]


@given(data=st.data(), over_udp=st.booleans())
def test_a_question_that_was_damaged_raises_no_error(data: st.DataObject, *, over_udp: bool) -> None:
    octets = bytearray(dns.message.make_query("contoso.com", data.draw(kinds), payload=1232).to_wire())
    for _ in range(data.draw(st.integers(1, 6))):
        octets[data.draw(st.integers(2, len(octets) - 1))] = data.draw(st.integers(0, 255))
    exchange = answered(bytes(octets), WORLD.look_up, over_udp=over_udp)

    assert exchange is None or exchange.octets is None or len(exchange.octets) >= 12


@given(st.lists(st.binary(min_size=1, max_size=63), min_size=1, max_size=3))
def test_a_name_of_any_octets_is_answered_with_one_of_four_codes(labels: list[bytes]) -> None:
    question = dns.message.make_query(dns.name.Name([*labels, b""]), "TXT").to_wire()
    exchange = answered(question, WORLD.look_up, over_udp=True)

    assert exchange is not None
    assert exchange.rcode in set(Rcode)
