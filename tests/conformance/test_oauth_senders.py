"""A sender with a registered application gets its token from Entra, and what is wrong with that is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.domain.clock import parse_instant
from relaylab_certs import TestAuthority
from relaylab_conformance.finding import Status
from tests.conformance.estates import a_sender, only_sender, the_cell
from tests.conformance.oauth_estates import (
    APP,
    AT,
    BEFORE,
    IN_ORDER,
    LATER,
    METHOD,
    REGISTERED,
    ROLES,
    SECRET,
    a_program,
    an_app,
    an_estate,
    cell_of,
    certified,
)


def test_a_sender_with_a_registered_application_fetches_its_token_and_passes() -> None:
    certificate = certified(an_estate(*IN_ORDER))

    assert Status.PASS is the_cell(certificate, METHOD, AT).status
    (text,) = certificate.transcripts.values()
    assert (
        "C: POST https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token grant_type=client_credentials" in text
    )
    assert "client_secret=<secret>" in text
    assert "S: 235 2.7.0 Authentication successful" in text
    assert "entra" in {event["endpoint"] for event in certificate.events}


def test_no_secret_and_no_token_is_in_a_certificate() -> None:
    certificate = certified(an_estate(*IN_ORDER))

    everything = repr(certificate)
    assert "fake-secret" not in everything
    assert "eyJ" not in everything


def test_the_same_estate_gives_the_same_certificate() -> None:
    estate = an_estate(*IN_ORDER)

    assert certified(estate, BEFORE, AT) == certified(estate, BEFORE, AT)


WRONG: dict[str, tuple[LoadedWorld, str, str]] = {
    "a wrong secret": (
        an_estate(*IN_ORDER, sender=a_program(secret="the id of the secret")),
        "entra.token.secret_is_wrong",
        "401 AADSTS7000215",
    ),
    "an application of another tenant": (
        an_estate(an_app(SECRET, ROLES), tenant="northwind"),
        "entra.token.application_is_unknown",
        "400 AADSTS700016",
    ),
    "a disabled application": (
        an_estate(an_app(SECRET, ROLES, "account_enabled = false"), REGISTERED),
        "entra.token.application_is_disabled",
        "400 AADSTS7000112",
    ),
    "blocked by Conditional Access": (
        an_estate(
            *IN_ORDER,
            f'\n  [[tenant.conditional_access_policy]]\n  name = "No"\n  include_service_principals = ["{APP}"]\n',
        ),
        "entra.token.application_is_blocked",
        "400 AADSTS53003",
    ),
    "no admin consent": (
        an_estate(an_app(SECRET, ROLES, "admin_consent = false"), REGISTERED),
        "submission.auth.app_lacks_the_role",
        "535 5.7.3",
    ),
    "not registered in Exchange": (
        an_estate(an_app(SECRET, ROLES)),
        "submission.auth.service_principal_is_not_registered",
        "535 5.7.3",
    ),
    "the object id of the App registration": (
        an_estate(an_app(SECRET, ROLES, 'service_principal_id = "c1111111-1111-4111-8111-111111111111"'), REGISTERED),
        "submission.auth.service_principal_has_another_object_id",
        "535 5.7.3",
    ),
    "no FullAccess": (
        an_estate(an_app(SECRET, ROLES), REGISTERED.replace("app@", "desk@")),
        "submission.data.application_may_not_open_the_mailbox",
        "430 4.2.0",
    ),
    "throttled": (
        an_estate(*IN_ORDER, f'\n  [[tenant.token_fault]]\n  kind = "throttled"\n  app_id = "{APP}"\n'),
        "entra.token.endpoint_is_throttled",
        "429 AADSTS90055",
    ),
    "a user without a second factor": (
        an_estate(
            an_app('scopes = ["SMTP.Send"]', "is_fallback_public_client = true"),
            '\n  [[tenant.mailbox]]\n  address = "new@contoso.com"\n  password = "fake-new"\n  mfa_required = true\n'
            "  mfa_registered = false\n",
            sender=a_program("new@contoso.com"),
        ),
        "entra.sign_in.second_factor_must_be_registered",
        "400 AADSTS50079",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_with_its_line(name: str) -> None:
    estate, rule, line = WRONG[name]

    cell = cell_of(estate)

    assert Status.FAIL is cell.status
    assert rule == cell.outcomes[0].rule
    assert cell.reason.startswith(line)
    assert cell.outcomes[0].fix


def test_a_refused_token_is_where_the_sender_ends_and_no_smtp_session_follows() -> None:
    estate, _, _ = WRONG["a wrong secret"]

    certificate = certified(estate)

    (text,) = certificate.transcripts.values()
    assert "S: HTTP 401" in text
    assert "S: 220" not in text
    assert "gets no token from Entra, so it never comes to SMTP" in text
    assert "the id of the secret" not in repr(certificate)


def test_a_secret_that_expires_ends_the_sender_on_its_day() -> None:
    credential = """
    [[tenant.app_registration.password_credential]]
    secret_text = "fake-secret"
    end_date_time = 2027-06-01
