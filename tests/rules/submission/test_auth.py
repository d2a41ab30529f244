"""AUTH at smtp.office365.com."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from relaylab.domain.asks import SignInAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.identity import Credential
from relaylab.domain.reply import Trailer
from relaylab.domain.tenant import (
    AuthenticationPolicy,
    ConditionalAccessPolicy,
    OrganizationConfig,
    Switch,
    TransportConfig,
)
from tests.builders import (
    OLD_TLS,
    a_mailbox,
    a_mechanism_ask,
    a_sign_in_ask,
    a_stranger_s_sign_in_ask,
    a_tenant,
    a_token_ask,
    an_address,
    at,
    just_before,
)
from tests.rules.judging import effect, rule, said, verdict

UNRECOGNISED = "504 5.7.4 Unrecognized authentication type"
AUTHENTICATED = "235 2.7.0 Authentication successful"
BARE = "535 5.7.3 Authentication unsuccessful"
WRONG = "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."
LOCKED = "535 5.7.139 Authentication unsuccessful, account locked. Contact your administrator."
OLD = (
    "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit "
    "https://aka.ms/smtp_auth_tls"
)
NOT_SUPPORTED = "550 5.7.30 Basic authentication is not supported for Client Submission."
DISABLED = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
SECURITY_DEFAULTS = (
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact "
    "your administrator."
)
CONDITIONAL_ACCESS = (
    "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. "
    "Contact your administrator."
)
OFF_FOR_MAILBOX = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit "
    "https://aka.ms/smtp_auth_disabled for more information."
)
OFF_FOR_TENANT = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
    "https://aka.ms/smtp_auth_disabled for more information."
)

CUTOVER = "2026-12-31"
AFTER = "2027-01-04"
REMOVED: dict[str, datetime | None] = {"basic_auth_removed": at("2028-03-01")}

BLOCKING_POLICY = AuthenticationPolicy("Block Basic", users=(an_address("scanner@contoso.com"),))
ALLOWING_POLICY = replace(BLOCKING_POLICY, allow_basic_auth_smtp=True)
BLOCK_LEGACY = ConditionalAccessPolicy("Block legacy authentication")
SWITCHED_OFF = TransportConfig(smtp_client_authentication_disabled=True)


# The mechanism ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LOGIN", "XOAUTH2", "PLAIN"])
def test_before_starttls_no_mechanism_is_recognised(name: str) -> None:
    ask = a_mechanism_ask(name, tls=None)

    assert UNRECOGNISED == said(ask)
    assert "submission.auth.tls_comes_first" == rule(ask)


@pytest.mark.parametrize("name", ["PLAIN", "plain", "CRAM-MD5", "NTLM", "OAUTHBEARER", "GSSAPI"])
def test_inside_tls_a_mechanism_that_is_not_offered_is_not_recognised(name: str) -> None:
    ask = a_mechanism_ask(name)

    assert UNRECOGNISED == said(ask)
    assert "submission.auth.mechanism_is_not_offered" == rule(ask)


@pytest.mark.parametrize("name", ["LOGIN", "login", "Login", "XOAUTH2", "xoauth2"])
def test_inside_tls_login_and_xoauth2_are_recognised_in_any_case(name: str) -> None:
    assert EffectKind.ADMIT == effect(a_mechanism_ask(name))


def test_login_is_still_recognised_when_basic_is_off_by_default() -> None:
    assert EffectKind.ADMIT == effect(a_mechanism_ask("LOGIN", now=AFTER))


def test_under_the_other_reading_login_is_dropped_from_the_cutover_on() -> None:
    assert EffectKind.ADMIT == effect(
        a_mechanism_ask("LOGIN", now=just_before(CUTOVER)), login_offer_when_off="dropped"
    )
    assert UNRECOGNISED == said(a_mechanism_ask("LOGIN", now=CUTOVER), login_offer_when_off="dropped")
    assert EffectKind.ADMIT == effect(a_mechanism_ask("XOAUTH2", now=CUTOVER), login_offer_when_off="dropped")


# TLS ----------------------------------------------------------------------------------------------------------------


def test_old_tls_is_refused_at_the_sign_in_from_february_2022_on() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(tls=OLD_TLS, now=just_before("2022-02-01")))
    assert OLD == said(a_sign_in_ask(tls=OLD_TLS, now="2022-02-01"))


@pytest.mark.parametrize(
    ("version", "line"),
    [("TLSv1", OLD), ("TLSv1.1", OLD), ("TLSv1.2", AUTHENTICATED), ("TLSv1.3", AUTHENTICATED)],
)
def test_tls_1_2_is_the_oldest_that_is_served(version: str, line: str) -> None:
    assert line == said(a_sign_in_ask(tls=replace(OLD_TLS, version=version)))


def test_the_refusal_of_old_tls_closes_the_connection() -> None:
    assert EffectKind.DISCONNECT == effect(a_sign_in_ask(tls=OLD_TLS))


def test_old_tls_is_refused_before_the_password_is_looked_at() -> None:
    assert OLD == said(a_sign_in_ask(tls=OLD_TLS, credential=Credential.WRONG))


def test_old_tls_is_refused_to_tokens_too() -> None:
    assert OLD == said(a_token_ask(tls=OLD_TLS))


def test_the_legacy_host_takes_old_tls_from_a_tenant_that_opted_in() -> None:
    tenant = a_tenant(transport_config=TransportConfig(allow_legacy_tls_clients=True))

    assert AUTHENTICATED == said(a_sign_in_ask(tenant=tenant, tls=OLD_TLS, on_legacy_host=True))


def test_the_legacy_host_refuses_old_tls_to_a_tenant_that_did_not_opt_in() -> None:
    ask = a_sign_in_ask(tls=OLD_TLS, on_legacy_host=True)

    assert "550 5.7.67 TLS 1.0 and 1.1 are not supported by your organization" == said(ask)


def test_the_legacy_host_refuses_old_tls_to_a_name_that_nobody_has() -> None:
    ask = a_stranger_s_sign_in_ask(tls=OLD_TLS, on_legacy_host=True)

    assert "submission.auth.organisation_has_not_opted_in_to_old_tls" == rule(ask)


def test_the_legacy_host_takes_tls_1_2_from_anybody() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(on_legacy_host=True))


def test_opting_in_does_not_open_the_main_host_to_old_tls() -> None:
    tenant = a_tenant(transport_config=TransportConfig(allow_legacy_tls_clients=True))

    assert OLD == said(a_sign_in_ask(tenant=tenant, tls=OLD_TLS))


def test_the_legacy_host_is_in_scope_of_the_cutover() -> None:
    tenant = a_tenant(transport_config=TransportConfig(allow_legacy_tls_clients=True))

    assert NOT_SUPPORTED == said(a_sign_in_ask(tenant=tenant, tls=OLD_TLS, on_legacy_host=True, now=AFTER))


# The response -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [a_sign_in_ask(), a_token_ask()])
def test_cancelling_gets_535_not_501(ask: SignInAsk) -> None:
    cancelled = replace(ask, credential=Credential.CANCELLED)

    assert BARE == said(cancelled)
    assert "submission.auth.client_cancelled" == rule(cancelled)


@pytest.mark.parametrize("reading", ["5.7.3", "5.5.124"])
def test_a_name_or_password_that_is_not_base64_gets_the_bare_refusal(reading: str) -> None:
    assert BARE == said(a_sign_in_ask(credential=Credential.MALFORMED), malformed_xoauth2=reading)


@pytest.mark.parametrize(("reading", "line"), [("5.7.3", BARE), ("5.5.124", "501 5.5.124 Invalid XOAUTH2 auth data")])
def test_a_malformed_xoauth2_response_gets_the_line_of_the_reading(reading: str, line: str) -> None:
    assert line == said(a_token_ask(credential=Credential.MALFORMED), malformed_xoauth2=reading)


# Credentials --------------------------------------------------------------------------------------------------------


def test_the_right_password_signs_in() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask())


def test_the_right_token_signs_in() -> None:
    assert AUTHENTICATED == said(a_token_ask())


def test_a_wrong_password_gets_the_bare_refusal_until_2021() -> None:
    assert BARE == said(a_sign_in_ask(credential=Credential.WRONG, now=just_before("2021-01-01")))
    assert WRONG == said(a_sign_in_ask(credential=Credential.WRONG, now="2021-01-01"))


def test_a_name_that_nobody_has_is_refused_like_a_wrong_password() -> None:
    ask = a_stranger_s_sign_in_ask()

    assert WRONG == said(ask)
    assert said(a_sign_in_ask(credential=Credential.WRONG)) == said(ask)


def test_a_password_alone_is_wrong_for_an_account_with_a_second_factor() -> None:
    mailbox = a_mailbox(mfa_required=True)

    assert BARE == said(a_sign_in_ask(mailbox, now=just_before("2021-01-01")))
    assert WRONG == said(a_sign_in_ask(mailbox, now="2021-01-01"))


def test_a_token_has_passed_the_second_factor() -> None:
    assert AUTHENTICATED == said(a_token_ask(a_mailbox(mfa_required=True)))


@pytest.mark.parametrize("credential", [Credential.WRONG, Credential.EXPIRED, Credential.OTHER_USER])
def test_a_token_that_is_unknown_expired_or_another_user_s_gets_the_bare_refusal(credential: Credential) -> None:
    ask = a_token_ask(credential=credential)

    assert BARE == said(ask)
    assert "submission.auth.token_is_not_accepted" == rule(ask)


@pytest.mark.parametrize("credential", [Credential.MATCHES, Credential.WRONG])
def test_a_locked_account_is_refused_whatever_password_it_brings(credential: Credential) -> None:
    assert LOCKED == said(a_sign_in_ask(a_mailbox(account_locked=True), credential=credential))


def test_a_locked_account_is_refused_with_a_token() -> None:
    assert LOCKED == said(a_token_ask(a_mailbox(account_locked=True)))


@pytest.mark.parametrize(("failures", "line"), [(9, AUTHENTICATED), (10, LOCKED), (11, LOCKED)])
def test_ten_wrong_passwords_lock_a_name_out_even_with_the_right_one(failures: int, line: str) -> None:
    assert line == said(a_sign_in_ask(recent_failures=failures))


def test_a_name_that_nobody_has_is_locked_out_alike() -> None:
    assert LOCKED == said(a_stranger_s_sign_in_ask(recent_failures=10))


def test_wrong_passwords_do_not_lock_tokens_out() -> None:
    assert AUTHENTICATED == said(a_token_ask(recent_failures=10))


def test_under_the_other_reading_wrong_passwords_lock_nobody_out() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(recent_failures=10), smart_lockout="off")


@pytest.mark.parametrize("ask", [a_sign_in_ask, a_token_ask])
def test_an_account_whose_sign_in_is_disabled_has_an_issue(ask: Callable[..., SignInAsk]) -> None:
    line = "535 5.7.139 Authentication unsuccessful, account has an issue. Contact your administrator."

    assert line == said(ask(a_mailbox(account_enabled=False)))


def test_the_account_that_signs_in_needs_a_licence() -> None:
    assert "550 5.2.1 Mailbox cannot be accessed" == said(a_sign_in_ask(a_mailbox(licensed=False)))
    assert "550 5.2.1 Mailbox cannot be accessed" == said(a_token_ask(a_mailbox(licensed=False)))


# The cutover --------------------------------------------------------------------------------------------------------


def test_a_password_is_refused_from_the_cutover_on() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(now=just_before(CUTOVER)))
    assert NOT_SUPPORTED == said(a_sign_in_ask(now=CUTOVER))


def test_under_the_other_reading_the_cutover_has_the_line_of_the_policy_block() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(now=just_before(CUTOVER)), basic_auth_refusal="5.7.139")
    assert DISABLED == said(a_sign_in_ask(now=CUTOVER), basic_auth_refusal="5.7.139")


@pytest.mark.parametrize("refusal", ["5.7.30", "5.7.139"])
@pytest.mark.parametrize(("switch", "passes"), [(Switch.DEFAULT, False), (Switch.OFF, False), (Switch.ON, True)])
def test_only_an_administrator_s_word_brings_basic_back(switch: Switch, refusal: str, *, passes: bool) -> None:
    ask = a_sign_in_ask(tenant=a_tenant(basic_auth_smtp=switch), now=AFTER)

    assert passes == (AUTHENTICATED == said(ask, basic_auth_refusal=refusal))


def test_before_the_cutover_the_switch_for_it_does_nothing() -> None:
    ask = a_sign_in_ask(tenant=a_tenant(basic_auth_smtp=Switch.OFF), now=just_before(CUTOVER))

    assert AUTHENTICATED == said(ask)


def test_the_cutover_does_not_touch_tokens() -> None:
    assert AUTHENTICATED == said(a_token_ask(now=AFTER))
    assert AUTHENTICATED == said(a_token_ask(now="2028-03-01"), milestones=REMOVED)


def test_a_wrong_password_is_still_told_so_after_the_cutover() -> None:
    assert WRONG == said(a_sign_in_ask(credential=Credential.WRONG, now=AFTER))


@pytest.mark.parametrize(("reading", "trailer"), [("present", Trailer.FRONT_END), ("absent", Trailer.NONE)])
@pytest.mark.parametrize("now", [AFTER, "2028-03-01"])
def test_the_line_of_the_cutover_ends_in_a_trailer_as_the_reading_has_it(
    now: str, reading: str, trailer: Trailer
) -> None:
    decided = verdict(a_sign_in_ask(now=now), milestones=REMOVED, basic_auth_refusal_trailer=reading)

    assert decided.effect.reply is not None
    assert trailer == decided.effect.reply.trailer
    assert NOT_SUPPORTED == str(decided.effect.reply)


def test_the_line_of_the_policy_block_ends_in_a_trailer_whatever_is_read_about_the_other() -> None:
    decided = verdict(a_sign_in_ask(now=AFTER), basic_auth_refusal="5.7.139", basic_auth_refusal_trailer="absent")

    assert decided.effect.reply is not None
    assert Trailer.FRONT_END == decided.effect.reply.trailer


def test_no_day_of_the_removal_is_known() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(tenant=a_tenant(basic_auth_smtp=Switch.ON), now="2199-01-01"))


def test_once_basic_is_removed_no_switch_brings_it_back() -> None:
    tenant = a_tenant(basic_auth_smtp=Switch.ON)

    assert AUTHENTICATED == said(a_sign_in_ask(tenant=tenant, now=just_before("2028-03-01")), milestones=REMOVED)
    assert NOT_SUPPORTED == said(a_sign_in_ask(tenant=tenant, now="2028-03-01"), milestones=REMOVED)


def test_the_line_of_the_removal_is_documented_so_no_reading_changes_it() -> None:
    assert NOT_SUPPORTED == said(a_sign_in_ask(now="2028-03-01"), milestones=REMOVED, basic_auth_refusal="5.7.139")


def test_the_timeline_of_2024_removes_basic_in_september_2025() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(now=just_before("2025-09-01")), basic_auth_timeline="2024-04")
    assert NOT_SUPPORTED == said(a_sign_in_ask(now="2025-09-01"), basic_auth_timeline="2024-04")


def test_the_timeline_of_2025_refuses_from_the_first_day_of_its_ramp() -> None:
    before, first = a_sign_in_ask(now=just_before("2026-03-01")), a_sign_in_ask(now="2026-03-01")

    assert AUTHENTICATED == said(before, basic_auth_timeline="2025-06")
    assert NOT_SUPPORTED == said(first, basic_auth_timeline="2025-06")
    assert "submission.auth.basic_auth_is_being_removed" == rule(first, basic_auth_timeline="2025-06")


def test_the_timeline_of_2025_removes_basic_at_the_end_of_april_2026() -> None:
    last, removed = a_sign_in_ask(now=just_before("2026-04-30")), a_sign_in_ask(now="2026-04-30")

    assert "submission.auth.basic_auth_is_being_removed" == rule(last, basic_auth_timeline="2025-06")
    assert "submission.auth.basic_auth_is_removed" == rule(removed, basic_auth_timeline="2025-06")


def test_who_counts_the_ramp_as_nobody_is_refused_on_its_last_day_only() -> None:
    last, removed = a_sign_in_ask(now=just_before("2026-04-30")), a_sign_in_ask(now="2026-04-30")

    assert AUTHENTICATED == said(last, basic_auth_timeline="2025-06", basic_auth_ramp="none")
    assert NOT_SUPPORTED == said(removed, basic_auth_timeline="2025-06", basic_auth_ramp="none")


def test_the_cutover_never_touched_anybody_in_2025_and_2026_under_today_s_timeline() -> None:
    for day in ("2025-09-01", "2026-03-01", "2026-04-30"):
        assert AUTHENTICATED == said(a_sign_in_ask(now=day))


@pytest.mark.parametrize(("reading", "passes"), [("can_enable", True), ("cannot", False)])
def test_a_tenant_of_after_the_cutover_may_enable_basic_as_the_reading_has_it(reading: str, *, passes: bool) -> None:
    tenant = a_tenant(basic_auth_smtp=Switch.ON, created=at("2027-01-01"))
    ask = a_sign_in_ask(a_mailbox(smtp_client_authentication_disabled=False), tenant=tenant, now=AFTER)

    assert passes == (AUTHENTICATED == said(replace(ask, tenant_is_new=True), new_tenant_basic_auth=reading))


def test_an_older_tenant_may_enable_basic_under_both_readings() -> None:
    ask = a_sign_in_ask(tenant=a_tenant(basic_auth_smtp=Switch.ON), now=AFTER)

    assert AUTHENTICATED == said(ask, new_tenant_basic_auth="cannot")


@pytest.mark.parametrize(("refusal", "line"), [("5.7.30", NOT_SUPPORTED), ("5.7.139", DISABLED)])
def test_a_new_tenant_gets_the_same_line_as_the_others(refusal: str, line: str) -> None:
    ask = a_sign_in_ask(now=AFTER, tenant_is_new=True)

    assert line == said(ask, new_tenant_basic_auth="cannot", basic_auth_refusal=refusal)


# Policies -----------------------------------------------------------------------------------------------------------


def test_an_authentication_policy_without_smtp_blocks_a_password() -> None:
    assert DISABLED == said(a_sign_in_ask(tenant=a_tenant(authentication_policies=(BLOCKING_POLICY,))))


def test_an_authentication_policy_with_smtp_lets_a_password_pass() -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(tenant=a_tenant(authentication_policies=(ALLOWING_POLICY,))))


def test_the_organisation_s_default_policy_holds_for_who_has_none() -> None:
    tenant = a_tenant(
        authentication_policies=(AuthenticationPolicy("Block Basic"),),
        organization_config=OrganizationConfig(default_authentication_policy="Block Basic"),
    )

    assert DISABLED == said(a_sign_in_ask(tenant=tenant))


def test_a_mailbox_s_own_policy_beats_the_organisation_s_default() -> None:
    tenant = a_tenant(
        authentication_policies=(AuthenticationPolicy("Block Basic"), replace(ALLOWING_POLICY, name="Printers")),
        organization_config=OrganizationConfig(default_authentication_policy="Block Basic"),
    )

    assert AUTHENTICATED == said(a_sign_in_ask(tenant=tenant))


def test_security_defaults_block_a_password() -> None:
    assert SECURITY_DEFAULTS == said(a_sign_in_ask(tenant=a_tenant(security_defaults=True)))


def test_conditional_access_blocks_a_password() -> None:
    assert CONDITIONAL_ACCESS == said(a_sign_in_ask(tenant=a_tenant(conditional_access_policies=(BLOCK_LEGACY,))))


@pytest.mark.parametrize(
    "policy",
    [
        replace(BLOCK_LEGACY, enabled=False),
        replace(BLOCK_LEGACY, exclude_users=(an_address("Scanner@Contoso.com"),)),
    ],
)
def test_conditional_access_spares_the_excluded_and_does_nothing_while_disabled(
    policy: ConditionalAccessPolicy,
) -> None:
    assert AUTHENTICATED == said(a_sign_in_ask(tenant=a_tenant(conditional_access_policies=(policy,))))


def test_one_of_several_conditional_access_policies_is_enough_to_block() -> None:
    spared = replace(BLOCK_LEGACY, exclude_users=(an_address("scanner@contoso.com"),))

    assert CONDITIONAL_ACCESS == said(
        a_sign_in_ask(tenant=a_tenant(conditional_access_policies=(spared, BLOCK_LEGACY)))
    )


def test_no_policy_blocks_a_token() -> None:
    tenant = a_tenant(
        authentication_policies=(BLOCKING_POLICY,),
        security_defaults=True,
        conditional_access_policies=(BLOCK_LEGACY,),
    )

    assert AUTHENTICATED == said(a_token_ask(tenant=tenant))


# Switches -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [a_sign_in_ask, a_token_ask])
def test_the_mailbox_s_switch_blocks_passwords_and_tokens(ask: Callable[..., SignInAsk]) -> None:
    mailbox = a_mailbox(smtp_client_authentication_disabled=True)

    assert OFF_FOR_MAILBOX == said(ask(mailbox))


@pytest.mark.parametrize("ask", [a_sign_in_ask, a_token_ask])
def test_the_tenant_s_switch_blocks_passwords_and_tokens(ask: Callable[..., SignInAsk]) -> None:
    tenant = a_tenant(transport_config=SWITCHED_OFF)

    assert OFF_FOR_TENANT == said(ask(tenant=tenant))


@pytest.mark.parametrize(
    ("own", "tenant_s", "line"),
    [
        (None, None, AUTHENTICATED),
        (None, False, AUTHENTICATED),
        (None, True, OFF_FOR_TENANT),
        (False, True, AUTHENTICATED),
        (True, True, OFF_FOR_MAILBOX),
        (True, False, OFF_FOR_MAILBOX),
        (False, False, AUTHENTICATED),
    ],
)
def test_the_mailbox_s_switch_beats_the_tenant_s(*, own: bool | None, tenant_s: bool | None, line: str) -> None:
    mailbox = a_mailbox(smtp_client_authentication_disabled=own)
    tenant = a_tenant(transport_config=TransportConfig(smtp_client_authentication_disabled=tenant_s))

    assert line == said(a_sign_in_ask(mailbox, tenant=tenant))


@pytest.mark.parametrize(("created", "line"), [("2020-01-31", AUTHENTICATED), ("2020-02-01", OFF_FOR_TENANT)])
def test_organisations_of_after_january_2020_are_born_with_smtp_auth_off(created: str, line: str) -> None:
    assert line == said(a_sign_in_ask(tenant=a_tenant(created=at(created))))


def test_a_young_organisation_can_switch_smtp_auth_on() -> None:
    on = TransportConfig(smtp_client_authentication_disabled=False)

    assert AUTHENTICATED == said(a_sign_in_ask(tenant=a_tenant(created=at("2024-01-01"), transport_config=on)))


@pytest.mark.parametrize(
    ("ask", "line"),
    [
        (a_sign_in_ask(a_mailbox(smtp_client_authentication_disabled=True)), OFF_FOR_MAILBOX),
        (a_sign_in_ask(tenant=a_tenant(transport_config=SWITCHED_OFF)), OFF_FOR_TENANT),
        (a_token_ask(tenant=a_tenant(transport_config=SWITCHED_OFF)), OFF_FOR_TENANT),
        (a_sign_in_ask(tenant=a_tenant(conditional_access_policies=(BLOCK_LEGACY,))), CONDITIONAL_ACCESS),
    ],
)
@pytest.mark.parametrize("order", ["sheet", "switches_first"])
def test_until_2021_switches_and_conditional_access_gave_the_bare_refusal(
    ask: SignInAsk, line: str, order: str
) -> None:
    assert BARE == said(replace(ask, now=just_before("2021-01-01")), sign_in_order=order)
    assert line == said(replace(ask, now=at("2021-01-01")), sign_in_order=order)


# The order ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong, and the rule that says so."""

    rule: str
    mailbox: dict[str, object] = field(default_factory=dict)
    tenant: dict[str, object] = field(default_factory=dict)
    ask: dict[str, object] = field(default_factory=dict)


