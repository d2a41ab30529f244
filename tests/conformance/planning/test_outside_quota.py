"""What the senders of a tenant send outside is added up against what its licences let it (TERRL)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relaylab.domain.clock import parse_instant
from relaylab_conformance.finding import PlanWord
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.planning.model import Possible
from tests.conformance.estates import a_sender, an_estate, estate_text
from tests.conformance.planning.planning import candidate, planned

FEW = ("licences = 120", "licences = 10")  # 12,006 recipients outside a day
ACS = (
    "  [[tenant.mail_contact]]",
    """  [[tenant.acs_resource]]
  name = "mail"
  created = 2025-02-01
  linked_domains = ["contoso.com"]
  [[tenant.mail_contact]]""",
)


def _printer(name: str, a_day: int) -> str:
    return f"{a_sender(name, to=('customer@example.net',))}\nmessages_per_day = {a_day}"


def _text(*senders: str, acs: bool = False) -> str:
    text = estate_text(*senders).replace(*FEW)
    return text.replace(*ACS) if acs else text


def test_senders_that_fit_alone_and_not_together_are_told_what_bounces_and_what_helps() -> None:
    small, large = planned(_text(_printer("small", 6_000), _printer("large", 6_007))).plan.senders

    assert not any("TERRL" in said for said in small.cautions)
    (told,) = (said for said in large.cautions if "TERRL" in said)
    assert "12,006 recipients outside a day with 10 licences" in told
    assert "its senders have 12,007: what is over bounces (550 5.7.233)" in told
    assert "have more licences (11 would do)" in told


def test_senders_that_fit_together_are_told_nothing() -> None:
    plan = planned(_text(_printer("one", 6_000), _printer("two", 6_006))).plan

    assert not any("TERRL" in said for sender in plan.senders for said in sender.cautions)


def test_what_does_not_fit_goes_by_azure_where_that_carries_it() -> None:
    many = tuple(f"customer{number}@example.net" for number in range(10))
    newsletter = f"{a_sender('newsletter', to=many)}\nmessages_per_day = 1300"
    small, large = planned(_text(_printer("small", 6_000), newsletter, acs=True)).plan.senders

    assert "connector-relay" == small.recommended
    assert "acs-smtp" == large.recommended
    relay = candidate(large, "connector-relay")
    assert Possible.NO is relay.possible
    assert relay.reasons[0].startswith("outside? Too much: TERRL lets tenant contoso")


@pytest.mark.parametrize(("licences", "word"), [(10, PlanWord.BUT_FOR_VOLUME), (11, PlanWord.ENOUGH)])
def test_certify_says_the_same(licences: int, word: PlanWord) -> None:
    estate = an_estate(_printer("small", 6_000), _printer("large", 6_007))
    tenants = tuple(replace(one, licences=licences) if one.name == "contoso" else one for one in estate.world.tenants)
    estate = replace(estate, world=replace(estate.world, tenants=tenants))
    report = certify(estate, Order(at=(parse_instant("2027-01-04"),))).report

    assert [PlanWord.ENOUGH, word] == [one.plan for one in report.senders]
    assert (word is PlanWord.BUT_FOR_VOLUME) is any("550 5.7.233" in said for said in report.senders[1].pitfalls)


def test_a_target_that_does_not_carry_the_volume_does_not_hold_where_another_way_carries_it() -> None:
    target = a_sender(target="acs-smtp")
    text = _text(f"{target}\nmessages_per_day = 2400", f"{target.replace('mfp', 'many', 1)}\nmessages_per_day = 2401")
    few, many = planned(text.replace(*ACS)).plan.senders

    assert "acs-smtp" == few.recommended
    assert "connector-relay" == many.recommended
