"""How a zone made of records answers, without a network."""

from __future__ import annotations

import pytest

from relaylab.domain.address import DomainName
from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import DnsAnswer, Rcode
from relaylab.engine.zone import RecordZone


def a_zone(*lines: str, apexes: tuple[str, ...] = ()) -> RecordZone:
    """A zone of lines such as ``contoso.com A 192.0.2.1``."""
    records = []
    for line in lines:
        name, kind, *value = line.split(" ", 2)
        records.append(DnsRecord(DomainName(name), kind, "".join(value)))
    return RecordZone.of(records, apexes)


def ask(zone: RecordZone, question: str) -> DnsAnswer:
    name, kind = question.split()
    return zone.look_up(name, kind)


@pytest.mark.parametrize("name", ["contoso.com", "CONTOSO.com", "contoso.com."])
def test_a_name_is_found_in_any_case_and_with_or_without_its_dot(name: str) -> None:
    zone = a_zone("Contoso.com A 192.0.2.1", "contoso.com A 192.0.2.2", "contoso.com TXT v=spf1 -all")

    assert ("192.0.2.1", "192.0.2.2") == zone.look_up(name, "a").values("A")


@pytest.mark.parametrize("name", ["bücher.example", "xn--bcher-kva.example", "BÜCHER.example"])
def test_a_name_in_another_script_is_the_one_that_dns_writes(name: str) -> None:
    assert ("192.0.2.1",) == a_zone("bücher.example A 192.0.2.1").look_up(name, "A").values("A")


@pytest.mark.parametrize(
    ("question", "rcode"),
    [
        ("contoso.com AAAA", Rcode.NOERROR),  # the name has other records
        ("a.b.contoso.com A", Rcode.NOERROR),
        ("b.contoso.com A", Rcode.NOERROR),  # the name exists because one below it does (RFC 8020)
        ("nosuch.contoso.com A", Rcode.NXDOMAIN),
        ("contoso.com.evil.example A", Rcode.REFUSED),
        ("notcontoso.com A", Rcode.REFUSED),
        ("com A", Rcode.REFUSED),
        (". A", Rcode.REFUSED),
    ],
)
def test_what_is_not_there_is_told_from_what_is_nobody_s(question: str, rcode: Rcode) -> None:
    zone = a_zone("contoso.com A 192.0.2.1", "a.b.contoso.com A 192.0.2.2")

    assert rcode is ask(zone, question).rcode


@pytest.mark.parametrize("question", ["contoso.com TXT", "nosuch.contoso.com TXT"])
def test_an_absence_names_the_zone_that_says_so(question: str) -> None:
    answer = ask(a_zone("contoso.com A 192.0.2.1"), question)

    assert () == answer.records
    assert answer.authority is not None
    assert ("contoso.com", "SOA") == (answer.authority.name.name, answer.authority.type)


@pytest.mark.parametrize("name", ["_dmarc.contoso.com", "s1._domainkey.contoso.com", "*.contoso.com"])
def test_a_record_about_a_domain_makes_the_domain_a_zone(name: str) -> None:
    zone = a_zone(f"{name} TXT x")

    assert Rcode.NOERROR is ask(zone, "contoso.com A").rcode
    assert Rcode.REFUSED is ask(zone, "com A").rcode


def test_a_zone_that_is_declared_is_held_whole() -> None:
    zone = a_zone("mail.contoso.com A 192.0.2.1", "fabrikam.com NS ns.fabrikam.com", apexes=("contoso.com",))

    assert Rcode.NXDOMAIN is ask(zone, "other.contoso.com A").rcode
    assert Rcode.NXDOMAIN is ask(zone, "mail.fabrikam.com A").rcode


def test_an_alias_stands_before_what_it_leads_to() -> None:
    zone = a_zone("www.contoso.com CNAME web.fabrikam.com", "web.fabrikam.com A 192.0.2.1")

    answer = ask(zone, "www.contoso.com A")

    assert ["CNAME", "A"] == [record.type for record in answer.records]
    assert ("web.fabrikam.com",) == ask(zone, "www.contoso.com CNAME").values("CNAME")


