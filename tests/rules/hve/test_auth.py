"""AUTH at High Volume Email."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from relaylab.domain.decision import EffectKind
from relaylab.domain.identity import Credential
from relaylab.domain.tenant import (
    AuthenticationPolicy,
    ConditionalAccessPolicy,
    OrganizationConfig,
    Switch,
    TransportConfig,
)
from tests.builders import OLD_TLS, TODAY, a_mailbox, a_sign_in_ask, an_address, at, just_before
from tests.hve_asks import (
    ADDRESS,
    HVE,
    a_stranger_s_hve_sign_in_ask,
    an_hve_account,
    an_hve_mechanism_ask,
    an_hve_sender,
    an_hve_sign_in_ask,
    an_hve_tenant,
    an_hve_token,
    an_hve_token_ask,
)
from tests.rules.judging import effect, rule, said

SUCCESS = "235 2.7.0 Authentication successful"
UNSUCCESSFUL = "535 5.7.3 Authentication unsuccessful"
NOT_ALLOWED = (
    "535 5.7.139 Authentication unsuccessful, "
    "the organization configuration does not allow this authentication request."
)
ENDS_SOON = "535 5.7.142 Token will expire soon"
EXPIRED = "535 5.7.143 Expired token"
PERMISSIONS = "535 5.7.144 XOAUTH2 authentication failed. Invalid API permissions"


def test_the_right_password_signs_in() -> None:
    assert SUCCESS == said(an_hve_sign_in_ask())


def test_every_wrong_password_gets_the_bare_refusal_that_client_submission_had_in_2020() -> None:
    assert UNSUCCESSFUL == said(a_stranger_s_hve_sign_in_ask())
    assert UNSUCCESSFUL == said(an_hve_sign_in_ask(credential=Credential.WRONG))


def test_the_cutover_of_client_submission_does_not_reach_it() -> None:
    tenant = an_hve_tenant(basic_auth_smtp=Switch.OFF)

    assert SUCCESS == said(an_hve_sign_in_ask(tenant=tenant, now=just_before("2026-12-31")))
    assert SUCCESS == said(an_hve_sign_in_ask(tenant=tenant, now="2026-12-31"))
    assert "550 5.7.30" in said(a_sign_in_ask(now="2026-12-31"))


def test_the_removal_of_basic_from_client_submission_does_not_reach_it_either() -> None:
    assert SUCCESS == said(an_hve_sign_in_ask(now="2028-03-01"), milestones={"basic_auth_removed": at("2028-01-01")})


def test_a_password_is_good_until_the_end_of_september_2028() -> None:
    assert SUCCESS == said(an_hve_sign_in_ask(now=just_before("2028-10-01")))
    assert NOT_ALLOWED == said(an_hve_sign_in_ask(now="2028-10-01"))


def test_which_line_follows_the_end_of_passwords_is_a_reading() -> None:
    ask = an_hve_sign_in_ask(now="2028-10-01")

    assert "550 5.7.30 Basic authentication is not supported for Client Submission." == said(
        ask, hve_basic_refusal="5.7.30"
    )


def test_a_token_outlives_the_end_of_passwords() -> None:
    assert SUCCESS == said(an_hve_token_ask(now="2028-10-01"))


def test_before_the_public_preview_nobody_signs_in() -> None:
    assert UNSUCCESSFUL == said(an_hve_sign_in_ask(now=just_before("2024-04-01")))
    assert SUCCESS == said(an_hve_sign_in_ask(now="2024-04-01"))


def test_the_tenants_smtp_auth_switch_does_not_reach_it() -> None:
    off = TransportConfig(smtp_client_authentication_disabled=True)

    assert SUCCESS == said(an_hve_sign_in_ask(tenant=an_hve_tenant(transport_config=off)))


def test_security_defaults_must_be_off_for_a_password_and_not_for_a_token() -> None:
    tenant = an_hve_tenant(security_defaults=True)

    assert NOT_ALLOWED == said(an_hve_sign_in_ask(tenant=tenant))
    assert SUCCESS == said(an_hve_token_ask(tenant=tenant))


def test_what_forbids_passwords_is_looked_at_before_the_password() -> None:
    tenant = an_hve_tenant(security_defaults=True)

    assert NOT_ALLOWED == said(an_hve_sign_in_ask(tenant=tenant, credential=Credential.WRONG))
    assert NOT_ALLOWED == said(an_hve_sign_in_ask(credential=Credential.WRONG, now="2028-10-01"))


def test_the_page_s_wording_is_a_reading() -> None:
    ask = an_hve_sign_in_ask(tenant=an_hve_tenant(security_defaults=True))

    assert NOT_ALLOWED.replace("does not", "doesn't") == said(ask, hve_refusal_wording="doesnt")


@pytest.mark.parametrize(("allows", "line"), [(True, SUCCESS), (False, NOT_ALLOWED)])
def test_an_authentication_policy_on_the_account_must_allow_basic(allows: bool, line: str) -> None:  # noqa: FBT001
    policy = AuthenticationPolicy("Own", allow_basic_auth_smtp=allows, users=(an_address(ADDRESS),))

    assert line == said(an_hve_sign_in_ask(tenant=an_hve_tenant(authentication_policies=(policy,))))


def test_the_organisations_default_policy_holds_for_the_account_too() -> None:
    tenant = an_hve_tenant(
        authentication_policies=(AuthenticationPolicy("Block Basic"),),
        organization_config=OrganizationConfig(default_authentication_policy="Block Basic"),
    )

    assert NOT_ALLOWED == said(an_hve_sign_in_ask(tenant=tenant))


@pytest.mark.parametrize(("excluded", "line"), [((), UNSUCCESSFUL), ((ADDRESS,), SUCCESS)])
def test_conditional_access_must_exclude_the_account(excluded: tuple[str, ...], line: str) -> None:
    policy = ConditionalAccessPolicy("Block legacy", exclude_users=tuple(map(an_address, excluded)))

    assert line == said(an_hve_sign_in_ask(tenant=an_hve_tenant(conditional_access_policies=(policy,))))


def test_a_mailbox_signs_in_too_and_is_told_later_that_it_cannot_send() -> None:
    assert SUCCESS == said(replace(a_sign_in_ask(a_mailbox()), endpoint=HVE))


@pytest.mark.parametrize(("name", "line"), [("LOGIN", ""), ("XOAUTH2", ""), ("PLAIN", "504 5.7.4")])
def test_only_login_and_xoauth2_are_recognised(name: str, line: str) -> None:
    assert said(an_hve_mechanism_ask(name)).startswith(line)


def test_old_tls_ends_the_connection_at_the_sign_in() -> None:
    ask = an_hve_sign_in_ask(tls=OLD_TLS)

    assert said(ask).startswith("421 4.7.66 TLS 1.0 and 1.1 are not supported.")
    assert EffectKind.DISCONNECT is effect(ask)


def test_a_malformed_token_response_is_a_syntax_error_here() -> None:
    ask = an_hve_token_ask(token=None, credential=Credential.MALFORMED)

    assert "501 5.5.124 Invalid XOAUTH2 auth data" == said(ask)


@pytest.mark.parametrize("user", ["", "bulk", "contoso.com", "(unreadable)"])
def test_a_token_s_user_that_is_no_address_has_a_line_that_was_seen(user: str) -> None:
    ask = an_hve_token_ask(user=user, hve=None, credential=Credential.WRONG)

    assert "501 5.5.124 Invalid XOAUTH2 auth data - User address provided is not valid." == said(ask)
    assert UNSUCCESSFUL == said(replace(ask, user="bulk@nowhere.example"))


# Tokens ---------------------------------------------------------------------------------------------------------------


def test_a_token_needs_mail_send_and_not_smtp_send_as_app() -> None:
    assert SUCCESS == said(an_hve_token_ask(an_hve_token(roles=("Mail.Send",))))
    assert PERMISSIONS == said(an_hve_token_ask(an_hve_token(roles=("SMTP.SendAsApp",))))


def test_a_user_s_token_needs_mail_send_as_a_scope_and_opens_the_user_s_own_account() -> None:
    own = an_hve_token(roles=(), scopes=("Mail.Send",), user=ADDRESS)

    assert SUCCESS == said(an_hve_token_ask(own))
    assert PERMISSIONS == said(an_hve_token_ask(replace(own, scopes=("SMTP.Send",))))
    assert UNSUCCESSFUL == said(an_hve_token_ask(replace(own, user="scanner@contoso.com")))


@pytest.mark.parametrize(("margin", "seconds"), [("300", 300), ("600", 600)])
def test_a_token_near_its_end_is_refused_how_near_is_a_reading(margin: str, seconds: int) -> None:
    def with_left(left: timedelta) -> str:
        return said(an_hve_token_ask(an_hve_token(expires=at(TODAY) + left)), hve_token_margin=margin)

    assert ENDS_SOON == with_left(timedelta(seconds=seconds))
    assert SUCCESS == with_left(timedelta(seconds=seconds, microseconds=1))


def test_an_expired_token_gets_a_line_of_its_own() -> None:
    assert EXPIRED == said(an_hve_token_ask(an_hve_token(expires=at(TODAY))))
    assert EXPIRED == said(an_hve_token_ask(token=None, credential=Credential.EXPIRED))


def test_a_token_for_microsoft_graph_does_not_open_it_though_graph_has_a_mail_send_too() -> None:
    ask = an_hve_token_ask(an_hve_token(audience="https://graph.microsoft.com"))

    assert UNSUCCESSFUL == said(ask)
    assert "hve.auth.token_is_for_another_service" == rule(ask)


def test_an_application_that_is_not_allowed_signs_in_all_the_same() -> None:
    other = an_hve_sender(app_object_id="60000000-0000-4000-8000-000000000001")

    assert SUCCESS == said(an_hve_token_ask(hve=other))


def test_a_disabled_account_cannot_sign_in_and_an_application_does_not_mind() -> None:
    disabled = an_hve_account(account_enabled=False)

    assert UNSUCCESSFUL == said(an_hve_sign_in_ask(disabled))
    assert SUCCESS == said(an_hve_token_ask(hve=an_hve_sender(disabled)))
