"""OAuth senders on bad days, through shared mailboxes, and to High Volume Email."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relaylab.app.config import WorldFileError
from relaylab_conformance.finding import Status
from relaylab_conformance.report.console import as_text
from tests.conformance.estates import a_sender, only_sender, the_cell
from tests.conformance.oauth_estates import (
    APP,
    AT,
    IN_ORDER,
    METHOD,
    PRINCIPAL,
    REGISTERED,
    SECRET,
    a_program,
    an_app,
    an_estate,
    cell_of,
    certified,
)


def a_fault(*lines: str) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    return f'\n  [[tenant.token_fault]]\n  app_id = "{APP}"\n{body}\n'


def test_a_bad_day_that_passes_is_waited_for_and_decides_nothing() -> None:
    estate = an_estate(
        *IN_ORDER,
        a_fault('kind = "throttled"', "times = 1", "retry_after = 45"),
        a_fault('kind = "bad_gateway"', "times = 1"),
    )

    certificate = certified(estate)

    assert Status.PASS is the_cell(certificate, METHOD, AT).status
    (text,) = certificate.transcripts.values()
    waited = [text.index(mark) for mark in ("S: HTTP 429", "S: HTTP 502", "S: HTTP 200", "S: 235")]
    assert sorted(waited) == waited
    at = {event["at"] for event in certificate.events if event["endpoint"] == "submission"}
    assert {"2027-01-04T00:01:45Z"} == {str(one)[:20] for one in at}
    assert only_sender(certificate).stops_at is None


def test_a_bad_day_without_an_end_is_named_with_where_it_stands() -> None:
    cell = cell_of(an_estate(*IN_ORDER, a_fault('kind = "throttled"')))

    assert "entra.token.endpoint_is_throttled" == cell.outcomes[0].rule
    assert "[[tenant.token_fault]]" in cell.outcomes[0].fix


SHARED = """
  [[tenant.mailbox]]
  address = "shared@contoso.com"
  account_enabled = false
"""
OPENED = """
  [[tenant.mailbox_permission]]
  identity = "shared@contoso.com"
  user = "app@contoso.com"
"""
FOR_USERS = an_app('scopes = ["SMTP.Send"]', "is_fallback_public_client = true")
THROUGH_A_USER = a_program("shared@contoso.com") + '\nsign_in_user = "app@contoso.com"\n'


def test_a_shared_mailbox_is_opened_by_the_token_of_its_user() -> None:
    certificate = certified(an_estate(FOR_USERS, SHARED, OPENED, sender=THROUGH_A_USER))

    assert Status.PASS is the_cell(certificate, METHOD, AT).status
    assert "login=app@contoso.com" in "".join(certificate.transcripts.values()).replace("%40", "@")


def test_a_shared_mailbox_without_full_access_is_not_opened() -> None:
    cell = cell_of(an_estate(FOR_USERS, SHARED, sender=THROUGH_A_USER))

    assert "submission.auth.user_may_not_open_the_mailbox" == cell.outcomes[0].rule


def test_a_shared_mailbox_without_its_user_is_not_exercised_and_says_whom_to_name() -> None:
    cell = cell_of(an_estate(FOR_USERS, SHARED, sender=a_program("shared@contoso.com")))

    assert Status.NOT_EXERCISED is cell.status
    assert "shared@contoso.com has no password" in cell.reason
    assert "name in sign_in_user the user who opens a shared mailbox" in cell.reason


def test_the_console_says_why_a_sender_was_not_tried() -> None:
    certificate = certified(an_estate(FOR_USERS, SHARED, sender=a_program("shared@contoso.com")))

    told = as_text(certificate.report, 400)

    assert "not tried, mfp by smtp-auth-oauth: nothing says how shared@contoso.com gets a token" in told
    assert "name in sign_in_user the user who opens a shared mailbox" in told


def test_a_user_who_is_no_mailbox_is_named_in_the_world_file() -> None:
    with pytest.raises(WorldFileError, match=r'sign_in_user: "ap@contoso.com" is not a mailbox; did you mean "app@'):
        an_estate(FOR_USERS, sender=a_program() + '\nsign_in_user = "ap@contoso.com"\n')


BY_HVE = a_sender(
    profile="python-smtplib",
    mail_from="app@contoso.com",
    today="smtp-auth-oauth",
    target="hve-oauth",
    app_id=APP,
    to=("desk@contoso.com",),
)


@pytest.mark.parametrize(
    ("role", "allowed", "rule"),
    [
        ("Mail.Send", PRINCIPAL, None),
        ("SMTP.SendAsApp", PRINCIPAL, "hve.auth.token_lacks_mail_send"),
        ("Mail.Send", "c1111111-1111-4111-8111-111111111111", "hve.mail.application_is_not_allowed"),
    ],
)
def test_an_hve_sender_with_an_application_fetches_its_token_too(role: str, allowed: str, rule: str | None) -> None:
    estate = an_estate(an_app(SECRET, f'roles = ["{role}"]'), REGISTERED, sender=BY_HVE)
    tenant = estate.world.tenants[0]
    accounts = tuple(replace(one, allowed_apps=(allowed,)) for one in tenant.hve_accounts)
    world = replace(estate.world, tenants=(replace(tenant, hve_accounts=accounts), *estate.world.tenants[1:]))

    certificate = certified(replace(estate, world=world))

    found = the_cell(certificate, "hve-oauth", AT)
    assert rule == found.outcomes[0].rule if rule else Status.PASS is found.status
    told = "".join(certificate.transcripts.values())
    assert "scope=https://outlook.office.com/.default" in told
