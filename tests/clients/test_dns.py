"""Resolvers that we did not write read relaylab's DNS: dig, host, and dnspython's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dns.resolver
import dns.reversename
import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Settings
from relaylab.servers.fleet import Listening
from tests.clients.programs import program, run
from tests.clients.served import Place, Served
from tests.conftest import Emulate
from tests.rules.dns.publishing import a_record

MX_HOST = "contoso-com.mail.protection.outlook.com"


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The shipped world before the cutover, with DNS as the internet sees it."""
    ca = str(tmp_path_factory.mktemp("ca"))
    words = ("--dns", "--dns-view", "world", "--ca", ca)
    with Served("contoso", "--at", "2026-12-01", "--json", *words) as served:
        yield served.door("dns")


def dig(where: Place | Listening, home: Path, *words: str) -> str:
    done = run([program("dig"), f"@{where.host}", "-p", str(where.port), "+tries=1", *words], home)
    assert 0 == done.returncode, done.stdout
    return done.stdout.decode()


@pytest.mark.clients
@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig_reads_what_the_service_publishes(where: Place, tmp_path: Path, transport: str) -> None:
    told = dig(where, tmp_path, transport, MX_HOST, "AAAA")

    assert "status: NOERROR" in told
    assert re.search(r"flags: qr aa rd;", told)
    assert re.search(rf"^{MX_HOST}\.\s+5\s+IN\s+AAAA\s+2a01:111:f403:", told, re.MULTILINE)
    assert "Warning" not in told


@pytest.mark.clients
def test_dig_is_cut_short_over_udp_and_asks_again_over_tcp(
    emulate: Emulate, small_world: LoadedWorld, tmp_path: Path
) -> None:
    long = tuple(a_record("long.example", "TXT", f"{number} " + "x" * 200) for number in range(40))
    world = replace(small_world, world=replace(small_world.world, dns=long))
    where = emulate(world=world, settings=Settings(dns=True)).endpoints["dns"]

    told = dig(where, tmp_path, "long.example", "TXT")

    assert "Truncated, retrying in TCP mode" in told
    assert "ANSWER: 40" in told


@pytest.mark.clients
def test_dig_is_refused_what_is_nobody_s_and_no_zone_is_given_away(where: Place, tmp_path: Path) -> None:
    assert "status: REFUSED" in dig(where, tmp_path, "www.example.org")
    assert "status: NXDOMAIN" in dig(where, tmp_path, "nosuch.contoso.com")
    assert "RFC8482" in dig(where, tmp_path, "+notcp", "contoso.com", "ANY")
    assert "Transfer failed" in dig(where, tmp_path, "contoso.com", "AXFR")


@pytest.mark.clients
def test_host_reads_the_mail_exchanger_and_the_pointer_of_an_outbound_address(where: Place, tmp_path: Path) -> None:
    ask = [program("host"), "-p", str(where.port)]

    mail = run([*ask, "-t", "MX", "contoso.com", where.host], tmp_path).stdout.decode()
    pointer = run([*ask, "52.101.72.71", where.host], tmp_path).stdout.decode()

    assert f"contoso.com mail is handled by 0 {MX_HOST}." in mail
    assert "domain name pointer mail-westeuropeazon11013071.outbound.protection.outlook.com." in pointer


def test_the_resolver_of_dnspython_follows_aliases_and_tells_absences_apart(where: Place) -> None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [where.host], where.port

    answer = resolver.resolve("smtp.office365.com", "A")
    pointer = resolver.resolve(dns.reversename.from_address("2a01:111:f400:feae::604"), "PTR")

    assert "lhr-efz.ms-acdc.office.com." == str(answer.canonical_name)
    assert "52.98.145.66" in {str(address) for address in answer}
    assert "mail-psaapc01on20604.outbound.protection.outlook.com." == str(pointer[0])
    with pytest.raises(dns.resolver.NXDOMAIN):
        resolver.resolve("nosuch.contoso.com", "A")
    with pytest.raises(dns.resolver.NoAnswer):
        resolver.resolve("contoso.com", "AAAA")
    with pytest.raises(dns.resolver.NoNameservers):
        resolver.resolve("www.example.org", "A")
