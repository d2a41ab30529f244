"""A plan that rests on Azure Communication Services over REST is tried with the key of the resource."""

from __future__ import annotations

import pytest

from relaylab.app.config import parse_world
from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.clock import iso
from relaylab.domain.estate import Method
from relaylab_conformance.finding import Status
from relaylab_conformance.migration.course import course, stops_at
from tests.conformance.estates import a_sender, estate_text, only_sender, the_cell
from tests.conformance.test_acs import AT, an_estate, certified


def over_rest(**changes: str) -> str:
    """The estate of the SMTP plan, with REST as its target."""
    return an_estate(**changes).replace('target = "acs-smtp"', 'target = "acs-rest"')


def test_a_configured_sender_of_a_linked_domain_is_carried() -> None:
    certificate = certified(over_rest())

    (outcome,) = the_cell(certificate, "acs-rest", AT).outcomes
    assert Status.PASS is outcome.status
    assert {"desk@contoso.com": "inbox", "customer@example.net": "outside"} == outcome.placed
    assert "202" in outcome.sender_does


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"linked": "fabrikam.example", "username": "orders@fabrikam.example"}, "acs_rest.send.domain_is_not_linked"),
        ({"username": "billing@contoso.com"}, "acs_rest.send.sender_username_is_unknown"),
        ({"created": "2026-11-01"}, "acs_rest.send.resource_is_of_a_new_customer"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_fails_and_says_why(changes: dict[str, str], rule: str) -> None:
    cell = the_cell(certified(over_rest(**changes)), "acs-rest", AT)

    assert Status.FAIL is cell.status
    assert [rule] == [outcome.rule for outcome in cell.outcomes]
    assert all(outcome.fix for outcome in cell.outcomes)


def test_a_tenant_without_a_resource_has_nothing_to_send_through() -> None:
    cell = the_cell(certified(estate_text(a_sender(target="acs-rest"))), "acs-rest", AT)

    assert Status.FAIL is cell.status
    assert "has no Communication Services resource" in cell.reason


def test_the_key_of_the_resource_is_in_no_transcript() -> None:
    world = parse_world(over_rest(), "estate").world
    keys = [key.reveal() for tenant in world.tenants for one in tenant.acs_resources for key in one.keys]
    certificate = certified(over_rest())

    said = "\n".join(str(text) for text in certificate.transcripts.values())
    assert "POST /acs/contoso-mail/emails:send" in said
    assert not any(key in said for key in keys)


def test_over_time_a_sender_stops_after_the_day_of_the_retirement() -> None:
    estate = parse_world(over_rest(), "estate")
    (sender,) = estate.world.senders
    spans = course(estate.world, rulebook_for(estate.world), sender, Method.ACS_REST)

    stops = stops_at(spans)
    assert stops is not None
    assert "2028-10-01T00:00:00Z" == iso(stops)
    assert "2025-02-01T00:00:00Z" == iso(next(span.since for span in spans if span.arrives))


@pytest.mark.parametrize(("at", "is_there"), [("2023-03-30T23:59:59Z", False), ("2023-03-31", True)])
def test_before_the_first_stable_version_its_request_is_refused_and_that_is_said(at: str, *, is_there: bool) -> None:
    certificate = certified(over_rest(created="2021-02-01"), at)
    cell, (said, *_) = the_cell(certificate, "acs-rest", at), only_sender(certificate).pitfalls

    assert [None if is_there else "acs_rest.send.only_previews_exist_yet"] == [one.rule for one in cell.outcomes]
    assert is_there != ("acs-rest does not exist on 2023-03-30: it begins on 2023-03-31" in said)


def test_its_end_is_a_pitfall() -> None:
    assert any("acs-rest is not for good" in said for said in only_sender(certified(over_rest())).pitfalls)
