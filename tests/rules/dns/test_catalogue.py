"""Laws over everything that the service publishes in DNS."""

from __future__ import annotations

import importlib
import pkgutil
from ipaddress import IPv4Address

import pytest

from relaylab.domain.acs import AcsResource
from relaylab.domain.randomness import Randomness
from relaylab.domain.tenant import Switch
from relaylab.domain.world import World
from relaylab.domain.zone import Lab, suffixes
from relaylab.engine.publication import Publication, Publishing
from relaylab.rules import dns
from relaylab.rules.catalogue import rulebook
from relaylab.rules.dns.catalogue import APEXES, PUBLICATIONS
from tests.builders import TODAY, at, just_before
from tests.rules.dns.publishing import a_domain_of, a_tenant_with

WORLD = World(
    tenants=(
        a_tenant_with(a_domain_of(), acs_resources=(AcsResource("contoso-email-acs", at("2025-02-01")),)),
        a_tenant_with(a_domain_of("fabrikam.com", "2026-08-01"), "fabrikam"),
        a_tenant_with(a_domain_of("wide-world.example"), "wideworld"),
        a_tenant_with(a_domain_of("northwind.example", ipv6_for_accepted_domain=Switch.ON), "northwind"),
    )
)
HERE = IPv4Address("127.0.0.1")
every_publication = pytest.mark.parametrize("publication", PUBLICATIONS, ids=lambda one: one.id)


def _publishing() -> Publishing:
    return Publishing(at(TODAY), WORLD, rulebook().calendar, Randomness(7), str, {})


@every_publication
def test_a_publication_says_in_a_sentence_what_it_publishes_and_where_that_is_written(publication: Publication) -> None:
    assert publication.sentence.endswith(".")
    assert publication.source.fact
    assert publication.source.title


@every_publication
def test_a_publication_gives_records_in_the_zones_that_the_service_holds(publication: Publication) -> None:
    records = list(publication.publish(_publishing(), None))

    assert records
    assert all(any(above in APEXES for above in suffixes(record.name.name)) for record in records)


@pytest.mark.parametrize("publication", [one for one in PUBLICATIONS if one.since], ids=lambda one: one.id)
def test_a_publication_holds_from_its_day_and_not_the_instant_before(publication: Publication) -> None:
    calendar = rulebook().calendar
    begins = calendar.at(publication.since or "")
    assert begins is not None

    assert not publication.holds(just_before(begins), calendar)
    assert publication.holds(begins, calendar)


@every_publication
def test_no_host_that_a_client_connects_to_leads_out_of_the_lab(publication: Publication) -> None:
    records = publication.publish(_publishing(), Lab((HERE,)))

    if publication.door is not None:
        assert {str(HERE)} >= {record.value for record in records if record.type in {"A", "AAAA"}}


def test_the_ids_are_distinct_and_every_publication_of_a_module_is_in_the_catalogue() -> None:
    written = {
        value.id
        for found in pkgutil.iter_modules(dns.__path__)
        for value in vars(importlib.import_module(f"{dns.__name__}.{found.name}")).values()
        if isinstance(value, Publication)
    }

    assert len(PUBLICATIONS) == len({one.id for one in PUBLICATIONS})
    assert written == {one.id for one in PUBLICATIONS}
