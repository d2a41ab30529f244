"""After the 250 of the tenant MX: what comes back as a report."""

import pytest

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint
from tests.builders import a_delivery_ask, a_tenant, a_world
from tests.rules.judging import effect, rule, said

MX = Endpoint.MX


@pytest.mark.parametrize("recipient", ["scanner@contoso.com", "desk@fabrikam.com"])
def test_a_copy_in_order_is_delivered(recipient: str) -> None:
    assert EffectKind.ADMIT == effect(a_delivery_ask(recipient, endpoint=MX))


def test_an_unknown_recipient_of_a_relayed_message_comes_back() -> None:
    line = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"

    assert line == said(a_delivery_ask("nobody@contoso.com", endpoint=MX))


@pytest.mark.parametrize(("today", "decided"), [(9, None), (10, "mx.delivery.tenant_has_used_its_external_recipients")])
def test_relayed_mail_counts_towards_the_tenant_s_external_recipients(today: int, decided: str | None) -> None:
    assert decided == rule(a_delivery_ask(endpoint=MX, external_today=today, external_quota=10))


def test_relayed_mail_of_a_trial_tenant_counts_too() -> None:
    ask = a_delivery_ask(endpoint=MX, tenant=a_tenant(trial=True), external_today=500, external_quota=500)

    assert said(ask).startswith("550 5.7.232 ")


@pytest.mark.parametrize(("today", "refused"), [(99, False), (100, True)])
def test_relayed_mail_from_onmicrosoft_com_counts_towards_that_limit(today: int, *, refused: bool) -> None:
    assert refused == said(a_delivery_ask(endpoint=MX, moera_today=today, moera_quota=100)).startswith("550 5.7.236 ")


def test_a_mailbox_of_another_tenant_is_an_external_recipient() -> None:
    world = a_world(a_tenant(), a_tenant("fabrikam"))
    ask = a_delivery_ask("scanner@fabrikam.com", world=world, endpoint=MX, external_today=10, external_quota=10)

    assert "mx.delivery.tenant_has_used_its_external_recipients" == rule(ask)


def test_mail_that_belongs_to_no_sending_tenant_meets_no_limit() -> None:
    ask = a_delivery_ask(endpoint=MX, tenant=None, external_today=0, external_quota=None)

    assert EffectKind.ADMIT == effect(ask)
