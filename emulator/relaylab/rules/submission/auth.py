"""AUTH at smtp.office365.com: which mechanisms, and every reason why a sign-in fails.

The order of the sign-in checks is not published; it is the reading ``sign_in_order`` (fact CS-GAP-20): TLS version,
credentials and lock-out, Basic off, authentication policy, security defaults, Conditional Access, mailbox switch,
tenant switch.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import MechanismAsk, SignInAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.tenant import Switch
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, milestones, replies, sources
from relaylab.rules.submission import access_token

_rule = RuleMaker(Endpoint.SUBMISSION, Stage.AUTH)

_GO_OAUTH = (
    "Move the sender to OAuth 2.0 (XOAUTH2 with SMTP.SendAsApp), to an inbound connector, to Direct Send or to High "
    "Volume Email"
)


# The mechanism -----------------------------------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=sources.AUTH_BEFORE_TLS,
    fix="Turn on STARTTLS in the sender: AUTH is offered inside TLS only.",
)
def tls_comes_first(ask: MechanismAsk) -> bool:
    """Before STARTTLS no mechanism is recognised."""
    return ask.tls is None


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=sources.MECHANISM_NOT_OFFERED,
    fix="Set the sender to AUTH LOGIN or, better, to XOAUTH2; PLAIN, CRAM-MD5 and NTLM are not offered.",
)
def mechanism_is_not_offered(ask: MechanismAsk) -> bool:
    """Only LOGIN and XOAUTH2 are recognised; PLAIN is not, even inside TLS."""
    return ask.mechanism not in {Mechanism.LOGIN, Mechanism.XOAUTH2}


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=sources.BASIC_OFF,
    since=milestones.BASIC_AUTH_OFF_BY_DEFAULT,
    under=(("login_offer_when_off", "dropped"),),
    fix=f"{_GO_OAUTH}.",
)
def login_is_no_longer_offered(ask: MechanismAsk) -> bool:
    """Once Basic is off by default, LOGIN is no longer recognised."""
    return ask.mechanism is Mechanism.LOGIN


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=sources.BASIC_OFF,
    since=milestones.BASIC_AUTH_REMOVED,
    under=(("login_offer_when_off", "dropped"),),
    fix=f"{_GO_OAUTH}.",
)
def login_is_offered_no_more(ask: MechanismAsk) -> bool:
    """Once Basic is removed, LOGIN is no longer recognised, also where it was never off by default."""
    return ask.mechanism is Mechanism.LOGIN


# TLS, syntax and credentials ---------------------------------------------------------------------------------------


@_rule(
    EffectKind.DISCONNECT,
    replies.OLD_TLS,
    asks=SignInAsk,
    source=sources.OLD_TLS,
    since=milestones.OLD_TLS_REFUSED,
    under=(("old_tls", "auth_421"),),
    fix="Update the sender to TLS 1.2, or opt in: Set-TransportConfig -AllowLegacyTLSClients $true and use "
    "smtp-legacy.office365.com.",
)
def tls_is_too_old(ask: SignInAsk) -> bool:
    """TLS 1.0 and 1.1 are refused when the client signs in, and the connection is closed."""
    return ask.tls is not None and ask.tls.is_outdated and not ask.on_legacy_host


@_rule(
    EffectKind.REFUSE,
    replies.OLD_TLS_IN_ORGANISATION,
    asks=SignInAsk,
    source=sources.OLD_TLS_OPT_IN,
    since=milestones.OLD_TLS_REFUSED,
    fix="Set-TransportConfig -AllowLegacyTLSClients $true",
)
def organisation_has_not_opted_in_to_old_tls(ask: SignInAsk) -> bool:
    """At smtp-legacy.office365.com TLS 1.0 and 1.1 need the tenant's consent."""
    return (
        ask.tls is not None
        and ask.tls.is_outdated
        and not (ask.tenant and ask.tenant.transport_config.allow_legacy_tls_clients)
        and ask.on_legacy_host
    )


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.CANCELLED,
    fix="The client cancelled the exchange with *; look there for its reason.",
)
def client_cancelled(ask: SignInAsk) -> bool:
    """Cancelling with ``*`` gets 535, not the 501 of RFC 4954."""
    return ask.credential is Credential.CANCELLED


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.MALFORMED_RESPONSE,
    fix="Send user name and password each as base64.",
)
def login_response_is_malformed(ask: SignInAsk) -> bool:
    """A user name or password that is not base64 fails without another word."""
    return ask.mechanism is Mechanism.LOGIN and ask.credential is Credential.MALFORMED


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.MALFORMED_RESPONSE,
    fix='Send base64("user=" user ^A "auth=Bearer " token ^A ^A) in one line.',
)
def xoauth2_response_is_malformed(ask: SignInAsk) -> bool:
    """An XOAUTH2 response that is not base64, or not laid out as it must be, fails like a wrong token."""
    return ask.mechanism is Mechanism.XOAUTH2 and ask.credential is Credential.MALFORMED