CREDENTIALS = (
    Trouble("tls_is_too_old", ask={"tls": OLD_TLS}),
    Trouble("account_is_locked", mailbox={"account_locked": True}),
    Trouble("too_many_wrong_passwords", ask={"recent_failures": 10}),
    Trouble("password_is_wrong", ask={"credential": Credential.WRONG}),
    Trouble("second_factor_is_missing", mailbox={"mfa_required": True}),
    Trouble("account_is_disabled", mailbox={"account_enabled": False}),
    Trouble("mailbox_has_no_licence", mailbox={"licensed": False}),
    Trouble("basic_auth_is_off_by_default", ask={"now": at(AFTER)}),
)
POLICIES = (
    Trouble("authentication_policy_blocks_basic", tenant={"authentication_policies": (BLOCKING_POLICY,)}),
    Trouble("security_defaults_block_basic", tenant={"security_defaults": True}),
    Trouble("conditional_access_blocks_basic", tenant={"conditional_access_policies": (BLOCK_LEGACY,)}),
)
SWITCHES = (
    Trouble("smtp_auth_is_disabled_for_the_mailbox", mailbox={"smtp_client_authentication_disabled": True}),
    Trouble("smtp_auth_is_disabled_for_the_tenant", tenant={"transport_config": SWITCHED_OFF}),
)
ORDERS = {"sheet": (*CREDENTIALS, *POLICIES, *SWITCHES), "switches_first": (*CREDENTIALS, *SWITCHES, *POLICIES)}


def a_sign_in_with(troubles: tuple[Trouble, ...]) -> SignInAsk:
    mailbox, tenant = a_mailbox(), a_tenant()
    for trouble in troubles:
        mailbox = replace(mailbox, **trouble.mailbox)  # type: ignore[arg-type]
        tenant = replace(tenant, **trouble.tenant)  # type: ignore[arg-type]
    ask = a_sign_in_ask(mailbox, tenant=tenant)
    for trouble in troubles:
        ask = replace(ask, **trouble.ask)  # type: ignore[arg-type]
    return ask


@pytest.mark.parametrize(
    ("order", "place"), [(order, place) for order, troubles in ORDERS.items() for place in range(len(troubles))]
)
def test_of_everything_that_is_wrong_the_first_in_the_order_of_the_reading_is_reported(order: str, place: int) -> None:
    troubles = ORDERS[order][place:]

    assert f"submission.auth.{troubles[0].rule}" == rule(a_sign_in_with(troubles), sign_in_order=order)


def test_who_mends_one_trouble_after_the_other_signs_in_at_last() -> None:
    assert AUTHENTICATED == said(a_sign_in_with(()))