@pytest.mark.parametrize(
    ("target", "rcode"),
    [
        ("contoso.com", Rcode.NOERROR),
        ("nosuch.contoso.com", Rcode.NXDOMAIN),
        ("elsewhere.example", Rcode.NOERROR),  # who asks goes on there
        ("broken.contoso.com", Rcode.SERVFAIL),
    ],
)
def test_an_alias_ends_as_its_target_does(target: str, rcode: Rcode) -> None:
    zone = a_zone(f"www.contoso.com CNAME {target}", "contoso.com A 192.0.2.1", "broken.contoso.com SERVFAIL")

    assert rcode is ask(zone, "www.contoso.com TXT").rcode


def test_aliases_in_a_circle_and_without_an_end_are_a_failure() -> None:
    circle = a_zone("a.contoso.com CNAME b.contoso.com", "b.contoso.com CNAME a.contoso.com")
    chain = a_zone(*(f"a{n}.contoso.com CNAME a{n + 1}.contoso.com" for n in range(40)))

    assert DnsAnswer(Rcode.SERVFAIL) == ask(circle, "a.contoso.com A")
    assert DnsAnswer(Rcode.SERVFAIL) == ask(chain, "a0.contoso.com A")


def test_a_wildcard_stands_for_names_that_do_not_exist_and_for_no_other() -> None:
    zone = a_zone("*.contoso.com A 192.0.2.9", "www.contoso.com TXT x", "contoso.com TXT y")

    answer = ask(zone, "printer.floor2.contoso.com A")

    assert [("printer.floor2.contoso.com", "192.0.2.9")] == [(one.name.name, one.value) for one in answer.records]
    assert () == ask(zone, "www.contoso.com A").records
    assert () == ask(zone, "contoso.com A").records


@pytest.mark.parametrize(("kind", "is_silent"), [("SERVFAIL", False), ("TIMEOUT", True)])
def test_a_zone_that_cannot_be_had_fails_with_all_below_it(kind: str, *, is_silent: bool) -> None:
    zone = a_zone(f"contoso.com {kind}", "contoso.com TXT v=spf1 -all", "fabrikam.com TXT v=spf1 -all")

    for question in ("contoso.com TXT", "_dmarc.contoso.com TXT", "nosuch.contoso.com A"):
        assert DnsAnswer(Rcode.SERVFAIL, is_silent=is_silent) == ask(zone, question)
    assert Rcode.NOERROR is ask(zone, "fabrikam.com TXT").rcode


def test_a_failure_of_some_types_leaves_the_others_and_the_names_below() -> None:
    zone = a_zone("contoso.com TIMEOUT TXT MX", "contoso.com A 192.0.2.1", "_dmarc.contoso.com TXT v=DMARC1")

    assert ask(zone, "contoso.com TXT").is_silent
    assert ask(zone, "contoso.com MX").is_silent
    assert ("192.0.2.1",) == ask(zone, "contoso.com A").values("A")
    assert ("v=DMARC1",) == ask(zone, "_dmarc.contoso.com TXT").values("TXT")


def test_any_gives_all_records_of_a_name_and_follows_no_alias() -> None:
    zone = a_zone("contoso.com A 192.0.2.1", "contoso.com TXT x", "www.contoso.com CNAME contoso.com")

    assert {"A", "TXT", "SOA"} == {record.type for record in ask(zone, "contoso.com ANY").records}
    assert ["CNAME"] == [record.type for record in ask(zone, "www.contoso.com ANY").records]


def test_a_record_that_is_written_twice_is_there_once() -> None:
    assert ("192.0.2.1",) == ask(a_zone(*["contoso.com A 192.0.2.1"] * 2), "contoso.com A").values("A")