@_rule(
    EffectKind.REFUSE,
    replies.ACCOUNT_LOCKED,
    asks=SignInAsk,
    source=sources.ACCOUNT_LOCKED,
    fix="Unlock {mailbox} in Entra, or wait for the lock-out to end; then correct the password in the sender.",
)
def account_is_locked(ask: SignInAsk) -> bool:
    """A locked account is refused, whatever password it brings."""
    return ask.is_in_person and ask.mailbox is not None and ask.mailbox.account_locked


@_rule(
    EffectKind.REFUSE,
    replies.ACCOUNT_LOCKED,
    asks=SignInAsk,
    source=sources.SMART_LOCKOUT,
    under=(("smart_lockout", "after_10"),),
    fix="Wait ten minutes, and correct the password in the sender that keeps trying as {user}.",
)
def too_many_wrong_passwords(ask: SignInAsk) -> bool:
    """Smart lock-out: after ten wrong passwords a name is refused for a while, whatever it brings."""
    return ask.mechanism.is_basic and ask.recent_failures >= limits.FAILED_SIGN_INS


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.UNSUCCESSFUL_OLD,
    until=milestones.SUBMISSION_WORDING_2021,
    fix="Correct the password of {user} in the sender.",
)
def password_is_wrong_in_2020(ask: SignInAsk) -> bool:
    """Until about 2021 a wrong password or user name got the bare refusal."""
    return ask.mechanism.is_basic and ask.credential is Credential.WRONG


@_rule(
    EffectKind.REFUSE,
    replies.WRONG_CREDENTIALS,
    asks=SignInAsk,
    source=sources.WRONG_CREDENTIALS,
    since=milestones.SUBMISSION_WORDING_2021,
    fix="Correct the user name or the password of {user} in the sender.",
)
def password_is_wrong(ask: SignInAsk) -> bool:
    """A wrong password, and a user name that nobody has, are refused alike."""
    return ask.mechanism.is_basic and ask.credential is Credential.WRONG


_SECOND_FACTOR_FIX = "Give {mailbox} an app password, or move the sender to OAuth 2.0."


def _needs_a_second_factor(ask: SignInAsk) -> bool:
    return ask.mechanism.is_basic and ask.mailbox is not None and ask.mailbox.mfa_required


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.UNSUCCESSFUL_OLD,
    until=milestones.SUBMISSION_WORDING_2021,
    fix=_SECOND_FACTOR_FIX,
)
def second_factor_is_missing_in_2020(ask: SignInAsk) -> bool:
    """Until about 2021 an account that must use a second factor got the bare refusal, as for a wrong password."""
    return _needs_a_second_factor(ask)


