"""From the finished credentials to an AcsSignInAsk: which resource and application they name, and what Entra says.

Law: the secret ends here. It is compared with those of the application, as the service has Entra do at each login.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.acs_asks import AcsSignInAsk, SecretShape
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import Grant, Proof, TokenAsk, shown
from relaylab.domain.identity import Mechanism
from relaylab.domain.registrations import find_app, judge_secret
from relaylab.domain.token import ACS_AUDIENCE
from relaylab.rules.acs.sending import could_not_be_made

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource, SmtpUsername
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.session.moment import Moment
    from relaylab.session.progress import Circumstances
    from relaylab.session.sasl import Finished

_GUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_BY_BARS: Final = re.compile(rf"(?P<resource>[^|]+)\|(?P<app>{_GUID})\|(?P<directory>{_GUID})")
_BY_DOTS: Final = re.compile(rf"(?P<resource>.+)\.(?P<app>{_GUID})\.(?P<directory>{_GUID})")
_CONNECTION_STRING: Final = "(a connection string)"
_SCOPE: Final = f"{ACS_AUDIENCE}/.default"


class Name(NamedTuple):
    """A user name, read: what it names, and the SMTP username that it is, if it is one."""

    resource_name: str = ""
    app_id: str = ""
    directory_id: str = ""
    resource: AcsResource | None = None
    tenant: Tenant | None = None
    smtp_username: SmtpUsername | None = None
    has_three_parts: bool = False


def acs_sign_in_ask(
    mechanism: Mechanism, given: Finished, moment: Moment, circumstances: Circumstances
) -> AcsSignInAsk:
    """Read the name, look up what it names, ask Entra, and give the ask that the rules judge."""
    name = read_name(given.user, moment.world)
    token = None
    if mechanism is Mechanism.XOAUTH2 and given.problem is None:
        token = moment.tokens.read(given.secret.reveal())
    directory = moment.world.register.tenant(name.directory_id)
    app = find_app(moment.world, directory, name.app_id) if directory else None
    proof = Proof.NONE
    if app is not None and token is None and given.problem is None and given.secret.reveal():
        proof = judge_secret(app, given.secret.reveal(), moment.now)
    resource, tenant = name.resource, name.tenant
    calendar = moment.rulebook.calendar
    return AcsSignInAsk(
        **circumstances,
        mechanism=mechanism,
        # What somebody pastes in the wrong place is a secret in the wrong place.
        user=_CONNECTION_STRING if _is_connection_string(given.user) else shown(given.user),
        problem=given.problem,
        smtp_username=name.smtp_username,
        has_three_parts=name.has_three_parts,
        resource_name=shown(name.resource_name),
        app_id=name.app_id,
        directory_id=name.directory_id,
        resource=resource,
        tenant=tenant,
        resource_is_there=resource is not None and resource.created <= moment.now,
        resource_could_be_made=resource is None or tenant is None or not could_not_be_made(resource, tenant, calendar),
        directory=directory,
        app=app,
        proof=proof,
        shape=_shape(given, resource),
        entra_refusal=_entra_says(circumstances, name, directory, app, proof, moment) if name.app_id else "",
        role=next((one.role for one in resource.roles_of(name.app_id)), "") if resource else "",
        lets_send=resource is not None and resource.lets_send(name.app_id),
        token=token,
    )


def read_name(user: str, world: World) -> Name:
    """Read a user name: that of an SMTP username, else three parts divided by bars, else by dots from the right."""
    known = world.register.smtp_username(user.strip())
    if known is not None:
        tenant, resource, one = known
        app_id, directory = one.entra_application_id.lower(), (one.tenant_id or tenant.id).lower()
        return Name(resource.name, app_id, directory, resource, tenant, one)
    found = _BY_BARS.fullmatch(user.strip()) or _BY_DOTS.fullmatch(user.strip())
    if found is None:
        return Name()
    owner, owned = world.register.acs_resource(found["resource"]) or (None, None)
    return Name(
        found["resource"],
        found["app"].lower(),
        found["directory"].lower(),
        owned,
        owner,
        has_three_parts=True,
    )


def _shape(given: Finished, resource: AcsResource | None) -> SecretShape:
    """Tell what somebody has pasted in the place of a client secret."""
    if _is_connection_string(given.secret.reveal()) or _is_connection_string(given.user):
        return SecretShape.CONNECTION_STRING
    if resource is not None and any(key.matches(given.secret.reveal()) for key in resource.keys):
        return SecretShape.ACCESS_KEY
    return SecretShape.ANY


def _is_connection_string(text: str) -> bool:
    return "accesskey=" in text.lower() and "endpoint=" in text.lower()


def _entra_says(  # noqa: PLR0913, PLR0917 - each is a fact of its own
    circumstances: Circumstances,
    name: Name,
    directory: Tenant | None,
    app: AppRegistration | None,
    proof: Proof,
    moment: Moment,
) -> str:
    """Ask the rules of Entra for a token as the service does, and give the line of a refusal, else nothing."""
    ask = TokenAsk(
        endpoint=Endpoint.ENTRA,
        now=moment.now,
        peer=circumstances["peer"],
        tenant_name=name.directory_id,
        tenant=directory,
        client_id=name.app_id,
        app=app,
        scope=_SCOPE,
        blocked=directory is not None
        and any(policy.blocks_app(name.app_id) for policy in directory.conditional_access_policies),
        is_for_a_user=False,
        grant=Grant.CLIENT_CREDENTIALS,
        grant_name=Grant.CLIENT_CREDENTIALS.value,
        proof=proof,
    )
    verdict = moment.rulebook.judge(ask)
    return "" if verdict.admits or verdict.reply is None else verdict.reply.text.replace("\r\n", " ")
