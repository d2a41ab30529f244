"""A sender whose application Entra knows gets its token there for High Volume Email, and its secret serves ACS."""

from __future__ import annotations

import pytest

from relaylab_conformance.finding import Status
from tests.conformance.estates import a_sender, the_cell
from tests.conformance.oauth_estates import APP, AT, PRINCIPAL, SECRET, an_app, an_estate, certified

NEEDS = f'service_principal_id = "{PRINCIPAL}"'


def bulk(method: str = "hve-oauth", mail_from: str = "bulk@contoso.com") -> str:
    return a_sender(
        profile="python-smtplib", mail_from=mail_from, today=method, target=method, app_id=APP, to=("desk@contoso.com",)
    )


def allowing(app: str) -> tuple[str, ...]:
    """The account, with an application on its Allowed Apps."""
    account = f'\n  [[tenant.hve_account]]\n  address = "alerts@contoso.com"\n  allowed_apps = ["{PRINCIPAL}"]\n'
    return account, app


@pytest.mark.parametrize(
    ("role", "status", "reason"),
    [
        ("Mail.Send", Status.PASS, ""),
        ("SMTP.SendAsApp", Status.FAIL, "535 5.7.144"),
    ],
)
def test_an_application_gets_its_token_for_high_volume_email_from_entra(role: str, status: Status, reason: str) -> None:
    app = an_app(SECRET, NEEDS, f'roles = ["{role}"]')
    sender = bulk(mail_from="alerts@contoso.com")

    certificate = certified(an_estate(*allowing(app), sender=sender))

    cell = the_cell(certificate, "hve-oauth", AT)
    assert status is cell.status
    assert cell.reason.startswith(reason)
    assert "entra" in {event["endpoint"] for event in certificate.events}


@pytest.mark.parametrize("method", ["acs-smtp", "acs-rest"])
def test_an_application_opens_a_communication_services_resource(method: str) -> None:
    resource = f"""
  [[tenant.acs_resource]]
  name = "contoso-mail"
  created = 2025-02-01
  linked_domains = ["contoso.com"]
  sender_usernames = ["orders@contoso.com"]
    [[tenant.acs_resource.role_assignment]]
    assignee = "{APP}"
"""
    estate = an_estate(an_app(SECRET), resource, sender=bulk(method, "orders@contoso.com"))

    assert Status.PASS is the_cell(certified(estate), method, AT).status