@_rule(
    EffectKind.REFUSE,
    replies.WRONG_CREDENTIALS,
    asks=SignInAsk,
    source=sources.WRONG_CREDENTIALS,
    since=milestones.SUBMISSION_WORDING_2021,
    fix=_SECOND_FACTOR_FIX,
)
def second_factor_is_missing(ask: SignInAsk) -> bool:
    """An account that must use a second factor cannot sign in with its password alone."""
    return _needs_a_second_factor(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.UNSUCCESSFUL,
    fix="Fetch a new token for {user} with the scope https://outlook.office.com/SMTP.Send, or for an application "
    "https://outlook.office365.com/.default with the role SMTP.SendAsApp.",
)
def token_is_not_accepted(ask: SignInAsk) -> bool:
    """A token that is unknown, expired or another user's is refused at once, without a second challenge."""
    return ask.mechanism is Mechanism.XOAUTH2 and ask.credential is not Credential.MATCHES


@_rule(
    EffectKind.REFUSE,
    replies.ACCOUNT_HAS_AN_ISSUE,
    asks=SignInAsk,
    source=sources.ACCOUNT_ISSUE_RULE,
    fix="Update-MgUser -UserId {mailbox} -AccountEnabled",
)
def account_is_disabled(ask: SignInAsk) -> bool:
    """An account whose sign-in is disabled has "an issue"; an application, or who has FullAccess, does not mind."""
    return ask.is_in_person and ask.mailbox is not None and not ask.mailbox.account_enabled


@_rule(
    EffectKind.REFUSE,
    replies.MAILBOX_CANNOT_BE_ACCESSED,
    asks=SignInAsk,
    source=sources.NO_MAILBOX,
    fix="Set-MgUserLicense -UserId {mailbox} with a licence that holds Exchange Online.",
)
def mailbox_has_no_licence(ask: SignInAsk) -> bool:
    """The account that signs in needs a licensed mailbox."""
    return ask.mailbox is not None and not ask.mailbox.licensed


# The cutover -------------------------------------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.BASIC_IS_NOT_SUPPORTED,
    asks=SignInAsk,
    source=sources.BASIC_REMOVED,
    since=milestones.BASIC_AUTH_REMOVED,
    fix=f"{_GO_OAUTH}; no switch brings Basic back.",
)
def basic_auth_is_removed(ask: SignInAsk) -> bool:
    """Once Basic is removed, a password is refused in every tenant."""
    return ask.mechanism.is_basic


@_rule(
    EffectKind.REFUSE,
    replies.BASIC_IS_NOT_SUPPORTED,
    asks=SignInAsk,
    source=sources.TIMELINE_2025,
    since=milestones.BASIC_AUTH_RAMP_BEGINS,
    until=milestones.BASIC_AUTH_REMOVED,
    under=(("basic_auth_ramp", "all"),),
    fix=f"{_GO_OAUTH}.",
)
def basic_auth_is_being_removed(ask: SignInAsk) -> bool:
    """During the ramp of the 2025 timeline a password may be refused at any time, so it counts as refused."""
    return ask.mechanism.is_basic


@_rule(
    EffectKind.REFUSE,
    replies.BASIC_IS_NOT_SUPPORTED,
    asks=SignInAsk,
    source=sources.BASIC_OFF,
    since=milestones.BASIC_AUTH_OFF_BY_DEFAULT,
    fix=f"{_GO_OAUTH}. For a while: let an administrator re-enable Basic for tenant {{tenant}} (basic_auth_smtp = "
    '"on"; the name of Microsoft\'s switch is not published).',
)
def basic_auth_is_off_by_default(ask: SignInAsk) -> bool:
    """From the cutover on, a password is refused unless the tenant's administrator has re-enabled Basic."""
    return ask.mechanism.is_basic and ask.tenant is not None and ask.tenant.basic_auth_smtp is not Switch.ON