"""
    certificate = certified(an_estate(an_app(ROLES) + credential, REGISTERED), AT, LATER)

    assert Status.PASS is the_cell(certificate, METHOD, AT).status
    assert the_cell(certificate, METHOD, LATER).reason.startswith("401 AADSTS7000222")
    sender = only_sender(certificate)
    assert parse_instant("2027-06-01") == sender.stops_at
    assert "From 2027-06-01 on: 401 AADSTS7000222" in sender.summary


def test_a_secret_that_will_expire_is_foretold() -> None:
    credential = """
    [[tenant.app_registration.password_credential]]
    secret_text = "fake-secret"
    end_date_time = 2027-06-01
"""
    sender = only_sender(certified(an_estate(an_app(ROLES) + credential, REGISTERED), AT))

    assert "will stop" in sender.verdict
    assert "is refused from 2027-06-01 on: 401 AADSTS7000222" in sender.summary


def test_a_sender_that_signs_is_judged_by_the_certificate_s_end_date(authority: TestAuthority) -> None:
    pem = authority.ca_file.read_text(encoding="ascii")
    credential = f"""
    [[tenant.app_registration.key_credential]]
    key = '''{pem}'''
    end_date_time = 2027-06-01
"""
    certificate = certified(an_estate(an_app(ROLES) + credential, REGISTERED), AT, LATER)

    assert Status.PASS is the_cell(certificate, METHOD, AT).status
    assert "entra.token.assertion_key_has_expired" == the_cell(certificate, METHOD, LATER).outcomes[0].rule
    assert "client_assertion=<assertion>" in "".join(certificate.transcripts.values())


def test_a_public_client_asks_for_its_user_who_signs_in_at_the_page_for_device_codes() -> None:
    estate = an_estate(an_app('scopes = ["SMTP.Send"]', "is_fallback_public_client = true"))

    certificate = certified(estate)

    assert Status.PASS is the_cell(certificate, METHOD, AT).status
    text = "".join(certificate.transcripts.values())
    assert "POST https://login.microsoftonline.com/common/oauth2/deviceauth user_code=" in text
    assert "fake-app-password" not in repr(certificate)


def test_a_public_client_whose_user_has_no_password_is_not_exercised() -> None:
    estate = an_estate(
        an_app('scopes = ["SMTP.Send"]', "is_fallback_public_client = true"), sender=a_program("desk@contoso.com")
    )
    without = replace(estate.world.tenants[0], tokens=())
    estate = replace(estate, world=replace(estate.world, tenants=(without, *estate.world.tenants[1:])))

    cell = cell_of(estate)

    assert Status.NOT_EXERCISED is cell.status
    assert "its user a password" in cell.reason


def test_a_device_without_oauth_asks_for_no_token() -> None:
    sender = a_sender(mail_from="app@contoso.com", today=METHOD, target=METHOD, app_id=APP)

    certificate = certified(an_estate(*IN_ORDER, sender=sender))

    assert "no OAuth 2.0" in the_cell(certificate, METHOD, AT).reason
    assert () == certificate.events
