"""Real clients send through smtp.azurecomm.net: by client secret in both forms of the name, and by a real token."""

from __future__ import annotations

from pathlib import Path

import msal  # type: ignore[import-untyped]
import pytest
from azure.identity import ClientSecretCredential

from relaylab.domain.message import Placement
from tests.clients.acs import (
    ACS_SCOPE,
    CUSTOMER,
    NAME_WITH_BARS,
    NAME_WITH_DOTS,
    ORDERS,
    SECRET,
    acs_world,
    order,
)
from tests.clients.curl import Curl
from tests.clients.errand import MailClient, Refused, refusing_rules
from tests.clients.nodemailer import Nodemailer
from tests.clients.oauth import DEFAULT_SCOPE, INVOICES, TENANT, OAuthLab
from tests.clients.python_smtplib import Smtplib
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

# msmtp reads no line of its configuration that is as long as a token.
WITH_TOKENS: tuple[type[MailClient], ...] = (Smtplib, Curl, Nodemailer)


@pytest.fixture
def acs_lab(emulate: Emulate, oauth_lab: OAuthLab) -> OAuthLab:
    """An emulator of a world with a resource; ``oauth_lab`` has taken other roots out of the way."""
    del oauth_lab
    return OAuthLab(emulate(world=acs_world()))


@pytest.mark.parametrize("name", [NAME_WITH_DOTS, NAME_WITH_BARS, "printers@contoso.com"])
def test_a_client_sends_with_a_client_secret(client: MailClient, name: str, acs_lab: OAuthLab, tmp_path: Path) -> None:
    errand = order(acs_lab.emulator, user=name, to=(CUSTOMER, "helpdesk@contoso.com"))

    outcome = client.send(errand, tmp_path)

    assert client.sent == outcome.ended, outcome.output
    (kept,) = acs_lab.emulator.store.mail.messages()
    assert errand.content == acs_lab.emulator.store.mail.raw(kept.id)
    assert ("acs_smtp", "contoso") == (kept.endpoint.value, kept.tenant)
    assert [Placement.OUTSIDE, Placement.INBOX] == [copy.placed for copy in kept.copies]
    assert [] == refusing_rules(acs_lab.emulator)


@pytest.mark.parametrize("kind", WITH_TOKENS, ids=lambda kind: kind.__name__.lower())
def test_a_client_sends_with_a_token_of_msal(kind: type[MailClient], acs_lab: OAuthLab, tmp_path: Path) -> None:
    application = msal.ConfidentialClientApplication(
        INVOICES,
        client_credential=SECRET,
        authority=acs_lab.authority,
        instance_discovery=False,
        verify=acs_lab.ca,
    )
    token = application.acquire_token_for_client([ACS_SCOPE])["access_token"]
    client = kind()

    outcome = client.send(order(acs_lab.emulator, user="printers@contoso.com", token=token), tmp_path)

    assert client.sent == outcome.ended, outcome.output
    assert 1 == len(acs_lab.emulator.store.mail.messages())


def test_a_client_sends_with_a_token_of_azure_identity(acs_lab: OAuthLab, tmp_path: Path) -> None:
    settings = {"authority": acs_lab.url, "disable_instance_discovery": True, "connection_verify": acs_lab.ca}
    with ClientSecretCredential(TENANT, INVOICES, SECRET, **settings) as credential:
        token = credential.get_token(ACS_SCOPE).token

    outcome = Smtplib().send(order(acs_lab.emulator, user="printers@contoso.com", token=token), tmp_path)

    assert "sent" == outcome.ended, outcome.output


@pytest.mark.parametrize(
    ("user", "scope", "rule"),
    [
        ("printers@contoso.com", DEFAULT_SCOPE, "token_is_for_another_service"),
        ("firmware", ACS_SCOPE, "token_is_of_another_application"),
        (NAME_WITH_DOTS, ACS_SCOPE, "xoauth2_wants_an_smtp_username"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(
    user: str, scope: str, rule: str, acs_lab: OAuthLab, tmp_path: Path
) -> None:
    token = acs_lab.app_token(scope=scope)

    outcome = Smtplib().send(order(acs_lab.emulator, user=user, token=token), tmp_path)

    assert Smtplib.refused[Refused.SIGN_IN] == outcome.ended
    assert f"acs_smtp.auth.{rule}" == acs_lab.last_rule()


def test_a_wrong_secret_is_refused_with_the_bare_line(client: MailClient, acs_lab: OAuthLab, tmp_path: Path) -> None:
    outcome = client.send(order(acs_lab.emulator, password="wrong"), tmp_path)

    assert client.refused[Refused.SIGN_IN] == outcome.ended, outcome.output
    if outcome.answer is not None:
        assert (535, "5.7.3", "Authentication unsuccessful", "") == (
            outcome.answer.code,
            outcome.answer.enhanced,
            outcome.answer.text,
            outcome.answer.trailer,
        )
    assert "acs_smtp.auth.secret_is_wrong" in acs_lab.rules()


def test_a_sender_that_is_not_linked_is_refused_behind_the_dot(
    client: MailClient, acs_lab: OAuthLab, tmp_path: Path
) -> None:
    outcome = client.send(order(acs_lab.emulator, sender="orders@fabrikam.com"), tmp_path)

    assert client.refused[Refused.MESSAGE] == outcome.ended, outcome.output
    assert "acs_smtp.data.domain_is_not_linked" == acs_lab.last_rule()
    assert [] == acs_lab.emulator.store.mail.messages()


def test_what_is_over_the_rate_is_put_off(acs_lab: OAuthLab, tmp_path: Path) -> None:
    errand = order(acs_lab.emulator, sender=ORDERS)
    client = Smtplib()
    ended = [client.send(errand, tmp_path).ended for _ in range(4)]

    assert ["sent", "sent", "sent", "SMTPDataError"] == ended
    assert "acs_smtp.data.minute_is_used_up" == acs_lab.last_rule()
