"""The mistakes that audits find."""

from __future__ import annotations

from functools import partial

import pytest

from relaylab.rules.catalogue import rulebook
from relaylab_conformance.finding import Status
from relaylab_conformance.migration.dates import superseded
from relaylab_conformance.report.model import Certificate, Mistake
from tests.conformance.estates import a_sender, certified


def mistake(certificate: Certificate, number: int) -> Mistake | None:
    return next((each for each in certificate.report.mistakes if each.number == number), None)


def test_a_mail_contact_as_a_plan_or_in_use_is_mistake_1() -> None:
    certificate = certified(
        a_sender("planned", target="mail-contact"),
        a_sender("in use", today="mail-contact", target="connector-relay"),
        a_sender("fine"),
    )

    found = mistake(certificate, 1)
    assert found is not None
    assert (Status.FAIL, ("planned", "in use")) == (found.status, found.senders)


def test_mistakes_1_and_5_are_looked_for_even_where_nobody_makes_them() -> None:
    certificate = certified(a_sender(planned_for="2026-10-30"))

    assert [Status.PASS, Status.PASS] == [
        found.status for found in (mistake(certificate, 1), mistake(certificate, 5)) if found
    ]


@pytest.mark.parametrize(
    ("day", "timeline"),
    [
        ("2025-09-01", "2024-04"),
        ("2025-09-30", "2024-04"),
        ("2026-03-01", "2025-06"),
        ("2026-04-01", "2025-06"),
        ("2026-04-30", "2025-06"),
    ],
)
def test_a_day_of_a_superseded_timeline_is_mistake_5(day: str, timeline: str) -> None:
    found = mistake(certified(a_sender(planned_for=day)), 5)

    assert found is not None
    assert Status.FAIL is found.status
    assert f"planned for {day}" in found.seen[0]
    assert f"announced in {timeline}" in found.seen[0]


@pytest.mark.parametrize("day", ["2025-08-31", "2025-10-01", "2026-02-28", "2026-05-01", "2026-12-30"])
def test_a_day_of_no_superseded_timeline_is_none(day: str) -> None:
    found = mistake(certified(a_sender(planned_for=day)), 5)

    assert found is not None
    assert Status.PASS is found.status


def test_a_day_after_the_cutover_is_mistake_5_with_the_days_that_the_sender_stands_still() -> None:
    found = mistake(certified(a_sender(planned_for="2027-02-15")), 5)

    assert found is not None
    assert "mfp: planned for 2027-02-15, and refused from 2026-12-31 on: it stands still for 46 days" == found.seen[0]


def test_a_timeline_that_is_in_force_is_not_superseded() -> None:
    assert ["2024-04", "2025-06"] == [each.announced for each in superseded(rulebook())]
    assert ["2024-04"] == [each.announced for each in superseded(rulebook({"basic_auth_timeline": "2025-06"}))]
    assert [] == list(superseded(rulebook({"basic_auth_timeline": "2024-04"})))


def test_a_sender_without_a_password_has_no_date_to_get_wrong() -> None:
    certificate = certified(
        a_sender(today="direct-send", target="connector-relay", to=("desk@contoso.com",), planned_for="2025-09-30")
    )

    found = mistake(certificate, 5)
    assert found is not None
    assert Status.PASS is found.status


RIVAL = """
[[tenant]]
name = "rival"
  [[tenant.accepted_domain]]
  name = "rival.example"
  [[tenant.inbound_connector]]
  name = "Their office"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  sender_ip_addresses = ["203.0.113.0/24"]
  enabled = ENABLED
"""


def test_an_address_on_connectors_of_two_organisations_is_mistake_2_with_the_name_of_each() -> None:
    found = mistake(certified(a_sender(), RIVAL.replace("ENABLED", "true")), 2)

    assert found is not None
    assert (Status.FAIL, ("mfp",)) == (found.status, found.senders)
    assert (
        "mfp: 203.0.113.42 is on connector 'Office' of tenant contoso, 'Their office' of tenant rival",
    ) == found.seen


def test_a_connector_that_is_disabled_shares_nothing() -> None:
    found = mistake(certified(a_sender(), RIVAL.replace("ENABLED", "false")), 2)

    assert found is not None
    assert Status.PASS is found.status


def test_relay_from_a_shared_address_is_no_plain_pass() -> None:
    certificate = certified(a_sender(), RIVAL.replace("ENABLED", "true"))

    cells = [cell for cell in certificate.report.senders[0].cells if cell.method == "connector-relay"]
    assert {Status.NON_STRICT} == {cell.status for cell in cells}
    assert "203.0.113.42 is also on a connector of tenant rival" in cells[0].reason


def test_high_volume_email_for_somebody_outside_is_mistake_4() -> None:
    bulk = partial(a_sender, today="hve-basic", target="hve-basic", mail_from="bulk@contoso.com")
    certificate = certified(
        bulk("outside"),
        bulk("inside", to=("desk@contoso.com",)),
        a_sender("planned", target="hve-oauth"),
    )

    found = mistake(certificate, 4)
    assert found is not None
    assert (Status.FAIL, ("outside", "planned")) == (found.status, found.senders)
    assert "outside: customer@example.net is outside the tenant, where High Volume Email ends" == found.seen[0]


def test_before_june_2025_it_was_none() -> None:
    bulk = a_sender("bulk", today="hve-basic", target="hve-basic", mail_from="bulk@contoso.com")

    found = mistake(certified(bulk, at=("2025-05-31",)), 4)
    assert found is not None
    assert Status.PASS is found.status


def test_recipients_and_volume_that_do_not_fit_the_method_are_pitfalls() -> None:
    bulk = a_sender(
        "bulk", profile="python-smtplib", target="hve-basic", to=("desk@contoso.com", "customer@example.net")
    )
    many = f"{bulk}\nmessages_per_day = 12000"

    few, plenty = (certified(sender, at=("2027-01-04",)).report.senders[0].pitfalls for sender in (bulk, many))

    assert "hve-basic reaches nobody outside the tenant, and customer@example.net is there" in few
    assert not any("10,000 recipients in 24 hours" in one for one in few)
    assert any(
        "a mailbox reaches 10,000 recipients in 24 hours, and this sender writes to 24,000" in one for one in plenty
    )
    assert any(
        "12,000 messages to 1 recipient are 12,000 a day, about 15.12 US dollars a month" in one for one in plenty
    )
    assert any("recipients see another sender than scanner@contoso.com" in one for one in plenty)


def test_a_small_volume_inside_needs_no_high_volume_email() -> None:
    sender = a_sender(profile="python-smtplib", target="hve-basic", to=("desk@contoso.com",))

    assert any("Direct Send needs no account" in one for one in certified(sender).report.senders[0].pitfalls)


def test_a_method_that_fits_has_no_pitfall() -> None:
    assert () == certified(a_sender()).report.senders[0].pitfalls


def test_mistakes_that_the_estate_cannot_hold_are_not_listed() -> None:
    certificate = certified(
        a_sender(profile="curl", mail_from="app@contoso.com", today="smtp-auth-oauth", target="smtp-auth-oauth")
    )

    assert [1, 5] == [each.number for each in certificate.report.mistakes]


def test_every_mistake_says_symptom_cause_fix_and_source() -> None:
    certificate = certified(
        a_sender("relay"), a_sender("bulk", today="hve-basic", target="hve-basic", mail_from="bulk@contoso.com")
    )

    assert [1, 2, 3, 4, 5] == [each.number for each in certificate.report.mistakes]
    for each in certificate.report.mistakes:
        assert each.symptom
        assert each.cause
        assert each.fix
        assert each.source.title