@_rule(
    EffectKind.REFUSE,
    replies.BASIC_IS_NOT_SUPPORTED,
    asks=SignInAsk,
    source=sources.BASIC_OFF,
    since=milestones.BASIC_AUTH_OFF_BY_DEFAULT,
    under=(("new_tenant_basic_auth", "cannot"),),
    fix=f"{_GO_OAUTH}; a tenant this young cannot enable Basic.",
)
def basic_auth_is_unavailable_to_new_tenants(ask: SignInAsk) -> bool:
    """A tenant created after the cutover cannot use a password at all."""
    return ask.mechanism.is_basic and ask.tenant_is_new


# Policies and switches ---------------------------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.BASIC_IS_DISABLED,
    asks=SignInAsk,
    source=sources.AUTH_POLICY_RULE,
    fix='Set-AuthenticationPolicy -Identity "{policy}" -AllowBasicAuthSmtp',
)
def authentication_policy_blocks_basic(ask: SignInAsk) -> bool:
    """An authentication policy without AllowBasicAuthSmtp blocks passwords, whatever the SMTP AUTH switches say."""
    return ask.mechanism.is_basic and ask.policy is not None and not ask.policy.allow_basic_auth_smtp


@_rule(
    EffectKind.REFUSE,
    replies.LOCKED_BY_SECURITY_DEFAULTS,
    asks=SignInAsk,
    source=sources.SECURITY_DEFAULTS_RULE,
    fix="Update-MgPolicyIdentitySecurityDefaultEnforcementPolicy -IsEnabled:$false (security defaults have no "
    "exclusions; block legacy authentication by Conditional Access with {mailbox} excluded instead), or move the "
    "sender to OAuth 2.0.",
)
def security_defaults_block_basic(ask: SignInAsk) -> bool:
    """Entra's security defaults block passwords."""
    return ask.mechanism.is_basic and ask.tenant is not None and ask.tenant.security_defaults


_EXCLUDE = (
    "Exclude {mailbox} from the Conditional Access policy that blocks legacy authentication, or move the sender to "
    "OAuth 2.0."
)


def _is_blocked_by_conditional_access(ask: SignInAsk) -> bool:
    return (
        ask.mechanism.is_basic
        and ask.tenant is not None
        and ask.mailbox is not None
        and any(policy.blocks(ask.mailbox.address) for policy in ask.tenant.conditional_access_policies)
    )


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.CONDITIONAL_ACCESS_RULE,
    until=milestones.SUBMISSION_WORDING_2021,
    fix=_EXCLUDE,
)
def conditional_access_blocks_basic_in_2020(ask: SignInAsk) -> bool:
    """Until about 2021 a password that Conditional Access blocks got the bare refusal."""
    return _is_blocked_by_conditional_access(ask)


@_rule(
    EffectKind.REFUSE,
    replies.CRITERIA_NOT_MET,
    asks=SignInAsk,
    source=sources.CONDITIONAL_ACCESS_RULE,
    since=milestones.SUBMISSION_WORDING_2021,
    fix=_EXCLUDE,
)
def conditional_access_blocks_basic(ask: SignInAsk) -> bool:
    """A Conditional Access policy that blocks legacy authentication blocks passwords of everybody not excluded."""
    return _is_blocked_by_conditional_access(ask)


_ALLOW_THE_MAILBOX = "Set-CASMailbox -Identity {mailbox} -SmtpClientAuthenticationDisabled $false"


def _is_off_for_the_mailbox(ask: SignInAsk) -> bool:
    return ask.mailbox is not None and ask.mailbox.smtp_client_authentication_disabled is True


def _is_off_for_the_tenant(ask: SignInAsk) -> bool:
    return (
        ask.mailbox is not None
        and ask.mailbox.smtp_client_authentication_disabled is None
        and ask.tenant is not None
        and ask.tenant.smtp_auth_is_disabled
    )


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.UNSUCCESSFUL_OLD,
    until=milestones.SUBMISSION_WORDING_2021,
    fix=_ALLOW_THE_MAILBOX,
)
def smtp_auth_is_disabled_in_2020(ask: SignInAsk) -> bool:
    """Until about 2021 a disabled switch of mailbox or tenant got the bare refusal."""
    return _is_off_for_the_mailbox(ask) or _is_off_for_the_tenant(ask)


