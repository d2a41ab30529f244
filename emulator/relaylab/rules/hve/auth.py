"""AUTH at High Volume Email: an endpoint of its own, which the SMTP AUTH switches of tenant and mailbox do not reach.

Security defaults, authentication policies and Conditional Access do; the cutover of client submission does not, since
passwords go on here until September 2028 (facts HVE-AUTH-02 to HVE-AUTH-06). Every failure of the credentials gets the
bare 535 5.7.3. What forbids passwords is looked at before the password, which is our order: none is published.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.address import Address
from relaylab.domain.asks import MechanismAsk, SignInAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.identity import Mechanism
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies, sources, submission
from relaylab.rules.hve import tokens

_rule = RuleMaker(Endpoint.HVE, Stage.AUTH)

_GO_OAUTH: Final = (
    "Move the sender to XOAUTH2: Mail.Send of Office 365 Exchange Online, and Add-HVEAppAccess -Identity {mailbox} "
    "with the Object ID of the enterprise application"
)

tls_comes_first = _rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=sources.HVE_STARTTLS,
    fix=submission.auth.tls_comes_first.fix,
)(submission.auth.tls_comes_first.predicate)
mechanism_is_not_offered = _rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=sources.HVE_LOGIN,
    fix=submission.auth.mechanism_is_not_offered.fix,
)(submission.auth.mechanism_is_not_offered.predicate)

# TLS, syntax and credentials ---------------------------------------------------------------------------------------


@_rule(
    EffectKind.DISCONNECT,
    replies.OLD_TLS,
    asks=SignInAsk,
    source=sources.HVE_OLD_TLS,
    under=(("old_tls", "auth_421"),),
    fix="Update the sender to TLS 1.2: High Volume Email has no host for older versions.",
)
def tls_is_too_old(ask: SignInAsk) -> bool:
    """TLS 1.0 and 1.1 are refused when the client signs in, and the connection is closed."""
    return ask.tls is not None and ask.tls.is_outdated


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_PREVIEW,
    until=milestones.HVE_HOST,
    fix="Choose a date from 2024-04-01 on, or another way to send.",
)
def service_does_not_exist_yet(ask: SignInAsk) -> bool:
    """Before its public preview there is no High Volume Email, and nobody to sign in."""
    return bool(ask.mechanism)


client_cancelled = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_PASSWORD,
    fix=submission.auth.client_cancelled.fix,
)(submission.auth.client_cancelled.predicate)
login_response_is_malformed = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_PASSWORD,
    fix=submission.auth.login_response_is_malformed.fix,
)(submission.auth.login_response_is_malformed.predicate)


@_rule(
    EffectKind.REFUSE,
    replies.MALFORMED_XOAUTH2,
    asks=SignInAsk,
    source=sources.HVE_MALFORMED,
    fix=submission.auth.xoauth2_response_is_malformed.fix,
)
def xoauth2_response_is_malformed(ask: SignInAsk) -> bool:
    """An XOAUTH2 response without base64, user, Bearer or token is a syntax error here, not a wrong token."""
    return submission.auth.xoauth2_response_is_malformed.matches(ask)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_NO_ADDRESS,
    asks=SignInAsk,
    source=sources.HVE_NO_ADDRESS,
    fix="Put the address of the High Volume Email account behind user=, such as printers@contoso.com: {user} is none.",
)
def xoauth2_user_is_no_address(ask: SignInAsk) -> bool:
    """What stands behind user= must be an address."""
    return ask.mechanism is Mechanism.XOAUTH2 and not Address.is_one(ask.user)


too_many_wrong_passwords = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.SMART_LOCKOUT,
    under=(("smart_lockout", "after_10"),),
    fix=submission.auth.too_many_wrong_passwords.fix,
)(submission.auth.too_many_wrong_passwords.predicate)
password_is_wrong = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_PASSWORD,
    fix="Correct the user name or the password of {user} in the sender; the user name is the address of the High "
    "Volume Email account.",
)(submission.auth.password_is_wrong.predicate)


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_ACCOUNT_DISABLED,
    fix="Update-MgUser -UserId {mailbox} -AccountEnabled",
)
def account_is_disabled(ask: SignInAsk) -> bool:
    """An account whose sign-in is disabled fails; an application's token does not mind."""
    return ask.is_in_person and ask.hve is not None and not ask.hve.account.account_enabled


# What an administrator decides -------------------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.HVE_NOT_ALLOWED,
    asks=SignInAsk,
    source=sources.HVE_BASIC_ENDS,
    since=milestones.HVE_BASIC_AUTH_ENDS,
    fix=f"{_GO_OAUTH}; no switch brings passwords back.",
)
def basic_auth_has_ended(ask: SignInAsk) -> bool:
    """High Volume Email takes passwords until the end of September 2028; until then the cutover does not reach it."""
    return ask.mechanism.is_basic


@_rule(
    EffectKind.REFUSE,
    replies.HVE_NOT_ALLOWED,
    asks=SignInAsk,
    source=sources.HVE_AUTH_POLICY,
    fix=submission.auth.authentication_policy_blocks_basic.fix,
)
def authentication_policy_blocks_basic(ask: SignInAsk) -> bool:
    """Where authentication policies are used, the account's must allow Basic for SMTP."""
    return submission.auth.authentication_policy_blocks_basic.matches(ask)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_NOT_ALLOWED,
    asks=SignInAsk,
    source=sources.HVE_SECURITY_DEFAULTS,
    fix=f"{submission.auth.security_defaults_block_basic.fix.partition(', or move')[0]}. Or: {_GO_OAUTH}.",
)
def security_defaults_block_basic(ask: SignInAsk) -> bool:
    """Entra's security defaults must be off for a password."""
    return submission.auth.security_defaults_block_basic.matches(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_CONDITIONAL_ACCESS,
    fix="Exclude {mailbox} from the Conditional Access policies that block legacy authentication or ask for a second "
    "factor.",
)
def conditional_access_blocks_basic(ask: SignInAsk) -> bool:
    """A Conditional Access policy that blocks legacy authentication must exclude the account."""
    policies = ask.tenant.conditional_access_policies if ask.tenant else ()
    return (
        ask.mechanism.is_basic
        and ask.hve is not None
        and any(policy.blocks(ask.hve.account.address) for policy in policies)
    )


RULES: Final[tuple[AnyRule, ...]] = (
    tls_comes_first,
    mechanism_is_not_offered,
    tls_is_too_old,
    service_does_not_exist_yet,
    client_cancelled,
    login_response_is_malformed,
    xoauth2_response_is_malformed,
    xoauth2_user_is_no_address,
    basic_auth_has_ended.only_under(hve_basic_refusal="5.7.139", hve_refusal_wording="does_not"),
    basic_auth_has_ended.saying(
        replies.HVE_NOT_ALLOWED_CONTRACTED, hve_basic_refusal="5.7.139", hve_refusal_wording="doesnt"
    ),
    basic_auth_has_ended.saying(replies.BASIC_IS_NOT_SUPPORTED, hve_basic_refusal="5.7.30"),
    *(
        line
        for rule in (security_defaults_block_basic, authentication_policy_blocks_basic)
        for line in (
            rule.only_under(hve_refusal_wording="does_not"),
            rule.saying(replies.HVE_NOT_ALLOWED_CONTRACTED, hve_refusal_wording="doesnt"),
        )
    ),
    too_many_wrong_passwords,
    password_is_wrong,
    *tokens.RULES,
    account_is_disabled,
    conditional_access_blocks_basic,
)
