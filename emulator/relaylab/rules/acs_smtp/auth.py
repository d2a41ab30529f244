"""AUTH at smtp.azurecomm.net: which mechanisms, and every reason why a sign-in fails.

Whatever it is, the line is the same, 535 5.7.3; only relaylab says which it was. The order is inferred: the service,
the form of the response, the name, the resource, then what Entra says of the application, then its role.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_asks import AcsSignInAsk, SecretShape
from relaylab.domain.asks import MechanismAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import Proof
from relaylab.domain.identity import Credential, Mechanism
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies
from relaylab.rules.acs import fixes as shared
from relaylab.rules.acs import smtp_sources, sources
from relaylab.rules.acs_smtp import fixes, token

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.AUTH)


# The mechanism -----------------------------------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=smtp_sources.TLS_FIRST,
    fix="Turn on STARTTLS in the sender (port 587 or 25; 465 is not served): AUTH is offered inside TLS only.",
)
def tls_comes_first(ask: MechanismAsk) -> bool:
    """Before STARTTLS no mechanism is recognised."""
    return ask.tls is None


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=smtp_sources.LOGIN_ONLY,
    fix="Set the sender to AUTH LOGIN, or to XOAUTH2: PLAIN is not offered here, and many libraries try it first.",
)
def mechanism_is_not_offered(ask: MechanismAsk) -> bool:
    """Only LOGIN and XOAUTH2 are recognised; PLAIN is not, even inside TLS."""
    return ask.mechanism not in {Mechanism.LOGIN, Mechanism.XOAUTH2}


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=smtp_sources.BEFORE_XOAUTH2,
    until=milestones.ACS_SMTP_XOAUTH2,
    fix="Sign in with AUTH LOGIN and a client secret.",
)
def xoauth2_is_not_offered_yet(ask: MechanismAsk) -> bool:
    """Until 2025 LOGIN was the only mechanism."""
    return ask.mechanism is Mechanism.XOAUTH2


# The service, and the form of the response ---------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=sources.SMTP_PREVIEW,
    until=milestones.ACS_SMTP,
    fix="Send through the REST API, or wait for the preview of SMTP.",
)
def service_does_not_exist_yet(ask: AcsSignInAsk) -> bool:
    """Before the preview of late 2023 nobody can sign in over SMTP."""
    del ask
    return True


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=sources.END_OF_EMAIL,
    since=milestones.ACS_EMAIL_ENDS,
    under=(("acs_smtp_after_the_end", "auth"),),
    fix=shared.MOVE_ON,
)
def service_has_ended(ask: AcsSignInAsk) -> bool:
    """Once ACS Email has ended, every sign-in fails."""
    del ask
    return True


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.UNSUCCESSFUL,
    fix="The client cancelled the exchange with *; look there for its reason.",
)
def client_cancelled(ask: AcsSignInAsk) -> bool:
    """Cancelling with ``*`` fails as every sign-in does."""
    return ask.problem is Credential.CANCELLED


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.UNSUCCESSFUL,
    fix="Send user name and client secret each as base64.",
)
def login_response_is_malformed(ask: AcsSignInAsk) -> bool:
    """A user name or secret that is not base64 fails without another word."""
    return ask.mechanism is Mechanism.LOGIN and ask.problem is Credential.MALFORMED


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.XOAUTH2_FORM,
    fix='Send base64("user=" user ^A "auth=Bearer " token ^A ^A) in one line.',
)
def xoauth2_response_is_malformed(ask: AcsSignInAsk) -> bool:
    """An XOAUTH2 response that is not laid out as it must be fails like a wrong token."""
    return ask.mechanism is Mechanism.XOAUTH2 and ask.problem is Credential.MALFORMED


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.NO_CONNECTION_STRING,
    fix="A connection string is for REST and its SDKs. Register an application, give it a role on the resource, and "
    f"sign in with its client secret. {fixes.SMTP_USERNAME}",
)
def connection_string_does_not_sign_in(ask: AcsSignInAsk) -> bool:
    """A connection string opens REST, and never SMTP."""
    return ask.shape is SecretShape.CONNECTION_STRING


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.NO_CONNECTION_STRING,
    fix="An access key is for REST and its SDKs: put a client secret of application {app_id} in its place.",
)
def access_key_does_not_sign_in(ask: AcsSignInAsk) -> bool:
    """An access key of a resource opens REST, and never SMTP."""
    return ask.shape is SecretShape.ACCESS_KEY


# The name, and the resource ------------------------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.NAME_FORMS,
    fix=f"{fixes.SMTP_USERNAME}: {{user}} is neither. The sender's address, or the resource's name alone, is no user "
    "name.",
)
def name_has_no_form(ask: AcsSignInAsk) -> bool:
    """The name must be an SMTP username, or resource, application and tenant in one."""
    return not ask.names_somebody


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=sources.SMTP_USERNAMES,
    until=milestones.ACS_SMTP_USERNAMES,
    fix="Sign in with {resource}.{app_id}.{directory}",
)
def smtp_usernames_do_not_exist_yet(ask: AcsSignInAsk) -> bool:
    """Until late 2024 there were no SMTP usernames."""
    return ask.smtp_username is not None


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.XOAUTH2_USER,
    under=(("acs_xoauth2_user", "smtp_username"),),
    fix=f"Add an SMTP username to resource {{resource}} {fixes.ADD_A_USERNAME}, and put it behind user= in place of "
    "{user}.",
)
def xoauth2_wants_an_smtp_username(ask: AcsSignInAsk) -> bool:
    """With XOAUTH2 the name behind user= is an SMTP username."""
    return ask.mechanism is Mechanism.XOAUTH2 and ask.smtp_username is None


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.RESOURCE,
    fix="Begin the name with that of the Communication Services resource (not of the Email resource): {resource} is "
    "none of this world's ([[tenant.acs_resource]]).",
)
def resource_is_unknown(ask: AcsSignInAsk) -> bool:
    """The resource in the name must exist."""
    return ask.resource is None


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=sources.CLOSED_TO_NEW_CUSTOMERS,
    since=milestones.ACS_CLOSED_TO_NEW_CUSTOMERS,
    fix=shared.NEW_CUSTOMER,
)
def resource_is_of_a_new_customer(ask: AcsSignInAsk) -> bool:
    """Since ACS is closed to new customers, who had no resource before cannot make one."""
    return not ask.resource_could_be_made


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.RESOURCE_IS_MADE,
    fix="Make the resource {resource} first: in this world that is done at {made}.",
)
def resource_is_not_made_yet(ask: AcsSignInAsk) -> bool:
    """A resource is there from the instant it was made."""
    return not ask.resource_is_there


# What Entra says of the application ----------------------------------------------------------------------------------


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.NAME_FORMS,
    fix="Put the Directory (tenant) ID of application {app_id} into the name: {directory} is no tenant of this world.",
)
def directory_is_unknown(ask: AcsSignInAsk) -> bool:
    """The tenant in the name must exist, by its id."""
    return ask.directory is None


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.ASKED_EACH_TIME,
    fix="Register application {app_id} anew in directory {directory} (it was deleted, or never was there), or name "
    "another one by its Application (client) ID.",
)
def application_is_unknown(ask: AcsSignInAsk) -> bool:
    """The application must be registered: who deletes it shuts the door at once."""
    return ask.token is None and ask.app is None


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.ASKED_EACH_TIME,
    fix=fixes.RESET,
)
def secret_has_expired(ask: AcsSignInAsk) -> bool:
    """A client secret is good until its end date; the service asks Entra at each login."""
    return ask.token is None and ask.proof is Proof.EXPIRED_SECRET


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.CLIENT_SECRET,
    fix="Put the Value of a client secret of application {app_id} into the sender as its password: not the Secret ID, "
    f"not a user's password. {fixes.RESET}",
)
def secret_is_wrong(ask: AcsSignInAsk) -> bool:
    """The password is a client secret of the application."""
    return ask.token is None and not ask.proof.is_good


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.ASKED_EACH_TIME,
    fix="Mend what Entra says of application {app_id}: {entra}",
)
def entra_gives_no_token(ask: AcsSignInAsk) -> bool:
    """Whatever stops the application at Entra stops it here: its sign-in is off, or Conditional Access blocks it."""
    return ask.token is None and ask.entra_refusal != ""


# Its role ------------------------------------------------------------------------------------------------------------


@_rule(EffectKind.REFUSE, replies.ACS_UNSUCCESSFUL, asks=AcsSignInAsk, source=smtp_sources.ROLE, fix=shared.ASSIGN)
def application_has_no_role(ask: AcsSignInAsk) -> bool:
    """The application needs a role on the resource."""
    return not ask.lets_send and not ask.role


@_rule(EffectKind.REFUSE, replies.ACS_UNSUCCESSFUL, asks=AcsSignInAsk, source=smtp_sources.ROLE, fix=shared.ASSIGN)
def role_is_not_enough(ask: AcsSignInAsk) -> bool:
    """The role must be Communication and Email Service Owner, Contributor, or a custom one with its three actions."""
    return not ask.lets_send


RULES: Final[tuple[AnyRule, ...]] = (
    tls_comes_first,
    mechanism_is_not_offered,
    xoauth2_is_not_offered_yet,
    service_does_not_exist_yet,
    service_has_ended,
    client_cancelled,
    login_response_is_malformed,
    xoauth2_response_is_malformed,
    connection_string_does_not_sign_in,
    access_key_does_not_sign_in,
    name_has_no_form,
    smtp_usernames_do_not_exist_yet,
    xoauth2_wants_an_smtp_username,
    resource_is_unknown,
    resource_is_of_a_new_customer,
    resource_is_not_made_yet,
    directory_is_unknown,
    *token.RULES,
    application_is_unknown,
    secret_has_expired,
    secret_is_wrong,
    entra_gives_no_token,
    application_has_no_role,
    role_is_not_enough,
)
