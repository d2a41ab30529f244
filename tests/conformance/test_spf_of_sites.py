"""Mistake 3: SPF of a relaying site, at both hops, each for the address that is seen there (fact COR-03)."""

from __future__ import annotations

import pytest

from relaylab.app.config import parse_world
from relaylab.domain.clock import parse_instant
from relaylab.rules.catalogue import rulebook
from relaylab_conformance.finding import Status
from relaylab_conformance.migration.mistakes import mistakes
from relaylab_conformance.report.model import Mistake

SITE = "203.0.113.42"
INCLUDE = "include:spf.protection.outlook.com"
NOW = parse_instant("2026-11-23")


def mistake_3(
    spf: str,
    *,
    mail_from: str = "scanner@contoso.com",
    to: str = "desk@elsewhere.example",
    record: str = "contoso.com",
    site: str = 'site = "hq"',
) -> Mistake:
    text = f"""
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.inbound_connector]]
  name = "by certificate"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  tls_sender_certificate_name = "contoso.com"
[[site]]
name = "hq"
public_ip = "{SITE}"
[[dns]]
name = "{record}"
{spf}
[[sender]]
name = "mfp"
profile = "generic-mfp"
{site}
from = "{mail_from}"
to = ["{to}"]
today = "connector-relay"
target = "connector-relay"
"""
    found = mistakes(parse_world(text, "world").world, rulebook(), {"mfp": None}, NOW)
    return next(one for one in found if one.number == 3)


def txt(record: str) -> str:
    return f'type = "TXT"\nvalue = "{record}"'


def test_a_record_with_both_is_no_mistake() -> None:
    found = mistake_3(txt(f"v=spf1 ip4:{SITE} include:spf.protection.outlook.com ~all"))

    assert (Status.PASS, ()) == (found.status, found.seen)


def test_the_address_of_a_sender_without_a_site_is_asked_for_and_is_no_mistake() -> None:
    found = mistake_3(txt(f"v=spf1 {INCLUDE} -all"), site="")

    assert (Status.NOT_EXERCISED, ("mfp",)) == (found.status, found.senders)
    assert ("nobody says the address that it sends from; write its site into its [[sender]]",) == found.seen


def test_a_sender_without_a_site_misses_what_the_outside_recipient_looks_for() -> None:
    found = mistake_3(txt("v=spf1 -all"), site="")

    assert Status.FAIL is found.status
    assert found.seen[0].startswith("mfp: spf=fail at the outside recipient")
    assert "192.0.2.1" not in " ".join(found.seen)


@pytest.mark.parametrize(
    ("spf", "seen"),
    [
        (
            "v=spf1 include:spf.protection.outlook.com ~all",
            (f"spf=softfail on arrival at Exchange Online, for the site's address {SITE}; lacks ip4:{SITE}",),
        ),
        (
            f"v=spf1 ip4:{SITE} -all",
            ("spf=fail at the outside recipient, for Microsoft's address 52.101.72.71; lacks " + INCLUDE,),
        ),
    ],
)
def test_each_hop_misses_its_own_term(spf: str, seen: tuple[str, ...]) -> None:
    found = mistake_3(txt(spf))

    assert (Status.FAIL, ("mfp",)) == (found.status, found.senders)
    assert tuple(f"mfp: {one}" for one in seen) == tuple(
        one.replace("the record of contoso.com ", "") for one in found.seen
    )


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (
            'type = "TXT"\nvalue = "nothing of the kind"',
            "spf=none",
        ),
        (txt("v=spf1 ip4:not-an-address -all"), "spf=permerror"),
        ('type = "SERVFAIL"\nvalue = "TXT"', "spf=temperror"),
    ],
)
def test_what_stands_in_the_way_of_a_result_is_said(record: str, why: str) -> None:
    said = {
        "spf=none": "contoso.com has no SPF record",
        "spf=permerror": "the record of contoso.com, or one that it includes, cannot be read",
        "spf=temperror": "DNS did not answer for contoso.com, or for what its record includes",
    }
    found = mistake_3(record)

    assert 2 == len(found.seen)
    assert all(f"mfp: {why} " in one and one.endswith(f"; {said[why]}") for one in found.seen)


def test_a_foreign_sender_whom_nobody_vouches_for_is_seen_from_the_relay_pool() -> None:
    foreign = "news@adatum.example"
    found = mistake_3(txt("v=spf1 include:spf.protection.outlook.com -all"), mail_from=foreign, record="adatum.example")

    assert "for Microsoft's relay pool 40.95.53.71" in found.seen[1]
    assert found.seen[1].endswith("send from an accepted domain, or have SPF or DKIM pass on arrival")


def test_a_foreign_sender_who_is_vouched_for_leaves_under_another_s_record() -> None:
    found = mistake_3(txt(f"v=spf1 ip4:{SITE} -all"), mail_from="news@adatum.example", record="adatum.example")

    assert Status.PASS is found.status


def test_mail_that_stays_inside_has_no_second_hop() -> None:
    found = mistake_3(txt(f"v=spf1 ip4:{SITE} -all"), to="desk@contoso.com")

    assert Status.PASS is found.status


def test_a_world_that_says_nothing_of_the_domain_cannot_be_looked_at() -> None:
    found = mistake_3(txt("v=spf1 -all"), record="adatum.example")

    assert (Status.NOT_EXERCISED, ("mfp",)) == (found.status, found.senders)
    assert "the world's [[dns]] says nothing of their domains" in found.seen[0]


@pytest.mark.parametrize(
    ("record", "seen"),
    [("_dmarc.contoso.com", Status.FAIL), ("contoso.com", Status.FAIL), ("com", Status.NOT_EXERCISED)],
)
def test_a_record_of_the_organisation_tells_of_a_domain_below_it_as_it_does_on_arrival(
    record: str, seen: Status
) -> None:
    mistake = mistake_3(txt("v=DMARC1; p=reject"), mail_from="scanner@pay.contoso.com", record=record)

    assert seen is mistake.status


def test_the_fix_is_the_soft_fail_that_microsoft_advises() -> None:
    assert "include:spf.protection.outlook.com ~all" in mistake_3(txt("v=spf1 -all")).fix
