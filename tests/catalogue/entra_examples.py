"""For each rule of Entra, and each about its tokens, an ask that it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from relaylab.domain.asks import Ask
from relaylab.domain.directory import ServicePrincipal, Spreading, TokenFault, TokenFaultKind, UserType
from relaylab.domain.entra import CodeState, Grant, Proof, ScopeFlaw
from relaylab.domain.identity import Credential
from relaylab.domain.token import TokenFlaw
from tests.builders import a_data_ask, a_mailbox, a_tenant, a_token_ask, at
from tests.entra_asks import (
    APP_ID,
    a_device_ask,
    a_discovery_ask,
    a_page_ask,
    a_token,
    a_user_s_ask,
    an_admin_s_ask,
    an_app,
    an_app_s_ask,
    an_authorize_ask,
    an_instance_ask,
)

_FLAWS: Final = {
    "scope_has_two_resources": ScopeFlaw.TWO_RESOURCES,
    "scope_has_no_resource": ScopeFlaw.NO_RESOURCE,
    "scope_is_invalid": ScopeFlaw.INVALID,
    "resource_is_unknown": ScopeFlaw.UNKNOWN_RESOURCE,
}


def _directory(stage: str, ask: Callable[..., Ask]) -> dict[str, Ask]:
    """Give the asks of what every request can get wrong."""
    return {
        f"entra.{stage}.tenant_is_malformed": ask(tenant=None, tenant_name="con toso"),
        f"entra.{stage}.tenant_is_unknown": ask(tenant=None, tenant_name="northwind.example"),
        f"entra.{stage}.parameter_is_missing": ask(missing="client_id"),
        f"entra.{stage}.application_is_unknown": ask(app=None),
        f"entra.{stage}.application_is_disabled": ask(app=an_app(account_enabled=False)),
        f"entra.{stage}.resource_is_of_the_old_endpoint": ask(names_resource=True),
        f"entra.{stage}.application_is_not_for_consumers": ask(tenant=None, tenant_name="consumers", is_common=True),
        f"entra.{stage}.application_is_of_one_tenant": ask(tenant=None, tenant_name="common", is_common=True),
    } | {f"entra.{stage}.{rule}": ask(scope_flaw=flaw) for rule, flaw in _FLAWS.items()}


def _user(stage: str, ask: Callable[..., Ask]) -> dict[str, Ask]:
    """Give the asks of what can be wrong with a user."""
    return {
        f"entra.{stage}.user_is_unknown": ask(user=None),
        f"entra.{stage}.user_is_locked": ask(user=a_mailbox(account_locked=True)),
        f"entra.{stage}.password_is_null": ask(user=a_mailbox(password=None), password=Credential.WRONG),
        f"entra.{stage}.password_is_wrong": ask(password=Credential.WRONG),
        f"entra.{stage}.password_has_expired": ask(user=a_mailbox(password_expired=True)),
        f"entra.{stage}.user_is_disabled": ask(user=a_mailbox(account_enabled=False)),
        f"entra.{stage}.user_is_blocked": ask(blocked=True),
        f"entra.{stage}.second_factor_must_be_registered": ask(
            needs_second_factor=True, user=a_mailbox(mfa_registered=False)
        ),
        f"entra.{stage}.user_has_not_consented": ask(consented=False),
    }


ENTRA_EXAMPLES: Final[Mapping[str, Ask]] = (
    {
        "entra.discovery.tenant_is_malformed": a_discovery_ask(tenant=None, tenant_name="con toso"),
        "entra.discovery.tenant_is_unknown": a_discovery_ask(tenant=None, tenant_name="northwind.example"),
        "entra.discovery.instance_request_is_malformed": an_instance_ask(instance=""),
        "entra.discovery.instance_is_unknown": an_instance_ask(instance="login.evil.example", is_known=False),
    }
    | _directory("authorize", an_authorize_ask)
    | {
        "entra.authorize.redirect_uri_is_not_registered": an_authorize_ask(redirect_uri="https://elsewhere.example"),
        "entra.authorize.id_token_is_not_enabled": an_authorize_ask(response_type="code id_token"),
        "entra.authorize.token_is_not_enabled": an_authorize_ask(response_type="token"),
        "entra.authorize.response_type_is_unknown": an_authorize_ask(response_type="magic"),
        "entra.authorize.response_mode_is_unknown": an_authorize_ask(response_mode="web_message"),
        "entra.authorize.prompt_is_unknown": an_authorize_ask(prompt="please"),
        "entra.authorize.challenge_is_missing": an_authorize_ask(challenge_method="S256"),
        "entra.authorize.nobody_is_signed_in": an_authorize_ask(prompt="none"),
        "entra.authorize.challenge_is_malformed": an_authorize_ask(challenge_is_malformed=True),
    }
    | {
        "entra.sign_in.user_declines": a_page_ask(declined=True),
        "entra.sign_in.session_is_without_a_second_factor": a_page_ask(
            needs_second_factor=True, shows_second_factor=False
        ),
    }
    | _user("sign_in", a_page_ask)
    | _directory("device_code", a_device_ask)
    | {
        "entra.device_code.device_code_is_for_one_tenant": a_device_ask(
            tenant=None, tenant_name="common", is_common=True
        )
    }
    | {
        name: ask
        for name, ask in _directory("admin_consent", an_admin_s_ask).items()
        if not name.endswith(("of_the_old_endpoint", *_FLAWS))
    }
    | {
        "entra.admin_consent.redirect_uri_is_not_registered": an_admin_s_ask(redirect_uri="https://elsewhere.example"),
        "entra.admin_consent.administrator_declines": an_admin_s_ask(declined=True),
    }
    | _directory("token", partial(a_user_s_ask, Grant.REFRESH_TOKEN))
    | _user("token", a_user_s_ask)
    | {
        "entra.token.endpoint_is_throttled": an_app_s_ask(fault=TokenFault(TokenFaultKind.THROTTLED)),
        "entra.token.client_asks_in_a_loop": an_app_s_ask(fault=TokenFault(TokenFaultKind.LOOP)),
        "entra.token.security_defaults_block_passwords": a_user_s_ask(tenant=a_tenant(security_defaults=True)),
        "entra.token.resource_is_not_among_the_permissions": a_user_s_ask(is_v1=True, app=an_app(scopes=())),
        "entra.token.sign_in_is_too_long_ago": a_user_s_ask(Grant.REFRESH_TOKEN, code=CodeState.SIGNED_IN_TOO_LONG_AGO),
        "entra.token.endpoint_is_unavailable": an_app_s_ask(fault=TokenFault(TokenFaultKind.UNAVAILABLE)),
        "entra.token.endpoint_fails": an_app_s_ask(fault=TokenFault(TokenFaultKind.SERVER_ERROR)),
        "entra.token.gateway_fails": an_app_s_ask(fault=TokenFault(TokenFaultKind.BAD_GATEWAY)),
        "entra.token.gateway_waits_in_vain": an_app_s_ask(fault=TokenFault(TokenFaultKind.GATEWAY_TIMEOUT)),
        "entra.token.password_is_not_taken_at_common": a_user_s_ask(tenant=None, tenant_name="common", is_common=True),
        "entra.token.device_polls_too_often": a_user_s_ask(
            Grant.DEVICE_CODE, code=CodeState.PENDING, fault=TokenFault(TokenFaultKind.SLOW_DOWN)
        ),
        "entra.token.grant_is_unknown": an_app_s_ask(grant=Grant.UNKNOWN, grant_name="implicit"),
        "entra.token.client_credentials_need_a_tenant": an_app_s_ask(tenant=None, tenant_name="common", is_common=True),
        "entra.token.client_shows_nothing": an_app_s_ask(proof=Proof.NONE),
        "entra.token.client_is_public": a_user_s_ask(app=an_app(client_secret=None)),
        "entra.token.secret_is_wrong": an_app_s_ask(proof=Proof.WRONG_SECRET),
        "entra.token.secret_has_expired": an_app_s_ask(proof=Proof.EXPIRED_SECRET),
        "entra.token.assertion_is_unreadable": an_app_s_ask(proof=Proof.UNREADABLE_ASSERTION),
        "entra.token.assertion_key_is_unknown": an_app_s_ask(proof=Proof.UNKNOWN_KEY),
        "entra.token.assertion_is_of_another_type": an_app_s_ask(proof=Proof.OTHER_ASSERTION_TYPE),
        "entra.token.assertion_key_has_expired": an_app_s_ask(proof=Proof.EXPIRED_KEY),
        "entra.token.assertion_signature_is_wrong": an_app_s_ask(proof=Proof.BAD_SIGNATURE),
        "entra.token.assertion_is_for_somebody_else": an_app_s_ask(proof=Proof.WRONG_ASSERTION),
        "entra.token.assertion_is_out_of_its_time": an_app_s_ask(proof=Proof.EXPIRED_ASSERTION),
        "entra.token.refresh_lacks_the_scope": a_user_s_ask(Grant.REFRESH_TOKEN, lacks_scope=True),
        "entra.token.scope_is_no_default": an_app_s_ask(scope_flaw=ScopeFlaw.NOT_DEFAULT),
        "entra.token.application_is_blocked": an_app_s_ask(blocked=True),
        "entra.token.device_code_is_pending": a_user_s_ask(Grant.DEVICE_CODE, code=CodeState.PENDING),
        "entra.token.device_code_was_declined": a_user_s_ask(Grant.DEVICE_CODE, code=CodeState.DECLINED),
        "entra.token.device_code_has_expired": a_user_s_ask(Grant.DEVICE_CODE, code=CodeState.EXPIRED),
        "entra.token.device_code_is_unknown": a_user_s_ask(Grant.DEVICE_CODE, code=CodeState.UNKNOWN),
        "entra.token.code_was_redeemed": a_user_s_ask(Grant.AUTHORIZATION_CODE, code=CodeState.REDEEMED),
        "entra.token.code_is_of_another_tenant": a_user_s_ask(Grant.AUTHORIZATION_CODE, code=CodeState.OTHER_TENANT),
        "entra.token.code_is_for_another_redirect_uri": a_user_s_ask(
            Grant.AUTHORIZATION_CODE, code=CodeState.OTHER_REDIRECT
        ),
        "entra.token.verifier_is_wrong": a_user_s_ask(Grant.AUTHORIZATION_CODE, code=CodeState.WRONG_VERIFIER),
        "entra.token.code_has_expired": a_user_s_ask(Grant.AUTHORIZATION_CODE, code=CodeState.EXPIRED),
        "entra.token.refresh_token_was_inactive": a_user_s_ask(Grant.REFRESH_TOKEN, code=CodeState.EXPIRED),
        "entra.token.refresh_token_was_revoked": a_user_s_ask(Grant.REFRESH_TOKEN, code=CodeState.REVOKED),
        "entra.token.code_is_unknown": a_user_s_ask(Grant.REFRESH_TOKEN, code=CodeState.UNKNOWN),
        "entra.token.second_factor_is_needed": a_user_s_ask(needs_second_factor=True),
        "entra.token.sign_in_was_without_a_second_factor": a_user_s_ask(Grant.REFRESH_TOKEN, needs_second_factor=True),
    }
)

_SPREADING: Final = Spreading("FullAccess", at("2026-01-01"), at("2100-01-01"))
TOKEN_EXAMPLES: Final[Mapping[str, Ask]] = {
    "submission.auth.token_is_unreadable": a_token_ask(token=a_token(flaw=TokenFlaw.UNREADABLE)),
    "submission.auth.token_is_an_id_token": a_token_ask(token=a_token(flaw=TokenFlaw.ID_TOKEN)),
    "submission.auth.token_signature_does_not_count": a_token_ask(token=a_token(flaw=TokenFlaw.UNSIGNED)),
    "submission.auth.token_is_not_valid_yet": a_token_ask(token=a_token(not_before=at("2099-01-01"))),
    "submission.auth.token_has_expired": a_token_ask(token=a_token(expires=at("2020-06-01"))),
    "submission.auth.token_is_for_another_service": a_token_ask(token=a_token(audience="https://graph.microsoft.com")),
    "submission.auth.token_is_of_another_tenant": a_token_ask(token=a_token(tenant_id="elsewhere")),
    "submission.auth.guest_has_no_mailbox": a_token_ask(a_mailbox(user_type=UserType.GUEST), token=a_token()),
    "submission.auth.app_lacks_the_role": a_token_ask(token=a_token(roles=())),
    "submission.auth.token_lacks_the_scope": a_token_ask(token=a_token(user="scanner@contoso.com", roles=())),
    "submission.auth.user_is_an_alias": replace(
        a_token_ask(token=a_token()), tenant=None, mailbox=None, alias_of=a_mailbox().address
    ),
    "submission.auth.user_is_no_mailbox": replace(a_token_ask(token=a_token()), tenant=None, mailbox=None),
    "submission.auth.role_assignment_has_not_spread_yet": a_token_ask(
        token=a_token(roles=()), spreading=_SPREADING, token_opens_mailbox=False
    ),
    "submission.auth.token_is_another_user_s": a_token_ask(
        token=a_token(user="desk@contoso.com", scopes=("SMTP.Send",))
    ),
    "submission.auth.user_s_full_access_has_not_spread_yet": a_token_ask(
        token=a_token(user="desk@contoso.com", scopes=("SMTP.Send",)), spreading=_SPREADING, token_opens_mailbox=False
    ),
    "submission.auth.service_principal_has_another_object_id": a_token_ask(
        token=a_token(), service_principal=ServicePrincipal(APP_ID, "50000000-0000-4000-8000-0000000000ff")
    ),
    "submission.auth.service_principal_is_not_registered": a_token_ask(token=a_token()),
    "submission.auth.user_may_not_open_the_mailbox": a_token_ask(
        token=a_token(user="desk@contoso.com", scopes=("SMTP.Send",)), token_opens_mailbox=False
    ),
    "submission.data.full_access_has_not_spread_yet": a_data_ask(
        may_log_on=False, log_on_spreading=_SPREADING, token=a_token()
    ),
    "submission.data.send_as_has_not_spread_yet": a_data_ask(may_send_as=False, send_as_spreading=_SPREADING),
    "submission.data.application_may_not_open_the_mailbox": a_data_ask(may_log_on=False, token=a_token()),
}
