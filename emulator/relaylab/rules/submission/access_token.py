"""AUTH XOAUTH2 at smtp.office365.com: what Exchange checks of a token that Entra, or somebody else, has signed.

All of it fails with one line, 535 5.7.3; only relaylab says which it was. The order is inferred: signature, time,
audience and issuer, permission, then whose mailbox it is (facts OA-CHK-02 to OA-CHK-06).
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import SignInAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.directory import SEND_AS_APP, SMTP_SEND, UserType
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.token import SMTP_AUDIENCES, TokenFlaw
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources

_rule = RuleMaker(Endpoint.SUBMISSION, Stage.AUTH)
_SPREADS: Final = (
    "Wait until {spread}, when what was granted at {granted} has reached every server; the delay here is "
    "permission_delay_minutes in [tenant.token_service]."
)


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TOKEN,
    fix="Send the access_token of the token endpoint's answer, whole and alone: not the refresh token, not the ID "
    "token.",
)
def token_is_unreadable(ask: SignInAsk) -> bool:
    """A token must be a JWT that can be read, or one that the world knows."""
    return ask.token is not None and ask.token.flaw is TokenFlaw.UNREADABLE


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TOKEN,
    fix="Send access_token of the token endpoint's answer, not id_token; where there is none for Exchange, ask for the "
    "scope https://outlook.office.com/SMTP.Send besides openid.",
)
def token_is_an_id_token(ask: SignInAsk) -> bool:
    """An ID token is for the client that asked for it, and opens nothing."""
    return ask.token is not None and ask.token.flaw is TokenFlaw.ID_TOKEN


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TOKEN,
    fix="Fetch the token from Entra for the tenant of {user}, and pass it on unchanged; another issuer needs "
    "[[tenant.trusted_issuer]] with its keys.",
)
def token_signature_does_not_count(ask: SignInAsk) -> bool:
    """A token must be signed with a key that its issuer publishes, by an issuer that is trusted."""
    return ask.token is not None and ask.token.flaw is not None


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TOKEN,
    fix="Set the clock of whoever uses the token right, or use a token only from its nbf on.",
)
def token_is_not_valid_yet(ask: SignInAsk) -> bool:
    """A token is good from its nbf on."""
    return ask.token is not None and ask.token.not_before is not None and ask.now < ask.token.not_before


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TOKEN,
    fix="Fetch a new token for {user}: a token is good for about an hour, so refresh it before each connection.",
)
def token_has_expired(ask: SignInAsk) -> bool:
    """A token is good until its exp, and must have one."""
    return ask.token is not None and (ask.token.expires is None or ask.token.expires <= ask.now)


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_AUDIENCE,
    fix="Ask for the scope https://outlook.office365.com/.default (an application for itself) or "
    "https://outlook.office.com/SMTP.Send (a user): a token for {audience} does not open SMTP.",
)
def token_is_for_another_service(ask: SignInAsk) -> bool:
    """The audience must be Exchange Online; a token for Microsoft Graph is none, even with Mail.Send."""
    return ask.token is not None and ask.token.audience.rstrip("/") not in SMTP_AUDIENCES


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_ALIAS,
    fix="Put the primary address behind user=: {primary} in place of {user}.",
)
def user_is_an_alias(ask: SignInAsk) -> bool:
    """The name behind user= must be the primary address of a mailbox, not another one that it has."""
    return ask.token is not None and ask.tenant is None and ask.alias_of is not None


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_NAME,
    fix="Put the address of a mailbox behind user=, not the name of the application or of a group: {user} is none "
    "([[tenant.mailbox]]).",
)
def user_is_no_mailbox(ask: SignInAsk) -> bool:
    """The name behind user= must be a mailbox."""
    return ask.token is not None and ask.tenant is None


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TENANT,
    fix="Fetch the token from tenant {tenant}, which owns {user}.",
)
def token_is_of_another_tenant(ask: SignInAsk) -> bool:
    """The mailbox behind user= must be of the tenant that the token is from."""
    return ask.token is not None and ask.tenant is not None and ask.token.tenant_id != ask.tenant.id


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_GUEST,
    fix="Sign in with a mailbox of the tenant: {user} is a guest, whose mailbox is elsewhere.",
)
def guest_has_no_mailbox(ask: SignInAsk) -> bool:
    """A guest of the tenant has a user, and no mailbox."""
    return ask.token is not None and ask.mailbox is not None and ask.mailbox.user_type is UserType.GUEST


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_SPREADS,
    fix=_SPREADS,
)
def role_assignment_has_not_spread_yet(ask: SignInAsk) -> bool:
    """RBAC for Applications takes its time to reach every server, as FullAccess does."""
    return (
        ask.token is not None
        and ask.token.is_for_an_app
        and SEND_AS_APP not in ask.token.roles
        and ask.spreading is not None
    )


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_PERMISSION,
    fix="Add the application permission SMTP.SendAsApp of Office 365 Exchange Online, grant admin consent, and fetch a "
    "new token; or give the application the role Application SMTP.SendAsApp over {mailbox} "
    "(New-ManagementRoleAssignment).",
)
def app_lacks_the_role(ask: SignInAsk) -> bool:
    """An application's token needs the role SMTP.SendAsApp, or RBAC for Applications over the mailbox."""
    return (
        ask.token is not None
        and ask.token.is_for_an_app
        and SEND_AS_APP not in ask.token.roles
        and not ask.app_role_covers_mailbox
    )


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_PERMISSION,
    fix="Ask for the scope https://outlook.office.com/SMTP.Send, and let {user} consent to it.",
)
def token_lacks_the_scope(ask: SignInAsk) -> bool:
    """A user's token needs the scope SMTP.Send."""
    return ask.token is not None and not ask.token.is_for_an_app and SMTP_SEND not in ask.token.scopes


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_SERVICE_PRINCIPAL,
    under=(("unregistered_service_principal", "535"),),
    fix="Remove-ServicePrincipal -Identity {known_object_id}, then New-ServicePrincipal -AppId {app_id} -ObjectId "
    "{object_id} (the Object ID under Enterprise applications, not the one under App registrations), then "
    "Add-MailboxPermission -Identity {mailbox} -User {object_id} -AccessRights FullAccess",
)
def service_principal_has_another_object_id(ask: SignInAsk) -> bool:
    """A service principal that was registered by the object id of something else lets nobody in."""
    return (
        ask.token is not None
        and ask.token.is_for_an_app
        and ask.service_principal is not None
        and ask.service_principal.object_id != ask.token.object_id
    )


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_SERVICE_PRINCIPAL,
    under=(("unregistered_service_principal", "535"),),
    fix="New-ServicePrincipal -AppId {app_id} -ObjectId {object_id} (the Object ID under Enterprise applications, not "
    "the one under App registrations), then Add-MailboxPermission -Identity {mailbox} -User {object_id} -AccessRights "
    "FullAccess",
)
def service_principal_is_not_registered(ask: SignInAsk) -> bool:
    """Exchange must know the application's service principal by its object id, the enterprise application's."""
    return ask.token is not None and ask.token.is_for_an_app and ask.service_principal is None


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TOKEN_USER,
    under=(("user_token_for_another_mailbox", "refused"),),
    fix="Sign in as the token's own user, {token_user}, or let the application fetch a token for itself.",
)
def token_is_another_user_s(ask: SignInAsk) -> bool:
    """Under one reading a user's token opens the user's own mailbox and no other."""
    return ask.token is not None and not ask.token.is_for_an_app and not ask.is_in_person


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_SPREADS,
    fix=_SPREADS,
)
def user_s_full_access_has_not_spread_yet(ask: SignInAsk) -> bool:
    """FullAccess that was granted to a user takes its time to reach every server, as an application's does."""
    return ask.token is not None and not ask.token.is_for_an_app and ask.spreading is not None


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.OAUTH_TOKEN_USER,
    under=(("user_token_for_another_mailbox", "full_access"),),
    fix="Sign in as the token's own user, or Add-MailboxPermission -Identity {mailbox} -User {token_user} "
    "-AccessRights FullAccess for a shared mailbox.",
)
def user_may_not_open_the_mailbox(ask: SignInAsk) -> bool:
    """A user's token opens the user's own mailbox, and another one with FullAccess."""
    return ask.token is not None and not ask.token.is_for_an_app and not ask.token_opens_mailbox


RULES: Final[tuple[AnyRule, ...]] = (
    token_is_unreadable,
    token_is_an_id_token,
    token_signature_does_not_count,
    token_is_not_valid_yet,
    token_has_expired,
    token_is_for_another_service,
    user_is_an_alias,
    user_is_no_mailbox,
    token_is_of_another_tenant,
    guest_has_no_mailbox,
    role_assignment_has_not_spread_yet,
    app_lacks_the_role,
    token_lacks_the_scope,
    service_principal_has_another_object_id,
    service_principal_is_not_registered,
    token_is_another_user_s,
    user_s_full_access_has_not_spread_yet,
    user_may_not_open_the_mailbox,
)