@_rule(
    EffectKind.REFUSE,
    replies.DISABLED_FOR_MAILBOX,
    asks=SignInAsk,
    source=sources.MAILBOX_SWITCH_RULE,
    since=milestones.SUBMISSION_WORDING_2021,
    fix=_ALLOW_THE_MAILBOX,
)
def smtp_auth_is_disabled_for_the_mailbox(ask: SignInAsk) -> bool:
    """The mailbox's own switch turns SMTP AUTH off, for passwords and for tokens."""
    return _is_off_for_the_mailbox(ask)


@_rule(
    EffectKind.REFUSE,
    replies.DISABLED_FOR_TENANT,
    asks=SignInAsk,
    source=sources.TENANT_SWITCH_RULE,
    since=milestones.SUBMISSION_WORDING_2021,
    fix=f"{_ALLOW_THE_MAILBOX} (this mailbox only), or Set-TransportConfig -SmtpClientAuthenticationDisabled $false",
)
def smtp_auth_is_disabled_for_the_tenant(ask: SignInAsk) -> bool:
    """The tenant's switch turns SMTP AUTH off where the mailbox says nothing, for passwords and for tokens."""
    return _is_off_for_the_tenant(ask)


_OFF_LINES: Final = tuple(
    line
    for rule in (basic_auth_is_unavailable_to_new_tenants, basic_auth_is_off_by_default)
    for line in (
        rule.only_under(basic_auth_refusal="5.7.30", basic_auth_refusal_trailer="present"),
        rule.saying(
            replies.BASIC_IS_NOT_SUPPORTED_BARE, basic_auth_refusal="5.7.30", basic_auth_refusal_trailer="absent"
        ),
        rule.saying(replies.BASIC_IS_DISABLED, basic_auth_refusal="5.7.139"),
    )
)
_REMOVED_LINES: Final = tuple(
    line
    for rule in (basic_auth_is_removed, basic_auth_is_being_removed)
    for line in (
        rule.only_under(basic_auth_refusal_trailer="present"),
        rule.saying(replies.BASIC_IS_NOT_SUPPORTED_BARE, basic_auth_refusal_trailer="absent"),
    )
)
_SWITCHES: Final = (
    smtp_auth_is_disabled_in_2020,
    smtp_auth_is_disabled_for_the_mailbox,
    smtp_auth_is_disabled_for_the_tenant,
)

RULES: Final[tuple[AnyRule, ...]] = (
    tls_comes_first,
    mechanism_is_not_offered,
    login_is_no_longer_offered,
    login_is_offered_no_more,
    tls_is_too_old,
    organisation_has_not_opted_in_to_old_tls,
    client_cancelled,
    login_response_is_malformed,
    xoauth2_response_is_malformed.only_under(malformed_xoauth2="5.7.3"),
    xoauth2_response_is_malformed.saying(
        replies.MALFORMED_XOAUTH2, sources.MALFORMED_XOAUTH2, malformed_xoauth2="5.5.124"
    ),
    account_is_locked,
    too_many_wrong_passwords,
    password_is_wrong_in_2020,
    password_is_wrong,
    second_factor_is_missing_in_2020,
    second_factor_is_missing,
    *access_token.RULES,
    token_is_not_accepted,
    account_is_disabled,
    mailbox_has_no_licence,
    *_REMOVED_LINES,
    *_OFF_LINES,
    *(switch.only_under(sign_in_order="switches_first") for switch in _SWITCHES),
    authentication_policy_blocks_basic,
    security_defaults_block_basic,
    conditional_access_blocks_basic_in_2020,
    conditional_access_blocks_basic,
    *(switch.only_under(sign_in_order="sheet") for switch in _SWITCHES),
)
